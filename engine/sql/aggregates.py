"""Aggregates of plans as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from sqlglot import exp

from patron.engine.plan.nodes import AggCall
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.expressions import Expressions, summable
from patron.engine.sql.functions import scalars
from patron.engine.types import MONEY, WHOLE


def lower(x: Expressions, call: AggCall) -> E:
    """An aggregate with its FILTER."""
    return _CALLS[call.func](x, call)


def _value(x: Expressions, call: AggCall) -> E:
    assert call.value is not None
    return x.value(call.value)


def _filtered(x: Expressions, call: AggCall, inner: E, more: E | None = None) -> E:
    parts = [p for p in (x.filter(call.where) if call.where is not None else None, more) if p is not None]
    if not parts:
        return inner
    return exp.Filter(this=inner, expression=exp.Where(this=build.conjunction(parts)))


def _count(x: Expressions, call: AggCall) -> E:
    return _filtered(x, call, exp.Count(this=exp.Star() if call.value is None else _value(x, call)))


def _unique(x: Expressions, call: AggCall) -> E:
    return _filtered(x, call, exp.Count(this=exp.Distinct(expressions=[_value(x, call)])))


def _sum(x: Expressions, call: AggCall) -> E:
    assert call.value is not None
    total = _filtered(x, call, exp.Sum(this=summable(_value(x, call), call.value.type)))
    if call.type.kind == "money":
        return total
    return build.cast(total, "BIGINT" if call.value.type.whole else "DOUBLE")


def _average(x: Expressions, call: AggCall) -> E:
    """Sum over count: money to six decimals, numbers as they are."""
    assert call.value is not None
    if call.value.type.timely:
        return _filtered(x, call, exp.Avg(this=_value(x, call)))
    total = _filtered(x, call, exp.Sum(this=summable(_value(x, call), call.value.type)))
    count = _filtered(x, call, exp.Count(this=_value(x, call)))
    types = (MONEY if call.type.kind == "money" else call.type, WHOLE)
    if call.type.kind != "money":
        total = build.cast(total, "DOUBLE")
    return scalars.lower("/", [total, count], types, call.type, x.lowering.scalars)


def _extreme(kind: type[exp.AggFunc]) -> Callable[[Expressions, AggCall], E]:
    def make(x: Expressions, call: AggCall) -> E:
        return _filtered(x, call, kind(this=_value(x, call)))

    return make


def _percentile(x: Expressions, call: AggCall) -> E:
    """Interpolated linearly between values."""
    share = build.decimal(call.share) if call.share is not None else build.decimal(_HALF)
    assert call.value is not None
    value = _value(x, call)
    if call.value.type.timely:
        return _quantile(x, call, value, share)
    found = _quantile(x, call, build.cast(value, "DOUBLE"), share)
    if call.type.kind == "money":
        return build.cast(exp.Round(this=found, decimals=build.integer(6)), build.RATIO_TYPE)
    return found


def _quantile(x: Expressions, call: AggCall, value: E, share: E) -> E:
    order = exp.Order(expressions=[exp.Ordered(this=value, nulls_first=False)])
    return _filtered(x, call, exp.WithinGroup(this=exp.PercentileCont(this=share), expression=order))


def _edge(kind: type[exp.AggFunc]) -> Callable[[Expressions, AggCall], E]:
    """The value of the first or last row that has one."""

    def make(x: Expressions, call: AggCall) -> E:
        value = _value(x, call)
        keys = [x.value(o) for o in call.order]
        by = keys[0] if len(keys) == 1 else exp.Tuple(expressions=keys)
        return _filtered(x, call, kind(this=value, expression=by), build.not_(build.is_null(value.copy())))

    return make


def _any_true(x: Expressions, call: AggCall) -> E:
    if call.type.kind == "yesno":
        return _filtered(x, call, exp.LogicalOr(this=_value(x, call)))
    return _filtered(x, call, exp.Max(this=_value(x, call)))


_HALF = Decimal("0.5")

_CALLS: Mapping[str, Callable[[Expressions, AggCall], E]] = {
    "count": _count, "unique": _unique, "sum": _sum, "average": _average, "min": _extreme(exp.Min),
    "max": _extreme(exp.Max), "median": _percentile, "percentile": _percentile, "first": _edge(exp.ArgMin),
    "last": _edge(exp.ArgMax), "any": _any_true, "most": _any_true,
}  # fmt: skip

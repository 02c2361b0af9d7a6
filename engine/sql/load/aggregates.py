"""Aggregates of a mapping: over the rows of a group, missing values skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from sqlglot import exp

from patron.engine.model.mapping import Aggregate
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions import scalars
from patron.engine.sql.load.readings import Reading
from patron.engine.types import Type


def aggregated(term: Aggregate, r: Reading | None, condition: E | None, source: str) -> E:
    """The aggregate of the known values that meet the condition."""
    if r is None:
        return filtered(exp.Count(this=exp.Star()), condition)
    value = r.e
    if term.func == "sum":
        return build.coalesce(filtered(exp.Sum(this=value), condition), _zero(r.type))
    if term.func == "average" and r.type.kind == "money":
        total, count = filtered(exp.Sum(this=value), condition), filtered(exp.Count(this=value.copy()), condition)
        return scalars.money_divided(total, count, Type("number", whole=True))
    known = build.not_(build.is_null(value.copy()))
    rowid = build.col("rowid", source)
    made: Mapping[str, Callable[[], E]] = {
        "count": lambda: exp.Count(this=value),
        "unique": lambda: exp.Count(this=exp.Distinct(expressions=[value])),
        "average": lambda: exp.Avg(this=build.cast(value, "DOUBLE")),
        "min": lambda: exp.Min(this=value),
        "max": lambda: exp.Max(this=value),
        "median": lambda: build.anonymous("quantile_cont", _exact(value, r.type), build.decimal(_HALF)),
        "percentile": lambda: build.anonymous(
            "quantile_cont", _exact(value, r.type), build.decimal(term.share or _HALF)
        ),
        "first": lambda: build.anonymous("arg_min", value, rowid),
        "last": lambda: build.anonymous("arg_max", value, rowid),
    }
    return filtered(made[term.func](), known if term.func in ("first", "last") else None, condition)


_HALF = Decimal("0.5")


def _exact(value: E, type_: Type) -> E:
    return build.cast(value, build.RATIO_TYPE) if type_.kind == "money" else value


def _zero(type_: Type) -> E:
    return build.cast(build.integer(0), build.SUM_TYPE) if type_.kind == "money" else build.integer(0)


def filtered(aggregate: E, *conditions: E | None) -> E:
    known = [c.copy() for c in conditions if c is not None]
    return exp.Filter(this=aggregate, expression=exp.Where(this=build.conjunction(known))) if known else aggregate

"""Parts of an amount, counted in the smallest unit of its currency, so that they add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from patron.engine.model.terms import Lit, Op
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.forms.form import Form, arguments
from patron.engine.sql.functions.conversions import double

if TYPE_CHECKING:
    from patron.engine.sql.expressions import Expressions


def _cents(x: Expressions, op: Op) -> E:
    amount, unit = arguments(x, op)
    whole = build.binary(exp.Mul, build.cast(amount, "DECIMAL(30, 4)"), build.cast(unit, "DECIMAL(8, 0)"))
    return build.cast(exp.Floor(this=whole), "BIGINT")


def _from_cents(x: Expressions, op: Op) -> E:
    cents, _ = arguments(x, op)
    unit = op.args[1]
    assert isinstance(unit, Lit) and isinstance(unit.value, int)
    digits = len(str(unit.value)) - 1
    part = build.cast(build.text("0." + "0" * (digits - 1) + "1" if digits else "1"), f"DECIMAL(8, {digits})")
    return build.cast(build.binary(exp.Mul, build.cast(cents, "DECIMAL(26, 0)"), part), build.SUM_TYPE)


def _share_floor(x: Expressions, op: Op) -> E:
    cents, num, den = arguments(x, op)
    if op.args[1].type.whole:
        exact = build.binary(exp.Sub, _product(cents, num), _remainder(cents, num, den))
        divided = build.binary(exp.Div, double(exact), double(den.copy()))
        return build.cast(exp.Round(this=divided), "BIGINT")
    return build.cast(exp.Floor(this=_parts(cents, num, den)), "BIGINT")


def _share_left(x: Expressions, op: Op) -> E:
    cents, num, den = arguments(x, op)
    if op.args[1].type.whole:
        return double(_remainder(cents, num, den))
    whole = _parts(cents, num, den)
    return exp.Round(this=build.binary(exp.Sub, whole, exp.Floor(this=whole.copy())), decimals=build.integer(9))


def _product(cents: E, num: E) -> E:
    return build.binary(exp.Mul, build.cast(cents.copy(), "DECIMAL(24, 0)"), build.cast(num.copy(), "DECIMAL(12, 0)"))


def _remainder(cents: E, num: E, den: E) -> E:
    """What is left of the product after whole parts: never negative, also where money was given back."""
    whole = build.cast(den, "DECIMAL(12, 0)")
    left = build.binary(exp.Mod, _product(cents, num), whole)
    return build.binary(exp.Mod, build.binary(exp.Add, left, whole.copy()), whole.copy())


def _parts(cents: E, num: E, den: E) -> E:
    product = build.binary(exp.Mul, double(cents), num)
    return build.binary(exp.Div, exp.Paren(this=product), build.null_if(den, build.integer(0)))


SHARES: Mapping[str, Form] = {
    "cents": _cents, "from_cents": _from_cents, "share_floor": _share_floor, "share_left": _share_left,
}  # fmt: skip

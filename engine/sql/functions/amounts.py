"""Arithmetic: numbers, and money that stays exact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions.calls import Call, Lower
from patron.engine.sql.functions.conversions import double, exact, rounded
from patron.engine.types import Type

_FRACTION = 15
"""Decimals kept of a number that money is multiplied with or divided by."""


def _plus_minus(kind: type[exp.Binary]) -> Lower:
    def make(c: Call) -> E:
        if c.result.kind == "number" and not (c.types[0].whole and c.types[1].whole):
            return build.binary(kind, double(c.args[0]), double(c.args[1]))
        value = build.binary(kind, c.args[0], c.args[1])
        return build.cast(value, "DATE") if c.result.kind == "date" else value

    return make


def _times(c: Call) -> E:
    if c.result.kind != "money":
        both = c.types[0].whole and c.types[1].whole
        return build.binary(exp.Mul, *(c.args if both else map(double, c.args)))
    money, number = (0, 1) if c.types[0].kind == "money" else (1, 0)
    return money_times(c.args[money], c.args[number], c.types[number])


def money_times(money: E, number: E, type_: Type) -> E:
    """Money times a number, exact, then rounded half away from zero to six decimals."""
    if type_.whole and not isinstance(number, exp.Literal):
        product = build.binary(exp.Mul, money, build.cast(number, "DECIMAL(38, 0)"))
        return build.cast(product, build.RATIO_TYPE)
    digits = _decimals(number) if isinstance(number, exp.Literal) else _FRACTION
    product = build.binary(exp.Mul, money, exact(number, type_, f"DECIMAL(38, {digits})"))
    return build.cast(rounded(product, 6), build.RATIO_TYPE)


def _divided(c: Call) -> E:
    if c.result.kind == "money":
        return money_divided(c.args[0], c.args[1], c.types[1], c.context.dialect)
    return build.binary(exp.Div, double(c.args[0]), build.null_if(double(c.args[1]), build.integer(0)))


def money_divided(money: E, number: E, type_: Type, dialect: str = "duckdb") -> E:
    """Money divided by a number: the exact quotient, rounded half away from zero to six decimals."""
    digits = _decimals(number) if isinstance(number, exp.Literal) else 0 if type_.whole else _FRACTION
    divisor = exact(number, type_, f"DECIMAL(38, {digits})")
    if dialect != "duckdb":
        exact_quotient = exp.Div(
            this=build.cast(money, build.SUM_TYPE), expression=build.null_if(divisor, build.integer(0))
        )
        return build.cast(rounded(exact_quotient, 6), build.RATIO_TYPE)
    # DuckDB divides decimals as doubles: count in whole units of twice a millionth, then halve and round.
    units = build.binary(exp.Mul, build.cast(money, build.RATIO_TYPE), build.integer(2_000_000))
    dividend = _whole_units(units, digits)
    quotient = build.func("divide", dividend, build.null_if(_whole_units(divisor, digits), build.integer(0)))
    halved = build.binary(exp.Mul, build.cast(quotient, "DECIMAL(38, 0)"), build.decimal(Decimal("0.0000005")))
    return build.cast(rounded(halved, 6), build.RATIO_TYPE)


def _whole_units(value: E, digits: int) -> E:
    """The value × 10^digits as an integer of 128 bits."""
    whole = build.cast(value, "HUGEINT") if digits == 0 else None
    if whole is not None:
        return whole
    if isinstance(value, exp.Cast):  # the divisor: it has exactly `digits` decimals
        return build.cast(build.binary(exp.Mul, value, build.integer(10**digits)), "HUGEINT")
    return build.binary(exp.Mul, build.cast(value, "HUGEINT"), build.cast(build.integer(10**digits), "HUGEINT"))


def _decimals(literal: exp.Expression) -> int:
    return len(str(literal.this).partition(".")[2])


def _negative(c: Call) -> E:
    return exp.Neg(this=build.paren(c.args[0]))


def _if(c: Call) -> E:
    return build.case([(c.args[0], c.args[1])], c.args[2])


ARITHMETIC: Mapping[str, Lower] = {
    "+": _plus_minus(exp.Add), "-": _plus_minus(exp.Sub), "*": _times, "/": _divided, "neg": _negative, "if": _if,
}  # fmt: skip

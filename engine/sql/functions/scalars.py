"""Scalar functions and arithmetic as sqlglot trees: one meaning on every engine.

What a caller passes for time: functions that read a day (`year quarter month week day weekday start_of_*
days_between months_between years_between age date`) want the *local date* expression of a moment; `hour` wants the
local hour; everything else wants the instant (naive UTC). `moment`, `parse_date` and `parse_time` give what the text
says: a naive local time, an instant only when the format holds `%z`.

Money comes and goes as DECIMAL; money times or divided by a number is DECIMAL(38, 6), rounded half away from zero.
Other quotients are DOUBLE. A quotient by zero and anything of a missing value are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from patron.engine.model.functions import band_labels
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions.amounts import ARITHMETIC, money_divided, money_times
from patron.engine.sql.functions.calls import Call, Lower, Scalars
from patron.engine.sql.functions.conversions import (
    as_text,
    double,
    exact,
    matches,
    number_from_any_text,
    number_from_text,
    strip,
    strip_all,
    try_cast,
    whole_count,
)
from patron.engine.sql.functions.dates import DATES, day_difference, truncated
from patron.engine.sql.functions.places import PLACES
from patron.engine.types import Type


def lower(op: str, args: Sequence[E], types: Sequence[Type], result: Type, context: Scalars) -> E:
    """The expression of operator or function `op`, made of these very arguments; KeyError when it is none of ours."""
    return _LOWER[op](Call(list(args), types, result, context))


def known(op: str) -> bool:
    """Whether `lower` knows this operator or function."""
    return op in _LOWER


# ---------------------------------------------------------------- texts


def _on_text(make: Callable[[E], E]) -> Lower:
    return lambda c: make(c.args[0])


def _replace(c: Call) -> E:
    return exp.Replace(this=c.args[0], expression=c.args[1], replacement=c.args[2])


def _at_least_0(value: E) -> E:
    if isinstance(value, exp.Literal):
        return whole_count(value)
    return exp.Greatest(this=whole_count(value), expressions=[build.integer(0)], ignore_nulls=True)


def _left(c: Call) -> E:
    return exp.Substring(this=c.args[0], start=build.integer(1), length=_at_least_0(c.args[1]))


def _right(c: Call) -> E:
    return exp.Right(this=c.args[0], expression=_at_least_0(c.args[1]))


def _part(c: Call) -> E:
    """The n-th part between separators, from the end when n is negative; missing where there is none."""
    count = c.args[2] if isinstance(c.args[2], (exp.Literal, exp.Neg)) else whole_count(c.args[2])
    return build.null_if(build.func("split_part", c.args[0], c.args[1], count), build.text(""))


def _text_join(c: Call) -> E:
    """The known values with the separator between; missing when none is known."""
    parts = [as_text(v, type_) for v, type_ in zip(c.args[1:], c.types[1:], strict=True)]
    joined = build.func("concat_ws", c.args[0], *parts)
    if any(isinstance(v, exp.Literal) for v in c.args[1:]):
        return joined
    nothing = build.conjunction([build.is_null(v.copy()) for v in c.args[1:]])
    return build.case([(nothing, exp.Null())], joined)


# ---------------------------------------------------------------- choice and numbers


def _first_known(c: Call) -> E:
    return build.coalesce(*c.args)


def _missing_if(c: Call) -> E:
    return build.case(
        [(exp.In(this=build.paren(c.args[0].copy()), expressions=list(c.args[1:])), exp.Null())], c.args[0]
    )


def _abs(c: Call) -> E:
    return exp.Abs(this=c.args[0])


def _rounded(c: Call) -> E:
    digits = whole_count(c.args[1]) if len(c.args) > 1 else build.integer(0)
    if c.types[0].kind == "money":
        return build.cast(exp.Round(this=c.args[0], decimals=digits), build.RATIO_TYPE)
    value: E = exp.Round(this=double(c.args[0]), decimals=digits)
    return build.cast(value, "BIGINT") if c.result.whole else value


def _to_whole(kind: type[exp.Expression]) -> Lower:
    def make(c: Call) -> E:
        if c.types[0].whole:
            return c.args[0]
        return try_cast(kind(this=double(c.args[0])), "BIGINT", c.context.dialect)

    return make


def _power(c: Call) -> E:
    """What is no number, as the root of a negative one, or none that is finite, is missing."""
    base, exponent = c.args
    if isinstance(exponent, exp.Literal) and exponent.this == "0.5":
        found: E = exp.Sqrt(this=double(base))
    else:
        found = exp.Pow(this=double(base), expression=double(exponent))
    if c.context.dialect == "duckdb":
        return build.case([(exp.Anonymous(this="ISFINITE", expressions=[found.copy()]), found)])
    for one in ("NaN", "Infinity", "-Infinity"):
        found = exp.Nullif(this=found, expression=build.cast(build.text(one), "DOUBLE"))
    return found


def _extreme(kind: type[exp.Expression]) -> Lower:
    """least, greatest: missing values are passed over, as `min` and `max` do."""
    return lambda c: kind(this=c.args[0], expressions=list(c.args[1:]), ignore_nulls=True)


def _number(c: Call) -> E:
    if c.types[0].textual:
        return number_from_any_text(c.args[0], "DOUBLE", c.context.dialect)
    return c.args[0] if c.types[0].kind == "number" else double(c.args[0])


def _money(c: Call) -> E:
    if c.types[0].textual:
        return number_from_any_text(c.args[0], build.MONEY_TYPE, c.context.dialect)
    return c.args[0] if c.types[0].kind == "money" else exact(c.args[0], c.types[0], build.MONEY_TYPE)


def _band(c: Call) -> E:
    labels = c.result.labels or band_labels([_literal_value(b) for b in c.args[1:]], c.types[0].whole)
    branches: list[tuple[E, E]] = [(build.is_null(c.args[0].copy()), exp.Null())]
    for bound, label in zip(c.args[1:], labels[:-1], strict=True):
        branches.append((build.binary(exp.LT, c.args[0].copy(), bound), build.text(label)))
    return build.case(branches, build.text(labels[-1]))


def _literal_value(value: E) -> Decimal:
    literal = value.find(exp.Literal)
    return Decimal(literal.this) if literal is not None else Decimal(0)


def _pseudonym(c: Call) -> E:
    """A text that stands for another: hashed with one key, and that with a second, as in HMAC; its first 16 digits."""
    value, inner, outer = c.args
    once = exp.SHA2(this=build.binary(exp.DPipe, inner, value), length=build.integer(256))
    twice = exp.SHA2(this=build.binary(exp.DPipe, outer, once), length=build.integer(256))
    return exp.Left(this=twice, expression=build.integer(16))


_LOWER: Mapping[str, Lower] = {
    **ARITHMETIC, **DATES, **PLACES,
    "lower": _on_text(lambda v: exp.Lower(this=v)), "upper": _on_text(lambda v: exp.Upper(this=v)),
    "trim": _on_text(strip_all), "length": _on_text(lambda v: exp.Length(this=v)),
    "replace": _replace, "left": _left, "right": _right, "part": _part, "text_join": _text_join,
    "first_known": _first_known, "missing_if": _missing_if, "abs": _abs, "round": _rounded,
    "floor": _to_whole(exp.Floor), "ceil": _to_whole(exp.Ceil),
    "power": _power,
    "least": _extreme(exp.Least), "greatest": _extreme(exp.Greatest),
    "number": _number, "money": _money, "band": _band, "pseudonym": _pseudonym,
}  # fmt: skip

__all__ = [
    "Call", "Scalars", "as_text", "day_difference", "exact", "known", "lower", "matches", "money_divided",
    "money_times", "number_from_text", "strip", "truncated", "try_cast",
]  # fmt: skip

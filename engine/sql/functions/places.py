"""Functions of places: distances on the earth, and squares counted in whole units, equal on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions.calls import Call, Lower
from patron.engine.sql.functions.conversions import double, try_cast

EARTH_KM = Decimal("6371.0088")
KM_A_MILE = Decimal("1.609344")


def _distance(scale: Decimal) -> Lower:
    """Great-circle distance (haversine) on a sphere of the earth's mean radius."""

    def make(c: Call) -> E:
        lat1, lon1, lat2, lon2 = (build.anonymous("RADIANS", double(v)) for v in c.args)
        up = _half_sine_squared(lat1, lat2)
        across = _half_sine_squared(lon1, lon2)
        cosines = build.binary(exp.Mul, build.anonymous("COS", lat1.copy()), build.anonymous("COS", lat2.copy()))
        chord = build.binary(exp.Add, up, build.binary(exp.Mul, cosines, across))
        bounded = exp.Least(this=chord, expressions=[double(build.integer(1))], ignore_nulls=True)
        arc = build.anonymous("ASIN", exp.Sqrt(this=bounded))
        # least() passes over a missing chord; the multiplication by it keeps a missing place missing
        distance = build.binary(exp.Mul, arc, double(build.decimal(2 * EARTH_KM / scale)))
        some_missing = build.disjunction([build.is_null(v.copy()) for v in c.args])
        return build.case([(some_missing, exp.Null())], distance)

    return make


def _half_sine_squared(a: E, b: E) -> E:
    half = build.binary(exp.Div, build.binary(exp.Sub, b.copy(), a.copy()), double(build.integer(2)))
    sine = build.anonymous("SIN", half)
    return build.binary(exp.Mul, sine, sine.copy())


_DIGITS = 7
_UNITS = 10**_DIGITS
"""Ten-millionths of a degree."""


def _cell(c: Call) -> E:
    """The south-west corner of the square a place lies in: `40/-74`, with 0.1 degrees `40.7/-74`."""
    size = c.args[2]
    written = int(Decimal(size.this) * _UNITS) if isinstance(size, exp.Literal) and not size.is_string else 0
    digits = next(n for n in range(_DIGITS + 1) if written % 10 ** (_DIGITS - n) == 0) if written else _DIGITS
    width = build.integer(written) if written else build.null_if(_units(size), build.integer(0))
    step = build.integer(written // 10 ** (_DIGITS - digits)) if written else width
    lat, lon = (_degrees(_corner(v, width, step, c.context.dialect), digits) for v in c.args[:2])
    return exp.DPipe(this=exp.DPipe(this=lat, expression=build.text("/")), expression=lon)


def _units(degrees: E) -> E:
    return exp.Round(this=build.binary(exp.Mul, double(degrees), build.integer(_UNITS)))


def _corner(value: E, width: E, step: E, dialect: str) -> E:
    """The lower edge of a square: how many squares of a width lie below it, times what a width counts."""
    below: E = exp.Floor(this=build.binary(exp.Div, _units(value), double(width.copy())))
    if step.name != "1":
        below = build.binary(exp.Mul, below, step.copy())
    return build.cast(try_cast(below, "DECIMAL(17, 0)", dialect), "BIGINT")


def _degrees(corner: E, digits: int) -> E:
    """A whole number with these last digits after the point, as a text without needless zeros: zeros cost more to cut
    off than to avoid."""

    def whole(fewer: int) -> E:
        return exp.IntDiv(this=corner.copy(), expression=build.integer(10**fewer)) if fewer else corner.copy()

    def written(decimals: int) -> E:
        number = whole(digits - decimals)
        if decimals:
            number = build.binary(
                exp.Mul, build.cast(number, "DECIMAL(17, 0)"), build.decimal(Decimal(10) ** -decimals)
            )
        return build.cast(number, "VARCHAR")

    def is_enough(decimals: int) -> E:
        rest = exp.Mod(this=corner.copy(), expression=build.integer(10 ** (digits - decimals)))
        return exp.EQ(this=rest, expression=build.integer(0))

    shorter = [(is_enough(n), written(n)) for n in range(digits)]
    return build.case(shorter, written(digits)) if shorter else written(digits)


PLACES: Mapping[str, Lower] = {
    "distance_km": _distance(Decimal(1)),
    "distance_miles": _distance(KM_A_MILE),
    "cell": _cell,
}

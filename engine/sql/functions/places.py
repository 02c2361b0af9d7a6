"""Functions of places: distances on the earth, and squares counted in whole units, equal on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions.calls import Call, Lower
from patron.engine.sql.functions.conversions import double

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


_UNITS = 10_000_000
"""Ten-millionths of a degree."""


def _cell(c: Call) -> E:
    """The south-west corner of the square a place lies in: `40/-74`, with 0.1 degrees `40.7/-74`."""
    size = _scaled(c.args[2])
    lat, lon = (_corner(_scaled(v), size) for v in c.args[:2])
    return exp.DPipe(this=exp.DPipe(this=lat, expression=build.text("/")), expression=lon)


def _scaled(value: E) -> E:
    if isinstance(value, exp.Literal) and not value.is_string:
        return build.integer(int(Decimal(value.this) * _UNITS))
    return build.cast(exp.Round(this=build.binary(exp.Mul, double(value), build.integer(_UNITS))), "BIGINT")


def _corner(value: E, size: E) -> E:
    bottom = build.null_if(size.copy(), build.integer(0))
    once = exp.Mod(this=build.paren(value.copy()), expression=bottom)
    inside = exp.Mod(
        this=exp.Paren(this=exp.Add(this=exp.Paren(this=once), expression=size.copy())), expression=bottom.copy()
    )
    edge = build.cast(build.binary(exp.Sub, value, exp.Paren(this=inside)), "DECIMAL(18, 0)")
    degrees = build.cast(build.binary(exp.Mul, edge, build.decimal(Decimal("0.0000001"))), "VARCHAR")
    return build.func("rtrim", build.func("rtrim", degrees, build.text("0")), build.text("."))


PLACES: Mapping[str, Lower] = {
    "distance_km": _distance(Decimal(1)),
    "distance_miles": _distance(KM_A_MILE),
    "cell": _cell,
}

"""Moments and lengths of time: what is later, how long it took, the parts of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from patron.engine.model.periods import to_local
from patron.engine.model.terms import Lit, Op
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.forms.form import Form, arguments
from patron.engine.sql.functions import scalars
from patron.engine.sql.functions.conversions import double
from patron.engine.types import DATE, WHOLE

if TYPE_CHECKING:
    from patron.engine.sql.expressions import Expressions


def _micros(x: Expressions, value: E) -> E:
    """Microseconds since 1970 of a naive UTC moment."""
    if x.lowering.dialect == "spark":
        return build.anonymous("UNIX_MICROS", build.cast(value, "TIMESTAMPTZ"))
    return build.anonymous("EPOCH_US", value)


def elapsed(x: Expressions, start: E, end: E) -> E:
    return exp.Paren(this=build.binary(exp.Sub, _micros(x, end), _micros(x, start)))


def _later(x: Expressions, op: Op) -> E:
    start, length = op.args
    if isinstance(length, Lit):
        assert isinstance(length.value, dt.timedelta | int)
        seconds = length.value.total_seconds() if isinstance(length.value, dt.timedelta) else length.value
        amount: E = build.integer(int(seconds))
    else:
        amount = x.value(length)
    one = exp.Interval(this=build.text("1"), unit=exp.Var(this="SECOND"))
    return build.binary(exp.Add, x.value(start), exp.Mul(this=build.paren(amount), expression=one))


def _whole_days(x: Expressions, op: Op) -> E:
    start, end = arguments(x, op)
    day = double(build.integer(86_400_000_000))
    return build.cast(exp.Floor(this=build.binary(exp.Div, elapsed(x, start, end), day)), "BIGINT")


def _stretch(x: Expressions, op: Op) -> E:
    """Which stretch of so many days a date, or the UTC date of a moment, lies in; a small number to join rows by."""
    at, days = op.args
    date = x.value(at) if at.type.kind == "date" else build.cast(x.value(at), "DATE")
    since = scalars.lower(
        "days_between", [build.date(dt.date(1970, 1, 1)), date], [DATE, DATE], WHOLE, x.lowering.scalars
    )
    return build.cast(exp.IntDiv(this=since, expression=x.value(days)), "INT")


def _start_of(x: Expressions, op: Op) -> E:
    part, day = op.args
    assert isinstance(part, Lit)
    unit = str(part.value)
    if unit == "quarter":
        quarter = exp.DateTrunc(this=x.value(day), unit=exp.Var(this="QUARTER"))  # type: ignore[no-untyped-call]
        return build.cast(quarter, "DATE")
    if unit in ("day", "date"):
        return x.value(day)
    return scalars.lower(f"start_of_{unit}", [x.value(day)], [day.type], op.type, x.lowering.scalars)


def _hour_start(x: Expressions, op: Op) -> E:
    return exp.TimestampTrunc(this=x.value(op.args[0]), unit=exp.Var(this="HOUR"))


def _month_and_day(x: Expressions, op: Op) -> E:
    return month_and_day(x.value(op.args[0]))


def month_and_day(day: E) -> E:
    """31 May is 531: days of years in their order."""
    month = build.binary(exp.Mul, exp.Month(this=day), build.integer(100))
    return build.binary(exp.Add, month, exp.Day(this=day.copy()))


def _local(x: Expressions, op: Op) -> E:
    """What the clock of the project shows at a moment written in the spec."""
    (moment,) = op.args
    if not (isinstance(moment, Lit) and isinstance(moment.value, dt.datetime)):
        raise NotImplementedError(f"{op.name} of a computed moment")
    local = to_local(moment.value, x.lowering.scalars.zone)
    return build.date(local.date()) if op.name == "local_date" else build.integer(local.hour)


def _seconds_of_days(x: Expressions, op: Op) -> E:
    (days,) = arguments(x, op)
    return build.cast(exp.Round(this=build.binary(exp.Mul, double(days), build.integer(86400))), "BIGINT")


def _dates_of_seconds(x: Expressions, op: Op) -> E:
    (seconds,) = arguments(x, op)
    days = exp.Ceil(this=build.binary(exp.Div, double(seconds), double(build.integer(86400))))
    return exp.Greatest(this=build.cast(days, "BIGINT"), expressions=[build.cast(build.integer(1), "BIGINT")])


def _days_of_seconds(x: Expressions, op: Op) -> E:
    (seconds,) = arguments(x, op)
    return build.binary(exp.Div, double(seconds), double(build.integer(86400)))


def _halved(x: Expressions, op: Op) -> E:
    """2 to the power of minus (elapsed / half-life)."""
    start, end, half_life = arguments(x, op)
    micros = build.binary(exp.Mul, double(half_life), double(build.integer(1_000_000)))
    lives = build.binary(exp.Div, double(elapsed(x, start, end)), micros)
    return exp.Pow(this=double(build.integer(2)), expression=exp.Neg(this=exp.Paren(this=lives)))


TIMES: Mapping[str, Form] = {
    "later": _later, "whole_days": _whole_days, "start_of": _start_of, "hour_start": _hour_start,
    "month_and_day": _month_and_day, "local_date": _local, "local_hour": _local, "seconds_of_days": _seconds_of_days,
    "dates_of_seconds": _dates_of_seconds, "days_of_seconds": _days_of_seconds, "halved": _halved,
    "stretch": _stretch,
}  # fmt: skip

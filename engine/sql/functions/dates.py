"""Functions of dates and moments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions.calls import Call, Lower
from patron.engine.sql.functions.conversions import strip, try_cast


def _extract(unit: str) -> Lower:
    return lambda c: _part_of(unit, c.args[0])


def _part_of(unit: str, value: E) -> E:
    return exp.Extract(this=exp.Var(this=unit), expression=value)


def _week(c: Call) -> E:
    """The ISO number of the week, of weeks that begin on the project's first day."""
    return _part_of("WEEK", _shift(c.args[0], (8 - c.context.week_start) % 7))


def _shift(value: E, days: int) -> E:
    if days == 0:
        return value
    kind = exp.Add if days > 0 else exp.Sub
    return build.binary(kind, build.cast(value, "DATE"), build.integer(abs(days)))


def day_difference(start: E, end: E) -> E:
    """Calendar days from one date to another."""
    return exp.DateDiff(this=build.paren(end), expression=build.paren(start), unit=exp.Var(this="DAY"))


def _weekday(c: Call) -> E:
    first = dt.date(1, 1, 1) + dt.timedelta(days=c.context.week_start - 1)  # 0001-01-01 is a Monday
    days = exp.Mod(this=exp.Paren(this=day_difference(build.date(first), c.args[0])), expression=build.integer(7))
    return build.binary(exp.Add, exp.Paren(this=days), build.integer(1))


def truncated(unit: str, value: E, week_start: int = 1) -> E:
    """The first date of the value's week, month, quarter or year."""
    if unit == "week":
        moved = _shift(value, (8 - week_start) % 7)
        return _shift(_truncate("WEEK", moved), -((8 - week_start) % 7))
    return value if unit == "day" else _truncate(unit.upper(), value)


def _truncate(unit: str, value: E) -> E:
    return build.cast(exp.TimestampTrunc(this=value, unit=exp.Var(this=unit)), "DATE")


def _start(unit: str) -> Lower:
    return lambda c: truncated(unit, c.args[0], c.context.week_start)


def _days_between(c: Call) -> E:
    return day_difference(c.args[0], c.args[1])


def _add_days(c: Call) -> E:
    """Missing where the days are more than any date has room for."""
    days = build.cast(try_cast(c.args[1], "DECIMAL(6, 0)", c.context.dialect), "INTEGER")
    date = build.cast(c.args[0], "DATE")
    if c.context.dialect == "duckdb":  # an interval would make a timestamp of it
        return build.binary(exp.Add, date, days)
    return exp.DateAdd(this=date, expression=days, unit=exp.Var(this="DAY"))


def _months_between(c: Call) -> E:
    years = _difference("YEAR", c.args[0], c.args[1])
    months = _difference("MONTH", c.args[0], c.args[1])
    return build.binary(exp.Add, build.binary(exp.Mul, years, build.integer(12)), months)


def _difference(unit: str, start: E, end: E) -> E:
    return build.binary(exp.Sub, _part_of(unit, end.copy()), _part_of(unit, start.copy()))


def _years_between(c: Call) -> E:
    return completed_years(c.args[0], c.args[1])


def completed_years(start: E, end: E) -> E:
    """Completed years; somebody born on 29 February completes one on 28 February of other years."""
    earlier = build.binary(exp.LT, _day_of_year(end), _day_of_year(start))
    leap_day = build.conjunction(
        [
            build.binary(exp.EQ, _day_of_year(start), build.integer(229)),
            build.binary(exp.EQ, _day_of_year(end), build.integer(228)),
            build.binary(exp.EQ, _part_of("MONTH", _shift(end.copy(), 1)), build.integer(3)),
        ]
    )
    not_yet = build.case([(leap_day, build.integer(0)), (earlier, build.integer(1))], build.integer(0))
    return build.binary(exp.Sub, _difference("YEAR", start, end), not_yet)


def _day_of_year(value: E) -> E:
    """Month × 100 + day: the place of a date in its year, leap years or not."""
    month = build.binary(exp.Mul, _part_of("MONTH", value.copy()), build.integer(100))
    return build.binary(exp.Add, month, _part_of("DAY", value.copy()))


def _age(c: Call) -> E:
    today = build.date(c.context.today) if c.context.today else build.cast(exp.Null(), "DATE")
    return completed_years(c.args[0], today)


def _date(c: Call) -> E:
    return (
        try_cast(strip(c.args[0]), "DATE", c.context.dialect) if c.types[0].textual else build.cast(c.args[0], "DATE")
    )


def _moment(c: Call) -> E:
    """A day and a time of day as a naive timestamp; a missing or unreadable part makes it missing."""
    day = c.args[0] if c.types[0].textual else build.cast(build.cast(c.args[0], "DATE"), "VARCHAR")
    joined = exp.DPipe(this=exp.DPipe(this=strip(day), expression=build.text(" ")), expression=strip(c.args[1]))
    return try_cast(exp.Paren(this=joined), "TIMESTAMP", c.context.dialect)


def _parse(to: str) -> Lower:
    def make(c: Call) -> E:
        text = strip(c.args[0])
        if c.context.dialect == "duckdb":
            read = build.func("try_strptime", text, c.args[1])
        else:
            read = exp.Anonymous(
                this="TRY_TO_TIMESTAMP", expressions=[text, build.text(_java_format(str(c.args[1].this)))]
            )
        return build.cast(read, to)

    return make


_JAVA = {
    "%Y": "yyyy", "%y": "yy", "%m": "M", "%d": "d", "%H": "H", "%I": "h", "%p": "a", "%M": "mm", "%S": "ss",
    "%f": "SSSSSS", "%z": "XX", "%b": "MMM", "%B": "MMMM", "%%": "%",
}  # fmt: skip


def _java_format(format_: str) -> str:
    """The letters of strptime as the pattern letters of Java's DateTimeFormatter; other text is quoted."""
    out, i = "", 0
    while i < len(format_):
        pair = format_[i : i + 2]
        out += _JAVA.get(pair) or (f"'{pair[0]}'" if pair[0].isalpha() else "''" if pair[0] == "'" else pair[0])
        i += 2 if pair in _JAVA else 1
    return out


DATES: Mapping[str, Lower] = {
    "date": _date, "moment": _moment, "parse_date": _parse("DATE"), "parse_time": _parse("TIMESTAMP"),
    "year": _extract("YEAR"), "quarter": _extract("QUARTER"), "month": _extract("MONTH"), "day": _extract("DAY"),
    "week": _week, "weekday": _weekday, "hour": lambda c: c.args[0],
    "start_of_month": _start("month"), "start_of_week": _start("week"), "start_of_year": _start("year"),
    "days_between": _days_between, "add_days": _add_days, "months_between": _months_between,
    "years_between": _years_between, "age": _age,
}  # fmt: skip

"""Moments, zones and the parts of dates (section 3)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import total_ordering
from zoneinfo import ZoneInfo

UTC = dt.UTC
_FORM = re.compile(
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$"
)


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """An instant with the local clock of its store or project; `date_only` when it came from a date."""

    at: dt.datetime
    local: dt.datetime
    date_only: bool = False

    @property
    def date(self) -> dt.date:
        return self.local.date()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.at == other.at

    def __lt__(self, other: Moment) -> bool:
        return self.at < other.at

    def __hash__(self) -> int:
        return hash(self.at)


def from_local(local: dt.datetime, zone: ZoneInfo, *, date_only: bool = False) -> Moment:
    """A local time: of two the first, one that does not exist moves forward by the gap."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return Moment(instant, instant.astimezone(zone).replace(tzinfo=None), date_only)


def read_moment(text: str, zone: ZoneInfo, source_zone: ZoneInfo | None = None) -> Moment:
    """A moment as sources write it: with an offset an instant, else local time of the store or project."""
    found = _FORM.match(text.strip())
    if not found:
        raise ValueError(text)
    day, hour, minute, second, part, offset = found.groups()
    local = dt.datetime.fromisoformat(day)
    if hour is None:
        return from_local(local, zone, date_only=True)
    micro = int((part or "0").ljust(6, "0"))
    local = local.replace(hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=micro)
    if offset is None:
        return seen_from(from_local(local, source_zone), zone) if source_zone else from_local(local, zone)
    return seen_from(Moment(_instant(local, offset), local), zone)


def _instant(local: dt.datetime, offset: str) -> dt.datetime:
    if offset == "Z":
        return local.replace(tzinfo=UTC)
    digits = offset[1:].replace(":", "")
    away = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return (local - away if offset[0] == "+" else local + away).replace(tzinfo=UTC)


def seen_from(moment: Moment, zone: ZoneInfo) -> Moment:
    """The same instant on the clock of another zone."""
    return Moment(moment.at, moment.at.astimezone(zone).replace(tzinfo=None), moment.date_only)


def months_back(day: dt.date, months: int) -> dt.date:
    """This day so many months ago; a day the month lacks is its last day."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


def back(day: dt.date, count: int, unit: str) -> dt.date:
    """This day, so many units ago."""
    if unit in MONTHS_IN:
        return months_back(day, count * MONTHS_IN[unit])
    return day - dt.timedelta(days=count * (7 if unit == "week" else 1))


def start_of(day: dt.date, unit: str, week_starts: int = 0) -> dt.date:
    """The first date of the unit that holds this date; `week_starts` counts from Monday."""
    match unit:
        case "day":
            return day
        case "week":
            return day - dt.timedelta(days=(day.weekday() - week_starts) % 7)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return day.replace(month=1, day=1)


def next_start(day: dt.date, unit: str) -> dt.date:
    """The first date of the unit after the one that begins on this date."""
    return back(day, -1, unit)


def part(value: Moment | dt.date, unit: str, week_starts: int = 0) -> object:
    """A part of a moment or date: `x_week`, `x_hour`, `by weekday` and so on."""
    day = value.date if isinstance(value, Moment) else value
    match unit:
        case "weekday":
            return (day.weekday() - week_starts) % 7 + 1
        case "hour_of_day":
            return value.local.hour if isinstance(value, Moment) else 0
        case "hour":
            return _hour(value) if isinstance(value, Moment) else day
        case "date":
            return day
        case _:
            return start_of(day, unit, week_starts)


def _hour(moment: Moment) -> Moment:
    past = dt.timedelta(minutes=moment.local.minute, seconds=moment.local.second, microseconds=moment.local.microsecond)
    return Moment(moment.at - past, moment.local - past)

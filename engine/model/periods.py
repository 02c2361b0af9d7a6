"""Periods, comparisons and calendar arithmetic (language reference, section 3). Everything here is dates, no SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from patron.dsl.nodes import dataclass

MICROSECOND = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
ELAPSED = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment of a run: nothing later is visible. `moment` is naive UTC, `today` its date in the project's zone,
    `whole_day` when it is the end of that date."""

    moment: dt.datetime
    today: dt.date
    zone: str
    whole_day: bool = False

    @staticmethod
    def end_of(day: dt.date, zone: str) -> AsOf:
        """The end of a local date."""
        return AsOf(to_utc(dt.datetime.combine(day + DAY, dt.time()), zone) - MICROSECOND, day, zone, True)

    @staticmethod
    def at(local: dt.datetime, zone: str) -> AsOf:
        """A moment in project time; with a zone of its own it is that instant."""
        if local.tzinfo is not None:
            utc = local.astimezone(dt.UTC).replace(tzinfo=None)
        else:
            utc = to_utc(local, zone)
        return AsOf(utc, to_local(utc, zone).date(), zone)


def to_utc(local: dt.datetime, zone: str) -> dt.datetime:
    """A local time as naive UTC: the first of two, moved forward by the gap where it does not exist."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC).replace(tzinfo=None)


def to_local(moment: dt.datetime, zone: str) -> dt.datetime:
    """A naive UTC moment as naive local time."""
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Span:
    """A resolved period: local dates, both ends included; None is open.

    `until` cuts the last date at a time of day (a naive UTC moment), `unit` is the unit of `this` and `to date`
    periods (their previous period is the same stretch of the unit before). `elapsed` replaces the dates by moments.
    `planned_days` is the length before `as of` cut it.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    until: dt.datetime | None = None
    unit: str = ""
    count: int = 0
    rolling: str = ""
    elapsed: tuple[dt.datetime, dt.datetime] | None = None
    planned_days: int = 0

    @property
    def bounded(self) -> bool:
        return self.start is not None and self.end is not None

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1 if self.start is not None and self.end is not None else 0

    def __str__(self) -> str:
        if self.elapsed:
            return f"{self.elapsed[0]} to {self.elapsed[1]} UTC"
        if self.start is None or self.end is None:
            return "all time"
        return str(self.start) if self.start == self.end else f"{self.start} to {self.end}"


ALL_TIME = Span()


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month; a day it lacks is its last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = 31 if month == 11 else (dt.date(year, month + 2, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def start_of(unit: str, day: dt.date, week_starts: int) -> dt.date:
    """The first date of the unit that holds a date; `week_starts` is 1 for Monday to 7 for Sunday."""
    if unit == "week":
        return day - dt.timedelta(days=(day.isoweekday() - week_starts) % 7)
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if unit == "year":
        return day.replace(month=1, day=1)
    return day


def step(unit: str, day: dt.date, count: int) -> dt.date:
    """A date moved by whole units."""
    if unit in MONTHS:
        return add_months(day, MONTHS[unit] * count)
    return day + dt.timedelta(days=count * (7 if unit == "week" else 1))


def last(count: int, unit: str, full: bool, as_of: AsOf, week_starts: int) -> Span:
    """`last N [full] units`."""
    today = as_of.today
    if unit in ELAPSED:
        length = dt.timedelta(seconds=ELAPSED[unit] * count)
        return Span(elapsed=(as_of.moment - length, as_of.moment))
    if full:
        end = start_of(unit, today, week_starts) - DAY
        start = step(unit, end + DAY, -count)
        return Span(start, end, count=count, rolling="full " + unit, planned_days=(end - start).days + 1)
    start = step(unit, today, -count) + DAY
    return Span(start, today, count=count, rolling=unit, planned_days=(today - start).days + 1)


def this(unit: str, as_of: AsOf, week_starts: int) -> Span:
    """`this month`, `month to date`: the unit so far."""
    start = start_of(unit, as_of.today, week_starts)
    return Span(start, as_of.today, unit=unit, planned_days=(as_of.today - start).days + 1)


def previous(unit: str, as_of: AsOf, week_starts: int) -> Span:
    """`previous month`: the whole unit before this one."""
    this_start = start_of(unit, as_of.today, week_starts)
    start = step(unit, this_start, -1)
    return Span(start, this_start - DAY, count=1, rolling="full " + unit, planned_days=(this_start - start).days)


def fixed(start: dt.date, end: dt.date, as_of: AsOf) -> Span:
    """Given dates, cut at `as of`."""
    cut = min(end, as_of.today) if as_of.today >= start else end
    return Span(start, cut, planned_days=(end - start).days + 1)


def following(count: int, unit: str, as_of: AsOf) -> Span:
    """`the next N units`: today and what follows."""
    if unit in ELAPSED:
        return Span(elapsed=(as_of.moment, as_of.moment + dt.timedelta(seconds=ELAPSED[unit] * count)))
    return Span(as_of.today, step(unit, as_of.today, count) - DAY)


def each_of(count: int, unit: str, full: bool, as_of: AsOf, week_starts: int) -> tuple[Span, ...]:
    """The units of `in each of the last N [full] units`, latest first."""
    if full:
        first = start_of(unit, as_of.today, week_starts)
        edges = [step(unit, first, -k) for k in range(count + 1)]
        return tuple(Span(b, a - DAY) for a, b in pairwise(edges))
    edges = [step(unit, as_of.today, -k) for k in range(count + 1)]
    return tuple(Span(b + DAY, a) for a, b in pairwise(edges))


# ---------------------------------------------------------------- comparison


def before(span: Span, as_of: AsOf) -> Span:
    """`previous period`: the same number of dates before; of a unit so far, the same stretch of the unit before."""
    if span.elapsed:
        length = span.elapsed[1] - span.elapsed[0]
        return Span(elapsed=(span.elapsed[0] - length, span.elapsed[0] - MICROSECOND))
    if span.start is None or span.end is None:
        return span
    if span.unit:
        start = step(span.unit, span.start, -1)
        end = _same_place(span, start)
        until = None if as_of.whole_day or span.end != as_of.today else _same_time(end, as_of)
        return Span(start, end, until=until)
    if span.rolling:
        full = span.rolling.startswith("full ")
        unit = span.rolling.removeprefix("full ")
        if full or unit not in MONTHS:
            return Span(step(unit, span.start, -span.count), span.start - DAY)
        return Span(step(unit, as_of.today, -2 * span.count) + DAY, span.start - DAY)
    return Span(span.start - dt.timedelta(days=span.days), span.start - DAY)


def _same_place(span: Span, start: dt.date) -> dt.date:
    """The last date of the stretch in the unit before, which may be shorter."""
    assert span.start is not None and span.end is not None
    if span.unit in MONTHS:
        moved = step(span.unit, span.end, -1)
        return min(moved, span.start - DAY)
    return start + (span.end - span.start)


def _same_time(day: dt.date, as_of: AsOf) -> dt.datetime:
    time = to_local(as_of.moment, as_of.zone).time()
    return to_utc(dt.datetime.combine(day, time), as_of.zone)


def same_last(unit: str, span: Span) -> Span:
    """`same period last year`: each end moved back by the unit."""
    if span.elapsed:
        ends = tuple(dt.datetime.combine(step(unit, e.date(), -1), e.time()) for e in span.elapsed)
        return Span(elapsed=(ends[0], ends[1]))
    if span.start is None or span.end is None:
        return span
    return Span(step(unit, span.start, -1), step(unit, span.end, -1))


def same_weekdays(span: Span) -> Span:
    """Each end moved back by 52 weeks."""
    if span.elapsed:
        year = dt.timedelta(days=364)
        return Span(elapsed=(span.elapsed[0] - year, span.elapsed[1] - year))
    if span.start is None or span.end is None:
        return span
    back = dt.timedelta(days=364)
    return Span(span.start - back, span.end - back)


def cut_to(span: Span, low: dt.date, high: dt.date) -> Span:
    """A period cut to the dates in which a list may be analysed."""
    if span.start is None or span.end is None:
        return replace(span, start=low, end=high)
    return replace(span, start=max(span.start, low), end=min(span.end, high))


# ---------------------------------------------------------------- buckets


def buckets(unit: str, span: Span, week_starts: int) -> Iterator[dt.date]:
    """The first dates of the units that a period touches, in order."""
    if span.start is None or span.end is None:
        return
    day = start_of(unit, span.start, week_starts)
    while day <= span.end:
        yield day
        day = step(unit, day, 1)


def in_days(count: int, unit: str) -> dt.timedelta:
    """A duration that has a fixed length; months and years have none."""
    if unit in ELAPSED:
        return dt.timedelta(seconds=ELAPSED[unit] * count)
    return dt.timedelta(days=count * (7 if unit == "week" else 1))


def dates_of(length: dt.timedelta) -> int:
    """How many dates a window has when dates decide: 14 days are 14 dates, 12 hours one."""
    return max(1, -(-length // DAY))

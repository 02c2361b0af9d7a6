"""The moments that `every ...` names, in project time (language reference, section 15).

Days, weeks, months and weekdays come from the calendar: a local time that does not exist moves forward by the gap, one
that occurs twice is the first of the two. Hours, minutes and seconds are counted from the start of each local day, so
that a day of 25 hours has 25 of `every hour`. What comes every N days, weeks or months is counted from January 1970, so
that it needs no memory of when it began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule

from patron.dsl import tree
from patron.engine.model.periods import to_local, to_utc

DAY = dt.timedelta(days=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONDAY = dt.date(1970, 1, 5)


def occurrences(
    every: tree.Every, zone: str, after: dt.datetime, until: dt.datetime, week_starts: int = 1
) -> tuple[dt.datetime, ...]:
    """All moments after `after`, up to and with `until`; aware, in UTC, ascending."""
    if until <= after:
        return ()
    local = (_within_days if every.unit in _SECONDS else _on_dates)(every, zone, after, until, week_starts)
    return tuple(sorted({m for m in local if after < m <= until}))


def following(every: tree.Every, zone: str, after: dt.datetime, week_starts: int = 1) -> dt.datetime | None:
    """The first moment after `after`; None when the calendar ends before it."""
    for days in (1, 40, 400, 400 * max(every.count, 1)):
        try:
            found = occurrences(every, zone, after, after + days * DAY, week_starts)
        except (OverflowError, ValueError):
            return None
        if found:
            return found[0]
    return None


def _within_days(
    every: tree.Every, zone: str, after: dt.datetime, until: dt.datetime, _week_starts: int
) -> Iterator[dt.datetime]:
    """Steps of elapsed time from the start of each local day, or from the time that `at` names."""
    step = dt.timedelta(seconds=_SECONDS[every.unit or "hour"] * every.count)
    day, last = _local_day(after, zone), _local_day(until, zone)
    while day <= last:
        moment, end = _instant(dt.datetime.combine(day, _time(every)), zone), _instant(_midnight(day + DAY), zone)
        if moment < after:  # not one by one: there may be 86,400 of them
            moment += (after - moment) // step * step
        while moment < min(end, until + step):
            yield moment
            moment += step
        day += DAY


def _on_dates(
    every: tree.Every, zone: str, after: dt.datetime, until: dt.datetime, week_starts: int
) -> Iterator[dt.datetime]:
    """Local dates by a rule of the calendar, each at the time that `at` names."""
    first, last = _midnight(_local_day(after, zone) - DAY), _midnight(_local_day(until, zone) + DAY)
    for day in _rule(every, first, week_starts).between(first, last, inc=True):
        yield _instant(dt.datetime.combine(day.date(), _time(every)), zone)


def _rule(every: tree.Every, first: dt.datetime, week_starts: int) -> rrule:
    """The rule, begun at its last date up to `first`, so that nothing has to be counted from 1970."""
    if every.weekdays:
        days = [_WEEKDAYS.index(d.casefold()) for d in every.weekdays]
        return rrule(WEEKLY, dtstart=first, byweekday=days)
    if every.unit in _MONTHS:
        months = every.count * _MONTHS[every.unit]
        number = (first.year - 1970) * 12 + first.month - 1
        year, month = divmod(number - number % months, 12)
        wanted = every.day or 1
        choice = {"bymonthday": wanted} if wanted <= 28 else {"bymonthday": [*range(28, wanted + 1)], "bysetpos": -1}
        return rrule(MONTHLY, interval=months, dtstart=dt.datetime(1970 + year, month + 1, 1), **choice)
    weekly = every.unit == "week"
    anchor = _MONDAY + (week_starts - 1) * DAY if weekly else _MONDAY
    length = every.count * (7 if weekly else 1)
    begin = first - ((first.date() - anchor).days % length) * DAY
    return rrule(DAILY, interval=length, dtstart=begin)


def _time(every: tree.Every) -> dt.time:
    return dt.time.fromisoformat(every.at.rjust(5, "0")) if every.at else dt.time()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def _local_day(moment: dt.datetime, zone: str) -> dt.date:
    return to_local(moment.astimezone(dt.UTC).replace(tzinfo=None), zone).date()


def _instant(local: dt.datetime, zone: str) -> dt.datetime:
    return to_utc(local, zone).replace(tzinfo=dt.UTC)

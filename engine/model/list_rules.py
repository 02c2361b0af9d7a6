"""How far reports on a list may look: the clauses `analyse`, `at most`, `refresh` and `rules` of a list, as numbers."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.nodes import dataclass

Counted = Callable[[tree.Count], int]
"""Gives the number behind a count that may be a parameter."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time in whole units: 60 days, 3 months."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a list's clauses say. None: no limit.

    `before` and `after` count from the local date on which the list was taken, both ends included; `at_most` is the
    longest period of a report in days; `every` is how often it is refreshed, `lasting` for how long.
    """

    before: Length | None = None
    after: Length | None = None
    at_most: int | None = None
    every: Length | None = None
    lasting: Length | None = None

    def bounds(self, taken: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last date that a report on a list taken on this date may cover."""
        first = dt.date.min if self.before is None else moved(taken, self.before, -1)
        last = dt.date.max if self.after is None else moved(taken, self.after, 1)
        return first, last

    def expires_at(self, taken: dt.datetime) -> dt.datetime | None:
        """When refreshing ends; afterwards values stay as they are. None: never."""
        return None if self.lasting is None else later(taken, self.lasting)


SHOPLINE = ListRules(Length(60, "day"), Length(180, "day"), 90, Length(1, "hour"), Length(180, "day"))
NAMED: Mapping[str, ListRules] = {"shopline": SHOPLINE}
"""What may stand behind `rules`."""

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


def list_rules(decl: tree.ListDecl, counted: Counted | None = None) -> ListRules:
    """The rules of a list: those named by `rules`, then what its own clauses say."""
    count = counted or _written
    rules = NAMED.get(decl.rules.name.key, ListRules()) if decl.rules else ListRules()
    if decl.analyse is not None:
        rules = replace(rules, before=_length(decl.analyse.before, count), after=_length(decl.analyse.after, count))
    if decl.at_most is not None:
        rules = replace(rules, at_most=_days(_length(decl.at_most.duration, count)))
    if decl.refresh is not None:
        lasting = decl.refresh.lasting
        rules = replace(
            rules, every=interval(decl.refresh.every), lasting=None if lasting is None else _length(lasting, count)
        )
    return rules


def interval(every: tree.Every) -> Length:
    """How far apart the times of `every ...` lie at most."""
    return Length(every.count, every.unit) if every.unit else Length(1, "week")


def _written(count: tree.Count) -> int:
    return int(count.value) if isinstance(count, tree.Number) else 0


def _length(duration: tree.Duration, count: Counted) -> Length:
    return Length(count(duration.count), duration.unit)


def _days(length: Length) -> int:
    """A length as a number of days; months count 31, so that no month is too long for its own limit."""
    return length.count * (_DAYS.get(length.unit) or 31 * _MONTHS.get(length.unit, 1))


def moved(day: dt.date, length: Length, sign: int) -> dt.date:
    """The date this long before (-1) or after (1) another; a day the month lacks is its last day."""
    if length.unit in _MONTHS:
        months = day.year * 12 + day.month - 1 + sign * length.count * _MONTHS[length.unit]
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    return day + sign * dt.timedelta(days=length.count * _DAYS.get(length.unit, 1))


def later(moment: dt.datetime, length: Length) -> dt.datetime:
    """The moment this long after another: elapsed time, months and years by the calendar."""
    if length.unit in _MONTHS:
        return dt.datetime.combine(moved(moment.date(), length, 1), moment.timetz())
    return moment + dt.timedelta(seconds=length.count * _SECONDS[length.unit])

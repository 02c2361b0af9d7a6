"""Zones without the database's help: the offset of a time is a CASE over the changes of the clock in its range.

The first of two local times is meant in autumn; a local time that does not exist in spring moves forward by the gap.
Both follow from one rule: until the later of the two local times of a change, the offset before it holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E

Changes = tuple[tuple[dt.datetime, int, int], ...]
"""Changes of a clock: the instant (naive UTC), seconds east of UTC before and after."""

_EARLIEST, _LATEST = dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)


def changes(zone: str, low: dt.datetime, high: dt.datetime) -> tuple[int, Changes]:
    """The offset at the beginning of a range and all changes within it, a day around included."""
    info = ZoneInfo(zone)
    start = max(low - dt.timedelta(days=2), _EARLIEST)
    end = min(high + dt.timedelta(days=2), _LATEST)
    first = at = _offset(info, start)
    found: list[tuple[dt.datetime, int, int]] = []
    day = start
    while day < end:
        following = day + dt.timedelta(days=1)
        then = _offset(info, following)
        if then != at:
            found.append((_moment_of(info, day, following, at), at, then))
        day, at = following, then
    return first, tuple(found)


def _offset(info: ZoneInfo, instant: dt.datetime) -> int:
    offset = instant.replace(tzinfo=dt.UTC).astimezone(info).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _moment_of(info: ZoneInfo, low: dt.datetime, high: dt.datetime, before: int) -> dt.datetime:
    """The second at which the offset changes, between two instants."""
    while (high - low) > dt.timedelta(seconds=1):
        middle = low + dt.timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(info, middle) == before else (low, middle)
    return high


def offset(zones: Mapping[str, tuple[int, Changes]], zone: E | None, time: E, *, local: bool) -> E | None:
    """The offset of a time as an interval: of a local time, or of an instant. `zone` names it per row when there are
    several zones. None when it is nought throughout."""
    if len(zones) == 1 or zone is None:
        return _one(next(iter(zones.values())), time, local=local)
    branches = [
        (build.binary(exp.EQ, zone.copy(), build.text(name)), _one(found, time, local=local) or _interval(0))
        for name, found in zones.items()
    ]
    return build.case(branches, _interval(0))


def _one(found: tuple[int, Changes], time: E, *, local: bool) -> E | None:
    first, steps = found
    if not steps:
        return _interval(first) if first else None
    branches = []
    for instant, before, after in steps:
        until = instant + dt.timedelta(seconds=max(before, after)) if local else instant
        branches.append((build.binary(exp.LT, time.copy(), build.moment(until)), _interval(before)))
    return build.case(branches, _interval(steps[-1][2]))


def _interval(seconds: int) -> E:
    return exp.Interval(this=build.text(str(seconds)), unit=exp.Var(this="SECOND"))


def to_utc(zones: Mapping[str, tuple[int, Changes]], zone: E | None, time: E) -> E:
    """The instant of a local time."""
    found = offset(zones, zone, time, local=True)
    return time if found is None else build.binary(exp.Sub, time, exp.Paren(this=found))


def to_local(zones: Mapping[str, tuple[int, Changes]], zone: E | None, instant: E) -> E:
    """The local time of an instant."""
    found = offset(zones, zone, instant, local=False)
    return instant if found is None else build.binary(exp.Add, instant, exp.Paren(this=found))

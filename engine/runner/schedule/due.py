"""What to do about the moments that have come, given what was decided before. A function of its arguments alone.

Everything is asked of the set of intervals, never of "the last time": a clock that was wrong for a while neither
repeats what was done nor loses what was not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from patron.dsl.nodes import dataclass

ATTEMPTS = 3
"""How often an interval is begun: one whose process dies each time is given up."""
ON_TIME = dt.timedelta(hours=1)
"""For `if missed skip`: who comes later than this has missed it, or later than the next one."""
BACK = dt.timedelta(days=7)
"""How far back one looks when the clock was ahead of time before."""
MOST = 1000
"""How many moments of one task are made up for; older ones are left out."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one interval: begun (and its process is gone), done, failed, skipped."""

    state: str
    attempts: int
    at: dt.datetime
    again_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The moments to do, in this order; those to leave out; those whose attempts are used up."""

    do: tuple[dt.datetime, ...] = ()
    leave: tuple[dt.datetime, ...] = ()
    give_up: tuple[dt.datetime, ...] = ()
    waiting: tuple[dt.datetime, ...] = ()
    """Failed ones that are tried again, later than now."""


def window(since: dt.datetime, settled: dt.datetime, now: dt.datetime) -> dt.datetime:
    """From where on moments are looked at. What was written down by a clock ahead of this one counts for nothing."""
    if since > now:
        return now
    return settled if settled <= now else max(since, now - BACK)


def due(moments: tuple[dt.datetime, ...], decided: Mapping[dt.datetime, Decided], now: dt.datetime, policy: str) -> Due:
    """What to do about these moments, ascending and none later than now."""
    give_up = tuple(m for m in moments if _is_used_up(decided.get(m)))
    waiting = tuple(m for m in moments if m not in give_up and _waits(decided.get(m), now))
    open_ones = tuple(m for m in moments if m not in give_up and m not in waiting and _is_open(decided.get(m), now))
    if not open_ones:
        return Due((), (), give_up, waiting)
    if policy == "all":
        return Due(open_ones[-MOST:], open_ones[:-MOST], give_up, waiting)
    newest = max((m for m in moments if (d := decided.get(m)) is not None and d.state == "done"), default=None)
    last = open_ones[-1]
    wanted = (newest is None or last > newest) and (policy == "latest" or _is_on_time(last, moments, decided, now))
    do = (last,) if wanted else ()
    return Due(do, tuple(m for m in open_ones if m not in do), give_up, waiting)


def _is_open(decided: Decided | None, now: dt.datetime) -> bool:
    """Whether something is still to be done. What was left out by a clock ahead of this one was not left out."""
    match decided.state if decided is not None else "":
        case "" | "begun":
            return True
        case "skipped":
            return decided is not None and decided.at > now
        case "failed":
            return decided is not None and decided.again_at is not None
    return False


def _is_used_up(decided: Decided | None) -> bool:
    return decided is not None and decided.state == "begun" and decided.attempts >= ATTEMPTS


def _waits(decided: Decided | None, now: dt.datetime) -> bool:
    """A failed one whose time has not come again; not for longer than a day, in case the clock was ahead."""
    if decided is None or decided.state != "failed" or decided.again_at is None:
        return False
    return now < decided.again_at < now + dt.timedelta(days=1)


def _is_on_time(
    moment: dt.datetime, moments: tuple[dt.datetime, ...], decided: Mapping[dt.datetime, Decided], now: dt.datetime
) -> bool:
    """Whether nobody can say that this was missed. One that was begun in time is brought to its end."""
    return moment in decided or (moment == moments[-1] and now - moment <= ON_TIME)

"""When people buy: two years with seasons, weekdays and hours."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from itertools import accumulate

from patron.engine.runner.demo.draws import Draws

FIRST_DAY = dt.date(2024, 6, 1)
LAST_DAY = dt.date(2026, 5, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
END = dt.datetime(2026, 5, 31, 21, 0)

MONTHS = (60, 70, 115, 160, 175, 120, 85, 80, 95, 90, 105, 145)
"""January to December: spring is for planting, December for presents."""
WEEKDAYS = (75, 80, 85, 95, 115, 155, 95)
HOURS = {9: 6, 10: 10, 11: 12, 12: 13, 13: 9, 14: 9, 15: 10, 16: 13, 17: 16, 18: 12, 19: 6, 20: 3}


def _weight(number: int) -> int:
    day = FIRST_DAY + dt.timedelta(number)
    growth = 100 + number * 45 // DAYS
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * growth


_SUMS = list(accumulate(_weight(n) for n in range(DAYS)))


def busy_day(draws: Draws, first: int = 0, last: int = DAYS - 1) -> int:
    """The number of a day from first to last, busy days more often."""
    low = _SUMS[first - 1] if first else 0
    return bisect_right(_SUMS, low + draws.below(_SUMS[last] - low))


def day(number: int) -> dt.date:
    """The date of a day's number."""
    return FIRST_DAY + dt.timedelta(number)


def moment(draws: Draws, number: int) -> dt.datetime:
    """A moment of that day while the shop is open."""
    hour = draws.weighted(tuple(HOURS), tuple(HOURS.values()))
    time = dt.time(hour, draws.below(60), draws.below(60))
    return min(dt.datetime.combine(day(number), time), END)


def later(when: dt.datetime, draws: Draws, low: int, high: int) -> dt.datetime:
    """So many minutes later, never after the end."""
    return min(when + dt.timedelta(minutes=draws.between(low, high), seconds=draws.below(60)), END)

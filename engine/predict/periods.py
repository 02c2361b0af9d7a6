"""Sales cut in periods of equal length that end today, so that each compares with each."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, Ints

Bools: TypeAlias = NDArray[np.bool_]

YEAR = 364
"""Days of a year that begins on the same weekday: Saturdays stand beside Saturdays."""


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold, an entry per item and day; items are numbered from 0, those without a past too."""

    item: Ints
    day: Ints  # days since 1970-01-01; what lies after `today` is not looked at
    units: Floats
    revenue: Floats
    today: int
    items: int


@dataclass(frozen=True, slots=True)
class Past:
    """One measure, units or revenue, of the items that had a past by the end of the last period."""

    amount: Floats  # by item and period, the oldest first; negative where more came back than was sold
    year_ago: Floats  # the same days of the year before, of each period and of the next one
    since: Ints  # by item: the first period whose days of the year before are all within its past
    age: Ints  # by item: periods since the one of its first sale; 0 is the last one
    horizon: int
    years: int  # the first period whose days of the year before are all within the history

    @property
    def periods(self) -> int:
        return int(self.amount.shape[1])

    @property
    def a_year(self) -> bool:
        """Whether the next period has a year before it."""
        return self.years <= self.periods

    @property
    def two_years(self) -> bool:
        """Whether the last year has a year before it."""
        return self.years <= self.periods - self.season

    @property
    def season(self) -> int:
        """How many periods a year has."""
        return max(YEAR // self.horizon, 1)

    def of(self, rows: Bools) -> Past:
        """The past of some of the items."""
        parts = (self.amount[rows], self.year_ago[rows], self.since[rows], self.age[rows])
        return Past(*parts, self.horizon, self.years)

    def before(self, period: int) -> Past:
        """What was known before a period, of the items that had a past then."""
        amount, year_ago = self.amount[:, :period], self.year_ago[:, : period + 1]
        past = Past(amount, year_ago, self.since, self.age - (self.periods - period), self.horizon, self.years)
        return past.of(past.age >= 0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Sales by item and whole period, as far back as there are any."""

    horizon: int
    today: int
    first: int  # the first day with a sale; after today when there is none
    begun: Ints  # by item the same
    units: Floats
    revenue: Floats
    units_year_ago: Floats
    revenue_year_ago: Floats

    @property
    def periods(self) -> int:
        return int(self.units.shape[1])

    @property
    def days(self) -> int:
        """How long the history is."""
        return self.today - self.first + 1

    def origin(self, back: int) -> int:
        """The last day that was known so many periods ago."""
        return self.today - back * self.horizon

    def known(self, back: int = 0) -> Bools:
        """The items that had a past so many periods ago."""
        return np.asarray(self.begun <= self.origin(back))

    def past(self, target: str, back: int = 0) -> Past:
        """What was known so many periods ago."""
        until, known = self.periods - back, self.known(back)
        amount, year_ago = getattr(self, target), getattr(self, f"{target}_year_ago")
        begun = self.begun[known]
        return Past(
            amount[known, :until],
            year_ago[known, : until + 1],
            self._a_year_after(begun),
            (self.origin(back) - begun) // self.horizon,
            self.horizon,
            int(self._a_year_after(np.array([self.first]))[0]),
        )

    def actual(self, target: str, back: int) -> Floats:
        """What happened in the period that was the next one so many periods ago, to the items known then."""
        return np.asarray(getattr(self, target)[self.known(back), self.periods - back])

    def _a_year_after(self, day: Ints) -> Ints:
        """The first period that lies wholly a year after a day; none for periods longer than a year."""
        if self.horizon > YEAR:
            return np.full(len(day), self.periods + 1)
        start = self.origin(self.periods) + 1
        return np.asarray(np.maximum(-((start - YEAR - day) // self.horizon), 0))


def calendar(sales: Sales, horizon: int) -> Calendar:
    """The whole periods between the first sale and today."""
    seen = np.flatnonzero(sales.day <= sales.today)
    seen = seen[np.lexsort((sales.day[seen], sales.item[seen]))]
    item, day = sales.item[seen], sales.day[seen]
    begun = np.full(sales.items, sales.today + 1, dtype=np.int64)
    np.minimum.at(begun, item, day)
    first = int(begun.min(initial=sales.today + 1))
    periods = (sales.today + 1 - first) // horizon
    start = sales.today + 1 - periods * horizon

    def sums(amount: Floats, later: int, wide: int) -> Floats:
        period = (day + later - start) // horizon
        inside = (period >= 0) & (period < wide)
        cells = item[inside].astype(np.int64) * wide + period[inside]
        found: Floats = np.bincount(cells, amount[inside], sales.items * wide).astype(
            np.float64
        )  # of nothing: whole numbers
        return found.reshape(sales.items, wide)

    units, revenue = sales.units[seen], sales.revenue[seen]
    now = (sums(units, 0, periods), sums(revenue, 0, periods))
    before = (sums(units, YEAR, periods + 1), sums(revenue, YEAR, periods + 1))
    return Calendar(horizon, sales.today, first, begun, *now, *before)

"""Purchase days, and what is known of every person on a date."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from patron.dsl.nodes import dataclass
from patron.engine.predict.settings import Wanted

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.integer[Any]]

GAPS_NEEDED = 30  # before their mean is the house gap: as in the pack `lifecycle`


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchase days, by person and day. Arrays may be of smaller types than these."""

    person: Ints  # 0 .. people-1, rising
    day: Ints  # days since 1970-01-01, rising within a person
    orders: Ints  # orders on that day, 1 or more
    amount: Floats  # money of that day's orders
    squares: Floats  # sum of the squares of its orders' amounts
    today: int  # as of

    @property
    def days(self) -> int:
        """Days of history."""
        return self.today - int(self.day.min()) if len(self.day) else 0

    def until(self, at: int) -> Purchases:
        """What was known at the end of a day."""
        return self._where(self.day <= at, at)

    def of(self, step: int) -> Purchases:
        """The purchase days of every so many-th person. Of very many, only theirs are looked at."""
        if step <= 1 or not len(self.person):
            return self
        some = np.arange(0, int(self.person[-1]) + 1, step, dtype=self.person.dtype)
        begin, end = (np.searchsorted(self.person, some, side=side) for side in ("left", "right"))
        ends = np.cumsum(lengths := end - begin)
        return self._only(np.repeat(begin - ends + lengths, lengths) + np.arange(ends[-1]), self.today)

    def pieces(self, people: int) -> Iterator[Purchases]:
        """So many people at a time, each with all of her purchase days."""
        last = int(self.person[-1]) if len(self.person) else -1
        firsts = np.arange(0, last + 1 + people, people, dtype=self.person.dtype)
        ends = np.searchsorted(self.person, firsts)
        for begin, end in pairwise(ends.tolist()):
            yield self._only(slice(begin, end), self.today)

    def _where(self, kept: NDArray[np.bool_], today: int) -> Purchases:
        return self if kept.all() and today == self.today else self._only(kept, today)

    def _only(self, kept: Any, today: int) -> Purchases:
        columns = (self.person, self.day, self.orders, self.amount, self.squares)
        person, day, orders, amount, squares = (column[kept] for column in columns)
        return Purchases(person, day, orders, amount, squares, today)


@dataclass(frozen=True, slots=True)
class History:
    """One entry per person who had bought by a date: what the models know of her."""

    people: Ints  # her number in the purchases
    starts: Ints  # where her purchase days begin there
    repeats: Ints  # x: purchase days after the first
    first: Ints
    last: Ints
    orders: Ints
    spend: Floats
    squares: Floats
    at: int

    @property
    def span(self) -> Ints:
        """tx: days from the first purchase day to the last."""
        return self.last - self.first

    @property
    def age(self) -> Ints:
        """T: days since the first purchase."""
        return self.at - self.first

    @property
    def wait(self) -> Ints:
        """Days since the last purchase."""
        return self.at - self.last

    @property
    def mean(self) -> Floats:
        """The mean order of each person."""
        return self.spend / self.orders


def history(purchases: Purchases) -> History:
    """Persons with a purchase, in order. The purchase days end with the day they are known at."""
    person, size = purchases.person, len(purchases.person)
    starts = begins(person)
    ends = np.append(starts[1:], size) - 1 if size else starts
    return History(
        people=person[starts],
        starts=starts,
        repeats=ends - starts,
        first=purchases.day[starts],
        last=purchases.day[ends],
        orders=totals(purchases.orders, starts),
        spend=totals(purchases.amount, starts),
        squares=totals(purchases.squares, starts),
        at=purchases.today,
    )


def begins(person: Ints) -> Ints:
    """Where the entries of each person begin."""
    if not len(person):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate(([True], person[1:] != person[:-1])))


def totals(values: Any, starts: Ints) -> Any:
    """Sums of the stretches that begin at the given places: each alone, whoever else there is."""
    return np.add.reduceat(values, starts) if len(starts) else values[:0]


def house_gap(span: int, repeats: int, wanted: Wanted) -> float:
    """The mean gap between purchase days of everybody."""
    if wanted.house_gap is not None:
        return wanted.house_gap
    return max(span / repeats, 1.0) if repeats >= GAPS_NEEDED else wanted.house_gap_default


def window(purchases: Purchases, known: History, days: int) -> tuple[Floats, Floats, Floats]:
    """Purchase days, orders and money of the last so many days, by person."""
    within = purchases.day > purchases.today - days
    return (
        totals(within.astype(np.float64), known.starts),
        totals(np.where(within, purchases.orders, 0).astype(np.float64), known.starts),
        totals(np.where(within, purchases.amount, 0.0), known.starts),
    )

"""What the next order is worth: a person's own mean and the house's, weighed by Bühlmann's credibility."""

from __future__ import annotations

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, History

MOST = 1000.0
HARDLY = 0.1  # the own mean of somebody with the usual number of orders counts less than this


@dataclass(frozen=True, slots=True)
class Credibility:
    """A person's own mean counts as much as `k` orders of the house mean."""

    k: float
    house: float
    usual: float  # orders of a person, on average

    def value(self, known: History) -> Floats:
        """The next order of every person, never below nothing."""
        own = (known.spend + self.k * self.house) / (known.orders + self.k)
        return np.asarray(np.maximum(own, 0.0))

    @property
    def says_nothing(self) -> bool:
        """Whether order sizes hardly tell one person from another."""
        return self.usual / (self.usual + self.k) < HARDLY


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over people, which the sums over other people can be added to."""

    people: int
    orders: float
    orders_squared: float
    spend: float
    squares: float  # of orders
    means: float  # of people
    between: float  # orders times the squared mean of each person
    inside: float  # squared distances of orders from the mean of their person

    def __add__(self, other: Moments) -> Moments:
        return Moments(*(getattr(self, one) + getattr(other, one) for one in self.__match_args__))


def moments(known: History) -> Moments:
    """What credibility needs of people."""
    n, mean = known.orders.astype(np.float64), known.mean
    between = n * mean**2
    inside = np.maximum(known.squares - between, 0.0)
    sums = (float(one.sum()) for one in (n, n**2, known.spend, known.squares, mean, between, inside))
    return Moments(len(known.people), *sums)


def fit_credibility(seen: Moments) -> Credibility:
    """How much orders of one person differ, beside how much persons do."""
    n, people = seen.orders, seen.people
    within = seen.inside / max(n - people, 1.0)
    spread = seen.between - seen.spend**2 / n
    level = max(seen.squares / n, 1e-300)
    rest = n - seen.orders_squared / n
    between = (spread - (people - 1) * within) / rest if rest > 0 else 0.0
    k = min(within / max(between, 1e-12 * level), MOST)
    return Credibility(k if k > 1e-9 else 0.0, seen.means / people, n / people)

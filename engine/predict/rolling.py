"""Looking back from several past dates: what was known then, and what was bought next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, History, Ints, Purchases, begins, history, totals

SHIFTS = range(0, 71, 14)  # days between the latest origin and the others
LEAST = 60  # days to learn from before an origin


@dataclass(frozen=True, slots=True)
class Looking:
    """What was known at an origin, and the purchase days of every person within the days after it."""

    purchases: Purchases
    known: History
    bought: Floats


def label_days(purchases: Purchases, horizon: int) -> int:
    """How far ahead of an origin is looked: the horizon, or less of a short history."""
    return max(int(min(horizon, 0.45 * purchases.days)), 1)


def origins(purchases: Purchases, ahead: int) -> list[int]:
    """Dates with enough before them and all of the label's days after them, the latest first."""
    least = max(LEAST, purchases.days / 5)
    dates = [purchases.today - ahead - shift for shift in SHIFTS]
    return [date for date in dates if date - (purchases.today - purchases.days) >= least]


def looking_back(purchases: Purchases, ahead: int) -> Iterator[Looking]:
    """From one origin after another."""
    for origin in origins(purchases, ahead):
        known = history(then := purchases.until(origin))
        yield Looking(then, known, *after(purchases, known, ahead, 1))


def after(purchases: Purchases, known: History, days: int, *columns: Ints | Floats | int) -> list[Floats]:
    """Sums of columns over known persons' purchase days within so many days after what was known; of 1, how many."""
    within = (purchases.day > known.at) & (purchases.day <= known.at + days)
    starts = begins(purchases.person)
    place = np.searchsorted(purchases.person[starts], known.people)
    return [totals(np.where(within, column, 0).astype(np.float64), starts)[place] for column in columns]

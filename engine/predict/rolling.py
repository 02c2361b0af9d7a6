"""Looking back from several past dates: what was known then, and what was bought next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, History, Purchases, begins, history, totals

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
        yield Looking(then, known, after(purchases, known, ahead)[0])


def after(purchases: Purchases, known: History, days: int) -> tuple[Floats, Floats, Floats]:
    """Purchase days, orders and money of known persons within so many days after what was known."""
    within = (purchases.day > known.at) & (purchases.day <= known.at + days)
    starts = begins(purchases.person)
    place = np.searchsorted(purchases.person[starts], known.people)
    counts, orders, money = (
        totals(np.where(within, column, 0).astype(np.float64), starts)[place]
        for column in (1, purchases.orders, purchases.amount)
    )
    return counts, orders, money

"""Distributions of the benchmark data as whole numbers: no float takes part, so every platform draws the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from itertools import pairwise

SLOTS = 65_536
FIRST_DAY = dt.date(2024, 1, 1)
LAST_DAY = dt.date(2025, 12, 31)
"""Nothing is sold on the last day: a report needs a calendar, not only the days that occur."""

MOST_ORDERS = 300
PRODUCTS = 5_000
WEEKDAYS = (90, 85, 90, 100, 125, 140, 110)
"""Monday to Sunday, against 100."""


def shares(weights: Sequence[int | Decimal]) -> list[int]:
    """For every slot the number of its weight: weights are spread over all slots, exactly and in order."""
    total = sum(Decimal(w) for w in weights)
    found: list[int] = []
    reached = Decimal(0)
    for number, weight in enumerate(weights):
        reached += Decimal(weight)
        found.extend([number] * (int(reached * SLOTS / total) - len(found)))
    return found + [len(weights) - 1] * (SLOTS - len(found))


def order_counts() -> list[int]:
    """Orders of a customer by slot: 15 % none, median 2, a power law above, p99 44, at most 300."""
    with localcontext() as context:
        context.prec = 28
        at_least = [Decimal(n) / 100 for n in (100, 85, 51, 36, 25, 19)]
        at_least += [Decimal("1.74") * Decimal(k) ** Decimal("-1.36") for k in range(6, MOST_ORDERS + 1)]
        at_least.append(Decimal(0))
        return shares([low - high for low, high in pairwise(at_least)])


def wave(position: int, length: int, height: int) -> int:
    """A whole-number wave around 0: parabolas in place of a sine."""
    half = length // 2
    at = position % length
    side = 1 if at < half else -1
    x = at if at < half else at - half
    return side * height * 4 * x * (half - x) // (half * half)


def day_weights() -> Iterator[int]:
    """How busy every day is: growth, a yearly and a half-yearly wave, weekdays; the last day is empty."""
    days = (LAST_DAY - FIRST_DAY).days
    for n in range(days):
        level = 10_000 + 6 * n + wave(n + 250, 365, 1_800) + wave(n + 120, 182, 900)
        yield level * WEEKDAYS[(FIRST_DAY + dt.timedelta(n)).weekday()]
    yield 0


def day_slots() -> list[dt.date]:
    """The day of every slot."""
    days = list(day_weights())
    return [FIRST_DAY + dt.timedelta(n) for n in shares(days[:-1])]


def product_slots() -> list[int]:
    """The product of every slot: number 1 has 2 %, the others fall off slowly."""
    with localcontext() as context:
        context.prec = 28
        weights = [Decimal(k) ** Decimal("-0.7") for k in range(2, PRODUCTS + 1)]
        first = sum(weights, Decimal(0)) * 2 / 98
        return [1 + n for n in shares([first, *weights])]

"""The lines that every model has to beat: they say that things go on as they were."""

from __future__ import annotations

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.credibility import Moments
from patron.engine.predict.purchases import Floats, History, Purchases, totals, window

YEAR = 365


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual among everybody."""

    history: int  # days
    per_day: float  # orders on a purchase day
    orders: float  # of a person, in as many days as are predicted
    money: float
    value: float  # of an order: the mean of the means of persons


def usual(purchases: Purchases, horizon: int, seen: Moments, repeats: int) -> Usual:
    """From all purchases and from what was summed up over people."""
    past = _past(purchases.days, horizon)
    late, people = purchases.day > purchases.today - past, seen.people
    orders, money = float(purchases.orders[late].sum()), float(purchases.amount[late].sum())
    share = horizon / past / people
    return Usual(purchases.days, seen.orders / (repeats + people), orders * share, money * share, seen.means / people)


def lines(
    purchases: Purchases, known: History, days: int, everybody: Usual
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Orders and money of every person within the coming days, by line."""
    past, size = _past(everybody.history, days), len(known.people)
    _, orders, money = window(purchases, known, past)
    rate = known.repeats / np.maximum(known.age, 1) * everybody.per_day * days
    said = {
        "repeat": (orders * (days / past), money * (days / past)),
        "own_rate": (rate, rate * known.mean),
        "mean": (np.full(size, everybody.orders), np.full(size, everybody.money)),
    }
    if everybody.history >= YEAR:
        said["last_year"] = _last_year(purchases, known, days)
    counts = {name: line[0] for name, line in said.items()}
    return counts, {name: np.maximum(line[1], 0.0) for name, line in said.items()}


def _past(history: int, days: int) -> int:
    """As many days as are predicted, or all that there are."""
    return max(min(days, history), 1)


def _last_year(purchases: Purchases, known: History, days: int) -> tuple[Floats, Floats]:
    """The same days a year before; of more than a year, that year again."""
    begin, length = purchases.today - YEAR, min(days, YEAR)
    within = (purchases.day > begin) & (purchases.day <= begin + length)
    orders = totals(np.where(within, purchases.orders, 0).astype(np.float64), known.starts)
    return orders * (days / length), totals(np.where(within, purchases.amount, 0.0), known.starts) * (days / length)


def order_values(purchases: Purchases, known: History, everybody: Usual) -> dict[str, Floats]:
    """The next order of every person: her last, her mean, everybody's."""
    ends = np.append(known.starts[1:], len(purchases.day)) - 1
    last = purchases.amount[ends] / purchases.orders[ends]
    said = {"repeat": last, "own_rate": known.mean, "mean": np.full(len(last), everybody.value)}
    return {name: np.maximum(line, 0.0) for name, line in said.items()}

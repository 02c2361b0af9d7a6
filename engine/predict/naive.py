"""The lines that every model has to beat: they say that things go on as they were."""

from __future__ import annotations

import numpy as np

from patron.engine.predict.purchases import Floats, History, Purchases, totals, window

YEAR = 365


def lines(
    purchases: Purchases, known: History, days: int, per_day: float
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Orders and money of every person within the coming days, by line."""
    past = max(min(days, purchases.days), 1)
    _, orders, money = window(purchases, known, past)
    rate = known.repeats / np.maximum(known.age, 1) * per_day * days
    repeat = orders * (days / past), money * (days / past)
    said = {"repeat": repeat, "own_rate": (rate, rate * known.mean)}
    said["mean"] = (np.full(len(rate), repeat[0].mean()), np.full(len(rate), repeat[1].mean()))
    if purchases.days >= YEAR:
        said["last_year"] = _last_year(purchases, known, days)
    return {name: line[0] for name, line in said.items()}, {
        name: np.maximum(line[1], 0.0) for name, line in said.items()
    }


def _last_year(purchases: Purchases, known: History, days: int) -> tuple[Floats, Floats]:
    """The same days a year before; of more than a year, that year again."""
    begin, length = purchases.today - YEAR, min(days, YEAR)
    within = (purchases.day > begin) & (purchases.day <= begin + length)
    orders = totals(np.where(within, purchases.orders, 0).astype(np.float64), known.starts)
    return orders * (days / length), totals(np.where(within, purchases.amount, 0.0), known.starts) * (days / length)


def order_values(purchases: Purchases, known: History) -> dict[str, Floats]:
    """The next order of every person: her last, her mean, everybody's."""
    ends = np.append(known.starts[1:], len(purchases.day)) - 1
    own = known.mean
    last = purchases.amount[ends] / purchases.orders[ends]
    said = {"repeat": last, "own_rate": own, "mean": np.full(len(own), own.mean())}
    return {name: np.maximum(line, 0.0) for name, line in said.items()}

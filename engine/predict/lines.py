"""Forecasts of the next period that are a line each: naive ones, exponential smoothing, the year before."""

from __future__ import annotations

import numpy as np

from patron.engine.predict.periods import Past
from patron.engine.predict.purchases import Floats

ALPHAS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
JUDGED = 4
"""So many periods choose how much the last one counts."""
GROWTH = (0.5, 2.0)


def repeat(past: Past) -> Floats:
    """The last period again."""
    return floored(past.amount[:, -1])


def mean(past: Past) -> Floats:
    """The mean of the last three periods."""
    return floored(past.amount[:, -3:].mean(axis=1))


def last_year(past: Past) -> Floats:
    """The same days of the year before."""
    return floored(past.year_ago[:, -1])


def levels(amount: Floats, alpha: float) -> Floats:
    """The smoothed level after each period: it starts at the first one, then takes up `alpha` of each surprise."""
    found = np.array(amount.T, order="C")  # a period at a time, so each lies together
    for period in range(1, len(found)):
        found[period] = alpha * found[period] + (1 - alpha) * found[period - 1]
    return found.T


def chosen_alpha(amount: Floats) -> float:
    """The one whose level missed the next period least, over the last four; of equal ones the smallest."""
    first = max(amount.shape[1] - JUDGED, 1)

    def missed(alpha: float) -> float:
        said = floored(levels(amount, alpha)[:, first - 1 : -1])
        return round(float(np.abs(amount[:, first:] - said).sum()), 6)

    return min(ALPHAS, key=missed)


def smooth(past: Past, alpha: float) -> Floats:
    """The smoothed level after the last period."""
    return floored(levels(past.amount, alpha)[:, -1])


def seasonal(past: Past, otherwise: Floats) -> Floats:
    """The year before times the item's own growth since; `otherwise` for items that are younger than that."""
    last = np.arange(past.periods - past.season, past.periods)
    compared = last >= past.since[:, None]
    now = (past.amount[:, last] * compared).sum(axis=1)
    before = (past.year_ago[:, last] * compared).sum(axis=1)
    growth = np.clip(np.divide(now, before, out=np.ones(len(now)), where=before > 0), *GROWTH)
    return np.where(past.since <= past.periods, last_year(past) * growth, otherwise)


def floored(amount: Floats) -> Floats:
    """Nobody is told to expect less than nothing."""
    return np.maximum(amount, 0.0)

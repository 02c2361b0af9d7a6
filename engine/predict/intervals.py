"""How far off predictions were, and between which figures the next ones are expected to lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import stdtrit

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats

TENTHS = 10
FEW = 20  # rows of a tenth: as many or fewer say less than all rows together
EVEN = 0.1  # orders: what is hardly expected still varies
ORIGINS = 3  # a spread needs as many
WIDEST = 100  # times the sum


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of a back-test by tenth of what was predicted, in units of the root of what was predicted."""

    unit: float  # 1 for orders; for money, the house's order
    cuts: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Errors:
        return cls(said["unit"], *(tuple(said[name]) for name in "cuts low high".split()))

    def around(self, predicted: Floats, *, whole: bool) -> tuple[Floats, Floats]:
        """Low and high of every person; orders are whole numbers."""
        units = predicted / self.unit
        tenth, width = np.searchsorted(self.cuts, units, side="right"), np.sqrt(units + EVEN)
        low, high = units + np.array(self.low)[tenth] * width, units + np.array(self.high)[tenth] * width
        if whole:
            low, high = np.rint(low), np.rint(high)
        return np.maximum(low, 0.0) * self.unit, np.maximum(high, 0.0) * self.unit


def fit_errors(predicted: Floats, actual: Floats, interval: float, unit: float = 1.0) -> Errors:
    """Errors between which so large a share of them lies."""
    units = predicted / unit
    cuts = np.quantile(units, np.arange(1, TENTHS) / TENTHS)
    error, tenth = (actual / unit - units) / np.sqrt(units + EVEN), np.searchsorted(cuts, units, side="right")
    ends = [(1 - interval) / 2, (1 + interval) / 2]
    all_rows = _ends(error, ends)
    found = [
        _ends(error[tenth == number], ends) if np.count_nonzero(tenth == number) > FEW else all_rows
        for number in range(TENTHS)
    ]
    low, high = np.array(found).T
    return Errors(unit, tuple(cuts.tolist()), tuple(low.tolist()), tuple(high.tolist()))


def _ends(error: Floats, ends: Sequence[float]) -> tuple[float, float]:
    """Errors that have occurred, the outer ones of two that would do."""
    return float(np.quantile(error, ends[0], method="lower")), float(np.quantile(error, ends[1], method="higher"))


def covered(errors: Errors, predicted: Floats, actual: Floats, *, whole: bool) -> float:
    """The share of persons whose figure came to lie within."""
    low, high = errors.around(predicted, whole=whole)
    slack = 1e-9 * errors.unit
    return float(((actual >= low - slack) & (actual <= high + slack)).mean())


def halves(predicted: Floats, actual: Floats, interval: float, unit: float, *, whole: bool) -> float | None:
    """Coverage where there is no earlier origin: every second person by the errors of the others."""
    if len(predicted) < 2:
        return None
    inside = 0.0
    for half in (0, 1):
        learned, judged = slice(half, None, 2), slice(1 - half, None, 2)
        errors = fit_errors(predicted[learned], actual[learned], interval, unit)
        inside += covered(errors, predicted[judged], actual[judged], whole=whole) * len(predicted[judged])
    return inside / len(predicted)


def band(ratios: Sequence[float], interval: float, longer: float = 1.0) -> tuple[float, float] | None:
    """Between which multiples of it a sum is expected, from predicted ÷ actual of past origins.

    The spread is that of the ratios around 1, their common bias in it: what was too low last time need not be so again.
    Where they were of fewer days than are predicted, it grows with the root of the days. None with too few ratios, and
    where the band would be from a hundredth to a hundred times the sum: it says nothing.
    """
    if len(ratios) < ORIGINS:
        return None
    spread = math.sqrt(sum(math.log(ratio) ** 2 for ratio in ratios) / len(ratios) * longer)
    far = float(stdtrit(len(ratios) - 1, (1 + interval) / 2)) * spread
    return (math.exp(-far), math.exp(far)) if far < math.log(WIDEST) else None

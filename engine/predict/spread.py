"""How far forecasts of items have been off, and from that how far the next ones may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.periods import Bools
from patron.engine.predict.purchases import Floats

TENTHS = 10
FEW = 20
"""A tenth with as many errors or fewer takes those of all items."""
SMALL = 0.05
"""Added to an item's size, in multiples of the mean item's, so that small items have a size to be off by."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Errors in multiples of an item's size: the least and the most to expect, by tenth of what was predicted."""

    cuts: tuple[float, ...]  # in multiples of the mean forecast; a tenth ends with its cut
    low: tuple[float, ...]
    high: tuple[float, ...]

    def around(self, predicted: Floats) -> tuple[Floats, Floats]:
        """The interval of each item; it holds the forecast itself, and nothing less than nothing."""
        tenth = np.searchsorted(np.array(self.cuts), _share(predicted))
        size = _size(predicted)
        low = np.clip(predicted + np.array(self.low)[tenth] * size, 0.0, predicted)
        return low, np.maximum(predicted + np.array(self.high)[tenth] * size, predicted)

    def to_json(self) -> dict[str, Any]:
        return {"cuts": [*self.cuts], "low": [*self.low], "high": [*self.high]}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Spread:
        cuts, low, high = (tuple(map(float, said[name])) for name in ("cuts", "low", "high"))
        if not len(cuts) + 1 == len(low) == len(high):
            raise ValueError("a tenth has no interval")
        return cls(cuts, low, high)


def spread(folds: Sequence[tuple[Floats, Floats]], interval: float) -> Spread | None:
    """From predicted and actual amounts of past periods; None where there are too few to leave some outside."""
    folds = [(predicted, actual) for predicted, actual in folds if len(predicted) and predicted.mean() > 0]
    if not folds:
        return None
    shares = np.concatenate([_share(predicted) for predicted, _ in folds])
    errors = np.concatenate([(actual - predicted) / _size(predicted) for predicted, actual in folds])
    everywhere = _within(errors, interval)
    if everywhere is None:
        return None
    cuts = np.quantile(shares, np.arange(1, TENTHS) / TENTHS)
    tenth = np.searchsorted(cuts, shares)
    groups = [errors[tenth == one] for one in range(TENTHS)]
    ends = [(_within(one, interval) if len(one) > FEW else None) or everywhere for one in groups]
    return Spread(tuple(map(float, cuts)), tuple(low for low, _ in ends), tuple(high for _, high in ends))


def coverage(folds: Sequence[tuple[Floats, Floats]], interval: float) -> float | None:
    """The share of items that fell into intervals made of older periods alone; None where there are none."""
    inside: list[Bools] = []
    for at, (predicted, actual) in enumerate(folds):
        if (older := spread(folds[:at], interval)) is not None:
            low, high = older.around(predicted)
            inside.append((low <= actual) & (actual <= high))
    return float(np.concatenate(inside).mean()) if any(map(len, inside)) else None


def _share(predicted: Floats) -> Floats:
    """In multiples of the mean item's."""
    mean = predicted.mean() if len(predicted) else 0.0
    return predicted / mean if mean > 0 else np.zeros(len(predicted))


def _size(predicted: Floats) -> Floats:
    """What an error is measured against."""
    return predicted + SMALL * predicted.mean() if len(predicted) else predicted


def _within(errors: Floats, interval: float) -> tuple[float, float] | None:
    """The errors that leave as many out on either side as the interval allows, counting the one to come."""
    out = int((len(errors) + 1) * (1 - interval) / 2 + 1e-9)
    if not out:
        return None
    ordered = np.sort(errors)
    return float(ordered[out - 1]), float(ordered[-out])

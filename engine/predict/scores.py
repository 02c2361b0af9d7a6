"""How good a prediction was: one row of a back-test."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, Ints
from patron.engine.predict.threads import dot

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """A prediction made at `origin` for so many days, beside what happened. What cannot be said is None."""

    target: str  # orders, order_value, lifetime_value, units, revenue
    level: str  # customer, product, category, brand
    model: str
    used: bool
    origin: int  # the last day that was known
    days: int
    n: int
    mae: float
    rmse: float
    wape: float | None  # sum of errors / sum of what happened
    ratio: float | None  # predicted / actual
    rank_correlation: float | None
    gini: float | None  # of the predicted order, as a share of the perfect order's
    decile_error: float | None
    top_tenth: float | None  # share of what happened that the tenth predicted highest holds
    coverage: float | None = None
    deciles: tuple[tuple[float, float], ...] = ()  # predicted and actual sum of each tenth, the highest first
    last_origin: int | None = None  # of predictions made on several days, one period after another; else None

    def __post_init__(self) -> None:
        for name in "mae rmse wape ratio rank_correlation gini decile_error top_tenth coverage".split():
            value = getattr(self, name)
            if value is not None and not np.isfinite(value):
                raise ArithmeticError(f"the back-test of {self.model} gives {value} as {name} of {self.target}")

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Scored:
        """The row again, of the plain values that `dataclasses.asdict` gives, all of them."""
        deciles = tuple((float(pair[0]), float(pair[1])) for pair in said["deciles"])
        return cls(**{**said, "deciles": deciles, "last_origin": said["last_origin"]})


@dataclass(frozen=True, slots=True)
class Judged:
    """Whose prediction is judged: the first fields of its row."""

    target: str
    level: str
    origin: int
    days: int
    last_origin: int | None = None


def scored(
    judged: Judged, model: str, predicted: Floats, actual: Floats, *, used: bool = False, coverage: float | None = None
) -> Scored:
    """The row of one model, or of one naive line."""
    error, total = predicted - actual, float(actual.sum())
    said, was = places(predicted), places(actual)
    even = levelled(said, actual)
    tenths = [(float(predicted[rows].sum()), float(even[rows].sum())) for rows in np.array_split(said.order, TENTHS)]
    return Scored(
        **{name: getattr(judged, name) for name in "target level origin days last_origin".split()},
        model=model,
        used=used,
        n=len(actual),
        mae=mae(error),
        rmse=rmse(error),
        wape=_share(float(np.abs(error).sum()), total),
        ratio=_share(float(predicted.sum()), total),
        rank_correlation=rank_correlation(said, was),
        gini=gini(said, was),
        decile_error=_share(sum(abs(one - other) for one, other in tenths), total),
        top_tenth=_share(tenths[0][1], total),
        coverage=None if coverage is None else _round(coverage),
        deciles=tuple((_round(one), _round(other)) for one, other in tenths),
    )


def mae(error: Floats) -> float:
    """The mean of absolute errors."""
    return _round(np.abs(error).mean())


def rmse(error: Floats) -> float:
    """The root of the mean of squared errors."""
    return _round(np.sqrt((error**2).mean()))


@dataclass(frozen=True, slots=True)
class Places:
    """Values in order, which is found once for all that is asked of it."""

    values: Floats
    order: Ints  # rows, the highest first
    place: Ints  # of each row among the distinct values, from the lowest
    count: Ints  # rows at each place

    @property
    def ranks(self) -> Floats:
        """Places from 1, equal values sharing the middle of theirs."""
        return np.asarray((np.cumsum(self.count) - (self.count - 1) / 2)[self.place])


def places(values: Floats) -> Places:
    """The places of values."""
    order = np.argsort(-values, kind="stable")
    falling = values[order]
    above = np.concatenate(([0], np.cumsum(falling[1:] != falling[:-1])))
    place = np.empty_like(order)
    place[order] = above[-1] - above
    return Places(values, order, place, np.bincount(place))


def levelled(said: Places, actual: Floats) -> Floats:
    """What happened, the mean of it among equal predictions: in which order they stand must not count."""
    return np.asarray((np.bincount(said.place, actual) / said.count)[said.place])


def rank_correlation(said: Places, was: Places) -> float | None:
    """Spearman's; None where one side is all the same."""
    one, other = said.ranks, was.ranks
    one, other = one - one.mean(), other - other.mean()
    both = math.sqrt(dot(one, one) * dot(other, other))
    return _round(dot(one, other) / both) if both > 0 else None


def gini(said: Places, was: Places) -> float | None:
    """How well the order finds those with most: 1 as the perfect order does, 0 as chance does."""
    best = _area(was, was.values)
    return _round(_area(said, levelled(said, was.values)) / best) if best > 0 else None


def _area(said: Places, actual: Floats) -> float:
    """Twice the area between the cumulated share and an even one; 0 when there is nothing to share."""
    total, n = float(actual.sum()), len(actual)
    if total <= 0:
        return 0.0
    share = np.cumsum(actual[said.order]) / total
    return float(2 * share.sum() / n - 1 - 1 / n)


def _share(part: float, total: float) -> float | None:
    return _round(part / total) if total > 0 else None


def _round(value: Any) -> float:
    return round(float(value), 6) + 0.0  # never -0.0

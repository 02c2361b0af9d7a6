"""Which line forecasts a level best, found by forecasting its last periods one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict import lines, trees
from patron.engine.predict.intervals import band
from patron.engine.predict.periods import Calendar, Past
from patron.engine.predict.pooled import learn, pooled
from patron.engine.predict.purchases import Floats
from patron.engine.predict.scores import Judged, Scored, scored
from patron.engine.predict.spread import Spread, coverage, spread

FOLDS = 4
"""So many of the last periods are forecast from what was known before each."""
BEFORE = 3
"""So many periods are known before the first of them."""
JUDGED = 3
"""Fewer periods than these say nothing against a line, and nothing for a mean of lines."""
TIE = 0.01
"""A line has to be better by this part of the error to push another one out."""
MODELS = ("auto", "smooth", "pooled", "seasonal")
NAIVE = ("repeat", "mean", "last_year")
BOOSTED = ("auto", "pooled")


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned from a past."""

    alpha: float
    trees: trees.Trees | None  # None where the line needs none, or nothing can be learned


@dataclass(frozen=True, slots=True)
class Learned:
    """How one measure of a level is forecast."""

    line: str  # a model, or the naive line it gave way to
    weights: Weights
    spread: Spread | None  # None: too few errors
    coverage: float | None
    bands: tuple[float, float] | None  # a sum lies between these multiples of it; None: too few past periods

    def forecast(self, past: Past) -> Floats:
        """Amounts of the next period."""
        return forecasts(past, self.weights)[self.line]

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "alpha": self.weights.alpha,
            "trees": None if self.weights.trees is None else self.weights.trees.to_json(),
            "spread": None if self.spread is None else self.spread.to_json(),
            "coverage": self.coverage,
            "bands": None if self.bands is None else [*self.bands],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Learned:
        """What `to_json` said; a ValueError of what is not that."""
        grown = None if said["trees"] is None else trees.Trees.from_json(said["trees"])
        if said["line"] not in (*MODELS, *NAIVE) or (said["line"] in BOOSTED and grown is None):
            raise ValueError(f"nothing is forecast by {said['line']}")
        return cls(
            said["line"],
            Weights(float(said["alpha"]), grown),
            None if said["spread"] is None else Spread.from_json(said["spread"]),
            said["coverage"],
            None if said["bands"] is None else (float(said["bands"][0]), float(said["bands"][1])),
        )


@dataclass(frozen=True, slots=True)
class Fold:
    """What each line said of a period, beside what happened."""

    back: int  # so many periods before the next one
    said: Mapping[str, Floats]
    actual: Floats


def learned(known: Calendar, target: str, level: str, model: str, interval: float) -> tuple[Learned, list[Scored]]:
    """How a measure is forecast, and how each line did."""
    boosted = model in BOOSTED and trees.available()
    folds = [fold(known, target, back, boosted) for back in range(min(FOLDS, known.periods - BEFORE), 0, -1)]
    past = known.past(target)
    weights = weigh(past, boosted)
    line = chosen(model, folds, forecasts(past, weights))
    tested = [(one.said[line], one.actual) for one in folds if line in one.said]
    if line not in BOOSTED:
        weights = Weights(weights.alpha, None)
    covered = coverage(tested, interval)
    found = Learned(line, weights, spread(tested, interval), covered, band(_ratios(tested), interval))
    judged = Judged(target, level, known.origin(folds[0].back), known.horizon, known.origin(folds[-1].back))
    return found, _rows(judged, folds, line, covered)


def fold(known: Calendar, target: str, back: int, boosted: bool) -> Fold:
    """A past period, forecast from nothing but what was known before it."""
    past = known.past(target, back)
    return Fold(back, forecasts(past, weigh(past, boosted)), known.actual(target, back))


def weigh(past: Past, boosted: bool) -> Weights:
    """Learn what the models need."""
    return Weights(lines.chosen_alpha(past.amount), learn(past) if boosted else None)


def forecasts(past: Past, weights: Weights) -> dict[str, Floats]:
    """What every line that can say something says of the next period."""
    smooth = lines.smooth(past, weights.alpha)
    said = {"smooth": smooth, "repeat": lines.repeat(past), "mean": lines.mean(past)}
    if weights.trees is not None:
        boosted = pooled(past, weights.trees)
        said |= {"pooled": boosted, "auto": (smooth + boosted) / 2}
    if past.a_year:
        said["last_year"] = lines.last_year(past)
    if past.two_years:
        said["seasonal"] = lines.seasonal(past, smooth)
    return said


def chosen(model: str, folds: Sequence[Fold], ahead: Mapping[str, Floats]) -> str:
    """The line to use: the model, unless it lost to another one that may be used."""
    tested = sum(model in one.said for one in folds)
    line = model if model in ahead and tested >= (JUDGED if model == "auto" else 1) else "smooth"
    for rival in (*(MODELS if model == "auto" else ()), *NAIVE):
        if rival in ahead and _lost(line, rival, folds):
            line = rival
    return line


def _lost(line: str, rival: str, folds: Sequence[Fold]) -> bool:
    """Whether the rival was clearly nearer in absolute and in squared error, over the periods that both forecast."""
    both = [one for one in folds if line in one.said and rival in one.said]
    if len(both) < JUDGED:
        return False
    own, other = (np.concatenate([one.said[name] - one.actual for one in both]) for name in (line, rival))
    absolute, squared = (np.abs(each).sum() for each in (own, other)), ((each**2).sum() ** 0.5 for each in (own, other))
    return all(theirs < (1 - TIE) * ours for ours, theirs in (absolute, squared))


def _ratios(tested: Sequence[tuple[Floats, Floats]]) -> list[float]:
    """Predicted ÷ actual sums of past periods."""
    sums = [(float(predicted.sum()), float(actual.sum())) for predicted, actual in tested]
    return [predicted / actual for predicted, actual in sums if predicted > 0 and actual > 0]


def _rows(judged: Judged, folds: Sequence[Fold], used: str, covered: float | None) -> list[Scored]:
    """A row per line, over all periods that it forecast."""
    rows = []
    for line in (*MODELS, *NAIVE):
        mine = [one for one in folds if line in one.said]
        if mine:
            predicted = np.concatenate([one.said[line] for one in mine])
            actual = np.concatenate([one.actual for one in mine])
            is_used = line == used
            rows.append(scored(judged, line, predicted, actual, used=is_used, coverage=covered if is_used else None))
    return rows

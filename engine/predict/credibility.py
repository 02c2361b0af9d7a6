"""What the next order is worth: a person's own mean and the house's, weighed by Bühlmann's credibility."""

from __future__ import annotations

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, History

MOST = 1000.0
HARDLY = 0.1  # the own mean of somebody with the usual number of orders counts less than this


@dataclass(frozen=True, slots=True)
class Credibility:
    """A person's own mean counts as much as `k` orders of the house mean."""

    k: float
    house: float
    usual: float  # orders of a person, on average

    def value(self, known: History) -> Floats:
        """The next order of every person, never below nothing."""
        own = (known.spend + self.k * self.house) / (known.orders + self.k)
        return np.asarray(np.maximum(own, 0.0))

    @property
    def says_nothing(self) -> bool:
        """Whether order sizes hardly tell one person from another."""
        return self.usual / (self.usual + self.k) < HARDLY


def fit_credibility(known: History) -> Credibility:
    """How much orders of one person differ, beside how much persons do."""
    n, people = known.orders.astype(np.float64), len(known.people)
    everyone = n.sum()
    mean = known.mean
    inside = np.maximum(known.squares - n * mean**2, 0.0).sum()
    within = float(inside / max((n - 1).sum(), 1.0))
    spread = float((n * (mean - known.spend.sum() / everyone) ** 2).sum())
    level = max(float(known.squares.sum() / everyone), 1e-300)
    rest = everyone - float((n**2).sum()) / everyone
    between = (spread - (people - 1) * within) / rest if rest > 0 else 0.0
    k = min(within / max(float(between), 1e-12 * level), MOST)
    return Credibility(k if k > 1e-9 else 0.0, float(mean.mean()), float(everyone / people))

"""Everything learned on one date, and what it makes of every person."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.cells import MOST_PEOPLE, Cells, expected, fit_cells
from patron.engine.predict.counting import Counting, Groups, fit_counting, groups
from patron.engine.predict.credibility import Credibility, fit_credibility
from patron.engine.predict.hybrid import baseline, features, fit_trees
from patron.engine.predict.purchases import Floats, History, Purchases, history, house_gap
from patron.engine.predict.rolling import label_days, looking_back, origins
from patron.engine.predict.settings import Wanted
from patron.engine.predict.trees import ROWS, Trees, available, outcome

ENOUGH = 2_000  # customers: below them only `bg` is safe
YEAR = 365


@dataclass(frozen=True, slots=True)
class Learned:
    """The parameters of all models that vote on how often people buy, and of what an order is worth."""

    members: tuple[str, ...]  # whose mean is the prediction
    gap: float  # the house gap, in days
    per_day: float  # orders on a purchase day: models count days
    modified: Counting  # MBG/NBD: `bg`
    plain: Counting  # BG/NBD, within the others
    ahead: int  # days after past origins that the others learned from
    cells: Cells | None
    trees: Trees | None
    credibility: Credibility

    def to_json(self) -> dict[str, Any]:
        said = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        for name in "modified plain cells credibility".split():
            said[name] = said[name] and dataclasses.asdict(said[name])
        return {**said, "trees": self.trees and self.trees.to_json(), "members": list(self.members)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Learned:
        read: dict[str, Any] = dict(said)
        read["members"] = tuple(said["members"])
        read["modified"], read["plain"] = Counting(**said["modified"]), Counting(**said["plain"])
        read["cells"] = said["cells"] and Cells(**{name: tuple(row) for name, row in said["cells"].items()})
        read["trees"] = said["trees"] and Trees.from_json(said["trees"])
        read["credibility"] = Credibility(**said["credibility"])
        return cls(**read)


def voting(purchases: Purchases, model: str) -> tuple[str, ...]:
    """The models whose mean is the prediction."""
    if model != "auto":
        return (model,)
    people = int(np.count_nonzero(np.diff(purchases.person, prepend=-1)))
    if people < ENOUGH or not available():
        return ("bg",)
    return ("bg", "cells", "hybrid") if purchases.days >= YEAR else ("bg", "hybrid")


def learn(purchases: Purchases, wanted: Wanted, members: tuple[str, ...], rows: int = ROWS) -> Learned:
    """Everything that can be learned from purchase days up to a date; the trees from so many rows at most."""
    known = history(purchases)
    alike, gap, ahead = groups(known), house_gap(known, wanted.house_gap), label_days(purchases, wanted.horizon)
    plain = fit_counting(alike, first=0)
    people, size = len(known.people), max(len(origins(purchases, ahead)), 1)
    looks = looking_back(purchases.of(-(-people // MOST_PEOPLE)), ahead)
    cells = fit_cells(looks, plain, gap, ahead)
    trees = None
    if "hybrid" in members:
        trees = fit_trees(looking_back(purchases.of(-(-people * size // rows)), ahead), plain, gap, ahead)
    lacking = {"cells": cells is None, "hybrid": trees is None}
    return Learned(
        members=tuple(one for one in members if not lacking.get(one)) or ("bg",),
        gap=gap,
        per_day=known.per_day,
        modified=fit_counting(alike, first=1),
        plain=plain,
        ahead=ahead,
        cells=cells,
        trees=trees,
        credibility=fit_credibility(known),
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of every person, for any number of days."""

    learned: Learned
    known: History
    alike: Groups
    correction: Floats | None  # by the trees

    def parts(self, days: float) -> dict[str, Floats]:
        """Orders within so many days, by model."""
        learned, one = self.learned, self.alike
        bg = learned.modified.expected(one.x, one.tx, one.age, days / 7)
        parts = {"bg": bg[one.inverse]}
        if learned.cells:
            parts["cells"] = expected(learned.cells, learned.plain, self.known, learned.gap, days)
        if self.correction is not None:
            parts["hybrid"] = self.correction * baseline(learned.plain, self.known, days)
        return {name: np.maximum(part, 0.0) * learned.per_day for name, part in parts.items()}

    def orders(self, days: float) -> Floats:
        """What the models that vote say on average."""
        return mean([part for name, part in self.parts(days).items() if name in self.learned.members])

    def alive(self) -> Floats:
        """The chance that she is still a customer."""
        one = self.alike
        return self.learned.modified.alive(one.x, one.tx, one.age)[one.inverse]

    def silent(self, days: float) -> Floats:
        """The chance of no order within so many days."""
        one = self.alike
        return self.learned.modified.silent(one.x, one.tx, one.age, days / 7)[one.inverse]

    def worth(self, days: int, discount: float) -> Floats:
        """Orders within so many days, each counting less the later it comes."""
        return discounted(self.orders, days, discount)


def mean(parts: list[Floats]) -> Floats:
    """Equal weights: safer than picking one."""
    return np.asarray(sum(parts[1:], start=parts[0]) / len(parts))


def discounted(orders: Callable[[float], Floats], days: int, discount: float) -> Floats:
    """Orders, each counting less the later it comes: month by month, at the month's end."""
    if not discount:
        return orders(days)
    total = before = orders(0) * 0
    for end in month_ends(days):
        until = orders(end)
        total, before = total + (until - before) / (1 + discount) ** (end / YEAR), until
    return total


def month_ends(days: int) -> list[float]:
    """Where the months of a horizon end, in days; the last may be a part of one."""
    month = YEAR / 12
    whole = [month * number for number in range(1, int(days / month) + 1)]
    return whole if whole and days - whole[-1] < 0.5 else [*whole, float(days)]


def outlook(learned: Learned, purchases: Purchases) -> Outlook:
    """What was learned, applied to persons; they need not be all of those it was learned from."""
    known = history(purchases)
    correction = None
    if learned.trees:
        rows = features(purchases, known, learned.plain, learned.gap, learned.ahead)
        correction = outcome(learned.trees, rows)
    return Outlook(learned, known, groups(known), correction)

"""Everything learned on one date, and what it makes of every person."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.cells import MOST_PEOPLE, Cells, cell, expected, fit_cells
from patron.engine.predict.counting import Counting, Groups, fit_counting, groups, together
from patron.engine.predict.credibility import Credibility, Moments, fit_credibility, moments
from patron.engine.predict.hybrid import baseline, features, fit_trees
from patron.engine.predict.leaves import outcome
from patron.engine.predict.naive import Usual, usual
from patron.engine.predict.purchases import Floats, History, Ints, Purchases, begins, history, house_gap
from patron.engine.predict.rolling import label_days, looking_back, origins
from patron.engine.predict.settings import Wanted
from patron.engine.predict.threads import each
from patron.engine.predict.trees import ROWS, Trees, available

PIECE = 100_000  # people whose histories are in memory at once, for each that is at work
ROWS_FOR_SUMS = 40_000
ENOUGH = 2_000  # customers: below them only `bg` is safe
YEAR = 365


@dataclass(frozen=True, slots=True)
class Learned:
    """The parameters of all models that vote on how often people buy, and of what an order is worth."""

    members: tuple[str, ...]  # whose mean is the prediction
    gap: float  # the house gap, in days
    gaps: int  # known when it was measured
    usual: Usual
    modified: Counting  # MBG/NBD: `bg`
    plain: Counting  # BG/NBD, within the others
    ahead: int  # days after past origins that the others learned from
    cells: Cells | None
    trees: Trees | None
    credibility: Credibility

    def to_json(self) -> dict[str, Any]:
        said = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        for name in "usual modified plain cells credibility".split():
            said[name] = said[name] and dataclasses.asdict(said[name])
        return {**said, "trees": self.trees and self.trees.to_json(), "members": list(self.members)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Learned:
        read: dict[str, Any] = dict(said)
        read["members"] = tuple(said["members"])
        read["modified"], read["plain"] = Counting(**said["modified"]), Counting(**said["plain"])
        read["cells"] = said["cells"] and Cells(**{name: tuple(row) for name, row in said["cells"].items()})
        read["trees"] = said["trees"] and Trees.from_json(said["trees"])
        read["usual"] = Usual(**said["usual"])
        read["credibility"] = Credibility(**said["credibility"])
        return cls(**read)


def voting(purchases: Purchases, model: str) -> tuple[str, ...]:
    """The models whose mean is the prediction."""
    if model != "auto":
        return (model,)
    people = len(begins(purchases.person))
    if people < ENOUGH or not available():
        return ("bg",)
    return ("bg", "cells", "hybrid") if purchases.days >= YEAR else ("bg", "hybrid")


def learn(purchases: Purchases, wanted: Wanted, members: tuple[str, ...], *, sums: bool = False) -> Learned:
    """Everything that can be learned from purchase days up to a date; where `sums` are all that counts, from less."""
    seen, ahead = _everybody(purchases), label_days(purchases, wanted.horizon)
    gap = house_gap(seen.span, seen.repeats, wanted)
    plain = fit_counting(seen.alike, first=0)
    people, size = seen.moments.people, max(len(origins(purchases, ahead)), 1)
    cells = trees = None
    if "cells" in members or not sums:  # they explain, too
        looks = looking_back(purchases.of(-(-people // MOST_PEOPLE)), ahead)
        cells = fit_cells(looks, plain, gap, ahead)
    if "hybrid" in members:
        rows = ROWS_FOR_SUMS if sums else ROWS
        trees = fit_trees(looking_back(purchases.of(-(-people * size // rows)), ahead), plain, gap, ahead)
    lacking = {"cells": cells is None, "hybrid": trees is None}
    return Learned(
        members=tuple(one for one in members if not lacking.get(one)) or ("bg",),
        gap=gap,
        gaps=seen.repeats,
        usual=usual(purchases, wanted.horizon, seen.moments, seen.repeats),
        modified=fit_counting(seen.alike, first=1),
        plain=plain,
        ahead=ahead,
        cells=cells,
        trees=trees,
        credibility=fit_credibility(seen.moments),
    )


@dataclass(frozen=True, slots=True)
class _Everybody:
    """Sums over all people."""

    alike: Groups
    moments: Moments
    repeats: int
    span: int


def _everybody(purchases: Purchases) -> _Everybody:
    """Taken piece by piece: of very many people only one piece is in memory."""
    known = each(_summed, purchases.pieces(PIECE))
    return _Everybody(
        alike=together([one.alike for one in known]),
        moments=reduce(add, [one.moments for one in known]),
        repeats=sum(one.repeats for one in known),
        span=sum(one.span for one in known),
    )


def _summed(purchases: Purchases) -> _Everybody:
    known = history(purchases)
    alike = dataclasses.replace(groups(known), inverse=known.people[:0])  # who is in which, nobody asks
    return _Everybody(alike, moments(known), int(known.repeats.sum()), int(known.span.sum()))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of every person, for any number of days."""

    learned: Learned
    known: History
    alike: Groups
    cells: Ints  # the number of every person's cell
    correction: Floats | None  # by the trees

    def parts(self, days: float) -> dict[str, Floats]:
        """Orders within so many days, by model."""
        learned, one = self.learned, self.alike
        bg = learned.modified.expected(one.x, one.tx, one.age, days / 7)
        parts = {"bg": bg[one.inverse]}
        if learned.cells:
            parts["cells"] = expected(learned.cells, learned.plain, self.known, self.cells, days)
        if self.correction is not None:
            parts["hybrid"] = self.correction * baseline(learned.plain, self.alike, days)
        return {name: np.maximum(part, 0.0) * learned.usual.per_day for name, part in parts.items()}

    def orders(self, days: float) -> Floats:
        """What the models that vote say on average."""
        return self.voted(self.parts(days))

    def voted(self, parts: Mapping[str, Floats]) -> Floats:
        """The mean of the models that vote."""
        return mean([part for name, part in parts.items() if name in self.learned.members])

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
    alike, correction = groups(known), None
    if learned.trees:
        asked = learned.trees.asked
        table = features(purchases, known, alike, learned.plain, learned.gap, learned.ahead, asked)
        correction = outcome(learned.trees, table)
    return Outlook(learned, known, alike, cell(known, learned.gap), correction)

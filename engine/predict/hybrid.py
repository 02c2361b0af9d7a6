"""BG/NBD times a correction that boosted trees have learned from past origins."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.cells import own_gap
from patron.engine.predict.counting import Counting, Groups, groups
from patron.engine.predict.purchases import Floats, History, Ints, Purchases, totals
from patron.engine.predict.rolling import Looking
from patron.engine.predict.trees import ROWS, Trees, train

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOOR = 1e-4  # purchase days: below it a ratio to what was expected says nothing
WINDOWS = (30, 60, 90, 180)


def baseline(plain: Counting, alike: Groups, days: float) -> Floats:
    """What BG/NBD expects of every person."""
    return np.maximum(plain.expected(alike.x, alike.tx, alike.age, days / 7), FLOOR)[alike.inverse]


def features(
    purchases: Purchases,
    known: History,
    alike: Groups,
    plain: Counting,
    gap: float,
    ahead: int,
    asked: AbstractSet[int] | None = None,
) -> list[Floats]:
    """What the trees may ask of every person, column by column; of windows that are not asked about, anything."""
    own, ends = own_gap(known, gap), np.append(known.starts[1:], len(purchases.day)) - 1
    largest = np.maximum.reduceat(purchases.amount, known.starts) if len(known.starts) else known.spend
    columns = [
        *(known.repeats, known.span, known.wait, known.mean, known.spend, known.wait / own, own),
        *(plain.rate(known.repeats, known.age / 7), purchases.amount[ends], largest),
    ]
    late = _late(purchases, known)
    for days in WINDOWS:
        for figure in (late.bought, late.money):
            columns.append(figure(days) if asked is None or len(columns) in asked else known.spend)
    return [*columns, baseline(plain, alike, ahead)]


@dataclass(frozen=True, slots=True)
class Late:
    """The purchase days of those who have bought in the longest window: most people have not."""

    people: NDArray[np.bool_]
    starts: Ints
    age: Ints  # of each purchase day
    amount: Floats

    def bought(self, days: int) -> Floats:
        """Purchase days of the last so many days, by person."""
        return self._of((self.age < days).astype(np.float64))

    def money(self, days: int) -> Floats:
        """Money of the last so many days, by person."""
        return self._of(np.where(self.age < days, self.amount, 0.0))

    def _of(self, values: Floats) -> Floats:
        found = np.zeros(len(self.people))
        found[self.people] = totals(values, self.starts)
        return found


def _late(purchases: Purchases, known: History) -> Late:
    people = known.wait < max(WINDOWS)
    rows, lengths = np.repeat(people, known.repeats + 1), known.repeats[people] + 1
    age = purchases.today - purchases.day[rows]
    return Late(people, np.cumsum(lengths) - lengths, age, purchases.amount[rows])


def fit_trees(looks: Iterable[Looking], plain: Counting, gap: float, ahead: int) -> Trees | None:
    """Trees for what was bought, as a multiple of what BG/NBD expected; None without an origin."""
    rows, ratios, weights = [], [], []
    for look in looks:
        alike = groups(look.known)
        expected = baseline(plain, alike, ahead)
        asked = features(look.purchases, look.known, alike, plain, gap, ahead)
        rows.append(np.column_stack(asked).astype(np.float64))
        ratios.append(look.bought / expected)
        weights.append(expected)
    if not rows:
        return None
    target, seen = np.concatenate(ratios), sum(map(len, rows))
    if not target.any():  # Poisson loss has nothing to say then
        return None
    leaf = max(20, min(seen, ROWS) // 500)
    return train(np.concatenate(rows), target, np.concatenate(weights), rate=0.05, rounds=60, leaf=leaf)

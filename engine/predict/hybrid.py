"""BG/NBD times a correction that boosted trees have learned from past origins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from patron.engine.predict.cells import own_gap
from patron.engine.predict.counting import Counting, Groups, groups
from patron.engine.predict.purchases import Floats, History, Purchases, totals
from patron.engine.predict.rolling import Looking
from patron.engine.predict.trees import ROWS, Trees, train

FLOOR = 1e-4  # purchase days: below it a ratio to what was expected says nothing
WINDOWS = (30, 60, 90, 180)


def baseline(plain: Counting, alike: Groups, days: float) -> Floats:
    """What BG/NBD expects of every person."""
    return np.maximum(plain.expected(alike.x, alike.tx, alike.age, days / 7), FLOOR)[alike.inverse]


def features(
    purchases: Purchases, known: History, alike: Groups, plain: Counting, gap: float, ahead: int
) -> list[Floats]:
    """What the trees may ask of every person, column by column."""
    own, ends = own_gap(known, gap), np.append(known.starts[1:], len(purchases.day)) - 1
    largest = np.maximum.reduceat(purchases.amount, known.starts) if len(known.starts) else known.spend
    columns = [
        *(known.repeats, known.span, known.wait, known.mean, known.spend, known.wait / own, own),
        *(plain.rate(known.repeats, known.age / 7), purchases.amount[ends], largest),
    ]
    for days in WINDOWS:
        late = purchases.day > purchases.today - days
        columns += [totals(late.astype(np.int64), known.starts)]
        columns += [totals(np.where(late, purchases.amount, 0.0), known.starts)]
    return [*columns, baseline(plain, alike, ahead)]


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

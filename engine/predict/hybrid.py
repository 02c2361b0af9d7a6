"""BG/NBD times a correction that boosted trees have learned from past origins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from patron.engine.predict.cells import own_gap
from patron.engine.predict.counting import Counting, groups
from patron.engine.predict.purchases import Floats, History, Purchases, window
from patron.engine.predict.rolling import Looking
from patron.engine.predict.trees import ROWS, Trees, train

FLOOR = 1e-4  # purchase days: below it a ratio to what was expected says nothing
WINDOWS = (30, 60, 90, 180)


def baseline(plain: Counting, known: History, days: float) -> Floats:
    """What BG/NBD expects of every person."""
    alike = groups(known)
    return np.maximum(plain.expected(alike.x, alike.tx, alike.age, days / 7), FLOOR)[alike.inverse]


def features(purchases: Purchases, known: History, plain: Counting, gap: float, ahead: int) -> Floats:
    """A row per person of what the trees may ask."""
    own, ends = own_gap(known, gap), np.append(known.starts[1:], len(purchases.day)) - 1
    largest = np.maximum.reduceat(purchases.amount, known.starts) if len(known.starts) else known.spend
    columns = [
        *(known.repeats, known.span, known.wait, known.mean, known.spend, known.wait / own, own),
        *(plain.rate(known.repeats, known.age / 7), purchases.amount[ends], largest),
    ]
    for days in WINDOWS:
        bought, _, spent = window(purchases, known, days)
        columns += [bought, spent]
    return np.column_stack([*columns, baseline(plain, known, ahead)]).astype(np.float64)


def fit_trees(looks: Iterable[Looking], plain: Counting, gap: float, ahead: int) -> Trees | None:
    """Trees for what was bought, as a multiple of what BG/NBD expected; None without an origin."""
    rows, ratios, weights = [], [], []
    for look in looks:
        expected = baseline(plain, look.known, ahead)
        rows.append(features(look.purchases, look.known, plain, gap, ahead))
        ratios.append(look.bought / expected)
        weights.append(expected)
    if not rows:
        return None
    target, seen = np.concatenate(ratios), sum(map(len, rows))
    if not target.any():  # Poisson loss has nothing to say then
        return None
    leaf = max(20, min(seen, ROWS) // 500)
    return train(np.concatenate(rows), target, np.concatenate(weights), rate=0.05, rounds=60, leaf=leaf)

"""BG/NBD times a correction that boosted trees have learned from past origins."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

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
    for days in WINDOWS:
        pair = {len(columns), len(columns) + 1}
        columns += _window(purchases, known, days) if pair & (pair if asked is None else asked) else [known.spend] * 2
    return [*columns, baseline(plain, alike, ahead)]


def _window(purchases: Purchases, known: History, days: int) -> list[Any]:
    """Purchase days and money of the last so many days. Only people who have bought in them are looked at."""
    begin = purchases.today - days
    late = known.last > begin
    rows, lengths = np.repeat(late, known.repeats + 1), known.repeats[late] + 1
    within, starts = purchases.day[rows] > begin, np.cumsum(lengths) - lengths
    bought, money = np.zeros(len(late), dtype=np.int64), np.zeros(len(late))
    bought[late] = totals(within.astype(np.int64), starts)
    money[late] = totals(np.where(within, purchases.amount[rows], 0.0), starts)
    return [bought, money]


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

"""One set of boosted trees over all items: what a period of an item brings, from the periods before it."""

from __future__ import annotations

import numpy as np

from patron.engine.predict.leaves import outcome
from patron.engine.predict.lines import floored, levels
from patron.engine.predict.periods import Past
from patron.engine.predict.purchases import Floats
from patron.engine.predict.trees import Trees, train

LAGS = (1, 2, 3, 4, 6, 8)
MEANS = (2, 4, 8)
LEARNED, WITH_SEASONS = 16, 36
"""So many periods are learned from; more where some have a year before them."""
LEAST = 2
"""So many periods lie before each that is learned from."""
ENOUGH = 4
"""So many periods are needed to learn from: what befell one or two of them is no rule."""
EXAMPLES = 400
"""So many examples at least: of fewer, a tree has hardly a question to ask."""
ROUNDS = 120
"""So many trees."""
ROWS = 40_000
"""So many examples are learned from; of more, those of every so many-th item."""


def learn(past: Past) -> Trees | None:
    """Trees that were grown on the past; none where it is too short, or nothing was sold."""
    if past.periods < LEAST + ENOUGH:
        return None
    seasons = _seasons(past)
    first = max(past.periods - (WITH_SEASONS if seasons else LEARNED), LEAST)
    every = -(-len(past.age) * (past.periods - first) // ROWS)
    some = past.of(np.arange(len(past.age)) % max(every, 1) == 0)
    pieces = [_examples(some, period, seasons) for period in range(first, past.periods)]
    features, target, weight = (np.concatenate(part) for part in zip(*pieces, strict=True))
    if len(target) < EXAMPLES or not target.any():
        return None
    return train(features, target, weight / weight.mean(), rate=0.06, rounds=ROUNDS, leaf=40)  # in whatever currency


def pooled(past: Past, trees: Trees) -> Floats:
    """What the trees say of the next period."""
    scale = _scale(past)
    if not scale.any():  # nothing was sold lately, and no multiple of it is anything
        return scale
    return outcome(trees, list(_features(past, scale, _seasons(past)).T)) * scale


def _examples(past: Past, period: int, seasons: bool) -> tuple[Floats, Floats, Floats]:
    """Features, target and weight of the items that had a past before a period, which is the target."""
    before = past.before(period)
    scale = _scale(before)
    rows = scale > 0
    target = floored(past.amount[past.age >= past.periods - period, period])
    return _features(before.of(rows), scale[rows], seasons), target[rows] / scale[rows], scale[rows]


def _scale(past: Past) -> Floats:
    """How large an item is, so that large and small ones learn from each other."""
    lately = floored(_mean(past.amount, past, 4))
    return lately + 0.05 * lately.mean() if len(lately) else lately


def _mean(amount: Floats, past: Past, wide: int) -> Floats:
    """The mean of the last periods, of those since the first sale: what is new is not small for being new."""
    lived = np.clip(past.age + 1, 1, min(wide, past.periods))
    return np.asarray(amount[:, -wide:].sum(axis=1) / lived)


def _features(past: Past, scale: Floats, seasons: bool) -> Floats:
    """What is known before the next period, in multiples of the item's size."""
    amount, count = past.amount / scale[:, None], past.periods
    columns = [amount[:, count - lag] if lag <= count else np.zeros(len(amount)) for lag in LAGS]
    columns += [_mean(amount, past, wide) for wide in MEANS]
    columns.append(levels(amount, 0.3)[:, -1])
    two, six = _mean(amount, past, 2), _mean(amount, past, 6)
    columns.append(np.divide(two, six, out=np.zeros(len(six)), where=six > 0))
    columns += [past.age.astype(np.float64), (amount[:, -8:] <= 0).sum(axis=1).astype(np.float64)]
    if seasons:
        known = (past.since <= count).astype(np.float64)
        columns += [known, past.year_ago[:, -1] * known / scale, past.year_ago[:, -2] * known / scale]
    return np.column_stack(columns)


def _seasons(past: Past) -> bool:
    """Whether a period that is learned from has a year before it."""
    return bool((past.since < past.periods).any())

"""What customers alike did: those with as many orders, who had waited as long by their own measure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.counting import Counting
from patron.engine.predict.purchases import Floats, History, Ints
from patron.engine.predict.rolling import Looking

CUTS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)  # of the wait, in own gaps
REPEATS = (*range(7), 7, 10)  # where the rows of cells begin
_ROWS = np.searchsorted(REPEATS, np.arange(REPEATS[-1] + 1), side="right") - 1
COLUMNS = len(CUTS) + 1
SIZE = len(REPEATS) * COLUMNS
PRIOR = 20  # a cell's own rows count beside so many of the average cell
MOST_PEOPLE = 200_000  # are looked at; of more, every so many-th


@dataclass(frozen=True, slots=True)
class Cells:
    """By cell: rows seen, purchase days a row, and by how much they were more than the plain rate says."""

    people: tuple[int, ...]
    bought: tuple[float, ...]
    multiplier: tuple[float, ...]


def own_gap(known: History, gap: float) -> Floats:
    """A person's gap between purchase days: her own, and one of the house."""
    return np.asarray((known.span + gap) / (known.repeats + 1))


def cell(known: History, gap: float) -> Ints:
    """The number of every person's cell."""
    row = _ROWS[np.minimum(known.repeats, REPEATS[-1])]
    return np.asarray(row * COLUMNS + np.searchsorted(CUTS, known.wait / own_gap(known, gap), side="right"))


def label(number: int) -> str:
    """A cell in words."""
    row, column = divmod(number, COLUMNS)
    least, above = REPEATS[row], [*REPEATS, None][row + 1]
    repeats = f"{least} or more" if above is None else str(least) if above == least + 1 else f"{least} to {above - 1}"
    low, high = (0.0, *CUTS)[column], (*CUTS, None)[column]
    wait = f"{low:g} own gaps or longer" if high is None else f"{low:g} to {high:g} own gaps"
    return f"{repeats} repeat purchases, away for {wait}"


def fit_cells(looks: Iterable[Looking], plain: Counting, gap: float, ahead: int) -> Cells | None:
    """What people of each cell bought after past origins; None without an origin."""
    rows, bought, expected = np.zeros(SIZE), np.zeros(SIZE), np.zeros(SIZE)
    for look in looks:
        number = cell(look.known, gap)
        said = plain.rate(look.known.repeats, look.known.age / 7) * (ahead / 7)
        rows += np.bincount(number, minlength=SIZE)
        bought += np.bincount(number, look.bought, minlength=SIZE)
        expected += np.bincount(number, said, minlength=SIZE)
    if not rows.any():
        return None
    over = bought.sum() / expected.sum()
    seen = np.maximum(rows, 1)
    prior = PRIOR * expected / seen
    multiplier = np.where(rows > 0, (bought + prior * over) / np.where(rows > 0, expected + prior, 1), over)
    per_row = np.round(bought / seen, 6)
    return Cells(*(tuple(column.tolist()) for column in (rows.astype(int), per_row, multiplier)))


def expected(cells: Cells, plain: Counting, known: History, numbers: Ints, days: float) -> Floats:
    """Purchase days of every person within the days: her plain rate, times what her cell makes of it."""
    rate = plain.rate(known.repeats, known.age / 7) * (days / 7)
    return np.asarray(rate * np.array(cells.multiplier)[numbers])

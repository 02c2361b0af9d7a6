"""Whether two answers are the same: counts and money exactly, averages to their sixth digit, shares to nine digits."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest

Cell = object
Row = tuple[Cell, ...]


def differences(
    ours: Sequence[Row],
    our_columns: Sequence[str],
    theirs: Sequence[Row],
    their_columns: Sequence[str],
    keys: Sequence[str],
) -> Iterator[str]:
    """What differs, one sentence each. Rows are matched by key; a total row is the last on both sides."""
    missing = [c for c in their_columns if c not in our_columns]
    if missing:
        yield f"columns {', '.join(missing)} are missing"
        return
    picked = [tuple(row[our_columns.index(c)] for c in their_columns) for row in ours]
    if len(picked) != len(theirs):
        yield f"{len(picked)} rows, expected {len(theirs)}"
    places = [list(their_columns).index(k) for k in keys]
    for our_row, their_row in zip_longest(_sorted(picked, places), _sorted(theirs, places)):
        if our_row is None or their_row is None:
            yield f"row {our_row or their_row} stands alone"
            continue
        yield from _cells(our_row, their_row, their_columns, places)


def _cells(ours: Row, theirs: Row, columns: Sequence[str], places: Sequence[int]) -> Iterator[str]:
    name = tuple(theirs[p] for p in places)
    is_total = all(theirs[p] is None for p in places)
    for place, column in enumerate(columns):
        if place in places and is_total:
            continue  # a total row has a title where the hand-written row has nothing
        if not same(ours[place], theirs[place]):
            yield f"{name} {column}: {ours[place]!r}, expected {theirs[place]!r}"


def same(ours: Cell, theirs: Cell) -> bool:
    """Equal as numbers, as dates or as texts; ids may be texts on one side and numbers on the other."""
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, str) != isinstance(theirs, str):
        return str(ours) == str(theirs)
    if isinstance(ours, float) or isinstance(theirs, float):
        slack = 1.1e-6 if isinstance(ours, Decimal) or isinstance(theirs, Decimal) else 0
        return math.isclose(_float(ours), _float(theirs), rel_tol=1e-9, abs_tol=slack)
    return _plain(ours) == _plain(theirs)


def _float(value: Cell) -> float:
    return float(value) if isinstance(value, (int, float, Decimal)) else math.nan


def _plain(value: Cell) -> Cell:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _sorted(rows: Sequence[Row], places: Sequence[int]) -> list[Row]:
    """Rows by key, those without one (and so a total) last; a title in a column of other things sorts there too."""
    return sorted(rows, key=lambda row: tuple(_rank(row[p]) for p in places))


def _rank(value: Cell) -> tuple[int, float, str]:
    if value is None:
        return (3, 0, "")
    if isinstance(value, dt.date):
        return (0, value.toordinal(), "")
    text = str(value)
    return (1, float(text), "") if text.isdigit() else (2, 0, text)

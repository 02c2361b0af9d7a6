"""Matrix: the first dimensions down, the last across, darker where the value is larger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from patron.engine.report.reader import NONE, plain
from patron.engine.results import EMPTY, Result, Value
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, drawn_rows, heads, label, shape, visible
from patron.plugins.exporters.html.tables import Cell, cell

LEVELS = 7
MONTHS_AFTER = "months_after_first"
"""The dimension that lays a cohort's months side by side."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of the matrix and how strong its colour is (-1: none); `to_come` tells that its month has not begun."""

    cell: Cell
    level: int
    to_come: bool = False


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row with its name."""

    title: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """What the template needs: `across` names over `metrics` columns each."""

    corner: str
    across_title: str
    across: tuple[str, ...]
    metrics: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def to_come(self) -> bool:
        """Whether it has cells of months that have not begun."""
        return any(spot.to_come for row in self.rows for spot in row.spots)


def matrix(result: Result, desk: Desk) -> Matrix | None:
    """A matrix, or None when there are not two dimensions."""
    found = shape(result)
    if len(found.dims) < 2 or not found.measures:
        return None
    *down, across = found.dims
    rows = drawn_rows(result)
    names = heads(result, rows, across, desk.reader)
    at = {(_key(result, row, down), result.rows[row][across]): row for row in rows}
    titles = {_key(result, row, down): label(result, row, down, desk.reader) for row in rows}
    scales = {m.now: _Scale.of([visible(result, row, m.now) for row in rows]) for m in found.measures}
    to_come = months_to_come(result, down, across)

    def spot(key: tuple[Value, ...], head: Value, measure: Measure) -> Spot:
        row = at.get((key, head))
        if row is None:
            return _absent(desk, to_come=to_come(key, head))
        scale = scales[measure.now]
        return Spot(cell(result, row, measure.now, desk.reader), scale.level(visible(result, row, measure.now)))

    made = tuple(
        MatrixRow(title, tuple(spot(key, head, m) for head in names for m in found.measures))
        for key, title in titles.items()
    )
    return Matrix(
        " · ".join(plain(result.columns[n].title) for n in down),
        plain(result.columns[across].title),
        tuple(names.values()),
        tuple(plain(m.column.title) for m in found.measures),
        made,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float | None]) -> _Scale:
        known = [v for v in values if v is not None]
        return cls(min(0.0, *known), max(known)) if len(known) > 1 else cls(0.0, 0.0)

    def level(self, value: float | None) -> int:
        if value is None or self.high <= self.low:
            return -1
        return min(LEVELS - 1, int((value - self.low) / (self.high - self.low) * LEVELS))


def _absent(desk: Desk, *, to_come: bool) -> Spot:
    """A cell of which there is no row: nothing happened, or nothing can have happened yet."""
    if to_come:
        return Spot(Cell("", number=True), -1, to_come=True)
    return Spot(Cell(NONE, True, EMPTY, desk.reader.words(EMPTY).full), -1)


def months_to_come(result: Result, down: list[int], across: int) -> Callable[[tuple[Value, ...], Value], bool]:
    """Whether a cell of cohorts lies behind the last month that has anything; False where there are no cohorts."""
    month = next((place for place, n in enumerate(down) if result.columns[n].time == "month"), None)
    if month is None or result.columns[across].name.rpartition(".")[2] != MONTHS_AFTER:
        return lambda key, head: False
    found = {_month(row[down[month]], row[across]) for row in result.rows}
    last = max((at for at in found if at is not None), default=0)

    def behind(key: tuple[Value, ...], head: Value) -> bool:
        at = _month(key[month], head)
        return at is not None and at > last

    return behind


def _month(first: Value, after: Value) -> int | None:
    """Months of the calendar in one number."""
    if not isinstance(first, dt.date) or not isinstance(after, int):
        return None
    return first.year * 12 + first.month + after


def _key(result: Result, row: int, columns: list[int]) -> tuple[Value, ...]:
    return tuple(result.rows[row][column] for column in columns)

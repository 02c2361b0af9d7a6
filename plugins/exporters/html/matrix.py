"""Matrix: the first dimensions down, the last across, darker where the value is larger."""

from __future__ import annotations

from dataclasses import dataclass

from patron.engine.report.reader import plain
from patron.engine.results import Result, Value
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, drawn_rows, heads, label, shape, visible
from patron.plugins.exporters.html.tables import Cell, cell

LEVELS = 7


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of the matrix and how strong its colour is (-1: none)."""

    cell: Cell
    level: int


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
    made = tuple(
        MatrixRow(
            title, tuple(_spot(result, at.get((key, h)), m, scales[m.now], desk) for h in names for m in found.measures)
        )
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


def _spot(result: Result, row: int | None, measure: Measure, scale: _Scale, desk: Desk) -> Spot:
    if row is None:
        return Spot(Cell("", number=True), -1)
    return Spot(cell(result, row, measure.now, desk.reader), scale.level(visible(result, row, measure.now)))


def _key(result: Result, row: int, columns: list[int]) -> tuple[Value, ...]:
    return tuple(result.rows[row][column] for column in columns)

"""Side by side: a column for each audience or list, a line for each metric."""

from __future__ import annotations

from dataclasses import dataclass

from patron.engine.report.reader import plain
from patron.engine.results import Result
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.prepared import side_of
from patron.plugins.exporters.html.shape import Measure, kind_of, name_of, shape, visible
from patron.plugins.exporters.html.tables import Cell, cell


@dataclass(frozen=True, slots=True)
class SideHead:
    """Who stands in a column; `all` for everybody together."""

    name: str
    all: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A value with its change, and its length beside the others of its line in percent."""

    value: Cell
    change: Cell | None
    width: str
    all: bool


@dataclass(frozen=True, slots=True)
class SideLine:
    """A metric across the columns."""

    title: str
    describe: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """What the template needs."""

    heads: tuple[SideHead, ...]
    lines: tuple[SideLine, ...]


def sides(result: Result, desk: Desk) -> Sides | None:
    """The columns, or None unless audiences or lists alone tell the rows apart."""
    place, found = side_of(result), shape(result)
    if place is None or found.dims != (place,) or not found.measures or len(result.rows) < 2:
        return None
    rows = range(len(result.rows))
    heads = tuple(SideHead(name_of(result, row, place, desk.reader), kind_of(result, row) == "all") for row in rows)
    return Sides(heads, tuple(_line(result, measure, desk) for measure in found.measures))


def _line(result: Result, measure: Measure, desk: Desk) -> SideLine:
    rows = range(len(result.rows))
    largest = max((visible(result, r, measure.now) or 0.0 for r in rows if kind_of(result, r) != "all"), default=0.0)
    spots = tuple(_spot(result, row, measure, largest, desk) for row in rows)
    return SideLine(plain(measure.column.title or measure.column.name), plain(measure.column.describe), spots)


def _spot(result: Result, row: int, measure: Measure, largest: float, desk: Desk) -> Spot:
    together = kind_of(result, row) == "all"
    value = visible(result, row, measure.now)
    width = "" if together or value is None or largest <= 0 else f"{max(0.0, value) / largest * 100:.2f}%"
    change = None if measure.change is None else cell(result, row, measure.change, desk.reader)
    return Spot(cell(result, row, measure.now, desk.reader), change, width, together)

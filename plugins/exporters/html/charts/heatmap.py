"""Heat: colour by the first metric over two dimensions, or over places."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

from patron.engine.report.reader import NONE, plain
from patron.engine.report.text import Json
from patron.engine.results import Figure, Result
from patron.plugins.exporters.html.charts import spec
from patron.plugins.exporters.html.charts.bar import bar
from patron.plugins.exporters.html.charts.spec import Chart, Panel, Spec
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.ground import Box, Ground, Line, Town, ground
from patron.plugins.exporters.html.shape import Measure, amount, drawn_rows, heads, name_of, shape, visible

LEVELS = 7
ROW = 30
WRITTEN = 16
"""Up to so many columns, values are written into the cells."""

FLATTEST, TALLEST = 0.45, 0.62
"""The height of a map in its widths."""

_CELL = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;/ ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def heatmap(figure: Figure, result: Result, desk: Desk) -> Chart | None:
    """A grid of two dimensions, a map of places, or bars for places without a position."""
    found = shape(result)
    if not found.measures or not found.dims:
        return None
    places = _places(result, found.dims)
    if places:
        return _map(result, found.measures[0], places, desk)
    if len(found.dims) == 1:
        return bar(figure, result, desk)
    return _grid(result, found.dims, found.measures[0], desk)


def _levels(values: Sequence[float | None]) -> tuple[list[int], float, float]:
    known = [v for v in values if v is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    reach = (high - low) or 1.0
    return [-1 if v is None else min(LEVELS - 1, int((v - low) / reach * LEVELS)) for v in values], low, high


def _fill(level: int) -> str:
    return "var(--h-none)" if level < 0 else f"var(--h{level})"


def _ramp(measure: Measure, low: float, high: float, desk: Desk) -> tuple[str, str]:
    write = desk.reader.formatter(measure.column)
    return write(low), write(high)


# ---------------------------------------------------------------- two dimensions


def _grid(result: Result, dims: Sequence[int], measure: Measure, desk: Desk) -> Chart:
    down, across = dims[0], dims[-1]
    rows, reader = drawn_rows(result), desk.reader
    levels, low, high = _levels([visible(result, row, measure.now) for row in rows])
    tops = _names(result, rows, across, desk)
    sides = _sides(result, rows, down, desk)
    cells = {(x, y): (-1, NONE) for y in sides for x in tops}
    for row, level in zip(rows, levels, strict=True):
        at = name_of(result, row, across, reader), name_of(result, row, down, reader)
        cells[at] = (_of_amount(result, row, measure, level), spec.shown_at(result, row, measure.now, reader))
    values: list[Json] = [
        {
            "x": x,
            "y": y,
            "c": _fill(level),
            "i": "var(--h-ink)" if level < 5 else "var(--h-light)",
            "t": shown if level >= 0 else "",
            "tip": spec.tip((f"{y} · {x}", ""), (measure.column.title, shown)),
        }
        for (x, y), (level, shown) in cells.items()
    ]
    height = len(sides) * ROW
    encoding: Spec = {
        "x": {
            "field": "x",
            "type": "nominal",
            "sort": None,
            "axis": _axis("top", labelOverlap="greedy"),
            "scale": {"padding": 0.04, "domain": list(tops)},
        },
        "y": {
            "field": "y",
            "type": "nominal",
            "sort": None,
            "axis": _axis("left", labelLimit=140),
            "scale": {"padding": 0.06, "domain": list(sides)},
        },
    }
    rect: Spec = {
        "mark": {"type": "rect", "cornerRadius": 3},
        "encoding": {
            "color": {"field": "c", "type": "nominal", "scale": None, "legend": None},
            "tooltip": {"value": "tip"},
        },
    }
    layers: list[Json] = [rect]
    if len(tops) <= WRITTEN:
        text: Spec = {
            "text": {"field": "t", "type": "nominal"},
            "color": {"field": "i", "type": "nominal", "scale": None, "legend": None},
        }
        layers.append({"mark": {"type": "text", "fontSize": 11, "tooltip": None}, "encoding": text})
    chart: Spec = {"height": height, "data": {"values": values}, "encoding": encoding, "layer": layers}
    return Chart("heatmap", (Panel(desk.keep_chart(chart), height + 30),), ramp=_ramp(measure, low, high, desk))


def _of_amount(result: Result, row: int, measure: Measure, level: int) -> int:
    """An amount of 0 is drawn like no row: nothing happened there. A share of 0 says something."""
    return -1 if not visible(result, row, measure.now) and measure.column.format.kind != "percent" else level


def _names(result: Result, rows: Sequence[int], column: int, desk: Desk) -> tuple[str, ...]:
    return tuple(heads(result, rows, column, desk.reader).values())


def _sides(result: Result, rows: Sequence[int], column: int, desk: Desk) -> tuple[str, ...]:
    """Names from top to bottom: in their natural order where they have one, else as the author sorted them."""
    if result.columns[column].time or not result.columns[column].type.textual:
        return _names(result, rows, column, desk)
    return tuple(dict.fromkeys(name_of(result, row, column, desk.reader) for row in rows))


def _axis(side: str, **more: Json) -> Spec:
    return {"title": None, "orient": side, "grid": False, "domain": False, "ticks": False, "labelAngle": 0, **more}


# ---------------------------------------------------------------- places


def _places(result: Result, dims: Sequence[int]) -> dict[int, tuple[float, float]]:
    """The latitude and longitude of each row; {} when they are not places."""
    found: dict[int, tuple[float, float]] = {}
    names = [result.columns[n].name.rpartition(".")[2].lower() for n in dims]
    for row in drawn_rows(result):
        cells = [result.rows[row][n] for n in dims]
        place: tuple[float | None, float | None] = (None, None)
        if {"latitude", "longitude"} <= set(names):
            place = amount(cells[names.index("latitude")]), amount(cells[names.index("longitude")])
        elif len(dims) == 1 and isinstance(cells[0], str) and (match := _CELL.fullmatch(cells[0])):
            place = float(match[1]), float(match[2])
        if place[0] is not None and place[1] is not None and abs(place[0]) <= 85 and abs(place[1]) <= 180:
            found[row] = (place[0], place[1])
        elif any(cell is not None for cell in cells):
            return {}
    return found


def _map(result: Result, measure: Measure, places: dict[int, tuple[float, float]], desk: Desk) -> Chart:
    """Squares where people are on the outlines of states or countries, north up, true in shape at their middle."""
    size = _cell_size(places)
    box = _view(places, size)
    middle = math.cos(math.radians((box.south + box.north) / 2))
    levels, low, high = _levels([visible(result, row, measure.now) for row in places])
    cells: list[Spec] = []
    for (row, (lat, lon)), level in zip(places.items(), levels, strict=True):
        shown = spec.shown_at(result, row, measure.now, desk.reader)
        told = spec.tip((f"{lat:g}, {lon:g}", ""), (plain(measure.column.title), shown))
        edges = {"x": lon, "x2": lon + size * 0.94, "y": lat, "y2": lat + size * 0.94}
        cells.append({**{name: round(edge, 6) for name, edge in edges.items()}, "c": _fill(level), "tip": told})
    under = ground(box)
    layers: list[Json] = [
        *(_outline(lines, width, color) for lines, width, color in _lines_of(under) if lines),
        _squares(cells),
        *_names_on(under.towns),
    ]
    axes: Spec = {
        "x": _hidden("x", "quantitative", (box.west, box.east)),
        "y": _hidden("y", "quantitative", (box.south, box.north)),
    }
    chart: Spec = {"layer": layers, "encoding": axes, "aspect": round(box.tall / (box.wide * max(0.05, middle)), 4)}
    remarks = (desk.words["names_from"],) if under.towns else ()
    name = desk.keep_chart(chart)
    return Chart("map", (Panel(name, 400),), remarks=remarks, ramp=_ramp(measure, low, high, desk), narrow=True)


def _view(places: dict[int, tuple[float, float]], size: float) -> Box:
    """What is seen: the cells with some ground around them, neither a strip nor a tower."""
    lats, lons = [p[0] for p in places.values()], [p[1] for p in places.values()]
    box = Box(min(lons), min(lats), max(lons) + size, max(lats) + size)
    narrow = max(0.05, math.cos(math.radians((box.south + box.north) / 2)))
    wide, tall = max(box.wide * 1.16, size * 4), max(box.tall * 1.16, size * 4)
    wide, tall = max(wide, tall / narrow / TALLEST), max(tall, wide * narrow * FLATTEST)
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    return Box(x - wide / 2, max(-85.0, y - tall / 2), x + wide / 2, min(85.0, y + tall / 2))


def _lines_of(under: Ground) -> tuple[tuple[tuple[Line, ...], float, str], ...]:
    return ((under.thin, 0.75, "var(--line-2)"), (under.thick, 1.25, "var(--ink-3)"))


def _outline(lines: Sequence[Line], width: float, color: str) -> Spec:
    """Lines of the ground; points are lists, which are half as long as objects."""
    points: list[Json] = [[round(x, 3), round(y, 3), n] for n, line in enumerate(lines) for x, y in line]
    encoding: Spec = {
        "x": {"field": "0", "type": "quantitative"},
        "y": {"field": "1", "type": "quantitative"},
        "detail": {"field": "2", "type": "nominal"},
        "order": {"value": 0},
    }
    mark: Spec = {"type": "line", "strokeWidth": width, "color": color, "clip": True, "tooltip": None}
    return {"data": {"values": points}, "mark": mark, "encoding": encoding}


def _squares(cells: Sequence[Spec]) -> Spec:
    encoding: Spec = {
        "x2": {"field": "x2"},
        "y2": {"field": "y2"},
        "color": {"field": "c", "type": "nominal", "scale": None, "legend": None},
        "tooltip": {"value": "tip"},
    }
    return spec.layer(
        {"type": "rect", "cornerRadius": 2, "opacity": 0.86, "clip": True, "stroke": "var(--h2)", "strokeWidth": 0.75},
        cells,
        encoding,
    )


def _names_on(towns: Sequence[Town]) -> list[Spec]:
    """Names of towns, each on a seam of paper so that it can be read on every colour."""
    values: list[Spec] = [{"x": town.at[0], "y": town.at[1], "t": plain(town.name)} for town in towns]
    text: Spec = {"text": {"field": "t", "type": "nominal"}}
    mark: Spec = {"type": "text", "fontSize": 11, "fontWeight": 600, "tooltip": None}
    seam: Spec = {**mark, "stroke": spec.PAPER, "strokeWidth": 3, "strokeJoin": "round", "color": spec.PAPER}
    return [spec.layer(each, values, text) for each in (seam, {**mark, "color": spec.INK})] if values else []


def _hidden(field: str, kind: str, domain: tuple[float, float]) -> Spec:
    """An axis without a line or numbers over a fixed span."""
    scale: Spec = {"zero": False, "nice": False, "domain": [round(end, 5) for end in domain]}
    return {"field": field, "type": kind, "scale": scale, "axis": None}


def _cell_size(places: dict[int, tuple[float, float]]) -> float:
    """The width of a cell in degrees: the smallest step between neighbours."""
    steps = [
        b - a
        for axis in (0, 1)
        for values in [sorted({p[axis] for p in places.values()})]
        for a, b in itertools.pairwise(values)
        if b - a > 1e-9
    ]
    return min(steps, default=0.1)

"""Parts of a whole as a ring with a list beside it; more than eight parts are bars."""

from __future__ import annotations

from dataclasses import replace

from patron.engine.report.reader import plain
from patron.engine.report.text import Json
from patron.engine.results import Column, Figure, Result
from patron.engine.types import TEXT
from patron.plugins.exporters.html.charts import spec
from patron.plugins.exporters.html.charts.bar import bar
from patron.plugins.exporters.html.charts.spec import Chart, Key, Panel, Spec
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, drawn_rows, kind_of, label, shape, visible

HEIGHT = 190


def pie(figure: Figure, result: Result, desk: Desk) -> Chart | None:
    """A ring, bars when it would not read well, or None when there is nothing to divide."""
    found = shape(result)
    if not found.measures or not result.rows:
        return None
    if not found.dims:
        result = _with_rest(figure, result, found.measures[0])
        found = shape(result)
    measure, rows = found.measures[0], drawn_rows(result)
    parts = [(row, visible(result, row, measure.now) or 0.0) for row in rows]
    total = sum(value for _, value in parts)
    if len(parts) > spec.SERIES or any(value < 0 for _, value in parts):
        bars = bar(figure, result, desk)
        return bars and replace(bars, remarks=(desk.words["as_bars"], *bars.remarks))
    if total <= 0:
        return None
    return _ring(result, measure, parts, total, desk, ratio=not figure.result or not shape(figure.result).dims)


def _with_rest(figure: Figure, result: Result, measure: Measure) -> Result:
    """One ratio as two rows: itself, and what is left to 1."""
    share = visible(result, 0, measure.now)
    name = Column("part", "", TEXT, role="dimension")
    rest = None if share is None else 1 - share
    rows = ((measure.column.title, result.rows[0][measure.now]), (figure.rest or "", rest))
    states = {(0, 1): result.states[0, measure.now]} if (0, measure.now) in result.states else {}
    return Result((name, measure.column), rows, states, ("", "rest"))


def _ring(
    result: Result, measure: Measure, parts: list[tuple[int, float]], total: float, desk: Desk, *, ratio: bool
) -> Chart:
    dims, reader = shape(result).dims, desk.reader
    values: list[Json] = []
    keys: list[Key] = []
    for place, (row, value) in enumerate(parts):
        name = label(result, row, dims, reader)
        rest = kind_of(result, row) == "rest"
        shown = spec.shown_at(result, row, measure.now, reader)
        share = f"{value / total * 100:.1f}%"
        told = shown if ratio else f"{shown} ({share})"
        values.append(
            {"v": value, "i": place, "c": spec.REST if rest else spec.colour(place), "tip": spec.tip((name, told))}
        )
        keys.append(Key(name, "rest" if rest else str(place + 1), value=shown, share="" if ratio else share))
    arc: Spec = {
        "mark": {"type": "arc", "innerRadius": 58, "outerRadius": 90, "padAngle": 0.012, "cornerRadius": 2},
        "encoding": {
            "theta": {"field": "v", "type": "quantitative", "stack": True},
            "order": {"field": "i"},
            "color": {"field": "c", "type": "nominal", "scale": None, "legend": None},
            "tooltip": {"value": "tip"},
        },
    }
    layers: list[Json] = [arc]
    if ratio:
        middle: Spec = {
            "type": "text",
            "fontSize": 26,
            "fontWeight": 600,
            "color": spec.INK,
            "text": plain(keys[0].value),
        }
        layers.append({"data": {"values": [{}]}, "mark": middle})
    chart: Spec = {"height": HEIGHT, "width": HEIGHT, "data": {"values": values}, "layer": layers}
    return Chart("pie", (Panel(desk.keep_chart(chart), HEIGHT),), tuple(keys), beside=True)

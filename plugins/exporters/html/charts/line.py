"""Lines over time: each series in its colour, the comparison dashed and paler, dates of campaigns as numbered rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from patron.engine.report.reader import Reader, plain
from patron.engine.report.text import Json
from patron.engine.results import Figure, Mark, Result, Value
from patron.plugins.exporters.html.charts import spec
from patron.plugins.exporters.html.charts.spec import Chart, Key, MarkNote, Panel, Spec
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, drawn_rows, label, shape, visible

HEIGHT, SMALL = 280, 190
POINTS_UP_TO = 20
DAY_FORMATS = {"en": "%b %-d", "zh": "%-m/%-d"}
MONTH_FORMATS = {"en": "%b %Y", "zh": "%Y/%-m"}


def line(figure: Figure, result: Result, desk: Desk) -> Chart | None:
    """Lines, or None when the first dimension is not a date or moment."""
    found = shape(result)
    rows = drawn_rows(result)
    if not found.dims or not found.measures:
        return None
    time, *rest = found.dims
    if not all(isinstance(result.rows[row][time], dt.date) for row in rows):
        return None
    if len({result.rows[row][time] for row in rows}) < 2:  # a point is no line
        return None
    groups = _groups(result, rows, rest, desk.reader)
    families = list(dict.fromkeys(spec.family(m) for m in found.measures))
    sketch = _Sketch(figure, result, time, groups, desk, SMALL if len(families) > 1 else HEIGHT)
    panels, keys = [], []
    for each in families:
        measures = [m for m in found.measures if spec.family(m) == each]
        panels.append(sketch.panel(measures, _panel_title(measures, families, rest)))
        keys.append(sketch.keys(measures))
    past = desk.past(figure.comparison) if found.compared else ""
    return Chart(
        "line",
        tuple(panels),
        spec.legend(keys[:1] if rest else keys, past, _alone(found.measures, desk)),
        _notes(figure.marks, desk.reader),
        _remarks(result, rows, rest, desk),
    )


def _alone(measures: Sequence[Measure], desk: Desk) -> str:
    """What a series without companions is called beside the one before it."""
    return plain(measures[0].column.title) if len(measures) == 1 else desk.words["now"]


def _panel_title(measures: Sequence[Measure], families: Sequence[object], rest: Sequence[int]) -> str:
    if len(families) < 2 and not rest:
        return ""
    return " · ".join(plain(m.column.title) for m in measures) if len(families) > 1 else ""


def _groups(result: Result, rows: Sequence[int], rest: Sequence[int], reader: Reader) -> dict[str, list[int]]:
    """The rows of each series; only as many series as there are colours, in order of appearance."""
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(label(result, row, rest, reader), []).append(row)
    return dict(list(groups.items())[: spec.SERIES])


def _remarks(result: Result, rows: Sequence[int], rest: Sequence[int], desk: Desk) -> tuple[str, ...]:
    count = len({label(result, row, rest, desk.reader) for row in rows})
    if count <= spec.SERIES:
        return ()
    return (desk.words["cut"].format(drawn=spec.SERIES, all=count, what=desk.words["series"]),)


def _notes(marks: Sequence[Mark], reader: Reader) -> tuple[MarkNote, ...]:
    return tuple(MarkNote(n, reader.date(m.on), plain(", ".join(m.names))) for n, m in enumerate(marks, 1))


class _Sketch:
    """One figure's lines while they are drawn, panel by panel."""

    def __init__(
        self, figure: Figure, result: Result, time: int, groups: dict[str, list[int]], desk: Desk, height: int
    ) -> None:
        self._result, self._time, self._groups = result, time, groups
        self._marks, self._desk, self._height = figure.marks, desk, height
        self._past = desk.past(figure.comparison)
        self._unit = result.columns[time].time

    def panel(self, measures: Sequence[Measure], title: str) -> Panel:
        series = [(m, name, rows) for m in measures for name, rows in self._groups.items()]
        now = [p for n, (m, name, rows) in enumerate(series) for p in self._points(rows, m.now, n)]
        past = [
            p
            for n, (m, name, rows) in enumerate(series)
            if m.before is not None
            for p in self._points(rows, m.before, n)
        ]
        known = [float(str(p["y"])) for p in (*now, *past) if p["y"] is not None]
        y = self._y(measures[0], known)
        layers = self._lines(now, past, y, alone=len(series) == 1)
        layers += [*self._rules(), self._hover(measures)]
        layered: list[Json] = list(layers)
        name = self._desk.keep_chart({"height": self._height, "layer": layered})
        return Panel(name, self._height, title)

    def keys(self, measures: Sequence[Measure]) -> list[Key]:
        """A key for each series."""
        many = len(measures) > 1
        named = [(plain(m.column.title) if many or not name else "", name) for m in measures for name in self._groups]
        return [Key(" · ".join(filter(None, each)), str(n % spec.SERIES + 1)) for n, each in enumerate(named)]

    def _points(self, rows: Sequence[int], column: int | None, series: int) -> list[Spec]:
        return [
            {
                "x": self._x(self._result.rows[row][self._time]),
                "y": visible(self._result, row, column),
                "s": series,
                "c": spec.colour(series),
            }
            for row in rows
        ]

    def _x(self, value: Value) -> str:
        """Dates as they are; moments as the project's clocks show them. Never an instant, so no browser shifts it."""
        if isinstance(value, dt.datetime):
            return value.astimezone(ZoneInfo(self._desk.reader.zone)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return value.isoformat() if isinstance(value, dt.date) else ""

    def _y(self, measure: Measure, known: Sequence[float]) -> Spec:
        low, high = min(known, default=0.0), max(known, default=1.0)
        scale: Spec = {"zero": low <= 0.55 * high, "nice": 4}
        if not high and not low:
            scale = {"domain": [0, 1]}
        return {
            "field": "y",
            "type": "quantitative",
            "axis": spec.value_axis(measure.column, abs(high)),
            "scale": scale,
        }

    def _lines(self, now: list[Spec], past: list[Spec], y: Spec, *, alone: bool) -> list[Spec]:
        x = self._x_axis()
        encoding: Spec = {
            "x": x,
            "y": y,
            "color": {"field": "c", "type": "nominal", "scale": None, "legend": None},
            "detail": {"field": "s", "type": "nominal"},
        }
        dots = len({str(p["x"]) for p in now}) <= POINTS_UP_TO
        made: list[Spec] = []
        if alone and not past:
            made.append(spec.layer({"type": "area", "opacity": 0.09}, now, encoding))
        if past:
            dashed: Spec = {"type": "line", "strokeWidth": 1.5, "strokeDash": [5, 4], "opacity": 0.6}
            made.append(spec.layer(dashed, past, encoding))
        point: Json = {"size": 34, "filled": True} if dots else False
        made.append(
            spec.layer({"type": "line", "strokeWidth": 2.25, "point": point, "strokeJoin": "round"}, now, encoding)
        )
        return made

    def _x_axis(self) -> Spec:
        language = self._desk.reader.locale.replace("_", "-").partition("-")[0]
        formats = {
            "month": MONTH_FORMATS.get(language, "%b %Y"),
            "quarter": "Q%q %Y",
            "year": "%Y",
            "hour": f"{DAY_FORMATS.get(language, '%-d %b')} %H:%M",
        }
        axis: Spec = {
            "title": None,
            "format": formats.get(self._unit, DAY_FORMATS.get(language, "%-d %b")),
            "grid": False,
            "tickCount": 8,
            "labelOverlap": "greedy",
            "labelSeparation": 10,
        }
        buckets = sorted({self._x(row[self._time]) for row in self._result.rows})
        if self._unit in ("week", "month", "quarter", "year") and len(buckets) <= 26:
            axis["values"] = list(buckets)
        return {"field": "x", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}

    def _rules(self) -> list[Spec]:
        """Marked dates: a rule with its number on top."""
        if not self._marks:
            return []
        values: list[Spec] = [
            {
                "x": mark.on.isoformat(),
                "n": str(n),
                "tip": spec.tip((self._desk.reader.date(mark.on), plain(", ".join(mark.names)))),
            }
            for n, mark in enumerate(self._marks, 1)
        ]
        x: Spec = {"field": "x", "type": "temporal", "scale": {"type": "utc"}}
        tooltip: Spec = {"value": "tip"}
        top: Spec = {"value": 0}
        crowded = f"{len(values)} * 20 > width"  # numbers would cover each other: dots, and names where one points
        rule = spec.layer({"type": "rule", "strokeDash": [2, 3], "color": spec.INK, "opacity": 0.55}, values, {"x": x})
        badge = spec.layer(
            {
                "type": "point",
                "shape": "circle",
                "filled": True,
                "color": spec.INK,
                "opacity": 1,
                "size": {"expr": f"{crowded} ? 36 : 260"},
            },
            values,
            {"x": x, "y": top, "tooltip": tooltip},
        )
        number = spec.layer(
            {"type": "text", "fontWeight": 600, "color": spec.PAPER, "fontSize": {"expr": f"{crowded} ? 0 : 11"}},
            values,
            {"x": x, "y": top, "text": {"field": "n"}, "tooltip": tooltip},
        )
        return [rule, badge, number]

    def _hover(self, measures: Sequence[Measure]) -> Spec:
        """An unseen band over each point of time that tells all values there."""
        tips: dict[str, list[Json]] = {}
        for name, rows in self._groups.items():
            for row in rows:
                x = self._x(self._result.rows[row][self._time])
                when = spec.shown_at(self._result, row, self._time, self._desk.reader)
                tips.setdefault(x, spec.tip((when, ""))).extend(self._tip(row, name, measures))
        values: list[Spec] = [{"x": x, "tip": lines} for x, lines in tips.items()]
        width: Json = {"expr": f"max(3, width / {max(1, len(values))})"}
        encoding: Spec = {
            "x": {"field": "x", "type": "temporal", "scale": {"type": "utc"}},
            "tooltip": {"value": "tip"},
            "opacity": {"condition": {"param": "over", "empty": False, "value": 0.07}, "value": 0},
        }
        over: Json = [{"name": "over", "select": {"type": "point", "on": "pointerover", "clear": "pointerout"}}]
        return spec.layer({"type": "rule", "color": spec.INK, "strokeWidth": width}, values, encoding, params=over)

    def _tip(self, row: int, name: str, measures: Sequence[Measure]) -> list[Json]:
        lines: list[Json] = []
        for m in measures:
            title = " · ".join(filter(None, (name, plain(m.column.title) if len(measures) > 1 or not name else "")))
            lines += spec.tip((title, spec.shown_at(self._result, row, m.now, self._desk.reader)))
            if m.before is not None:
                shown = spec.shown_at(self._result, row, m.before, self._desk.reader)
                lines += spec.tip((self._past, shown))
        return lines

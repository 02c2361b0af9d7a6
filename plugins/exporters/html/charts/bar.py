"""Bars: upright along time, lying for names; the comparison paler beside its own."""

from __future__ import annotations

from collections.abc import Sequence

from patron.engine.report.reader import plain
from patron.engine.report.text import Json
from patron.engine.results import Figure, Result
from patron.plugins.exporters.html.charts import spec
from patron.plugins.exporters.html.charts.spec import Chart, Key, Panel, Spec
from patron.plugins.exporters.html.dates import short_days
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, drawn_rows, label, name_of, shape, size_of, visible

LYING, STANDING = 30, 60
"""How many bars of each kind still read well."""
LABELLED = 14


def bar(figure: Figure, result: Result, desk: Desk) -> Chart | None:
    """Bars of every metric; one panel for each kind of number. None without dimension or metric."""
    found = shape(result)
    if not found.dims or not found.measures:
        return None
    dims = _along_numbers(result, found.dims)
    past = desk.past(figure.comparison)
    sketch = _Sketch(result, dims, _numbered(result, dims[0]), past, desk)
    families = list(dict.fromkeys(spec.family(m) for m in found.measures))
    panels, keys = [], []
    for each in families:
        measures = [m for m in found.measures if spec.family(m) == each]
        title = (
            " · ".join(plain(m.column.title) for m in measures) if len(families) > 1 or len(found.measures) == 1 else ""
        )
        panels.append(sketch.panel(measures, title))
        keys.append(sketch.keys(measures))
    now = plain(found.measures[0].column.title) if len(found.measures) == 1 else desk.words["now"]
    legend = spec.legend(keys, past if found.compared else "", now)
    return Chart("bar", tuple(panels), legend, remarks=sketch.remarks())


def _numbered(result: Result, dim: int) -> bool:
    """Whether a dimension has a natural course from left to right."""
    column = result.columns[dim]
    return bool(column.time) or column.type.kind == "number"


def _along_numbers(result: Result, dims: Sequence[int]) -> tuple[int, ...]:
    """The dimensions with the one that bars stand along first: of two, the one with a natural course."""
    if len(dims) == 2 and _numbered(result, dims[1]) and not _numbered(result, dims[0]):
        return (dims[1], dims[0])
    return tuple(dims)


class _Sketch:
    """One figure's bars while they are drawn."""

    def __init__(self, result: Result, dims: Sequence[int], upright: bool, past: str, desk: Desk) -> None:
        self._result, self._desk, self._upright, self._past = result, desk, upright, past
        self._first, self._rest = dims[0], dims[1:]
        rows = drawn_rows(result)
        daily = result.columns[dims[0]].time in ("day", "week")
        self._days = short_days((result.rows[row][dims[0]] for row in rows), desk.reader.locale) if daily else {}
        if len(dims) > 1 and upright:  # not all of them occur in the first group
            rows = tuple(sorted(rows, key=lambda row: size_of(result.rows[row][self._first])))
        self._all_names = tuple(dict.fromkeys(self._name(row) for row in rows))
        self._names = self._all_names[: STANDING if upright else LYING]
        self._all_groups = tuple(dict.fromkeys(label(result, row, self._rest, desk.reader) for row in rows))
        self._groups = self._all_groups[: spec.SERIES]
        self._rows = [row for row in rows if self._name(row) in self._names and self._group(row) in self._groups]

    def _name(self, row: int) -> str:
        return self._days.get(self._result.rows[row][self._first]) or self._full_name(row)

    def _full_name(self, row: int) -> str:
        return name_of(self._result, row, self._first, self._desk.reader)

    def _group(self, row: int) -> str:
        return label(self._result, row, self._rest, self._desk.reader)

    def remarks(self) -> tuple[str, ...]:
        """What was left out of the drawing."""
        counts = ((self._names, self._all_names, "bars"), (self._groups, self._all_groups, "series"))
        return tuple(
            self._desk.words["cut"].format(drawn=len(drawn), all=len(every), what=self._desk.words[what])
            for drawn, every, what in counts
            if len(drawn) < len(every)
        )

    def keys(self, measures: Sequence[Measure]) -> list[Key]:
        """A key for each series."""
        many = len(measures) > 1
        named = [
            (plain(m.column.title) if many or not group else "", group) for m in measures for group in self._groups
        ]
        return [Key(" · ".join(filter(None, each)), str(n % spec.SERIES + 1)) for n, each in enumerate(named)]

    def panel(self, measures: Sequence[Measure], title: str) -> Panel:
        values = [value for row in self._rows for value in self._bars(row, measures)]
        lanes = list(dict.fromkeys(sorted(int(str(v["o"])) for v in values)))
        known = [abs(float(str(v["v"]))) for v in values if v["v"] is not None]
        height = 240 if self._upright else max(60, len(self._names) * max(30, 12 + 16 * max(1, len(lanes))) + 26)
        along: Spec = {
            "field": "v",
            "type": "quantitative",
            "scale": {"zero": True, "nice": 4},
            "axis": spec.value_axis(measures[0].column, max(known, default=1.0)),
        }
        names: Spec = {
            "field": "k",
            "type": "nominal",
            "sort": None,
            "axis": self._name_axis(),
            "scale": {"paddingInner": 0.28},
        }
        offset: Spec = {"field": "o", "type": "ordinal", "scale": {"paddingInner": 0.12}}
        encoding: Spec = {
            "x" if self._upright else "y": names,
            "y" if self._upright else "x": along,
            "color": {"field": "c", "type": "nominal", "scale": None, "legend": None},
            "opacity": {"field": "p", "type": "quantitative", "scale": None, "legend": None},
            "tooltip": {"value": "tip"},
        }
        if len(lanes) > 1:
            encoding["xOffset" if self._upright else "yOffset"] = offset
        layers: list[Json] = [{"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": encoding}]
        if len(values) <= LABELLED * 2 and (not self._upright or len(values) <= LABELLED):
            layers.append(self._labels(encoding))
            along["axis"] = None
        chart: Spec = {"height": height, "data": {"values": list(values)}, "layer": layers}
        return Panel(self._desk.keep_chart(chart), height, title)

    def _name_axis(self) -> Spec:
        if self._upright:
            return {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8, "grid": False,
                    "ticks": False}  # fmt: skip
        return {"title": None, "labelLimit": 180, "grid": False, "domain": False, "ticks": False, "labelPadding": 8}

    def _labels(self, encoding: Spec) -> Spec:
        """The values written at the ends of the bars."""
        kept = {name: part for name, part in encoding.items() if name in ("x", "y", "xOffset", "yOffset")}
        mark: Spec = {"type": "text", "fontSize": 11, "color": "var(--ink-2)", "invalid": "show"}  # states are told too
        mark |= {"dy": -7} if self._upright else {"dx": 5, "align": "left"}
        return {"mark": mark, "encoding": {**kept, "text": {"field": "t", "type": "nominal"}}}

    def _bars(self, row: int, measures: Sequence[Measure]) -> list[Spec]:
        """The bars of a row: for each metric the one of now and its paler comparison."""
        name, full_name, group = self._name(row), self._full_name(row), self._group(row)
        made: list[Spec] = []
        for m_number, m in enumerate(measures):
            series = m_number * len(self._groups) + self._groups.index(group)
            for past, column in ((False, m.now), (True, m.before)):
                if column is None:
                    continue
                shown = spec.shown_at(self._result, row, column, self._desk.reader)
                titles = (group, plain(m.column.title), self._past if past else "")
                line = " · ".join(filter(None, titles))
                made.append(
                    {
                        "k": name,
                        "v": visible(self._result, row, column),
                        "o": series * 2 + past,
                        "t": shown,
                        "c": spec.colour(series),
                        "p": 0.38 if past else 1,
                        "tip": spec.tip((full_name, ""), (line, shown)),
                    }
                )
        return made

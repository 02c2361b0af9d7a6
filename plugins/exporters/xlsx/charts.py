"""Native charts of lines, bars and pies, over numbers that stand on a sheet of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patron.engine.report.reader import plain
from patron.engine.results import Column, Figure, Result, Value
from patron.plugins.exporters.drawing import colours
from patron.plugins.exporters.html.charts.bar import LYING, STANDING
from patron.plugins.exporters.html.charts.spec import SERIES, family
from patron.plugins.exporters.html.shape import Measure, drawn_rows, kind_of, label, name_of, shape, visible
from patron.plugins.exporters.xlsx.cells import DAY, Cells, number_format

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

CHARTED = ("line", "bar", "pie")
WIDE, TALL = 760, 380
_CASE = "Calibri"
_ZERO = dt.date(1899, 12, 30)
"""The day from which spreadsheets count."""


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers: what it is called, how they are written, and whether it is what is compared with."""

    name: str
    values: tuple[float | None, ...]
    column: Column
    colour: str = ""
    before: bool = False


@dataclass(slots=True)
class ChartData:
    """The sheet of the numbers behind charts: block under block, each with its names in the first column."""

    sheet: Worksheet
    cells: Cells
    line: int = 0

    def block(self, title: str, names: Sequence[Value], form: str, series: Sequence[Series]) -> int:
        """Write a block; gives the line of its first name."""
        cells, top = self.cells, self.line
        cells.text(self.sheet, top, 0, title, cells.style(bold=True))
        for place, each in enumerate(series, 1):
            cells.text(self.sheet, top + 1, place, each.name, cells.style(italic=True, text_wrap=True))
        date = cells.style(num_format=form)
        numbers = [cells.style(num_format=number_format(each.column, cells.reader)) for each in series]
        for n, name in enumerate(names):
            line = top + 2 + n
            if isinstance(name, dt.date):
                self.sheet.write_datetime(line, 0, name, date)
            else:
                cells.text(self.sheet, line, 0, str(name), cells.style())
            for place, each in enumerate(series, 1):
                value = each.values[n]
                if value is not None:
                    self.sheet.write_number(line, place, value, numbers[place - 1])
        self.line = top + 3 + len(names)
        return top + 2


def charts(figure: Figure, result: Result, data: ChartData, words: Mapping[str, str]) -> tuple[Chart, ...]:
    """The charts of a figure: one for each kind of number."""
    found = shape(result)
    if figure.kind == "pie":
        drawn = _pie(figure, result, data)
        if drawn is not None:
            return (drawn,)
    if not found.dims or not found.measures:
        return ()
    families = dict.fromkeys(family(measure) for measure in found.measures)
    made = [[m for m in found.measures if family(m) == each] for each in families]
    return tuple(filter(None, (_lines_or_bars(figure, result, measures, data, words) for measures in made)))


def _lines_or_bars(
    figure: Figure, result: Result, measures: Sequence[Measure], data: ChartData, words: Mapping[str, str]
) -> Chart | None:
    dims = shape(result).dims
    time = bool(result.columns[dims[0]].time)
    rows = drawn_rows(result)
    values = tuple(dict.fromkeys(result.rows[row][dims[0]] for row in rows))
    dated = all(isinstance(v, dt.date) and not isinstance(v, dt.datetime) for v in values)
    if figure.kind == "line" and not (time or dated):
        return None
    kept = values if figure.kind == "line" else values[: STANDING if time else LYING]
    if not kept:
        return None
    titles = {result.rows[row][dims[0]]: name_of(result, row, dims[0], data.cells.reader) for row in reversed(rows)}
    names: list[Value] = [v if dated else titles[v] for v in kept]
    series = _series(result, rows, kept, measures, data, words)
    if all(value is None for each in series for value in each.values):
        return None
    title = plain(figure.title or measures[0].column.title)
    unit = result.columns[dims[0]].time
    form = {"month": "mmm yyyy", "quarter": "mmm yyyy", "year": "yyyy"}.get(unit, DAY)
    first = data.block(title, names, form, series)
    kind = "line" if figure.kind == "line" else "column" if time else "bar"
    chart = data.cells.book.add_chart({"type": kind})
    for place, each in enumerate(series, 1):
        chart.add_series(_of_series(each, data.sheet.name, first, place, names, kind))
    several = len(dict.fromkeys(family(m) for m in shape(result).measures)) > 1
    shown = f"{title}: {', '.join(plain(m.column.title) for m in measures)}" if several else title
    _dress(chart, shown, legend=len(series) > 1)
    axis = {"num_format": _axis_format(measures[0].column, data.cells), "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": colours()["line"]}}}  # fmt: skip
    across: dict[str, Any] = {"line": {"color": colours()["line-2"]}}
    if kind == "bar":
        chart.set_y_axis({**across, "reverse": True})
        chart.set_x_axis(axis)
        chart.set_size({"width": WIDE, "height": max(TALL, 90 + 22 * len(names) * max(1, len(series)))})
    else:
        steps = {"text_axis" if unit == "week" else "date_axis": True, "num_format": form} if dated else {}
        chart.set_x_axis({**across, **steps})  # an axis of dates would name days between the weeks
        chart.set_y_axis(axis)
    return chart


def _series(
    result: Result, rows: Sequence[int], kept: Sequence[Value], measures: Sequence[Measure], data: ChartData,
    words: Mapping[str, str],
) -> list[Series]:  # fmt: skip
    """The numbers of each metric and group, in the order of the names, with those of the comparison."""
    first, *rest = shape(result).dims
    groups: dict[str, dict[Value, int]] = {}
    for row in rows:
        groups.setdefault(label(result, row, rest, data.cells.reader), {})[result.rows[row][first]] = row
    made: list[Series] = []
    for measure in measures:
        for group, at in list(groups.items())[:SERIES]:
            title = plain(measure.column.title or measure.column.name)
            name = " · ".join(filter(None, (title if len(measures) > 1 or not group else "", group)))
            colour = colours()[f"s{sum(not s.before for s in made) % SERIES + 1}"]
            for before, number in ((False, measure.now), (True, measure.before)):
                if number is not None:
                    found = tuple(visible(result, at[v], number) if v in at else None for v in kept)
                    said = f"{name} · {words['before']}" if before else name
                    made.append(Series(said, found, measure.column, colour, before))
    return made


def _of_series(
    each: Series, sheet: str, first: int, place: int, names: Sequence[Value], kind: str
) -> dict[str, Any]:  # fmt: skip
    last = first + len(names) - 1
    paint: dict[str, Any]
    if kind == "line":
        dash = {"dash_type": "dash", "width": 1.5, "transparency": 40} if each.before else {"width": 2.25}
        paint = {"line": {"color": each.colour, **dash}}
    else:
        paint = {"fill": {"color": each.colour, **({"transparency": 60} if each.before else {})}, "gap": 60}
    return {
        "name": [sheet, first - 1, place],
        "categories": [sheet, first, 0, last, 0],
        "values": [sheet, first, place, last, place],
        # what is drawn where nothing is calculated: in previews, and before the book is saved anew
        "name_data": [each.name],
        "categories_data": [(name - _ZERO).days if isinstance(name, dt.date) else str(name) for name in names],
        "values_data": list(each.values),
        **paint,
    }


def _pie(figure: Figure, result: Result, data: ChartData) -> Chart | None:
    """A ring of up to eight parts; None when it would not read well."""
    found = shape(result)
    if not found.measures:
        return None
    measure, reader = found.measures[0], data.cells.reader
    rows = drawn_rows(result)
    if found.dims:
        parts = [
            (label(result, r, found.dims, reader), visible(result, r, measure.now), kind_of(result, r)) for r in rows
        ]
    else:
        share = visible(result, 0, measure.now) if result.rows else None
        rest = None if share is None else 1 - share
        parts = [(plain(measure.column.title), share, ""), (plain(figure.rest), rest, "rest")]
    if not parts or len(parts) > SERIES or any(value is not None and value < 0 for _, value, _ in parts):
        return None
    known = tuple(value for _, value, _ in parts)
    title = plain(figure.title or measure.column.title)
    series = Series(plain(measure.column.title), known, measure.column)
    first = data.block(title, [name for name, _, _ in parts], DAY, [series])
    chart = data.cells.book.add_chart({"type": "doughnut"})
    shades = [colours()["rest" if kind == "rest" else f"s{n + 1}"] for n, (_, _, kind) in enumerate(parts)]
    chart.add_series({
        **_of_series(series, data.sheet.name, first, 1, [name for name, _, _ in parts], "pie"),
        "points": [{"fill": {"color": shade}} for shade in shades],
        "data_labels": {"percentage": True, "font": {"color": "#FFFFFF", "bold": True}},
    })  # fmt: skip
    _dress(chart, title, legend=True)
    return chart


def _dress(chart: Chart, title: str, *, legend: bool) -> None:
    ink = colours()["ink"]
    shown = title.replace("!", "\N{FULLWIDTH EXCLAMATION MARK}")  # else it may be taken for the name of a cell
    chart.set_title({"name": shown, "name_font": {"name": _CASE, "size": 14, "bold": True, "color": ink}})
    chart.set_legend({"position": "bottom"} if legend else {"none": True})
    chart.set_size({"width": WIDE, "height": TALL})
    chart.set_chartarea({"border": {"color": colours()["line"]}})
    chart.show_blanks_as("gap")


def _axis_format(column: Column, cells: Cells) -> str:
    """Numbers of an axis: without cents."""
    form = number_format(column, cells.reader)
    return form.replace(".00", "") if column.type.kind == "money" else form


def sparkline(figure: Figure, data: ChartData) -> Mapping[str, str]:
    """The small course of each metric of cards: the range of its numbers, by the metric's name."""
    trend = figure.trend
    if trend is None or len(trend.rows) < 3:
        return {}
    found = shape(trend)
    columns = [trend.columns[m.now] for m in found.measures]
    series = [Series(plain(c.title or c.name), tuple(visible(trend, r, m.now) for r in range(len(trend.rows))), c)
              for c, m in zip(columns, found.measures, strict=True)]  # fmt: skip
    if not series:
        return {}
    names: list[Value] = [name_of(trend, r, found.dims[0], data.cells.reader) for r in range(len(trend.rows))]
    first = data.block(plain(figure.title), names, DAY, series)
    name = data.sheet.name.replace("'", "''")
    last = first + len(names)
    return {c.name: f"'{name}'!{_letters(n)}{first + 1}:{_letters(n)}{last}" for n, c in enumerate(columns, 1)}


def _letters(number: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(number))

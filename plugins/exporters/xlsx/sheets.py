"""Sheets by kind of figure: a table under a head that stays, or names and values below each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from patron.engine.report.reader import plain
from patron.engine.report.text import is_number
from patron.engine.results import EXPIRED, OK, Column, Conditions, Figure, Report, Result, Value
from patron.engine.types import NUMBER, Format
from patron.plugins.exporters.drawing import colours
from patron.plugins.exporters.html.dates import readable
from patron.plugins.exporters.html.shape import drawn_rows, heads, kind_of, label, shape, visible
from patron.plugins.exporters.xlsx.cells import Cells

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Rows under the head of one sheet."""
SEEN = 500
"""Rows that decide how wide columns are."""
NAMES, MEANING = 34.0, 60.0
"""The widths of what a number is called, and of what it is."""
DOWN, ACROSS = 24.0, 12.0
"""The widths of names beside and above a matrix."""
SHARE = Column("share", "", NUMBER, format=Format("percent", 1))

Sheets: TypeAlias = "Callable[[], Worksheet]"
"""Gives the sheet of a figure, and another one when it is full."""


def figure_sheet(
    figure: Figure, result: Result, about: Report, cells: Cells, words: Mapping[str, str], sheets: Sheets
) -> Worksheet:
    """Write a figure of a report; gives its first sheet."""
    if not result.rows:
        return nothing(figure, result, about, cells, words, sheets())
    match figure.kind:
        case "card" | "cards":
            return cards(figure, result, cells, words, sheets())
        case "facts":
            return facts(result, cells, words, sheets())
        case "funnel":
            return funnel(result, cells, words, sheets())
        case "matrix" | "heatmap" if crossed(result):
            return cross(result, cells, sheets())
        case _:
            return table(result, cells, words, sheets)


def nothing(
    figure: Figure, result: Result, about: Report, cells: Cells, words: Mapping[str, str], sheet: Worksheet
) -> Worksheet:
    """The head of a figure without rows, and what no row was found for."""
    _head(result, (), cells, words, sheet)
    period = readable(figure.period or about.period, cells.reader.locale)
    facts = (figure.subject or about.subject, period, figure.filter)
    why = words["empty_why"].format(why="; ".join(plain(fact) for fact in facts if fact))
    notes(sheet, 1, (why, *figure.notes, *result.notes), cells)
    return sheet


# ---------------------------------------------------------------- tables


def table(result: Result, cells: Cells, words: Mapping[str, str], sheets: Sheets) -> Worksheet:
    """All rows under a head that stays; a sheet that is full goes on in another."""
    first = sheet = sheets()
    stated = _stated(result)
    for start in range(0, max(1, len(result.rows)), MOST_ROWS):
        sheet = first if start == 0 else sheets()
        _head(result, stated, cells, words, sheet)
        for line, row in enumerate(range(start, min(start + MOST_ROWS, len(result.rows))), 1):
            _row(result, row, line, stated, cells, sheet)
    notes(sheet, len(result.rows) % MOST_ROWS + 2, result.notes, cells)
    plain_rows = sum(not kind_of(result, row) for row in range(min(len(result.rows), MOST_ROWS)))
    if plain_rows > 1 and len(result.columns) > 1:
        first.autofilter(0, 0, plain_rows, len(result.columns) + len(stated) - 1)
    return first


def _stated(result: Result) -> tuple[int, ...]:
    """Columns with values that are there and yet not plain: their state has a column of its own."""
    return tuple(sorted({column for (_, column), state in result.states.items() if state == EXPIRED}))


def _head(result: Result, stated: Sequence[int], cells: Cells, words: Mapping[str, str], sheet: Worksheet) -> None:
    place, heads = 0, []
    some = range(min(SEEN, len(result.rows)))
    for number, column in enumerate(result.columns):
        title = plain(column.title or column.name)
        quiet = column.role in ("before", "change")
        cells.head(sheet, 0, place, title, number=is_number(column.type), quiet=quiet)
        shown = [cells.reader.shown(result.rows[r][number], result.state(r, number), column) for r in some]
        heads.append((title, cells.width(column, shown)))
        sheet.set_column(place, place, heads[-1][1])
        place += 1
        if number in stated:
            cells.head(sheet, 0, place, words["state_of"].format(column=title), number=False, quiet=True)
            sheet.set_column(place, place, 26)
            place += 1
    cells.tall(sheet, 0, heads)
    sheet.freeze_panes(1, 1 if result.columns and result.columns[0].role == "dimension" else 0)


def _row(result: Result, row: int, line: int, stated: Sequence[int], cells: Cells, sheet: Worksheet) -> None:
    place = 0
    for number in range(len(result.columns)):
        cells.of_result(sheet, (line, place), result, row, number)
        place += 1
        if number in stated:
            state = result.state(row, number)
            told = "" if state == OK else cells.reader.words(state).full
            cells.text(sheet, line, place, told, cells.style(italic=True, font_color=colours()["ink-3"]))
            place += 1


def notes(sheet: Worksheet, line: int, texts: Sequence[str], cells: Cells) -> None:
    """Sentences below a table, each on a line."""
    for number, text in enumerate(dict.fromkeys(texts)):
        cells.text(sheet, line + number, 0, plain(text), cells.style(italic=True, font_color=colours()["ink-2"]))


# ---------------------------------------------------------------- names and values


def _titles(sheet: Worksheet, cells: Cells, heads: Sequence[tuple[str, bool, float]]) -> None:
    for place, (title, number, wide) in enumerate(heads):
        cells.head(sheet, 0, place, title, number=number)
        sheet.set_column(place, place, wide)
    cells.tall(sheet, 0, [(title, wide) for title, _, wide in heads])
    sheet.freeze_panes(1, 1)


def cards(figure: Figure, result: Result, cells: Cells, words: Mapping[str, str], sheet: Worksheet) -> Worksheet:
    """A line for each number: its value, what it was before, the change, and what it means."""
    found = shape(result)
    compared = found.compared
    heads = [(words["name"], False, NAMES), (words["value"], True, 16.0)]
    heads += [(words["before"], True, 16.0), (words["change"], True, 12.0)] if compared else []
    _titles(sheet, cells, [*heads, (words["meaning"], False, MEANING)])
    told = cells.style(text_wrap=True, indent=1)
    line = 1
    for row in range(len(result.rows)):
        whose = label(result, row, found.dims, cells.reader)
        for measure in found.measures:
            name = " · ".join(filter(None, (whose, plain(measure.column.title or measure.column.name))))
            cells.text(sheet, line, 0, name, cells.style(bold=True, text_wrap=True))
            cells.of_result(sheet, (line, 1), result, row, measure.now)
            for place, number in ((2, measure.before), (3, measure.change)) if compared else ():
                if number is not None:
                    cells.of_result(sheet, (line, place), result, row, number)
            meaning = plain(measure.column.describe)
            cells.text(sheet, line, 4 if compared else 2, meaning, told)
            cells.tall(sheet, line, [(name, NAMES), (meaning, MEANING - 2)])
            line += 1
    notes(sheet, line + 1, (*figure.notes, *result.notes), cells)
    return sheet


def facts(result: Result, cells: Cells, words: Mapping[str, str], sheet: Worksheet) -> Worksheet:
    """A line for each field."""
    _titles(sheet, cells, [(words["name"], False, NAMES), (words["value"], False, NAMES)])
    line = 1
    for row in range(len(result.rows)):
        for number, column in enumerate(result.columns):
            if column.role not in ("before", "change"):
                _name(sheet, line, column, cells)
                value, state = result.rows[row][number], result.state(row, number)
                cells.value(sheet, (line, 1), value, state, column, {"align": "left"})
                line += 1
    return sheet


def _name(sheet: Worksheet, line: int, column: Column, cells: Cells) -> None:
    """The title of a number at the head of its line, whole."""
    title = plain(column.title or column.name)
    cells.text(sheet, line, 0, title, cells.style(bold=True, text_wrap=True))
    cells.tall(sheet, line, [(title, NAMES)])


def funnel(result: Result, cells: Cells, words: Mapping[str, str], sheet: Worksheet) -> Worksheet:
    """A line for each step, with its shares."""
    found = shape(result)
    heads = [(words["step"], False, NAMES), (words["value"], True, 16.0)]
    heads += [(words["before"], True, 16.0)] if found.compared else []
    _titles(sheet, cells, [*heads, (words["of_first_step"], True, 16), (words["of_step_before"], True, 16)])
    shares = 3 if found.compared else 2
    drawn = [visible(result, 0, measure.now) for measure in found.measures]
    for line, measure in enumerate(found.measures, 1):
        _name(sheet, line, measure.column, cells)
        cells.of_result(sheet, (line, 1), result, 0, measure.now)
        if measure.before is not None:
            cells.of_result(sheet, (line, 2), result, 0, measure.before)
        for place, whole in enumerate((drawn[0], drawn[line - 2]) if line > 1 else ()):
            now = drawn[line - 1]
            if now is not None and whole:
                cells.value(sheet, (line, shares + place), now / whole, OK, SHARE, {})
    notes(sheet, len(found.measures) + 2, result.notes, cells)
    return sheet


def conditions(tree: Conditions, cells: Cells, words: Mapping[str, str], sheet: Worksheet) -> Worksheet:
    """A line for each condition, set in by its depth, with the people left after it."""
    _titles(sheet, cells, [(words["condition"], False, 90), (words["left"], True, 18)])
    people = Column("left", "", NUMBER, format=Format("number"))
    for line, each in enumerate(tree.lines, 1):
        style = cells.style(text_wrap=True, indent=min(15, each.depth * 2), bold=each.depth == 0)
        cells.text(sheet, line, 0, plain(each.words), style)
        if each.left is not None or each.state != OK:
            cells.value(sheet, (line, 1), each.left, each.state, people, {})
    return sheet


# ---------------------------------------------------------------- two dimensions


def crossed(result: Result) -> bool:
    """Whether a result is best read across: one metric, two dimensions or more, few enough values for columns."""
    found = shape(result)
    if len(found.dims) < 2 or len(found.measures) != 1 or found.compared:
        return False
    return len({result.rows[row][found.dims[-1]] for row in drawn_rows(result)}) <= 400


def cross(result: Result, cells: Cells, sheet: Worksheet) -> Worksheet:
    """The first dimensions down, the last across, darker where the value is larger."""
    found = shape(result)
    (*down, across), measure, rows = found.dims, found.measures[0], drawn_rows(result)
    names = heads(result, rows, across, cells.reader)
    corner = " · ".join(plain(result.columns[n].title or result.columns[n].name) for n in down)
    cells.head(sheet, 0, 0, corner, number=False)
    sheet.set_column(0, 0, DOWN)
    sheet.set_column(1, max(1, len(names)), ACROSS)
    for place, name in enumerate(names.values(), 1):
        cells.head(sheet, 0, place, name, number=True)
    cells.tall(sheet, 0, [(corner, DOWN), *((name, ACROSS) for name in names.values())])
    lines: dict[tuple[Value, ...], dict[Value, int]] = {}
    for row in rows:
        lines.setdefault(tuple(result.rows[row][n] for n in down), {})[result.rows[row][across]] = row
    for line, at in enumerate(lines.values(), 1):
        title = label(result, next(iter(at.values())), down, cells.reader)
        cells.text(sheet, line, 0, title, cells.style(bold=True, text_wrap=True))
        cells.tall(sheet, line, [(title, DOWN)])
        for place, value in enumerate(names, 1):
            if value in at:
                cells.of_result(sheet, (line, place), result, at[value], measure.now)
    _shaded(sheet, len(lines), 1, len(names))
    sheet.freeze_panes(1, 1)
    notes(sheet, len(lines) + 2, result.notes, cells)
    return sheet


def _shaded(sheet: Worksheet, lines: int, left: int, right: int) -> None:
    scale: dict[str, Any] = {"type": "2_color_scale", "min_color": colours()["h0"], "max_color": colours()["h4"]}
    sheet.conditional_format(1, left, max(1, lines), max(left, right), scale)

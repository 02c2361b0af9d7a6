"""Tables: the first page as cells for the reader, all rows as data for sorting, filtering and paging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patron.engine.report.reader import NONE, Reader, is_change, plain
from patron.engine.report.text import Json, cell_text, is_number
from patron.engine.results import EMPTY, EXPIRED, OK, Column, Figure, Result
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import kind_of, name_of, visible

PAGE = 25
SHORT = 22
"""Texts up to so many signs are not broken."""
TOOLS_FROM = 11
"""From this many rows on a table can be filtered."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in words; `state` and `full` when it is not there, `tone` when it is a change."""

    text: str
    number: bool = False
    state: str = ""
    full: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head; `short` stands where the column beside it tells the rest of the title."""

    title: str
    short: str
    number: bool
    quiet: bool
    describe: str = ""
    whole: bool = False
    worded: bool = False

    @property
    def classes(self) -> str:
        """How its cells are set: numbers flush right, dates and short texts in one line, usual words whole."""
        said = {
            "num": self.number,
            "quiet": self.quiet,
            "unbroken": self.whole,
            "long": not (self.whole or self.number),
            "worded": self.worded,
        }
        return " ".join(name for name, holds in said.items() if holds)


@dataclass(frozen=True, slots=True)
class Line:
    """A row; `kind` sets summing rows apart."""

    cells: tuple[Cell, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What the template needs."""

    id: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    total: int
    per_page: int
    tools: bool
    caption: str

    @property
    def paged(self) -> bool:
        """Whether there are rows that are not on the first page."""
        return self.total > len(self.lines)


def table(figure: Figure, result: Result, desk: Desk, *, behind: bool = False) -> Table:
    """The table of a figure; `behind` a chart it has pages of the usual length."""
    per_page = PAGE if behind else rows_per_page(figure.settings)
    lines = tuple(_line(result, row, desk.reader) for row in range(len(result.rows)))
    past = desk.past(figure.comparison)
    texts = [[line.cells[n].text for line in lines] for n in range(len(result.columns))]
    heads = tuple(_head(column, past, desk, said) for column, said in zip(result.columns, texts, strict=True))
    caption = plain(figure.title) or desk.words.get(figure.kind, figure.kind)
    name = desk.keep_table(_data(result, heads, lines, per_page)) if len(lines) > 1 else desk.fresh("t")
    return Table(
        name,
        heads,
        _first_page(lines, per_page),
        len(lines),
        per_page,
        sum(not line.kind for line in lines) >= TOOLS_FROM,
        caption,
    )


def rows_per_page(settings: Mapping[str, tuple[str, ...]]) -> int:
    """The setting of that name, between 1 and 1,000."""
    asked = "".join(settings.get("rows_per_page", ()))
    return min(max(int(asked), 1), 1000) if asked.isdecimal() else PAGE


def cell(result: Result, row: int, number: int, reader: Reader) -> Cell:
    """One value of a result."""
    column, value, state = result.columns[number], result.rows[row][number], result.state(row, number)
    flush = is_number(column.type)
    if column.role == "dimension" and state in (OK, EMPTY):
        return Cell(name_of(result, row, number, reader), flush)
    if value is None or state not in (OK, EMPTY, EXPIRED):
        words = reader.words(EMPTY if state == OK else state)
        return Cell(words.short, flush, "empty" if words.short == NONE else state, plain(words.full))
    text = reader.formatter(column)(value)
    if state == EXPIRED:
        words = reader.words(state)
        return Cell(text, flush, state, plain(words.full))
    return Cell(text, flush, tone=tone(visible(result, row, number), column.good) if column.role == "change" else "")


def tone(change: float | None, good: str) -> str:
    """Whether a change is welcome: good, bad, or flat when it is none, missing, or nobody said."""
    if change is None or not is_change(change) or good not in ("up", "down"):
        return "flat"
    return "good" if (change > 0) == (good == "up") else "bad"


def states_of(result: Result, reader: Reader) -> tuple[tuple[str, str], ...]:
    """The states in a result with their full words and what to do, in order of appearance."""
    seen = dict.fromkeys(state for _, state in sorted(result.states.items()) if state not in (OK, EMPTY))
    found = (reader.words(state) for state in seen)
    return tuple((words.full, words.advice) for words in found)


def _line(result: Result, row: int, reader: Reader) -> Line:
    return Line(tuple(cell(result, row, n, reader) for n in range(len(result.columns))), kind_of(result, row))


def _head(column: Column, past: str, desk: Desk, texts: Sequence[str]) -> Head:
    """The head of these texts. Of a comparison only "before" and "change" are written: its metric stands to the
    left."""
    title = plain(column.title or column.name)
    alone = {"before": past, "change": desk.words["change"]}.get(column.role, "")
    if alone:
        title = f"{title.removesuffix(f' {column.role}')} {alone}"
    whole = column.type.timely or not any(len(text) > SHORT for text in texts)
    worded = column.role == "dimension" and not any(len(word) > SHORT for text in texts for word in text.split())
    return Head(title, alone or title, is_number(column.type), bool(alone), plain(column.describe), whole, worded)


def _first_page(lines: tuple[Line, ...], per_page: int) -> tuple[Line, ...]:
    """The rows of the first page; summing rows stand below every page."""
    fixed = tuple(line for line in lines if line.kind)
    return (*tuple(line for line in lines if not line.kind)[:per_page], *fixed)


def _data(result: Result, heads: tuple[Head, ...], lines: tuple[Line, ...], per_page: int) -> Json:
    """All rows for the script: shown texts, exact texts where they differ, states, tones and kinds."""
    return {
        "perPage": per_page,
        "heads": [head.title for head in heads],
        "numbers": [head.number for head in heads],
        "rows": [[cell.text for cell in line.cells] for line in lines],
        "exact": {str(n): _exact(result, n) for n, c in enumerate(result.columns) if not c.type.textual},
        "states": {
            f"{r},{n}": [c.state, c.full] for r, line in enumerate(lines) for n, c in enumerate(line.cells) if c.state
        },
        "tones": {
            str(n): [line.cells[n].tone for line in lines] for n, c in enumerate(result.columns) if c.role == "change"
        },
        "kinds": [line.kind for line in lines],
    }


def _exact(result: Result, number: int) -> Json:
    column = result.columns[number]
    return [
        cell_text(row[number], column) if result.state(i, number) in (OK, EXPIRED) else ""
        for i, row in enumerate(result.rows)
    ]

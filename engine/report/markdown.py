"""Results as Markdown tables, for messages and notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from patron.engine.report.reader import Reader, plain
from patron.engine.report.text import is_number
from patron.engine.results import EXPIRED, Column, Result, Value

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#!$&])")


def markdown_lines(result: Result, reader: Reader | None = None) -> Iterator[str]:
    """The lines of a table, each with its line end; numbers flush right, text inert."""
    reader = reader or Reader()
    yield _line([quiet(column.title or column.name) for column in result.columns])
    yield _line(["---:" if is_number(column.type) else "---" for column in result.columns])
    for number, row in enumerate(result.rows):
        cells = enumerate(zip(row, result.columns, strict=True))
        yield _line([_cell(v, result.state(number, i), c, reader) for i, (v, c) in cells])


def _cell(value: Value, state: str, column: Column, reader: Reader) -> str:
    """A value; one whose time is over says so."""
    late = f" ({reader.words(state).full})" if state == EXPIRED and value is not None else ""
    return quiet(f"{reader.shown(value, state, column)}{late}")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def quiet(text: str) -> str:
    """A text without a meaning in Markdown or HTML, on one line."""
    return _SPECIAL.sub(r"\\\1", plain(" ".join(text.split())))

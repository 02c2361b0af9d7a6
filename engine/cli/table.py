"""A result as a table for eyes."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from patron.engine.report.reader import Reader, is_change
from patron.engine.report.text import is_number
from patron.engine.results import EXPIRED
from patron.engine.runtime.printable import plain

if TYPE_CHECKING:
    from patron.engine.results import Column, Result, Value

_GOOD, _BAD = "green", "red"


def terminal_width() -> int:
    """How wide the terminal is."""
    return shutil.get_terminal_size((100, 24)).columns


def table_text(result: Result, *, width: int, color: bool, reader: Reader | None = None) -> str:
    """A result as text: numbers flush right, changes coloured by what is good, rest and total rows set apart."""
    reader = reader or Reader()
    stream = io.StringIO()
    shown = [
        [
            _shown(v, result.state(number, i), c, reader)
            for i, (v, c) in enumerate(zip(row, result.columns, strict=True))
        ]
        for number, row in enumerate(result.rows)
    ]
    widths = _widths(result.columns, shown, width)
    width = max(width, sum(widths) + BETWEEN * len(widths))
    console = Console(file=stream, width=width, no_color=not color, force_terminal=color, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column, wide in zip(result.columns, widths, strict=True):
        title = Text(plain(column.title or column.name))
        justify: JustifyMethod = "right" if is_number(column.type) else "left"
        table.add_column(title, justify=justify, overflow="fold", width=wide)
    for number, row in enumerate(result.rows):
        kind = result.kinds[number] if result.kinds else ""
        if kind and not (result.kinds[number - 1] if number else ""):
            table.add_section()
        values = zip(shown[number], row, result.columns, strict=True)
        cells = [Text(text, style=_style(value, column)) for text, value, column in values]
        table.add_row(*cells, style="italic" if kind else None)
    console.print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _shown(value: Value, state: str, column: Column, reader: Reader) -> str:
    """A value in words; one whose time is over says so."""
    late = f" ({reader.words(state).short})" if state == EXPIRED and value is not None else ""
    return f"{reader.shown(value, state, column)}{late}"


BETWEEN = 3
"""Cells between two columns."""
LONGEST_WORD = 16
"""Words of a text are broken only when they are longer."""


def _widths(columns: Sequence[Column], shown: Sequence[Sequence[str]], width: int) -> list[int]:
    """How wide the columns become: what is readable at least, and the room that is left for those that want more."""
    texts = [(plain(c.title or c.name), *(row[i] for row in shown)) for i, c in enumerate(columns)]
    widths = [_least(column, told) for column, told in zip(columns, texts, strict=True)]
    lacking = [max(cell_len(t) for t in told) - w for told, w in zip(texts, widths, strict=True)]
    spare = width - sum(widths) - BETWEEN * len(widths)
    for place, i in enumerate(sorted(range(len(widths)), key=lacking.__getitem__)):
        more = max(0, min(lacking[i], spare // (len(widths) - place)))
        widths[i] += more
        spare -= more
    return widths


def _least(column: Column, texts: Sequence[str]) -> int:
    """The width below which a column cannot be read: a number, a date or a word of usual length is never broken."""
    wide = [min(cell_len(word), LONGEST_WORD) for text in texts for word in text.split()]
    if is_number(column.type) or column.type.kind in ("date", "moment"):
        wide += [cell_len(text) for text in texts[1:]]
    return max(wide, default=1)


def _style(value: object, column: Column) -> str:
    """The colour of a change: only where the metric says what is good."""
    if column.role != "change" or not column.good or not isinstance(value, (int, float)) or not is_change(value):
        return ""
    return _GOOD if (value > 0) == (column.good == "up") else _BAD

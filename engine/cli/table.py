"""A result as a table for eyes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from patron.engine.report.reader import Reader
from patron.engine.report.text import is_number
from patron.engine.runtime.printable import plain

if TYPE_CHECKING:
    from patron.engine.results import Column, Result

_GOOD, _BAD = "green", "red"


def terminal_width() -> int:
    """How wide the terminal is."""
    return shutil.get_terminal_size((100, 24)).columns


def table_text(result: Result, *, width: int, color: bool, reader: Reader | None = None) -> str:
    """A result as text: numbers flush right, changes coloured by what is good, rest and total rows set apart."""
    import io

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    reader = reader or Reader()
    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=not color, force_terminal=color, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in result.columns:
        title = Text(plain(column.title or column.name))
        table.add_column(title, justify="right" if is_number(column.type) else "left", overflow="fold")
    for number, row in enumerate(result.rows):
        kind = result.kinds[number] if result.kinds else ""
        if kind and not (result.kinds[number - 1] if number else ""):
            table.add_section()
        cells = [
            Text(reader.shown(value, result.state(number, i), column), style=_style(value, column))
            for i, (value, column) in enumerate(zip(row, result.columns, strict=True))
        ]
        table.add_row(*cells, style="italic" if kind else None)
    console.print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _style(value: object, column: Column) -> str:
    """The colour of a change: only where the metric says what is good."""
    if column.role != "change" or not column.good or not isinstance(value, (int, float)) or value == 0:
        return ""
    return _GOOD if (value > 0) == (column.good == "up") else _BAD

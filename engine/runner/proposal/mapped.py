"""A `table` statement in the making."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from patron.engine.runner.proposal import textfiles
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.names import quoted
from patron.engine.runner.proposal.tables import Table

Line = tuple[str, str, str]
"""A column of ours, its expression, and a comment."""


@dataclass(slots=True)
class Mapped:
    """A `table` statement in the making. `reads` are the tables it takes rows from; `last`: of several rows with one
    id the last one holds."""

    table: str
    source: str
    comments: list[str] = field(default_factory=list)
    where: str = ""
    group: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    clauses: list[Line] = field(default_factory=list)
    reads: tuple[Table, ...] = ()
    last: bool = False

    def add(self, name: str, expression: str, comment: str = "") -> None:
        """A column, once; one that is taken as it is needs no line, unless there is something to say."""
        if all(n != name for n, _, _ in self.lines) and (expression != name or self.group or comment):
            if self.last and name != "id":
                expression = f"last({expression})"
            self.lines.append((name, expression, comment))

    def clause(self, words_: str, comment: str = "") -> None:
        """A clause at the end, once."""
        if all(c != words_ for c, _, _ in self.clauses):
            self.clauses.append((words_, "", comment))

    def keep_rest(self) -> None:
        """With a group only what is written is there: the columns that nothing was said of."""
        read = " ".join(e for _, e, _ in self.lines)
        for column in self.reads[0].columns if self.last else ():
            if column.kind != "empty" and not reads(read, column):
                self.add(quoted(column.name), column.written)

    def has(self, name: str) -> bool:
        """Whether a column of ours is filled by a line."""
        return any(n == name for n, _, _ in self.lines)


def reads(expression: str, column: Column) -> bool:
    """Whether a column stands in an expression."""
    return re.search(rf"(?<![\w`]){re.escape(column.written)}(?![\w`])", expression) is not None


def bad_values(made: Mapped, columns: Sequence[Column]) -> None:
    """Rows with values that are not what their column is: read as missing, and counted at every load."""
    bad = [c for c in columns if c.bad and not c.typed]
    if bad:
        told = "; ".join(f"`{c.name}`: {c.bad:,} of {c.rows:,} cannot be read{_first(made, c)}" for c in bad)
        made.clause("bad values missing", f"{told}; every load counts them")


def _first(made: Mapped, column: Column) -> str:
    """Where the first value that is not of its column's kind stands."""
    table = next((t for t in made.reads if any(c is column for c in t.columns)), None)
    if table is None:
        return ""
    place = textfiles.place(table, column) if table.origin.connector == "csv" else ""
    return f", first at {place}" if place else ""

"""Files as tables: what their columns hold, what names their rows, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.names import ID_WORDS, has_any, named_for, names_entity, quoted, words

Values = Sequence[str | None]
"""The values of one column, as texts, in the order of the rows."""

ALMOST = 0.9
"""The share of different values from which a column still names the rows: some stand there twice."""

MANY = 0.5
"""The same share for a column that is called id and nothing else, in a file called after the thing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a text file is written; `header` False when its first line is a row."""

    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source statement reads: a folder's files of one kind and shape, or a database file."""

    connector: str
    shape: Shape = Shape()
    file: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or several of one kind, or a table of a database. `named` is what `files` must say to find it."""

    name: str
    origin: Origin
    files: tuple[Path, ...]
    columns: tuple[Column, ...]
    data: Sequence[Values] = field(compare=False, repr=False)
    named: str = ""
    cut: bool = False

    def place(self, column: Column) -> int:
        return next(i for i, c in enumerate(self.columns) if c.name == column.name)

    def values(self, *columns: Column) -> Iterator[tuple[str | None, ...]]:
        """The values of some columns, row by row."""
        return zip(*(self.data[self.place(c)] for c in columns), strict=True)

    @property
    def size(self) -> int:
        return len(self.data[0]) if self.data else 0

    @property
    def repeated(self) -> int:
        """How many rows stand there already, the same in every column."""
        return self.size - len(set(zip(*self.data, strict=True))) if self.data else 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was left out, and why."""

    file: Path
    reason: str


Sources = Mapping[Origin, str]
"""The name of each source."""


def source_table(table: Table, sources: Sources) -> str:
    """`files.orders`."""
    return f"{sources[table.origin]}.{quoted(table.name)}"


def looked_up(table: Table, column: Column, key: Column, by: Column, sources: Sources) -> str:
    """The expression that fetches a column of another table, by its key."""
    return f"lookup({source_table(table, sources)}.{column.written}, {key.written} = {by.written})"


# ---------------------------------------------------------------- how tables hang together


def key_of(table: Table, entity: str) -> Column | None:
    """The column that names the rows of a table: different in every row (or nearly), and called after the thing, or
    by words for keys alone; in a file called after the thing the first such column."""
    fitting = [c for c in table.columns if c.names_rows(ALMOST)]
    called = [c for c in fitting if names_entity(c.name, entity)]
    plain = [c for c in fitting if c.unique and set(words(c.name)) <= ID_WORDS]
    if called:
        return max(called, key=lambda c: (c.unique, names_entity(c.name, entity)))
    if plain:
        return plain[0]
    if not named_for(table.name, entity):
        return None
    other = next((c for c in fitting if c.unique and not has_any(c.name, ("name", "email", "phone"))), None)
    return other or next((c for c in table.columns if c.names_rows(MANY) and set(words(c.name)) <= ID_WORDS), None)


def contained(column: Column, key: Column) -> float:
    """The share of the rows with a value whose value is in the other column."""
    known = column.values.total()
    return sum(n for v, n in column.values.items() if v in key.values) / known if known else 0.0

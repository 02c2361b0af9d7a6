"""How canonical tables are filled: the values that binding `source` and `table` statements gives (section 5).

`bind_tables` looks at headers only; `patron.engine.load` runs what it describes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem
from patron.dsl.tree import NOWHERE, Expr, Span
from patron.engine.contracts import Source, SourceColumn
from patron.engine.model.schema import Schema
from patron.engine.model.terms import Term
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class Lookup:
    """One value from another source table: its first row, in order, whose `keys` columns have these values."""

    source: str
    table: str
    column: str
    keys: tuple[tuple[str, MapTerm], ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate over the rows of a group: sum count unique average min max median percentile first last
    most_common. `first` and `last` follow the order of rows in the source. Missing values are skipped."""

    func: str
    value: MapTerm | None
    type: Type
    where: MapTerm | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OfRow:
    """A value reached through a reference of the row being filled: `campaign.sent_at`.

    `reference` is the mapped column; `path` the further references and at last a column, `table` where that one is.
    """

    reference: str
    path: tuple[str, ...]
    table: str
    type: Type


@dataclass(frozen=True, slots=True)
class Converted:
    """A value read as another type: a text as a number, a number as money. `strict` when the spec did not ask for it
    in words, so that only the plain forms are read."""

    value: MapTerm
    type: Type


MapTerm: TypeAlias = Term | Lookup | Aggregate | OfRow | Converted


def every_part(term: object) -> Iterator[object]:
    """A term and all terms inside it."""
    stack = [term]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif hasattr(node, "__dataclass_fields__") and not isinstance(node, Type):
            yield node
            stack.extend(getattr(node, f.name) for f in fields(node))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class MapColumnTerm:
    """A column of a canonical table and the value it gets from a row (or group) of the source; `said` when a line of
    the block names it, not when it is taken as it is; `written` is then its expression."""

    name: str
    type: Type
    value: MapTerm
    canonical: bool = True
    said: bool = True
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    written: Expr | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CloseRows:
    """What rows of a group have in common beside its keys: each is at most `longest` after the one before, by `moment`,
    and no known value of `same` changes."""

    moment: MapTerm
    longest: dt.timedelta
    same: tuple[MapTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class TableMapping:
    """One `table` statement. `keys` are the groups (None: every row of the source is a row here)."""

    table: str
    source: str
    source_table: str
    columns: tuple[MapColumnTerm, ...]
    where: MapTerm | None = None
    keys: tuple[MapTerm, ...] | None = None
    keep_latest: tuple[str, ...] = ()
    add_missing: tuple[tuple[str, str], ...] = ()
    bad_missing: bool = False
    close: CloseRows | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.table} from {self.source}.{self.source_table}"

    def every_term(self) -> Iterator[MapTerm]:
        """The terms of all its clauses."""
        yield from (c.value for c in self.columns)
        yield from (t for t in (self.where, *(self.keys or ())) if t is not None)
        if self.close is not None:
            yield from (self.close.moment, *self.close.same)

    @property
    def by_name(self) -> Mapping[str, MapColumnTerm]:
        return {c.name: c for c in self.columns}


@dataclass(frozen=True, slots=True)
class SqlMapping:
    """A `table x = sql` statement: a checked SELECT; every table in it is renamed to `source.table` as declared.

    `columns` are its output in order: canonical ones with the canonical type, others with the type found.
    """

    table: str
    sql: str
    reads: tuple[tuple[str, str], ...]
    columns: tuple[SourceColumn, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    bad_missing: bool = False

    def __str__(self) -> str:
        return f"{self.table} = sql"


AnyMapping: TypeAlias = TableMapping | SqlMapping


@dataclass(frozen=True, slots=True)
class BoundSource:
    """A declared source: its settings as read (secrets are only named), opened once something is read from it.

    `headers` are the columns of every table in use, `timezone` what times without a zone are in (None: the row's
    store, else the project).
    """

    name: str
    connector: str
    settings: Mapping[str, object]
    opened: Source | None = field(default=None, compare=False, repr=False)
    headers: Mapping[str, tuple[SourceColumn, ...]] = field(default_factory=dict)
    timezone: str | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bound:
    """Everything a load needs: mappings in order of the statements, sources by name, and the schema they give."""

    schema: Schema
    mappings: tuple[AnyMapping, ...] = ()
    sources: Mapping[str, BoundSource] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    zone: str = "UTC"
    currency: str = ""
    root: Path = Path()
    age_limits: tuple[int, int] = (0, 120)

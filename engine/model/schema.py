"""What the mapped tables look like before any row is read: the columns names can be bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from patron.dsl.nodes import dataclass, field
from patron.dsl.tree import fold
from patron.engine.model.store import Store
from patron.engine.types import Type

if TYPE_CHECKING:
    from patron.engine.model.unmapped import Unmapped


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column of a canonical table: `filled` when a source (or a default or computation) gives it values.

    Columns that are not canonical (`canonical` is False) came from a source or a mapping under their own name.
    """

    name: str
    type: Type
    filled: bool = True
    said: bool = True
    """Whether a source tells it, or it follows from what one tells. False where all it has is its default."""
    canonical: bool = True
    personal: bool = False
    taken_along: tuple[str, ...] = ()
    """The references by which its values were taken from another row, when no source says them of this one."""
    seen: tuple[str, ...] | None = None
    """Every value that a load found, of a text that has few of them; None before any row was read."""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A canonical table of a project; `present` when a source fills it. Columns by folded name."""

    name: str
    columns: Mapping[str, SchemaColumn]
    present: bool = True


@dataclass(frozen=True, slots=True)
class Schema:
    """All canonical tables, present or not; `unmapped` tells of what the sources have beside them."""

    tables: Mapping[str, TableSchema] = field(default_factory=dict)
    unmapped: Unmapped | None = field(default=None, compare=False, repr=False)


def informed(schema: Schema, store: Store) -> Schema:
    """The schema, with the values that a load found."""
    tables = {}
    for name, table in schema.tables.items():
        stored = store.tables[name].columns if name in store.tables else {}
        found = {fold(c.name): c.values for c in stored.values() if c.values is not None}
        columns = {k: replace(c, seen=found[k]) if k in found else c for k, c in table.columns.items()}
        tables[name] = replace(table, columns=columns)
    return replace(schema, tables=tables)

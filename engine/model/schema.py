"""What the mapped tables look like before any row is read: the columns names can be bound to."""

from __future__ import annotations

from collections.abc import Mapping

from patron.dsl.nodes import dataclass, field
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column of a canonical table: `filled` when a source (or a default or computation) gives it values.

    Columns that are not canonical (`canonical` is False) came from a source or a mapping under their own name.
    """

    name: str
    type: Type
    filled: bool = True
    canonical: bool = True
    personal: bool = False
    taken_along: tuple[str, ...] = ()
    """The references by which its values were taken from another row, when no source says them of this one."""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A canonical table of a project; `present` when a source fills it. Columns by folded name."""

    name: str
    columns: Mapping[str, SchemaColumn]
    present: bool = True


@dataclass(frozen=True, slots=True)
class Schema:
    """All canonical tables, present or not."""

    tables: Mapping[str, TableSchema] = field(default_factory=dict)

"""Ways between tables: the reference chains by which a row reaches another, and which ways fan out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from patron.dsl.nodes import dataclass
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.schema import Schema, SchemaColumn
from patron.engine.model.terms import Field, Followed, Here, Row, Term
from patron.engine.types import reference


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two ways that are equally short."""

    ways: tuple[tuple[str, ...], ...]


class Ways:
    """The references of a project's tables. Built once per model."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._chains: dict[tuple[str, str], tuple[str, ...] | Ambiguous | None] = {}

    def columns(self, table: str) -> Mapping[str, SchemaColumn]:
        """The columns of a table; those of an absent one are there, but filled by nothing."""
        known = self._schema.tables.get(table)
        return known.columns if known is not None else _absent(table)

    def present(self, table: str) -> bool:
        known = self._schema.tables.get(table)
        return known is not None and known.present

    @cached_property
    def _references(self) -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
        """By table: reference column, the table it leads to, and whether a source fills it."""
        found = {}
        for name in TABLES:
            found[name] = tuple(
                (c.name, c.type.table, c.filled)
                for c in self.columns(name).values()
                if c.type.kind == "reference" and c.name != "id"
            )
        return found

    def references(self, table: str) -> tuple[tuple[str, str, bool], ...]:
        return self._references.get(table, ())

    def chain(self, start: str, goal: str) -> tuple[str, ...] | Ambiguous | None:
        """The shortest chain of references named like their tables; filled ones count before absent ones.

        A reference that was copied along a chain is as long as that chain, and stands for it.
        """
        key = (start, goal)
        if key not in self._chains:
            found = self._search(start, goal, True) or self._search(start, goal, False)
            self._chains[key] = self._shortcut(start, found) if isinstance(found, tuple) else found
            if start == goal:
                self._chains[key] = ()
        return self._chains[key]

    def _search(self, start: str, goal: str, filled_only: bool) -> tuple[str, ...] | Ambiguous | None:
        level: list[tuple[str, tuple[str, ...]]] = [(start, ())]
        seen = {start}
        while level:
            hits = [way for table, way in level if table == goal]
            if hits:
                return hits[0] if len(hits) == 1 else Ambiguous(tuple(hits))
            following = []
            for table, way in level:
                for column, target, filled in self._own_references(table):
                    if SINGULAR.get(column) == target and target not in seen and (filled or not filled_only):
                        following.append((target, (*way, column)))
            seen |= {table for table, _ in following}
            level = following
        return None

    def _own_references(self, table: str) -> Iterator[tuple[str, str, bool]]:
        """Those that rows of the table have by themselves."""
        known = self.columns(table)
        return (r for r in self.references(table) if not known[r[0]].taken_along)

    def _shortcut(self, start: str, way: tuple[str, ...]) -> tuple[str, ...]:
        """The same way by a copy that the row has of a reference further on."""
        for column in self.columns(start).values():
            along = column.taken_along
            if along and column.filled and way[: len(along)] == along:
                return (column.name, *way[len(along) :])
        return way

    def key_to(self, start: str, goal: str) -> Term | None:
        """The term on a row of `start` that gives the id of its row of `goal`; None without a single way.

        Chains of references named like their tables first; else the one reference that leads there by another name.
        """
        way = self.chain(start, goal)
        if way == ():
            return Field(Here(), "id", reference(goal))
        if isinstance(way, tuple):
            return self.along(Here(), start, way)
        direct = [c for c, target, filled in self.references(start) if target == goal and filled]
        return Field(Here(), direct[0], reference(goal)) if len(direct) == 1 else None

    def along(self, row: Row, table: str, way: tuple[str, ...]) -> Field:
        """The reference at the end of a chain."""
        *steps, final = way
        for step in steps:
            target = self.columns(table)[step].type.table
            row, table = Followed(Field(row, step, reference(target)), target), target
        return Field(row, final, reference(self.columns(table)[final].type.table))

    def fans_out(self, start: str, goal: str) -> bool:
        """Whether one row of `start` may have many of `goal`: by children, or through them."""
        for child in TABLES:
            if child != start and isinstance(self.chain(child, start), tuple) and self.present(child):
                if child == goal or isinstance(self.chain(child, goal), tuple):
                    return True
        return False


def _absent(table: str) -> Mapping[str, SchemaColumn]:
    return {
        c.name: SchemaColumn(c.name, c.type, filled=c.name == "id", personal=c.personal) for c in TABLES[table].columns
    }

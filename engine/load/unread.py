"""What a message says of values that could not be read: the first of them, and whether a lookup was in vain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.contracts import FunctionType
from patron.engine.model.mapping import Aggregate, Lookup, MapColumnTerm, OfRow, TableMapping, every_part
from patron.engine.model.terms import Field
from patron.engine.runtime.printable import one_line
from patron.engine.sql.load.mapped_tables import Filled, SelectMaker, Staged
from patron.engine.sql.load.unread import first_unread
from patron.engine.types import TEXT, WHOLE

if TYPE_CHECKING:
    import duckdb

LONGEST = 40
"""How much of a value a message shows."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Values that could not be read for one reason: how many, the row of the first, its texts as a message shows
    them. `lookup` is the source table that was looked up in vain, `origin` where the first text was looked up: source,
    table, row."""

    count: int
    row: int
    shown: str = ""
    lookup: str = ""
    origin: tuple[str, str, int] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What it takes to look at the rows behind a statement again."""

    run: Callable[[Any], duckdb.DuckDBPyConnection]
    staged: Callable[[str, str], Staged]
    filled: Callable[[str], Filled | None]
    functions: Mapping[str, FunctionType]

    def causes(self, mapping: TableMapping, column: MapColumnTerm, told: Unread) -> tuple[Unread, ...]:
        """What was told of a column, told apart by reason and with the first text of each; as it was where the rows
        cannot be looked at one by one."""
        found = _seen_alone(mapping, column)
        if found is None:
            return (told,)
        rows, alone = found
        lookups = [part for part in every_part(alone.value) if isinstance(part, Lookup)]
        wide = mapping.keys is not None or bool(lookups)
        if wide and mapping.bad_missing:  # a load that goes on is not kept up by another look at all rows
            return (told,)
        causes = [self._first(rows, alone, lookups, lost=False, row=None if wide else told.row)]
        if lookups:
            causes.insert(0, self._first(rows, alone, lookups, lost=True, row=None))
        known = tuple(c for c in causes if c is not None)
        if not wide:
            return tuple(replace(c, count=told.count) for c in known) or (told,)
        return known if sum(c.count for c in known) == told.count else (told,)

    def _first(
        self, mapping: TableMapping, column: MapColumnTerm, lookups: list[Lookup], *, lost: bool, row: int | None
    ) -> Unread | None:
        keys = mapping.keys
        parts = _fields(tuple(k for x in lookups for k in x.keys)) if lost else _beside(column.value)
        read = list(dict.fromkeys(p for p in parts if keys is None or p in keys or isinstance(p, Lookup)))
        looks = {f"@look/{i}": lookup for i, lookup in enumerate(lookups)}
        texts = {f"@text of {i}": part for i, part in enumerate(read)}
        origin = read[0] if len(read) == 1 and isinstance(read[0], Lookup) else None
        columns = [column, *(MapColumnTerm(n, TEXT, t) for n, t in (looks | texts).items())]
        columns += [MapColumnTerm(_ORIGIN, WHOLE, replace(origin, column="rowid", type=WHOLE))] if origin else []
        rows = replace(mapping, columns=tuple(columns), keep_latest=(), add_missing=())
        values = SelectMaker(rows, self.staged, self.filled, functions=self.functions).select()
        if "@bad/" + column.name not in values.named_selects:  # a text is picked from the group, and only then read
            return None
        wanted = [*texts, *([_ORIGIN] if origin else [])]
        found = self.run(first_unread(values, column.name, wanted, list(looks), lost=lost, row=row)).fetchone()
        if found is None:
            return None
        count, first, *known = found
        shown = _shown([_named(part) for part in read], known[: len(read)])
        where = (origin.source, origin.table, int(known[-1])) if origin is not None else None
        return Unread(int(count), int(first), shown, f"{lookups[0].source}.{lookups[0].table}" if lost else "", where)


_ORIGIN = "@origin"


def _seen_alone(mapping: TableMapping, column: MapColumnTerm) -> tuple[TableMapping, MapColumnTerm] | None:
    """The statement and the column for a look at single values: of a group, as they are inside the one aggregate over
    its rows, or without an aggregate the groups as they are. None where values cannot be looked at one by one."""
    inner = [part for part in every_part(column.value) if isinstance(part, Aggregate)]
    if any(isinstance(part, OfRow) for part in every_part(column.value)):
        return None
    if not inner:
        return mapping, column
    term = inner[0].value
    if len(inner) > 1 or term is None or inner[0].where is not None:
        return None
    return replace(mapping, keys=None, close=None), MapColumnTerm(column.name, term.type, term)


def _beside(term: object) -> tuple[Field | Lookup, ...]:
    """The texts that a value is made of, those that were looked up too, without those that a lookup has for itself."""
    within = {part for x in every_part(term) if isinstance(x, Lookup) for part in every_part(x.keys)}
    found = (part for part in every_part(term) if isinstance(part, (Field, Lookup)) and part not in within)
    return tuple(sorted((part for part in found if part.type.textual), key=lambda part: isinstance(part, Lookup)))


def _fields(parts: tuple[object, ...]) -> tuple[Field, ...]:
    return tuple(part for part in every_part(parts) if isinstance(part, Field) and part.type.textual)


def _named(part: Field | Lookup) -> str:
    """A column of the source, or with the table that it was looked up in."""
    return f"{part.source}.{part.table}.{part.column}" if isinstance(part, Lookup) else part.column


def _shown(names: list[str], values: list[object]) -> str:
    """`"free"`; of several texts with the column of each."""
    known = [(n, str(v)) for n, v in zip(names, values, strict=True) if v is not None]
    told = [(n, f'"{one_line(v[:LONGEST])}{"…" if len(v) > LONGEST else ""}"') for n, v in known]
    return told[0][1] if len(told) == 1 else ", ".join(f"{n} {v}" for n, v in told)

"""What a message says of values that could not be read: the first of them, and whether a lookup was in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.contracts import FunctionType
from patron.engine.model.mapping import Aggregate, Lookup, MapColumnTerm, MapTerm, OfRow, TableMapping, every_part
from patron.engine.model.terms import Field
from patron.engine.runtime.printable import one_line
from patron.engine.sql.load.mapped_tables import Filled, SelectMaker, Staged
from patron.engine.sql.load.unread import first_unread
from patron.engine.types import TEXT

if TYPE_CHECKING:
    import duckdb

LONGEST = 40
"""How much of a value a message shows."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Values that could not be read for one reason: how many, the row of the first, its texts as a message shows
    them. `lookup` is the source table that was looked up in vain."""

    count: int
    row: int
    shown: str = ""
    lookup: str = ""


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
        term = _of_one_row(mapping, column)
        if term is None or any(isinstance(part, (Aggregate, OfRow)) for part in every_part(term)):
            return (told,)
        lookups = [part for part in every_part(term) if isinstance(part, Lookup)]
        wide = mapping.keys is not None or bool(lookups)
        if wide and mapping.bad_missing:  # a load that goes on is not kept up by another look at all rows
            return (told,)
        causes = [self._first(mapping, column, term, lookups, lost=False, row=None if wide else told.row)]
        if lookups:
            causes.insert(0, self._first(mapping, column, term, lookups, lost=True, row=None))
        found = tuple(c for c in causes if c is not None)
        if not wide:
            return tuple(replace(c, count=told.count) for c in found) or (told,)
        return found if sum(c.count for c in found) == told.count else (told,)

    def _first(
        self, mapping: TableMapping, column: MapColumnTerm, term: MapTerm, lookups: list[Lookup], *, lost: bool,
        row: int | None,
    ) -> Unread | None:  # fmt: skip
        fields = list(dict.fromkeys(_fields(tuple(k for x in lookups for k in x.keys) if lost else _beside(term))))
        looks = {f"@look/{i}": lookup for i, lookup in enumerate(lookups)}
        texts = {f"@text of {i}": f for i, f in enumerate(fields)}
        own = column.type if mapping.keys is None else getattr(term, "type", column.type)
        columns = [MapColumnTerm(column.name, own, term), *(MapColumnTerm(n, TEXT, t) for n, t in looks.items()),
                   *(MapColumnTerm(n, TEXT, f) for n, f in texts.items())]  # fmt: skip
        rows = replace(mapping, columns=tuple(columns), keys=None, close=None, keep_latest=(), add_missing=())
        values = SelectMaker(rows, self.staged, self.filled, functions=self.functions).select()
        if "@bad/" + column.name not in values.named_selects:  # a text is picked from the group, and only then read
            return None
        found = self.run(first_unread(values, column.name, list(texts), list(looks), lost=lost, row=row)).fetchone()
        if found is None:
            return None
        count, first, *known = found
        shown = _shown([f.column for f in fields], known)
        return Unread(int(count), int(first), shown, f"{lookups[0].source}.{lookups[0].table}" if lost else "")


def _of_one_row(mapping: TableMapping, column: MapColumnTerm) -> MapTerm | None:
    """The value as it is read of each row: inside an aggregate over all rows of a group."""
    if mapping.keys is None:
        return column.value
    inner = [part for part in every_part(column.value) if isinstance(part, Aggregate)]
    return inner[0].value if len(inner) == 1 and inner[0].where is None else None


def _beside(term: MapTerm) -> tuple[object, ...]:
    """The parts of a value without those that a lookup has for itself."""
    within = {part for x in every_part(term) if isinstance(x, Lookup) for part in every_part(x.keys)}
    return tuple(part for part in every_part(term) if isinstance(part, Field) and part not in within)


def _fields(parts: tuple[object, ...]) -> Iterator[Field]:
    return (part for part in every_part(parts) if isinstance(part, Field) and part.type.textual)


def _shown(names: list[str], values: list[object]) -> str:
    """`"free"`; of several texts with the column of each."""
    known = [(n, str(v)) for n, v in zip(names, values, strict=True) if v is not None]
    told = [(n, f'"{one_line(v[:LONGEST])}{"…" if len(v) > LONGEST else ""}"') for n, v in known]
    return told[0][1] if len(told) == 1 else ", ".join(f"{n} {v}" for n, v in told)

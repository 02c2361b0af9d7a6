"""Mappings run: the parts of every canonical table, stacked in a view `fill/<table>`, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem
from patron.dsl.tree import Span
from patron.engine.contracts import FunctionType
from patron.engine.load.keys import read_by
from patron.engine.load.reading import Place, Sources
from patron.engine.load.unread import Look, Unread
from patron.engine.model.canonical import TABLES
from patron.engine.model.mapping import (
    Bound,
    Converted,
    MapColumnTerm,
    MapTerm,
    OfRow,
    SqlMapping,
    TableMapping,
    every_part,
)
from patron.engine.model.mapping_schema import outputs
from patron.engine.model.terms import Field, Here, Lit, Op
from patron.engine.sql.load import staging
from patron.engine.sql.load.mapped_tables import BAD, LOST, Filled, SelectMaker, number_looked_up
from patron.engine.sql.load.sql_parts import sql_part
from patron.engine.types import TEXT, Type, reference


@dataclass(frozen=True, slots=True)
class Part:
    """One statement's rows: its temporary table, its columns, where a row of it came from."""

    table: str
    columns: Mapping[str, Type]
    begin: int
    mapping: TableMapping | SqlMapping | None = None
    place: Place | None = None
    kind: str = "TABLE"


@dataclass(slots=True)
class Filler:
    """Runs the mappings of a load, tables in the order in which they need each other."""

    sources: Sources
    bound: Bound
    functions: Mapping[str, FunctionType] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parts: dict[str, list[Part]] = field(default_factory=dict)
    filled: dict[str, Filled] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    """Tables whose ids are texts though some source keeps them as numbers."""
    room: str = ""
    """The attached database in which parts lie; they are temporary tables when none is named."""

    def fill(self) -> None:
        """All tables that have a statement."""
        waiting = [m for table in self._order() for m in self.bound.mappings if m.table == table]
        for table, group in groupby(tuple(waiting), lambda m: m.table):
            self.sources.progress.step(f"filling {table}")
            statements = list(group)
            for mapping in statements:
                self._part(table, mapping)
                waiting.remove(mapping)
                self.sources.keep_only({place for m in waiting for place in read_by(m)})
            self._stack(table)
            missing = [
                pair
                for m in statements
                if isinstance(m, TableMapping)
                for pair in m.add_missing
                if pair[0] in self.filled
            ]
            if missing:
                self._add_missing(table, missing)
                self._stack(table)

    def _order(self) -> Sequence[str]:
        """Tables after those whose rows they follow or whose ids they add; a ring is reported."""
        needs: dict[str, dict[str, Span]] = {m.table: {} for m in self.bound.mappings}
        for mapping in self.bound.mappings:
            if isinstance(mapping, TableMapping):
                for table, span in _needed(mapping):
                    if table in needs and table != mapping.table:
                        needs[mapping.table].setdefault(table, span)
        done: list[str] = []

        def visit(table: str, path: tuple[str, ...]) -> None:
            if table in done:
                return
            for other, span in needs[table].items():
                if other in (*path, table):
                    ring = " → ".join((*path, table, other))
                    self.problems.append(
                        Problem(
                            "P0207", span, f"these tables need each other to be filled: {ring}", "leave one of them out"
                        )
                    )
                else:
                    visit(other, (*path, table))
            done.append(table)

        for table in needs:
            visit(table, ())
        return done

    # ------------------------------------------------------------ parts

    def _part(self, table: str, mapping: TableMapping | SqlMapping) -> None:
        parts = self.parts.setdefault(table, [])
        name = f"stage/{table}/{len(parts)}"
        begin = len(parts) * staging.PART + self.before(mapping)
        kind = "TABLE"
        if isinstance(mapping, SqlMapping):
            query, columns = sql_part(mapping, self.sources.stage, self.bound.zone)
            place = None
        else:
            maker = SelectMaker(mapping, self.sources.stage, self.filled.get, functions=self.functions)
            query = maker.select()
            columns = maker.types
            place = (mapping.source, mapping.source_table)
            if _takes_over(mapping) and self.sources.stage(*place).as_is:
                kind = "VIEW"
        self.create(name, query, kind)
        self._unread(name, mapping, place)
        if isinstance(mapping, TableMapping) and mapping.keep_latest and "id" in columns:
            self._keep_latest(name, mapping, columns)
        parts.append(Part(name, columns, begin, mapping, place, kind))

    def create(self, name: str, query: Any, kind: str = "TABLE") -> None:
        """A table of a part's rows, or a view, which takes no room."""
        self.sources.run(staging.create(name, query, kind, within="" if kind == "VIEW" else self.room))

    def before(self, _mapping: TableMapping | SqlMapping) -> int:
        """How many rows of its source were read before."""
        return 0

    def _keep_latest(self, name: str, mapping: TableMapping, columns: Mapping[str, Type]) -> None:
        names = [n for c, t in columns.items() for n in ((c, c + "@z", c + "@d") if t.kind == "moment" else (c,))] + [
            staging.ROW
        ]
        kept = name + "/latest"
        self.create(kept, staging.latest(staging.columns_of(name, names), names, mapping.keep_latest))
        self.sources.run(staging.drop(name))
        self.create(name, staging.columns_of(kept, names))
        self.sources.run(staging.drop(kept))

    def _unread(self, name: str, mapping: TableMapping | SqlMapping, place: Place | None) -> None:
        """P0705 for every column with values that could not be read, P0708 for numbers that were looked up in vain."""
        counted = [c for c in self.sources.columns(name) if c.startswith((BAD, LOST))]
        if not counted:
            return
        counts = self.sources.run(staging.bad_counts(name, counted)).fetchall()[0]
        for i, column in enumerate(counted):
            count, row = counts[2 * i], counts[2 * i + 1]
            if count and column.startswith(LOST):
                self._report_lost(mapping, column.removeprefix(LOST), int(count), int(row), place)
            elif count:
                self._report_unread(mapping, column.removeprefix(BAD), int(count), int(row), place)

    def _report_lost(
        self, mapping: TableMapping | SqlMapping, column: str, count: int, row: int, place: Place | None
    ) -> None:
        assert isinstance(mapping, TableMapping) and place is not None
        said = mapping.by_name[column]
        lookup = number_looked_up(said)
        assert lookup is not None
        other, values = f"{lookup.source}.{lookup.table}", f"{count} value{'' if count == 1 else 's'}"
        missing = f"which {'is' if count == 1 else 'are'} missing"
        message = f"lookup found no row of {other} for {values} of {mapping.table}.{column}, {missing}"
        where = f"first at {self.sources.where(place, row)}"
        hint = f"add them to {other}; sums and averages leave out what is missing"
        self.problems.append(Problem("P0708", said.span, f"{message}; {where}", hint, severity="W"))

    def _report_unread(
        self, mapping: TableMapping | SqlMapping, column: str, count: int, row: int, place: Place | None
    ) -> None:
        said = mapping.by_name.get(column) if isinstance(mapping, TableMapping) else None
        causes: tuple[Unread, ...] = (Unread(count, row),)
        if isinstance(mapping, TableMapping) and said is not None:
            look = Look(self.sources.run, self.sources.stage, self.filled.get, self.functions)
            causes = look.causes(mapping, said, causes[0])
        kind = said.type if said else next((t for n, t, _ in outputs(mapping) if n == column), TEXT)
        span, severity = (said or mapping).span, "W" if mapping.bad_missing else "E"
        for cause in causes:
            where = f"first at {self.sources.where(place, cause.row)}" if place else f"first in row {cause.row + 1}"
            if cause.origin is not None:
                source, other, at = cause.origin
                where += f", looked up in {source}.{other} at {self.sources.where((source, other), at)}"
            where += f": {cause.shown}" if cause.shown else ""
            message, hint = _unread_words(f"{mapping.table}.{column}", kind, cause, lenient=mapping.bad_missing)
            self.problems.append(Problem("P0705", span, f"{message}; {where}", hint, severity=severity))

    # ------------------------------------------------------------ stacking

    def _stack(self, table: str) -> None:
        """The view of all parts; numbers are doubles when one part has fractions, extra columns of two types texts."""
        parts = self.parts[table]
        columns: dict[str, tuple[Type, str]] = {}
        for part in parts:
            for name, type_ in part.columns.items():
                columns[name] = _merged(columns.get(name), self._unified(type_))
        query = staging.stacked(columns, [(p.table, p.columns, p.begin) for p in parts])
        name = f"fill/{table}"
        if table in self.filled:
            self.sources.run(staging.drop(name, "VIEW"))
        self.sources.run(staging.create(name, query, "VIEW"))
        self.filled[table] = Filled(name, {n: t for n, (t, _) in columns.items()})

    def _unified(self, type_: Type) -> Type:
        """Ids of a table that are whole numbers in one place and texts in another are texts."""
        return replace(type_, whole=False) if type_.kind == "reference" and type_.table in self.texts else type_

    def unify(self) -> None:
        """After all tables are filled: one storage for the ids of a table and everything that refers to it."""
        seen: dict[str, set[bool]] = {}
        for filled in self.filled.values():
            for type_ in filled.columns.values():
                if type_.kind == "reference":
                    seen.setdefault(type_.table, set()).add(type_.whole)
        self.texts = {table for table, kinds in seen.items() if len(kinds) > 1}
        for table, filled in list(self.filled.items()):
            if any(t.whole and t.kind == "reference" and t.table in self.texts for t in filled.columns.values()):
                self._stack(table)

    def _add_missing(self, table: str, pairs: Sequence[tuple[str, str]]) -> None:
        references = [(self.filled[t].name, c) for t, c in pairs if c in self.filled[t].columns]
        if not references:
            return
        there = [p for p in self.parts[table] if "id" in p.columns]
        kinds = {self.filled[t].columns[c].whole for t, c in pairs if c in self.filled[t].columns}
        whole = (kinds | {p.columns["id"].whole for p in there}) == {True}
        name = f"stage/{table}/added"
        query = staging.ids_to_add(references, [p.table for p in there], "BIGINT" if whole else "VARCHAR")
        self.create(name, query)
        added = {"id": replace(reference(table), whole=whole)}
        self.parts[table].append(Part(name, added, len(self.parts[table]) * staging.PART))

    def add_part(self, table: str, name: str, query: object, columns: Mapping[str, Type]) -> None:
        """Rows that the load itself makes."""
        self.create(name, query)
        parts = self.parts.setdefault(table, [])
        parts.append(Part(name, columns, len(parts) * staging.PART))
        self._stack(table)

    def let_go(self, table: str) -> None:
        """Drop what a table was made of, once it is stored."""
        self.sources.run(staging.drop(self.filled[table].name, "VIEW"))
        for part in self.parts[table]:
            self.sources.run(staging.drop(part.table, part.kind))

    def column(self, table: str, name: str) -> MapColumnTerm | None:
        """The mapping of a column, for the place of a problem: of the first statement that has it."""
        for part in self.parts.get(table, ()):
            if isinstance(part.mapping, TableMapping) and name in part.mapping.by_name:
                return part.mapping.by_name[name]
        return None

    def span(self, table: str, column: str) -> Span:
        found = self.column(table, column)
        if found is not None:
            return found.span
        return next((p.mapping.span for p in self.parts.get(table, ()) if p.mapping is not None), Span("", 1, 1, 1, 1))

    def other_statements(self, table: str, *rows: int) -> tuple[Span, ...]:
        """The statements that some rows came from, besides the one at which the ids of the table are told; none when
        all came from one."""
        told = self.span(table, "id")
        spans = {p.mapping.span for p in (self._part_of(table, row) for row in rows) if p.mapping is not None}
        others = (s for s in spans if (s.file, True) != (told.file, s.line <= told.line <= s.end_line))
        return tuple(sorted(others)) if len(spans) > 1 else ()

    def _part_of(self, table: str, row: int) -> Part:
        return self.parts[table][min(row // staging.PART, len(self.parts[table]) - 1)]

    def where(self, table: str, row: int) -> str:
        """Where a row of the stacked table came from."""
        part = self._part_of(table, row)
        return (
            self.sources.where(part.place, row - part.begin)
            if part.place is not None
            else f"row {row - part.begin + 1}"
        )

    def lenient(self, table: str) -> bool:
        return any(p.mapping is not None and p.mapping.bad_missing for p in self.parts.get(table, ()))


def _unread_words(column: str, kind: Type, cause: Unread, *, lenient: bool) -> tuple[str, str]:
    """What is said of values that could not be read, and what to do."""
    values = f"{cause.count} value{'' if cause.count == 1 else 's'}"
    if lenient:
        return f"{column}: {values} could not be read", ""
    if cause.lookup:
        hint = f"add them to {cause.lookup}; `bad values missing` leaves the values missing and counts them"
        return f"lookup found no row of {cause.lookup} for {values} of {column}", hint
    hint = (
        "`bad values missing` reads them as missing and counts them; `parse_date`, `number`, `money` read other forms"
    )
    return f"{values} of {column} {'is' if cause.count == 1 else 'are'} not {kind}", hint


def _takes_over(mapping: TableMapping) -> bool:
    """Whether a statement does little enough with rows that doing it again costs less than keeping what it gave."""
    if mapping.keys is not None or mapping.keep_latest:
        return False
    cheap = all(isinstance(node, (Field, Here, Lit, Op, Converted)) for node in every_part(mapping.where))
    return cheap and all(_is_taken_over(c.value) for c in mapping.columns)


def _is_taken_over(term: MapTerm) -> bool:
    """A column as it is, or a number, date or moment of the source as one of ours; no text that is read."""
    inner = term.value if isinstance(term, Converted) else term
    reads = isinstance(term, Converted) and inner.type.textual and not term.type.textual
    return isinstance(inner, (Field, Lit)) and not reads


def _merged(known: tuple[Type, str] | None, type_: Type) -> tuple[Type, str]:
    storage = staging.storage_of(type_)
    if known is None or known == (type_, storage):
        return type_, storage
    if known[0].kind == type_.kind:
        plain = replace(type_, whole=False)
        return (plain, staging.storage_of(plain)) if type_.kind in ("number", "reference") else known
    return TEXT, "VARCHAR"


def _needed(mapping: TableMapping) -> list[tuple[str, Span]]:
    """Tables that must be filled before, each with the place that needs it."""
    found: list[tuple[str, Span]] = [(table, mapping.span) for table, _ in mapping.add_missing]
    for column in mapping.columns:
        for node in every_part(column.value):
            if isinstance(node, OfRow):
                table = mapping.by_name[node.reference].type.table
                for step in node.path:
                    found.append((table, column.span))
                    type_ = TABLES[table].by_name[step].type if step in TABLES[table].by_name else TEXT
                    if type_.kind == "reference" and step != "id":
                        table = type_.table
    return found

"""Binding of all `source` and `table` statements of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, by_place, suggest
from patron.dsl.tree import Document, Span, fold
from patron.engine.contracts import FunctionType, SourceColumn, SourceType
from patron.engine.model.canonical import MADE, TABLES
from patron.engine.model.mapping import AnyMapping, Bound, SqlMapping, TableMapping
from patron.engine.model.mapping_schema import agreed, schema_of
from patron.engine.model.mapping_scope import MapScope
from patron.engine.model.mapping_sources import SourceOverride, Sources
from patron.engine.model.mapping_tables import TableBinder, needs
from patron.engine.model.terms import Lit
from patron.engine.model.unmapped import Unmapped
from patron.engine.types import Type

Header = Mapping[str, SourceColumn]


@dataclass(frozen=True, slots=True)
class SqlFault:
    """Something wrong in the text of an sql table; `offset` and `length` are places in that text (None: all of it)."""

    code: str
    message: str
    hint: str = ""
    offset: int | None = None
    length: int = 1


@dataclass(frozen=True, slots=True)
class SqlRead:
    """A SELECT that was read and checked: rendered anew, the tables it reads, its columns."""

    sql: str = ""
    reads: tuple[tuple[str, str], ...] = ()
    columns: tuple[SourceColumn, ...] = ()
    faults: tuple[SqlFault, ...] = ()


ReadSql = Callable[[str, Callable[[str, str], Header | SqlFault | None]], SqlRead]
"""Reads the text of an sql table; the second argument finds the header of `source.table`."""


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """What tables are bound with besides the statements themselves."""

    types: Mapping[str, SourceType]
    root: Path
    zone: str = "UTC"
    currency: str = ""
    params: Mapping[str, Lit] = field(default_factory=dict)
    allow_paths: Sequence[Path] = ()
    data_folder: Path | None = None
    overrides: Mapping[str, SourceOverride] = field(default_factory=dict)
    functions: Mapping[str, FunctionType] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    age_limits: tuple[int, int] = (0, 120)
    read_sql: ReadSql | None = None


def bind_tables(documents: Iterable[Document], facts: MappingFacts) -> Bound:
    """All mappings of a project, the schema they give, and every problem found in them. Headers are read, rows not."""
    found = tuple(documents)
    sources = Sources(
        facts.types, facts.params, facts.root, facts.allow_paths, facts.data_folder, facts.overrides, facts.limits
    )
    sources.declare(found)
    binder = _Binder(facts, sources)
    for document in found:
        for statement in document.statements:
            if isinstance(statement, tree.TableDecl):
                binder.table(statement)
            elif isinstance(statement, tree.SqlTableDecl):
                binder.sql(statement)
    mappings = agreed(tuple(binder.mappings))
    schema = replace(schema_of(mappings, frozenset(binder.on_trust)), unmapped=Unmapped(mappings, dict(sources.found)))
    return Bound(
        schema, mappings, dict(sources.found),
        by_place((*sources.problems, *binder.problems)), facts.zone, facts.currency, facts.root, facts.age_limits,
    )  # fmt: skip


@dataclass(slots=True)
class _Binder:
    facts: MappingFacts
    sources: Sources
    mappings: list[AnyMapping] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    on_trust: set[str] = field(default_factory=set)

    def table(self, decl: tree.TableDecl) -> None:
        table = self._canonical(decl.table)
        if len(decl.source.parts) != 2:
            self.problems.append(
                Problem("P0703", decl.source.span, f"`{decl.source}` is no table of a source", "source.table")
            )
            return
        source, name = decl.source.parts
        header = self.sources.header(source.text, name.text, source.span, name.span)
        if table is None:
            return
        if header is None:
            self.on_trust.add(table)
        scope = MapScope(
            source.text, name.text, header, self.facts.params, self.facts.currency, canonical=_column_type,
            lookup_header=self._lookup_header, functions=self.facts.functions,
        )  # fmt: skip
        self.mappings.append(TableBinder(decl, TABLES[table], scope, self.problems.append).bind())

    def _canonical(self, name: tree.Name) -> str | None:
        if name.key in MADE:
            said = f"`{name.text}` is made of {MADE[name.key]}: no source fills it"
            self.problems.append(Problem("P0201", name.span, said, f"Map {MADE[name.key]}."))
            return None
        if name.key in TABLES:
            return name.key
        self.problems.append(
            Problem("P0201", name.span, f"there is no table called `{name.text}`", suggest(name.text, TABLES))
        )
        return None

    def _lookup_header(self, source: str, table: str, span: Span) -> Header | None:
        return self.sources.header(source, table, span, span)

    # ------------------------------------------------------------ sql tables

    def sql(self, decl: tree.SqlTableDecl) -> None:
        table = self._canonical(decl.table)
        if table is None or self.facts.read_sql is None:
            return
        read = self.facts.read_sql(decl.sql, lambda s, t: self._sql_header(decl, s, t))
        for fault in read.faults:
            span = decl.sql_span if fault.offset is None else inside(decl, fault.offset, fault.length)
            self.problems.append(Problem(fault.code, span, fault.message, fault.hint))
        if read.faults:
            self.on_trust.add(table)
            return
        if not read.columns:
            self.on_trust.add(table)
        known = {fold(c.name) for c in read.columns}
        for column in TABLES[table].columns:
            if read.columns and column.required and column.name not in known:
                self.problems.append(needs(table, column.name, decl.span, sorted(known)))
        self.mappings.append(SqlMapping(table, read.sql, read.reads, read.columns, decl.span))

    def _sql_header(self, decl: tree.SqlTableDecl, source: str, table: str) -> Header | SqlFault | None:
        """The columns of `source.table`, or why there are none; None when that was reported already."""
        found = self.sources.found.get(fold(source))
        if found is None:
            known = suggest(source, [s.name for s in self.sources.found.values()])
            return SqlFault(
                "P0710", f"the sql reads `{source}.{table}`, which no source declares", f"source.table. {known}"
            )
        before = len(self.sources.problems)
        header = self.sources.header(source, table, decl.sql_span, decl.sql_span)
        if header is None and len(self.sources.problems) > before and self.sources.problems[-1].code == "P0703":
            problem = self.sources.problems.pop()
            return SqlFault("P0703", problem.message, problem.hint)
        return header


def inside(decl: tree.SqlTableDecl, offset: int, length: int) -> Span:
    """The place in the file of a place in the text between the quotes."""
    before = decl.sql[:offset]
    line = decl.sql_span.line + before.count("\n")
    column = len(before) - before.rfind("\n") if "\n" in before else decl.sql_span.column + 3 + len(before)
    return Span(decl.sql_span.file, line, column, line, column + length)


def _column_type(table: str, column: str) -> Type | None:
    found = TABLES[table].by_name.get(column) if table in TABLES else None
    return found.type if found else None


__all__ = ["MappingFacts", "ReadSql", "SqlFault", "SqlRead", "TableMapping", "bind_tables", "replace"]

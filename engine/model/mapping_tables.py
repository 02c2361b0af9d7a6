"""One `table` statement: its clauses against the header of its source (language reference, section 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, nearest, suggest
from patron.dsl.tree import Span, fold
from patron.engine.contracts import SourceColumn
from patron.engine.model.canonical import TABLES, CanonicalTable
from patron.engine.model.mapping import Aggregate, CloseRows, Lookup, MapColumnTerm, MapTerm, OfRow, TableMapping
from patron.engine.model.mapping_conditions import condition
from patron.engine.model.mapping_expressions import converted, value
from patron.engine.model.mapping_scope import MapScope, Unbound, fail
from patron.engine.model.periods import MONTHS, in_days
from patron.engine.model.terms import Field, Here, Lit, parts
from patron.engine.types import MOMENT, TEXT, Type

Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of a block by kind."""

    columns: tuple[tree.MapColumn, ...] = ()
    where: tree.MapWhere | None = None
    group: tree.GroupBy | None = None
    missing: tuple[tree.AddMissing, ...] = ()
    latest: tree.KeepLatest | None = None
    bad: tree.BadValues | None = None


def clauses(decl: tree.TableDecl, report: Report) -> Clauses:
    """The block's clauses; what may be said once is reported at the second (P0110)."""
    columns: dict[str, tree.MapColumn] = {}
    once: dict[type, object] = {}
    missing: list[tree.AddMissing] = []
    for clause in decl.clauses or ():
        if isinstance(clause, tree.MapColumn):
            if clause.name.key in columns:
                first = columns[clause.name.key].span.line
                report(
                    Problem(
                        "P0110",
                        clause.name.span,
                        f"`{clause.name.text}` may be said once",
                        f"first said at line {first}",
                    )
                )
            else:
                columns[clause.name.key] = clause
        elif isinstance(clause, tree.AddMissing):
            missing.append(clause)
        elif type(clause) in once:
            report(Problem("P0110", clause.span, "this clause may be said once"))
        else:
            once[type(clause)] = clause
    return Clauses(
        tuple(columns.values()), once.get(tree.MapWhere), once.get(tree.GroupBy), tuple(missing),  # type: ignore[arg-type]
        once.get(tree.KeepLatest), once.get(tree.BadValues),  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass(slots=True)
class TableBinder:
    """Binds one statement; problems are collected, a column with one is left out."""

    decl: tree.TableDecl
    table: CanonicalTable
    scope: MapScope
    report: Report
    columns: dict[str, MapColumnTerm] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def bind(self) -> TableMapping:
        said = clauses(self.decl, self.report)
        where = self._where(said)
        keys = self._keys(said)
        self.scope = replace(self.scope, grouped=keys is not None, references=self._references(said))
        for column in said.columns:
            self._column(column, keys)
        if keys is None:
            self._unmapped()
        else:
            self._keys_by_name(keys)
        self._needed()
        return TableMapping(
            self.table.name, fold(self.scope.source), self.scope.table, tuple(self.columns.values()), where, keys,
            self._latest(said), self._missing(said), said.bad is not None and said.bad.mode == "missing",
            self._close(said), self.decl.span,
        )  # fmt: skip

    def _try(self, make: Callable[[], MapTerm]) -> MapTerm | None:
        try:
            return make()
        except Unbound as unbound:
            self.report(unbound.problem)
            return None

    def _where(self, said: Clauses) -> MapTerm | None:
        clause = said.where
        if clause is None:
            return None
        return self._try(lambda: condition(clause.condition, self.scope, inside=True))

    def _keys(self, said: Clauses) -> tuple[MapTerm, ...] | None:
        if said.group is None:
            return None
        bound = [self._try(lambda key=key: value(key, self.scope)) for key in said.group.keys]  # type: ignore[misc]
        return tuple(k for k in bound if k is not None)

    def _close(self, said: Clauses) -> CloseRows | None:
        node = said.group.close if said.group is not None else None
        if node is None:
            return None
        try:
            same = tuple(value(s, self.scope) for s in node.same)
            return CloseRows(converted(value(node.moment, self.scope), MOMENT, node.moment), self._longest(node), same)
        except Unbound as unbound:
            self.report(unbound.problem)
            return None

    def _longest(self, node: tree.Close) -> dt.timedelta:
        """How far apart rows may be: a fixed length (P0305)."""
        count, unit = value(node.duration.count, self.scope), node.duration.unit
        if unit in MONTHS:
            raise fail("P0305", node.duration.span, f"a window cannot be counted in {unit}s: their length differs",
                       "Write days, hours or minutes.")  # fmt: skip
        if not (isinstance(count, Lit) and isinstance(count.value, int)):
            raise fail("P0302", node.duration.span, f"a duration takes a whole number, not {count.type}")
        return in_days(count.value, unit)

    def _references(self, said: Clauses) -> Mapping[str, str]:
        """References of the row being filled: written here, or taken from the source as they are."""
        there = {c.name.key for c in said.columns} | (set(self.scope.header or ()) if said.group is None else set())
        return {
            c.name: c.type.table
            for c in self.table.columns
            if c.type.kind == "reference" and c.name != "id" and (c.name in there or self.scope.header is None)
        }

    # ------------------------------------------------------------ columns

    def _column(self, clause: tree.MapColumn, keys: tuple[MapTerm, ...] | None) -> None:
        name = clause.name.key
        canonical = self.table.by_name.get(name)
        target = canonical.type if canonical else None

        def bound() -> MapTerm:
            term = value(clause.value, self.scope, target)
            if keys is not None and not _settled(term, keys):
                hint = f"`{clause.name.text} = first(...)`, or add it to `group by`"
                raise fail("P0712", clause.span, f"`{clause.name.text}` is neither grouped nor aggregated", hint)
            return converted(term, target, clause.value) if target is not None else term

        term = self._try(bound)
        if term is None:
            self.failed.add(name)
            return
        shown = canonical.name if canonical else clause.name.text
        self.columns[name] = MapColumnTerm(
            shown, target or _own_type(term.type), term, canonical is not None, span=clause.span, written=clause.value
        )

    def _unmapped(self) -> None:
        """Columns of the source that no line names: canonical ones are converted, others kept as they are."""
        taken = {c.value.column for c in self.columns.values() if isinstance(c.value, Field)}
        for key, column in (self.scope.header or {}).items():
            if key in self.columns or key in self.failed:
                continue
            if key in self.table.by_name or column.name not in taken:
                self._as_it_is(key, column)

    def _keys_by_name(self, keys: tuple[MapTerm, ...]) -> None:
        """A column that the rows are grouped by is there under its own name."""
        for term in keys:
            if isinstance(term, Field) and fold(term.column) not in {*self.columns, *self.failed}:
                self._as_it_is(fold(term.column), SourceColumn(term.column, term.type))

    def _as_it_is(self, key: str, column: SourceColumn) -> None:
        canonical = self.table.by_name.get(key)
        if canonical is None:
            self.columns[key] = MapColumnTerm(
                column.name, column.type, _field(column), canonical=False, said=False, span=self.decl.span
            )
            return
        path = tree.Path((tree.Name(column.name, span=self.decl.span),), span=self.decl.span)
        term = self._try(lambda: converted(_field(column), canonical.type, path))
        if term is not None:
            self.columns[key] = MapColumnTerm(canonical.name, canonical.type, term, said=False, span=self.decl.span)

    def _needed(self) -> None:
        if self.scope.header is None:
            return
        for column in self.table.columns:
            if column.required and column.name not in self.columns and column.name not in self.failed:
                self.report(needs(self.table.name, column.name, self.decl.span, list(self.scope.header)))

    # ------------------------------------------------------------ the rest of the block

    def _latest(self, said: Clauses) -> tuple[str, ...]:
        if said.latest is None:
            return ()
        found = []
        for path in said.latest.by:
            column = self.columns.get(path.key)
            if column is None and self.scope.header is not None:
                known = [c.name for c in self.columns.values()]
                self.report(
                    Problem("P0203", path.span, f"{self.table.name} has no column `{path}`", suggest(str(path), known))
                )
            elif column is not None:
                found.append(column.name)
        return tuple(found)

    def _missing(self, said: Clauses) -> tuple[tuple[str, str], ...]:
        found = []
        for clause in said.missing:
            for path in clause.paths:
                pair = self._missing_from(path)
                if pair is not None:
                    found.append(pair)
        return tuple(found)

    def _missing_from(self, path: tree.Path) -> tuple[str, str] | None:
        table = TABLES.get(path.parts[0].key)
        if table is None or len(path.parts) != 2:
            self.report(Problem("P0201", path.parts[0].span, f"there is no table called `{path.parts[0].text}`",
                                suggest(path.parts[0].text, TABLES)))  # fmt: skip
            return None
        column = table.by_name.get(path.parts[1].key)
        if column is None or column.type.kind != "reference" or column.type.table != self.table.name:
            known = [c.name for c in table.columns if c.type.table == self.table.name]
            self.report(Problem("P0203", path.parts[1].span,
                                f"{table.name} has no reference `{path.parts[1].text}` to {self.table.name}",
                                suggest(path.parts[1].text, known)))  # fmt: skip
            return None
        return table.name, column.name


def needs(table: str, column: str, span: Span, known: list[str]) -> Problem:
    """P0704, at the beginning of the statement."""
    near = nearest(column, known)
    hint = f"add `{column} = {near or '...'}`"
    return Problem("P0704", span, f"{table} needs the column `{column}`", hint)


def _field(column: SourceColumn) -> Field:
    return Field(Here(), column.name, column.type)


def _own_type(type_: Type) -> Type:
    """The type of an extra column: a text where nothing is known."""
    return TEXT if type_.kind in ("missing", "reference", "duration") else type_


def _settled(term: object, keys: tuple[MapTerm, ...]) -> bool:
    """Whether a value is one per group: made of keys, aggregates and constants."""
    if term in keys or isinstance(term, (Aggregate, Lit, OfRow)):
        return True
    if isinstance(term, Field):
        return False
    if isinstance(term, Lookup):
        return all(_settled(v, keys) for _, v in term.keys)
    inner = [p for p in parts(term) if not isinstance(p, Here)]
    return all(_settled(p, keys) for p in inner)

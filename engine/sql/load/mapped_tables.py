"""A whole `table` statement as one SELECT over staged source tables.

Output: every column under its name; a moment `x` has `x@z` (an instant already) and `x@d` (from a date) beside it;
`@bad/x` counts values of x that could not be read, `@lost/x` those that were looked up in vain; `@row` is the row's
place in the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from patron.dsl.nodes import dataclass, field
from patron.engine.contracts import FunctionType, SourceColumn
from patron.engine.model.mapping import Aggregate, Converted, Lookup, MapColumnTerm, MapTerm, OfRow, TableMapping
from patron.engine.model.terms import Field, Lit
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions import scalars
from patron.engine.sql.load.aggregates import aggregated, filtered
from patron.engine.sql.load.close_rows import RUN, grouped_rows
from patron.engine.sql.load.mapped_rows import Join, Rows, joined, selected
from patron.engine.sql.load.readings import Reader, Reading
from patron.engine.types import MOMENT, NUMBER, Type

ROW = "@row"
SOURCE, GROUPS = "s", "g"
BAD, LOST, _TEXT = "@bad/", "@lost/", "@text/"


@dataclass(frozen=True, slots=True)
class Staged:
    """A source table as it lies staged: the table's name, its columns, how its values are read. `as_is` when it is a
    view of files that know their types, which may be read again and again."""

    name: str
    columns: Mapping[str, SourceColumn]
    reader: Reader
    as_is: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A canonical table of which all statements are staged: the view's name, the types of its columns."""

    name: str
    columns: Mapping[str, Type]


@dataclass(slots=True)
class SelectMaker:
    """Makes the SELECT of one mapping. `staged` finds a source table, `filled` a canonical one."""

    mapping: TableMapping
    staged: Callable[[str, str], Staged]
    filled: Callable[[str], Filled | None]
    week_start: int = 1
    functions: Mapping[str, FunctionType] = field(default_factory=dict)
    inner: list[tuple[E, str]] = field(default_factory=list)
    known: dict[MapTerm, Reading] = field(default_factory=dict)
    commonest: list[Join] = field(default_factory=list)
    base: str | E = ""
    """The rows that are grouped: the source, or a SELECT of it."""
    types: dict[str, Type] = field(default_factory=dict)
    """The columns of the SELECT once it is made; a reference that is `whole` is a number."""

    def select(self) -> exp.Select:
        """The SELECT of the mapping."""
        source = self.staged(self.mapping.source, self.mapping.source_table)
        rows = self._rows(source, SOURCE, "l", lambda term: None)
        where = rows.condition(self.mapping.where) if self.mapping.where is not None else None
        if self.mapping.keys is None:
            outputs = self._outputs(rows)
            outputs.append((build.col("rowid", SOURCE), ROW))
            query = joined(selected(outputs, source.name, SOURCE), rows.all_joins(), where)
            return _faults_told(query, [n for _, n in outputs])
        return self._grouped(source, rows, where)

    def _rows(self, source: Staged, alias: str, prefix: str, settled: Callable[[MapTerm], Reading | None]) -> Rows:
        def column(name: str, type_: Type) -> Reading:
            return source.reader.column(build.col(name, alias), type_, _stored(source.columns.get(name)))

        context = scalars.Scalars(week_start=self.week_start, zone=source.reader.zone)
        rows = Rows(source.reader, context, column, settled, self._lookup, functions=self.functions, prefix=prefix)
        rows.follow = lambda term, name: self._follow(term, name, rows)
        return rows

    def _outputs(self, rows: Rows) -> list[tuple[E, str]]:
        """Every column of the mapping with what belongs to it."""
        outputs: list[tuple[E, str]] = []
        for column in self.mapping.columns:
            r = self._output(rows, column)
            self.types[column.name] = r.type if column.type.kind == "reference" else column.type
            outputs.append((r.e, column.name))
            if column.type.kind == "moment":
                outputs.append((r.zoned or exp.false(), column.name + "@z"))
                outputs.append((r.day_only or exp.false(), column.name + "@d"))
            text = _text_behind(column.value) if self.mapping.keys is None else None
            if r.bad and text is not None:
                outputs.append((build.col(text, SOURCE), _TEXT + column.name))
            elif (bad := r.fault_count()) is not None:
                outputs.append((bad, BAD + column.name))
            if (looked_up := number_looked_up(column)) is not None:
                lost = build.case([(rows.no_row(looked_up), build.integer(1))], build.integer(0))
                outputs.append((build.cast(lost, "INTEGER"), LOST + column.name))
        return outputs

    def _output(self, rows: Rows, column: MapColumnTerm) -> Reading:
        """A column's value as it is staged: ids that a source keeps as whole numbers stay numbers for now."""
        if column.type.kind == "reference":
            plain = column.value.value if isinstance(column.value, Converted) else column.value
            r = rows.read(plain)
            if r.type.kind == "number" and r.type.whole:
                return replace(r, e=build.cast(r.e, "BIGINT"), type=replace(column.type, whole=True))
        if (looked_up := number_looked_up(column)) is not None:
            return finished(rows.reader, rows.reader.convert(rows.read(looked_up), column.type), column.type)
        return finished(rows.reader, rows.read(column.value), column.type)

    # ------------------------------------------------------------ groups

    def _grouped(self, source: Staged, rows: Rows, where: E | None) -> exp.Select:
        terms = self.mapping.keys or ()
        keys = [rows.read(k) for k in terms]
        self.base = source.name
        if self.mapping.close is not None:
            self.base = grouped_rows(source.name, source.columns, rows, keys, self.mapping.close, where)
            terms, keys = (*terms, RUN), [*keys, Reading(build.col(RUN.column, SOURCE), RUN.type)]
        for i, (term, key) in enumerate(zip(terms, keys, strict=True)):
            self._settle(term, key, f"k{i}")

        def settled(term: MapTerm) -> Reading | None:
            if term in self.known:
                return _fresh(self.known[term])
            if isinstance(term, Aggregate):
                self._aggregate(term, rows, keys, where)
                return _fresh(self.known[term])
            return None

        outer = self._rows(source, GROUPS, "o", settled)
        outputs = self._outputs(outer)
        outputs.append((build.col(ROW, GROUPS), ROW))
        self.inner.append((exp.Min(this=build.col("rowid", SOURCE)), ROW))
        groups = joined(selected(self.inner, self.base, SOURCE), rows.all_joins(), where)
        groups = groups.group_by(*[k.e.copy() for k in keys], copy=False) if keys else groups
        query = exp.Select(expressions=[build.named(e, n) for e, n in outputs]).from_(
            build.subquery(groups, GROUPS), copy=False
        )
        return joined(query, [*self.commonest, *outer.all_joins()], None)

    def _settle(self, term: MapTerm, r: Reading, name: str) -> None:
        """Make a value of the inner SELECT a column of it."""
        self.inner.append((r.e.copy(), name))
        column = replace(r, e=build.col(name, GROUPS), bad=(), counts=())
        if r.type.kind == "moment":
            column = replace(column, zoned=exp.false(), day_only=exp.false())
            for mark in ("zoned", "day_only"):
                value = getattr(r, mark)
                if value is not None and value not in (exp.true(), exp.false()):
                    self.inner.append((exp.Anonymous(this="any_value", expressions=[value.copy()]), f"{name}@{mark}"))
                    column = column.marked(mark, build.coalesce(build.col(f"{name}@{mark}", GROUPS), exp.false()))
                elif value is not None:
                    column = column.marked(mark, value.copy())
        self.known[term] = column

    def _aggregate(self, term: Aggregate, rows: Rows, keys: Sequence[Reading], where: E | None) -> None:
        name = f"a{len(self.known)}"
        condition = rows.condition(term.where) if term.where is not None else None
        r = rows.read(term.value) if term.value is not None else None
        if term.func == "most_common" and r is not None:
            self._most_common(term, r, keys, rows, where, condition)
            return
        self.inner.append((aggregated(term, r, condition, SOURCE), name))
        out = Reading(build.col(name, GROUPS), term.type)
        if term.type.kind == "moment" and r is not None:
            out = self._marks(out, r, term, condition, name)
        if r is not None and (r.bad or r.counts):
            bad = build.disjunction([b.copy() for b in r.bad])
            self.inner.append((filtered(exp.Count(this=exp.Star()), bad, condition), name + "@bad"))
            out = replace(out, counts=(build.col(name + "@bad", GROUPS),))
        self.known[term] = out

    def _marks(self, out: Reading, r: Reading, term: Aggregate, condition: E | None, name: str) -> Reading:
        """Whether the moment picked out of a group is an instant, and whether it came from a date."""
        for mark in ("zoned", "day_only"):
            value = getattr(r, mark)
            if value is None or value in (exp.true(), exp.false()):
                out = out.marked(mark, value.copy() if value is not None else exp.false())
                continue
            by = r.e if term.func in ("min", "max") else build.col("rowid", SOURCE)
            first = term.func in ("min", "first")
            picked = build.anonymous("arg_min" if first else "arg_max", value.copy(), by.copy())
            known = build.not_(build.is_null(r.e.copy()))
            self.inner.append((filtered(picked, known, condition), f"{name}@{mark}"))
            out = out.marked(mark, build.coalesce(build.col(f"{name}@{mark}", GROUPS), exp.false()))
        return out

    def _most_common(
        self, term: Aggregate, r: Reading, keys: Sequence[Reading], rows: Rows, where: E | None,
        condition: E | None,
    ) -> None:  # fmt: skip
        """Highest count, then smallest value: counted per group and value, the first kept, joined to the groups."""
        names = [f"k{i}" for i in range(len(keys))]
        counted = selected([*((k.e.copy(), n) for k, n in zip(keys, names, strict=True)), (r.e.copy(), "v"),
                           (exp.Count(this=exp.Star()), "n")], self.base, SOURCE)  # fmt: skip
        limits = [c for c in (where, condition, build.not_(build.is_null(r.e.copy()))) if c is not None]
        counted = joined(counted, rows.all_joins(), build.conjunction([c.copy() for c in limits]))
        counted = counted.group_by(*[k.e.copy() for k in keys], r.e.copy(), copy=False)
        order = [exp.Ordered(this=build.col("n", "c"), desc=True), exp.Ordered(this=build.col("v", "c"))]
        place = exp.Window(
            this=exp.RowNumber(), partition_by=[build.col(n, "c") for n in names], order=exp.Order(expressions=order)
        )
        ranked = selected(
            [*((build.col(n, "c"), n) for n in names), (build.col("v", "c"), "v"), (place, "p")], counted, "c"
        )
        best = selected([*((build.col(n, "r"), n) for n in names), (build.col("v", "r"), "v")], ranked, "r")
        best = best.where(build.binary(exp.EQ, build.col("p", "r"), build.integer(1)), copy=False)
        alias = f"m{len(self.commonest)}"
        on = build.conjunction(
            [exp.NullSafeEQ(this=build.col(n, alias), expression=build.col(n, GROUPS)) for n in names]
        )
        self.commonest.append(Join(alias, best, on))
        self.known[term] = Reading(build.col("v", alias), term.type)

    # ------------------------------------------------------------ values from elsewhere

    def _lookup(self, term: Lookup, keys: Sequence[Reading], alias: str) -> tuple[Reading, Join]:
        """The first row of another source table with these keys."""
        other = self.staged(term.source, term.table)
        column = other.columns[term.column] if term.column in other.columns else SourceColumn(term.column, term.type)
        value = other.reader.column(build.col(term.column, "t"), column.type, column.stored)
        outputs: list[tuple[E, str]] = [(value.e, "v")]
        for mark in ("zoned", "day_only"):
            if getattr(value, mark) is not None:
                outputs.append((getattr(value, mark), mark))
        key_texts, on = [], []
        for i, ((name, _), key) in enumerate(zip(term.keys, keys, strict=True)):
            theirs = other.columns.get(name, SourceColumn(name, key.type))
            text = other.reader.as_text(other.reader.column(build.col(name, "t"), theirs.type, theirs.stored)).e
            outputs.append((text, f"k{i}"))
            key_texts.append(text)
            mine = self.staged(self.mapping.source, self.mapping.source_table).reader.as_text(key).e
            on.append(build.binary(exp.EQ, build.col(f"k{i}", alias), mine.copy()))
        query = _first_of(outputs, other.name, key_texts)
        reading = Reading(build.col("v", alias), value.type)
        if value.type == MOMENT:
            reading = replace(reading, zoned=build.coalesce(build.col("zoned", alias), exp.false()),
                              day_only=build.coalesce(build.col("day_only", alias), exp.false()))  # fmt: skip
        return reading, Join(alias, query, build.conjunction(on))

    def _follow(self, term: OfRow, alias: str, rows: Rows) -> tuple[Reading, Sequence[Join]]:
        """A value of the row that a reference of this row leads to, perhaps over further references."""
        at = self.mapping.by_name[term.reference]
        key = rows.reader.as_text(rows.read(at.value)).e
        table = at.type.table
        joins: list[Join] = []
        for i, name in enumerate(term.path):
            last = i == len(term.path) - 1
            found = self.filled(table)
            if found is None or name not in found.columns or "id" not in found.columns:
                nothing = Reading(build.cast(exp.Null(), _SQL.get(term.type.kind, "VARCHAR")), term.type)
                return (
                    replace(nothing, zoned=exp.false(), day_only=exp.false()) if term.type == MOMENT else nothing
                ), joins
            here = f"{alias}_{i}"
            id_ = _as_text(build.col("id", "t"), found.columns["id"])
            outputs: list[tuple[E, str]] = [(id_, "id"), (build.col(name, "t"), "v")]
            if found.columns[name].kind == "moment":
                outputs += [(build.col(name + m, "t"), m) for m in ("@z", "@d")]
            query = _first_of(outputs, found.name, [id_], ROW)
            joins.append(Join(here, query, build.binary(exp.EQ, build.col("id", here), key.copy())))
            reading = Reading(build.col("v", here), found.columns[name])
            if reading.type.kind == "moment":
                reading = replace(reading, zoned=build.coalesce(build.col("@z", here), exp.false()),
                                  day_only=build.coalesce(build.col("@d", here), exp.false()))  # fmt: skip
            if last:
                return reading, joins
            key, table = _as_text(reading.e, reading.type), reading.type.table
        raise AssertionError("a path has an end")


_SQL: Mapping[str, str] = {
    "number": "DOUBLE", "money": build.MONEY_TYPE, "date": "DATE", "moment": "TIMESTAMP", "yesno": "BOOLEAN",
    "texts": "VARCHAR[]",
}  # fmt: skip


def _as_text(e: E, type_: Type) -> E:
    """An id as text, however it is staged."""
    return build.cast(e, "VARCHAR") if type_.whole else e


def finished(reader: Reader, r: Reading, to: Type) -> Reading:
    """The value in the type it is stored in; infinite numbers and amounts out of range cannot be read."""
    if r.type.kind == "missing":
        nothing = Reading(build.cast(exp.Null(), _SQL.get(to.kind, "VARCHAR")), to)
        return replace(nothing, zoned=exp.false(), day_only=exp.false()) if to.kind == "moment" else nothing
    if to.kind == "money":
        return r if r.type.kind == "money" and _is_stored_money(r.e) else reader.money(r)
    if to.kind == "number":
        return _finite(reader.number(r))
    if to.kind == "moment":
        return reader.moment(r)
    if to.textual:
        return replace(reader.as_text(r), type=to)
    return reader.convert(r, to)


def number_looked_up(column: MapColumnTerm) -> Lookup | None:
    """The lookup that a column of numbers or amounts is, and nothing is done with: not found, its value is missing."""
    value = column.value.value if isinstance(column.value, Converted) else column.value
    return value if isinstance(value, Lookup) and column.type.kind in ("number", "money") else None


def _text_behind(value: MapTerm) -> str | None:
    """The column of texts that a value is read from and from nothing else: its text is known and it is missing, or it
    could be read."""
    inner = value.value if isinstance(value, Converted) else value
    return inner.column if isinstance(inner, Field) and inner.type.textual else None


def _faults_told(query: exp.Select, names: Sequence[str]) -> exp.Select:
    """Values with what could not be read of the texts beside them: they are made once, not for the look again."""
    if not any(n.startswith(_TEXT) for n in names):
        return query
    outputs: list[tuple[E, str]] = []
    for name in names:
        if not name.startswith(_TEXT):
            outputs.append((build.col(name, "v"), name))
            continue
        column = name.removeprefix(_TEXT)
        unread = [build.not_(build.is_null(build.col(name, "v"))), build.is_null(build.col(column, "v"))]
        count = build.case([(build.conjunction(unread), build.integer(1))], build.integer(0))
        outputs.append((build.cast(count, "INTEGER"), BAD + column))
    return exp.Select(expressions=[build.named(e, n) for e, n in outputs]).from_(build.subquery(query, "v"), copy=False)


def _is_stored_money(e: E) -> bool:
    return isinstance(e, (exp.Cast, exp.TryCast)) and e.to == exp.DataType.build(build.MONEY_TYPE, dialect="duckdb")


def _finite(r: Reading) -> Reading:
    if r.type.whole:
        return replace(r, e=scalars.try_cast(r.e, "BIGINT", "duckdb"), bad=(*r.bad, build.conjunction([
            build.not_(build.is_null(r.e.copy())),
            build.is_null(scalars.try_cast(r.e.copy(), "BIGINT", "duckdb"))])))  # fmt: skip
    as_double = build.cast(r.e.copy(), "DOUBLE")
    endless = build.not_(build.anonymous("isfinite", as_double.copy()))
    return replace(r, e=build.case([(build.anonymous("isfinite", as_double.copy()), as_double)]), type=NUMBER,
                   bad=(*r.bad, build.coalesce(exp.Paren(this=endless), exp.false())))  # fmt: skip


def _stored(column: SourceColumn | None) -> str:
    return column.stored if column is not None else ""


def _fresh(r: Reading) -> Reading:
    return replace(r, e=r.e.copy(), counts=tuple(c.copy() for c in r.counts))


def _first_of(outputs: Sequence[tuple[E, str]], table: str, keys: Sequence[E], order: str = "rowid") -> exp.Select:
    """The first row, in the order of rows, of each distinct key."""
    place = exp.Window(this=exp.RowNumber(), partition_by=[k.copy() for k in keys],
                       order=exp.Order(expressions=[exp.Ordered(this=build.col(order, "t"))]))  # fmt: skip
    numbered = selected([*outputs, (place, "@place")], table, "t")
    first = selected([(build.col(n, "f"), n) for _, n in outputs], numbered, "f")
    return first.where(build.binary(exp.EQ, build.col("@place", "f"), build.integer(1)), copy=False)


__all__ = ["BAD", "LOST", "ROW", "Filled", "Lit", "SelectMaker", "Staged", "finished", "number_looked_up"]

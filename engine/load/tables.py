"""Canonical tables finished: ids made whole, references checked, moments localised, rows sorted and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from patron.dsl.problems import Problem, nearest
from patron.engine.load.filling import Filler
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.mapping import Bound
from patron.engine.model.store import StoredColumn, StoredTable
from patron.engine.sql import finishing, staging
from patron.engine.sql.finishing import FinalColumn, FinalTable
from patron.engine.sql.mapping_select import Filled
from patron.engine.sql.offsets import changes
from patron.engine.types import TEXT, Type

_FIRST = ("stores", "staff", "customers", "orders")


@dataclass(slots=True)
class Finisher:
    """Stores every canonical table of a load; `stored` describes them."""

    filler: Filler
    bound: Bound
    problems: list[Problem] = field(default_factory=list)
    stored: dict[str, StoredTable] = field(default_factory=dict)
    whole: dict[str, bool] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def run(self, statement: Any) -> list[tuple[Any, ...]]:
        return self.filler.sources.run(statement).fetchall()

    def finish(self) -> None:
        """All tables: stores and customers first, then orders, which lines need."""
        present = set(self.filler.parts)
        for table in TABLES:
            if table in present and "id" in self.filler.filled[table].columns:
                self._check_ids(table)
        if "stores" in present:
            self._check_zones()
        self._ids()
        for table in (*_FIRST, *(t for t in TABLES if t not in _FIRST)):
            if table in present:
                self.filler.sources.progress.step(f"storing {table}")
                self._store(table)
        for table in TABLES:
            if table not in present:
                self._absent(table)

    # ------------------------------------------------------------ ids

    def _report(self, code: str, table: str, column: str, message: str, hint: str = "", severity: str = "") -> None:
        self.problems.append(Problem(code, self.filler.span(table, column), message, hint, severity=severity))

    def _check_ids(self, table: str) -> None:
        name = self.filler.filled[table].name
        count, first, row = self.run(staging.doubled(name))[0]
        said = self.filler.column(table, "id")
        if count and TABLES[table].by_name["id"].computed and said is not None and not said.said:
            self._without_id(table)
            return
        if count:
            what = "1 id" if count == 1 else f"{count} ids"
            verb = "occurs" if count == 1 else "occur"
            where = self.filler.where(table, int(row))
            self._report("P0706", table, "id", f"{what} of {table} {verb} more than once, first `{first}` ({where})",
                         "`group by` makes one row of several, `keep latest by` keeps the last")  # fmt: skip
        missing, row = self.run(staging.nameless(name))[0]
        if missing:
            lenient = self.filler.lenient(table)
            rows = "1 row" if missing == 1 else f"{missing} rows"
            said = "was left out" if missing == 1 and lenient else "were left out" if lenient else "has none" if missing == 1 else "have none"
            self._report("P0705", table, "id", f"{table}.id: {rows} {said}; first at {self.filler.where(table, int(row))}",
                         "" if lenient else "leave them out: `where id is known`, or write `bad values missing`", "W" if lenient else "E")  # fmt: skip

    def _without_id(self, table: str) -> None:
        """A source column that happens to be called id, and is none: rows are numbered instead."""
        filled = self.filler.filled[table]
        self.filler.filled[table] = Filled(filled.name, {n: t for n, t in filled.columns.items() if n != "id"})

    def _check_zones(self) -> None:
        filled = self.filler.filled["stores"]
        if "timezone" not in filled.columns:
            return
        query = staging.select([(staging.build.col("timezone", "t"), "zone")], staging.build.table(filled.name, "t"), distinct=True)
        known = available_timezones()
        for (zone,) in self.run(query):
            if zone is not None and zone not in known:
                near = nearest(zone, known)
                self._report("P0505", "stores", "timezone", f"unknown time zone {zone}", f'Did you mean "{near}"?' if near else "an IANA name")

    def _references(self, target: str) -> list[tuple[str, str]]:
        """Filled reference columns that mean rows of a table."""
        return [
            (self.filler.filled[t].name, c) for t in self.filler.parts for c, type_ in self.filler.filled[t].columns.items()
            if c != "id" and type_.kind == "reference" and type_.table == target
        ]  # fmt: skip

    def _ids(self) -> None:
        """Of every table, the ids there are and whether all are whole; of an absent table, those met elsewhere."""
        for table, canonical in TABLES.items():
            if not canonical.has_id:
                continue
            source = self._id_source(table)
            if source is None:
                self.whole[table] = table in ("points", "redemptions")
                continue
            whole, count = self.run(finishing.all_whole(source))[0]
            self.whole[table] = bool(whole) and count > 0
            survivors = self._survivors() if table == "customers" else None
            if table in self.filler.parts and self._references(table):
                self.ids[table] = f"ids/{table}"
                self.filler.sources.run(staging.create(self.ids[table], finishing.ids(self._id_source(table), self.whole[table], survivors)))

    def _id_source(self, table: str) -> Any:
        filled = self.filler.filled.get(table)
        if filled is not None:
            return staging.met([(filled.name, "id")]) if "id" in filled.columns else None
        references = self._references(table)
        return staging.met(references) if references else None

    def _survivors(self) -> str | None:
        """A table of merged customers and who they became, chains followed; rings are reported."""
        filled = self.filler.filled.get("customers")
        if filled is None or "merged_into" not in filled.columns:
            return None
        query = staging.select([(staging.build.col(c, "t"), c) for c in ("id", "merged_into")], staging.build.table(filled.name, "t"))
        query = query.where(staging.build.not_(staging.build.is_null(staging.build.col("merged_into", "t"))), copy=False)
        into = dict(self.run(query))
        if not into:
            return None
        found, rings = _followed(into)
        for ring in rings:
            self._report("P0705", "customers", "merged_into", f"these customers are merged into each other: {' → '.join(ring)}",
                         "one of them must stay", "W")  # fmt: skip
        return self._keep_pairs("merged/customers", found)

    def _keep_pairs(self, name: str, pairs: Mapping[str, str]) -> str:
        from patron.engine.contracts import SourceColumn
        from patron.engine.load.reading import spooled

        path = self.filler.sources.scratch / "pairs.csv"
        spooled(path, [list(pairs.items())])
        columns = [SourceColumn("id", TEXT), SourceColumn("survivor", TEXT)]
        self.filler.sources.run(staging.create(name, staging.scan_spool(path, columns, ["id", "survivor"])))
        path.unlink()
        return name

    # ------------------------------------------------------------ storing

    def _columns(self, table: str) -> tuple[FinalColumn, ...]:
        """Canonical columns first, in their order, then the project's own."""
        filled = self.filler.filled[table].columns
        numbers = [n for n, t in filled.items() if t.kind == "number"]
        whole = dict.fromkeys(numbers, False)
        if numbers:
            found = self.run(finishing.whole_numbers(self.filler.filled[table].name, numbers))[0]
            whole = {n: w is not False for n, w in zip(numbers, found, strict=True)}
        made = []
        for column in TABLES[table].columns:
            if column.name in filled:
                made.append(self._column(table, column.name, column.type, whole))
            elif not (table == "lines" and column.name == "id"):
                made.append(FinalColumn(column.name, column.type, self._storage(column.name, column.type, {column.name: True}, table), filled=False))
        made += [self._column(table, n, t, whole) for n, t in filled.items() if n not in TABLES[table].by_name]
        return tuple(made)

    def _column(self, table: str, name: str, type_: Type, whole: Mapping[str, bool]) -> FinalColumn:
        ids = self.ids.get(type_.table) if type_.kind == "reference" and name != "id" and name != "merged_into" else None
        if type_.kind == "number" and whole.get(name):
            type_ = Type("number", whole=type_.whole)
        return FinalColumn(name, type_, self._storage(name, type_, whole, table), filled=True, ids=ids)

    def _storage(self, name: str, type_: Type, whole: Mapping[str, bool], table: str) -> str:
        if type_.kind == "reference":
            return "whole" if self.whole.get(type_.table, False) else "text"
        if type_.kind == "number":
            return "whole" if whole.get(name) else "double"
        return type_.kind if type_.kind in finishing.SQL_TYPES else "text"

    def _store(self, table: str) -> None:
        columns = self._columns(table)
        has = {c.name for c in columns if c.filled}
        zones, stores = self._zones(table, columns)
        orders, staff = self._order_facts(table, has)
        final = FinalTable(
            table, self.filler.filled[table].name, columns, zones, stores, self._sorted_by(table, has, orders), orders, staff,
            self._coupons() if table == "orders" else None, "id" in has, len(self.filler.parts[table]) if table == "lines" and "id" not in has else 0,
        )  # fmt: skip
        query = finishing.finish(final)
        if final.numbered:
            self._numbered(columns, query)
            return
        name = f"done/{table}" if table == "orders" and "root_order" in has else table
        self.filler.sources.run(staging.create(name, query, temporary=name != table))
        if name != table:
            names = [n for c in columns for n in physical(c)]
            self.filler.sources.run(staging.create(table, finishing.booked(name, names), temporary=False))
            self.filler.sources.run(staging.drop(name))
        extra = [FinalColumn("@visible_at", Type("moment"), "moment", filled=True)] if name != table else []
        self._describe(table, (*columns, *extra), one_zone=stores is None)
        self._lost_references(table, columns)

    def _numbered(self, columns: Sequence[FinalColumn], query: Any) -> None:
        """Lines without an id of their own: it is made of order and place."""
        types = [*((c.name, finishing.SQL_TYPES[c.storage]) for c in columns if c.type.kind != "moment")]
        for column in columns:
            if column.type.kind == "moment":
                kinds = ("TIMESTAMP", "DATE", "TINYINT", "BOOLEAN")
                types += zip(physical(column), kinds, strict=True)
        types.append((finishing.POSITION, "BIGINT"))
        self.filler.sources.run(finishing.lines_table(types))
        names = [n for c in columns for n in physical(c)] + [finishing.POSITION]
        self.filler.sources.run(finishing.inserted("lines", names, query))
        self._describe("lines", columns, one_zone=True)
        id_ = StoredColumn("id", TABLES["lines"].by_name["id"].type, "text", filled=True, never_missing=True)
        stored = self.stored["lines"]
        self.stored["lines"] = StoredTable("lines", {"id": id_, **stored.columns}, stored.rows, stored.present, stored.one_zone)
        self._lost_references("lines", columns)

    def _zones(self, table: str, columns: Sequence[FinalColumn]) -> tuple[finishing.Zones, str | None]:
        """The zones that rows of a table may be in, the project's first, and the table that tells them apart."""
        moments = [c.name for c in columns if c.filled and c.type.kind == "moment"]
        if not moments:
            return {self.bound.zone: (0, ())}, None
        low, high = self.run(finishing.span_of(self.filler.filled[table].name, moments))[0]
        low, high = low or dt.datetime(2000, 1, 1), high or dt.datetime(2000, 1, 1)
        names = [self.bound.zone]
        stores = self.filler.filled.get("stores")
        has_store = any(c.name == "store" and c.filled for c in columns)
        if has_store and stores is not None and "timezone" in stores.columns and not any(p.code == "P0505" for p in self.problems):
            query = staging.select([(staging.build.col("timezone", "t"), "zone")], staging.build.table(stores.name, "t"), distinct=True)
            names += sorted({zone for (zone,) in self.run(query) if zone is not None} - set(names))
        zones = {name: changes(name, low, high) for name in names}
        return zones, (stores.name if stores is not None and len(names) > 1 else None)

    def _order_facts(self, table: str, has: set[str]) -> tuple[str | None, bool]:
        """For lines: a table with the date and staff of every order, by its id as text."""
        if table != "lines" or "orders" not in self.stored or "order" not in has:
            return None, False
        staff = self.stored["orders"].columns["staff"].filled and "orders" in self.ids
        if "orders" not in self.ids:
            return None, False
        outputs = [(staging.build.col(c, s), n) for c, s, n in (("text", "i", "text"), ("created_at", "o", "created_at"), ("staff", "o", "staff"))]
        query = staging.select(outputs, staging.build.table(self.ids["orders"], "i"))
        on = staging.build.binary(staging.build.exp.EQ, staging.build.col("id", "i"), staging.build.col("id", "o"))
        query = query.join(staging.build.table("orders", "o"), on=on, copy=False)
        self.filler.sources.run(staging.create("facts/orders", query))
        return "facts/orders", staff

    def _sorted_by(self, table: str, has: set[str], orders: str | None) -> tuple[str, ...]:
        date = TABLES[table].date
        first: tuple[str, ...] = ()
        if len(date) == 1 and date[0] in has:
            first = (date[0],)
        elif table == "lines" and orders is not None:
            first = ("order.created_at", "order")
        return (*first, "id") if "id" in has else first

    def _coupons(self) -> str | None:
        """A table with the coupon of each order's first redemption."""
        filled = self.filler.filled.get("redemptions")
        if filled is None or not {"order", "coupon", "redeemed_at"} <= set(filled.columns):
            return None
        col = staging.build.col
        key = staging.build.exp.Struct(expressions=[
            staging.build.exp.PropertyEQ(this=staging.build.text(k), expression=col(c, "t")) for k, c in (("a", "redeemed_at"), ("b", staging.ROW))
        ])  # fmt: skip
        query = staging.select([(col("order", "t"), "order"), (staging.build.anonymous("arg_min", col("coupon", "t"), key), "coupon")],
                               staging.build.table(filled.name, "t"))  # fmt: skip
        self.filler.sources.run(staging.create("facts/coupons", query.group_by(col("order", "t"), copy=False)))
        return "facts/coupons"

    def _lost_references(self, table: str, columns: Sequence[FinalColumn]) -> None:
        """P0708 for references that find no row."""
        for column in columns:
            if column.ids is None:
                continue
            before = self.run(finishing.known_count(self.filler.filled[table].name, column.name))[0][0]
            after = self.stored_known(table, column.name)
            if column.name == "staff" and table == "lines":
                continue
            if before > after:
                rows = self.stored[table].rows
                hint = f"`add missing from {table}.{column.name}` in {column.type.table}"
                self._report("P0708", table, column.name, f"{before - after} of {rows} {table} point to no row of {column.type.table} (`{column.name}`)", hint)

    def stored_known(self, table: str, column: str) -> int:
        return int(self.run(finishing.known_count(table, column))[0][0])

    # ------------------------------------------------------------ tables no statement fills

    def _absent(self, table: str) -> None:
        """A table without a statement: empty, or the ids met elsewhere."""
        canonical = TABLES[table]
        references = self._references(table) if canonical.has_id else []
        columns = tuple(
            FinalColumn(c.name, c.type, self._storage(c.name, c.type, {}, table), filled=c.name == "id" and bool(references))
            for c in canonical.columns
        )  # fmt: skip
        if not references:
            self._empty(table, columns)
            return
        source = staging.met(references)
        parts = f"fill/{table}"
        row = (staging.build.exp.Window(this=staging.build.exp.RowNumber()), staging.ROW)
        self.filler.sources.run(staging.create(parts, staging.select([(staging.build.col("id", "m"), "id"), row], staging.build.subquery(source, "m"))))
        final = FinalTable(table, parts, columns, {self.bound.zone: (0, ())}, order=("id",))
        self.filler.sources.run(staging.create(table, finishing.finish(final), temporary=False))
        self._describe(table, columns, one_zone=True, present=False)

    def _empty(self, table: str, columns: Sequence[FinalColumn]) -> None:
        """A table without rows, so that every query finds its tables."""
        kinds = {"": "", "@date": "DATE", "@hour": "TINYINT", "@day_only": "BOOLEAN"}
        types = [
            (name, kinds[name.removeprefix(c.name)] or finishing.SQL_TYPES[c.storage]) for c in columns for name in physical(c)
        ]  # fmt: skip
        self.filler.sources.run(finishing.empty_table(table, types))
        described = {c.name: StoredColumn(c.name, c.type, c.storage, filled=False) for c in columns}
        self.stored[table] = StoredTable(table, described, 0, present=False)

    # ------------------------------------------------------------ description

    def _describe(self, table: str, columns: Sequence[FinalColumn], *, one_zone: bool, present: bool = True) -> None:
        ends = [(c.name, c.filled and c.storage in ("date", "moment", "whole", "double")) for c in columns]
        found = iter(self.run(finishing.statistics(table, ends))[0])
        rows = int(next(found))
        described: dict[str, StoredColumn] = {}
        for column, (name, has_ends) in zip(columns, ends, strict=True):
            known = int(next(found))
            low, high = (next(found), next(found)) if has_ends else (None, None)
            filled = column.filled or known > 0
            described[name] = StoredColumn(name, column.type, column.storage, filled, known == rows and rows > 0, low, high)
        self.stored[table] = StoredTable(table, described, rows, present, one_zone)


def physical(column: FinalColumn) -> tuple[str, ...]:
    """The stored columns of a column."""
    if column.type.kind != "moment" or column.name.startswith("@"):
        return (column.name,)
    return (column.name, *(column.name + part for part in ("@date", "@hour", "@day_only")))


def _followed(into: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, ...]]]:
    """Who everybody became at last, and the rings in which nobody is left."""
    found: dict[str, str] = {}
    rings: list[tuple[str, ...]] = []
    seen_rings: set[str] = set()
    for start in sorted(into):
        path = [start]
        while path[-1] in into and into[path[-1]] not in path:
            path.append(into[path[-1]])
        if path[-1] in into:
            ring = path[path.index(into[path[-1]]) :]
            if not seen_rings & set(ring):
                rings.append((*ring, ring[0]))
                seen_rings.update(ring)
            continue
        found[start] = path[-1]
    return found, rings


__all__ = ["SINGULAR", "Finisher", "physical"]

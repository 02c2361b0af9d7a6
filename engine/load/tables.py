"""Canonical tables finished: ids made whole, references checked, moments localised, rows sorted and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import available_timezones

from patron.dsl.problems import Problem, nearest
from patron.engine.load.filling import Filler
from patron.engine.load.identities import Identities
from patron.engine.model.canonical import SINGULAR, TABLES, CanonicalColumn
from patron.engine.model.mapping import Bound
from patron.engine.model.store import StoredColumn, StoredTable
from patron.engine.sql.load import derived, describing, finishing, staging
from patron.engine.sql.load.finishing import FinalColumn, FinalTable
from patron.engine.sql.load.offsets import changes
from patron.engine.types import YESNO, Type

FEW = 100
"""A text with more values than this is no choice."""
MANY = 1_000_000
"""After so many rows to wait for the disk costs little beside the room that is won."""
ENDED = ("date", "moment", "whole", "double", "yesno")
"""Kinds of storage whose smallest and largest value are cheap to know."""
_TAKEN = {
    ("orders", "status"): "such an order counts as valid",
    ("orders", "kind"): "such an order counts as a sale",
}
_UNTAKEN = "they stay as they are"
_FIRST = ("stores", "staff", "customers", "orders")


@dataclass(slots=True)
class Finisher:
    """Stores every canonical table of a load; `stored` describes them."""

    filler: Filler
    bound: Bound
    problems: list[Problem] = field(default_factory=list)
    stored: dict[str, StoredTable] = field(default_factory=dict)
    identities: Identities = field(init=False)
    order_facts: bool = False

    def __post_init__(self) -> None:
        self.identities = Identities(self.filler, self.problems)

    def run(self, statement: Any) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        return self.filler.sources.run(statement).fetchall()

    def finish(self) -> None:
        """All tables: stores and customers first, then orders, which lines need."""
        present = set(self.filler.parts)
        self.identities.settle()
        if "stores" in present:
            self._check_zones()
        for table in TABLES:
            if table not in present:
                self._absent(table)
        done: list[str] = []
        for table in (*_FIRST, *(t for t in TABLES if t not in _FIRST)):
            if table in present:
                self.filler.sources.progress.step(f"storing {table}")
                self._store(table)
                done.append(table)
                if sum(self.stored[t].rows for t in done) > MANY:
                    self._commit(done)
                    done = []
        self._reach()

    def _commit(self, done: Sequence[str]) -> None:
        """Store what was made until now, then drop what it was made of: before that, nothing would be free."""
        connection = self.filler.sources.connection
        connection.commit()
        for table in done:
            if table != "stores":  # their zones are asked for to the end
                self.filler.let_go(table)
        connection.begin()

    def _reach(self) -> None:
        """How far orders go, and how far their lines do."""
        orders, lines = self.stored["orders"], self.stored["lines"]
        day = self.run(describing.last_sale())[0][0] if orders.rows and lines.present else None
        if day is None:
            return
        there = self.run(describing.lines_on(day))[0][0]
        last = day if there else self.run(describing.last_sale(with_lines=True))[0][0]
        self.stored |= {"orders": replace(orders, reach=day), "lines": replace(lines, reach=last)}

    def busiest(self) -> int:
        """The largest number of pairs of an action and an order that one customer has."""
        found = self.run(describing.busiest())[0][0] if self.stored["actions"].rows else 0
        return int(found or 0)

    def unlike_lines(self) -> int:
        """How many orders have lines that do not add up."""
        return int(self.run(derived.unlike_lines())[0][0])

    # ------------------------------------------------------------ storing

    def _check_zones(self) -> None:
        filled = self.filler.filled["stores"]
        if "timezone" not in filled.columns:
            return
        known = available_timezones()
        for (zone,) in self.run(staging.distinct_values(filled.name, "timezone")):
            if zone is not None and zone not in known:
                near = nearest(zone, known)
                hint = f'Did you mean "{near}"?' if near else "an IANA name"
                span = self.filler.span("stores", "timezone")
                self.problems.append(Problem("P0505", span, f"unknown time zone {zone}", hint))

    def _columns(self, table: str) -> tuple[FinalColumn, ...]:
        """Canonical columns first, in their order, then the project's own."""
        filled = self.filler.filled[table].columns
        numbers = [n for n, t in filled.items() if t.kind == "number"]
        whole = dict.fromkeys(numbers, False)
        if numbers:
            found = self.run(describing.whole_numbers(self.filler.filled[table].name, numbers))[0]
            whole = {n: w is not False for n, w in zip(numbers, found, strict=True)}
        made = []
        for column in TABLES[table].columns:
            if column.name in filled:
                made.append(self._column(column.name, column.type, whole))
            elif not (table == "lines" and column.name == "id"):
                made.append(
                    FinalColumn(
                        column.name,
                        column.type,
                        self._storage(column.name, column.type, {column.name: True}),
                        filled=False,
                    )
                )
        made += [self._column(n, t, whole) for n, t in filled.items() if n not in TABLES[table].by_name]
        return tuple(made)

    def _column(self, name: str, type_: Type, whole: Mapping[str, bool]) -> FinalColumn:
        if type_.kind == "number" and whole.get(name):
            type_ = Type("number", whole=type_.whole)
        return FinalColumn(name, type_, self._storage(name, type_, whole), filled=True)

    def _storage(self, name: str, type_: Type, whole: Mapping[str, bool]) -> str:
        if type_.kind == "reference":
            return "whole" if self.identities.whole.get(type_.table, False) else "text"
        if type_.kind == "number":
            return "whole" if whole.get(name) else "double"
        return type_.kind if type_.kind in finishing.SQL_TYPES else "text"

    def _store(self, table: str) -> None:
        columns = self._columns(table)
        has = {c.name for c in columns if c.filled}
        zones, stores = self._zones(table, columns)
        orders, staff = self._order_facts(table, has)
        columns = tuple(self._meant(table, c, orders) for c in columns)
        final = FinalTable(
            table, self.filler.filled[table].name, columns, zones, stores, self._sorted_by(table, has, orders), orders,
            staff, self._coupons() if table == "orders" else None, drop_nameless="id" in has,
            numbered=len(self.filler.parts[table]) if table == "lines" and "id" not in has else 0,
        )  # fmt: skip
        split = table == "orders" and "root_order" in has
        if split:
            self.run(staging.create("facts/roots", finishing.roots(final)))
            final = replace(final, roots="facts/roots")
        self._create(final)
        extra = [FinalColumn("@visible_at", Type("moment"), "moment", filled=True)] if split else []
        self._describe(table, (*columns, *extra), one_zone=stores is None)
        if final.numbered:
            self._name_lines()
        self._lost_references(table, columns)
        self._strange_choices(table)
        for name in (c.lost for c in columns if c.lost is not None):
            self.run(staging.drop(name))

    def _meant(self, table: str, column: FinalColumn, orders: str | None) -> FinalColumn:
        """A column with the tables that tell which rows are meant. All but few references mean the row they name; to
        know the others takes a join of their values alone, so that the wide rows need none."""
        ids = self.identities.tables.get(column.type.table) if column.type.kind == "reference" else None
        if ids is None or not column.filled or column.name in ("id", "merged_into"):
            return column
        if column.name == "order" and orders is not None:  # the rows are joined with it anyway
            return replace(column, ids=orders)
        name = f"lost/{table}/{column.name}"
        (count,) = self.run(describing.lost(name, self.filler.filled[table].name, column.name, ids))[0]
        if not count:
            self.run(staging.drop(name))
        moved = self.identities.moved.get(column.type.table)
        return replace(column, moved=moved, lost=name if count else None)

    def _create(self, final: FinalTable) -> None:
        """The table with its rows."""
        for statement in finishing.stored(final):
            self.filler.sources.run(statement)

    def _name_lines(self) -> None:
        """Lines without an id of their own have one, made of order and place."""
        stored = self.stored["lines"]
        id_ = StoredColumn("id", TABLES["lines"].by_name["id"].type, "text", filled=True, never_missing=True)
        self.stored["lines"] = replace(stored, columns={"id": id_, **stored.columns})

    def _zones(self, table: str, columns: Sequence[FinalColumn]) -> tuple[finishing.Zones, str | None]:
        """The zones that rows of a table may be in, the project's first, and the table that tells them apart."""
        moments = [c.name for c in columns if c.filled and c.type.kind == "moment"]
        if not moments:
            return ((self.bound.zone, (0, ())),), None
        low, high = self.run(describing.span_of(self.filler.filled[table].name, moments))[0]
        low, high = low or dt.datetime(2000, 1, 1), high or dt.datetime(2000, 1, 1)
        names = [self.bound.zone]
        has_store = any(c.name == "store" and c.filled for c in columns)
        stores = self._stores_with_zones(table) if has_store else None
        if stores is not None:
            found = self.run(staging.distinct_values(stores, "timezone"))
            names += sorted({zone for (zone,) in found if zone is not None} - set(names))
        zones = tuple((name, changes(name, low, high)) for name in names)
        return zones, (stores if len(names) > 1 else None)

    def _stores_with_zones(self, _table: str) -> str | None:
        """A table with the ids and zones of stores, when they say any that are known; ids are as rows refer to them."""
        stores = self.filler.filled.get("stores")
        said = stores is not None and "timezone" in stores.columns and not any(p.code == "P0505" for p in self.problems)
        return stores.name if stores is not None and said else None

    def _order_facts(self, table: str, has: set[str]) -> tuple[str | None, bool]:
        """For lines and reviews: a table with the date and staff of every order, by its id as text."""
        if table not in ("lines", "reviews") or "orders" not in self.stored or "order" not in has:
            return None, False
        ids = self.identities.tables.get("orders")
        if ids is None:
            return None, False
        if not self.order_facts:
            kind = "whole" if self.identities.whole["orders"] else "text"
            self.filler.sources.run(staging.create("facts/orders", derived.order_facts(ids, finishing.SQL_TYPES[kind])))
            self.order_facts = True
        staff = self.stored["orders"].columns["staff"].filled
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
        tie = "id" if "id" in filled.columns else staging.ROW
        self.filler.sources.run(staging.create("facts/coupons", derived.first_coupons(filled.name, tie)))
        return "facts/coupons"

    def _lost_references(self, table: str, columns: Sequence[FinalColumn]) -> None:
        """P0708 for references that find no row."""
        for column in columns:
            if column.ids is None and column.lost is None:
                continue
            parts = self.filler.filled[table]
            before = self.run(describing.known_count(parts.name, column.name, with_id="id" in parts.columns))[0][0]
            after = self.stored_known(table, column.name)
            if column.name == "staff" and table == "lines":
                continue
            if before > after:
                rows = self.stored[table].rows
                hint = _mend(table, column)
                message = f"{before - after} of {rows} {table} point to no row of {column.type.table} (`{column.name}`)"
                self.problems.append(Problem("P0708", self.filler.span(table, column.name), message, hint))

    def _strange_choices(self, table: str) -> None:
        """P0705 for values outside of the list of their column: they stay, and mean nothing to any rule."""
        for column in TABLES[table].columns:
            values = self.stored[table].columns[column.name].values
            if not column.choices or column.more or set(column.choices).issuperset(values or ("",)):
                continue
            if column.name in self.filler.filled[table].columns:
                self._strange(table, column)

    def _strange(self, table: str, column: CanonicalColumn) -> None:
        parts = self.filler.filled[table].name
        found = self.run(describing.strange(parts, column.name, column.choices))
        if not found:
            return
        count, first = sum(n for _, n, _ in found), min(row for _, _, row in found)
        said = ", ".join(f'"{v[:40]}" ({n})' for v, n, _ in found[:5]) + (", ..." if len(found) > 5 else "")
        one = "value is" if count == 1 else "values are"
        message = f"{count} {one} not one of {', '.join(column.choices)} in {table}.{column.name}: {said}"
        near = next(((v, n) for v, _, _ in found if (n := nearest(v, column.choices))), None)
        hint = f'Did you mean "{near[1]}" by "{near[0]}"? ' if near else ""
        hint += (
            f"Map them: `if (... is ...) then ... else ...`; until then {_TAKEN.get((table, column.name), _UNTAKEN)}."
        )
        place = f"; first at {self.filler.where(table, int(first))}"
        self.problems.append(
            Problem("P0705", self.filler.span(table, column.name), message + place, hint, severity="W")
        )

    def stored_known(self, table: str, column: str) -> int:
        return int(self.run(describing.known_count(table, column))[0][0])

    # ------------------------------------------------------------ tables no statement fills

    def _absent(self, table: str) -> None:
        """A table without a statement: empty, or the ids met elsewhere."""
        canonical = TABLES[table]
        references = self.identities.references(table) if canonical.has_id else []
        columns = tuple(
            FinalColumn(c.name, c.type, self._storage(c.name, c.type, {}), filled=c.name == "id" and bool(references))
            for c in canonical.columns
        )
        if not references:
            self._empty(table, columns)
            return
        parts = f"fill/{table}"
        self.filler.sources.run(staging.create(parts, staging.numbered(staging.met(references))))
        final = FinalTable(table, parts, columns, ((self.bound.zone, (0, ())),), order=("id",))
        self._create(final)
        self._describe(table, columns, one_zone=True, present=False)

    def _empty(self, table: str, columns: Sequence[FinalColumn]) -> None:
        """A table without rows, so that every query finds its tables."""
        self.filler.sources.connection.execute(finishing.without_rows(table, columns))
        described = {c.name: StoredColumn(c.name, c.type, c.storage, filled=False) for c in columns}
        self.stored[table] = StoredTable(table, described, 0, present=False)

    # ------------------------------------------------------------ description

    def _describe(self, table: str, columns: Sequence[FinalColumn], *, one_zone: bool, present: bool = True) -> None:
        ends = [(c.name, _has_values(table, c) and c.storage in ENDED) for c in columns]
        found = iter(self.run(describing.statistics(table, ends))[0])
        rows = int(next(found))
        described: dict[str, StoredColumn] = {}
        values = self._few_values(table, columns)
        for column, (name, has_ends) in zip(columns, ends, strict=True):
            known = int(next(found))
            low, high = (next(found), next(found)) if has_ends else (None, None)
            filled = column.filled or known > 0
            described[name] = StoredColumn(
                name, column.type, column.storage, filled, known == rows and rows > 0, low, high, values.get(name)
            )
        described.update(self._day_only(table, columns))
        self.stored[table] = StoredTable(table, described, rows, present, one_zone)

    def _few_values(self, table: str, columns: Sequence[FinalColumn]) -> dict[str, tuple[str, ...]]:
        """The values of texts that have few. A look at the first rows spares most of those that have many."""
        names = [c.name for c in columns if _has_values(table, c) and c.storage == "text" and _is_public_text(table, c)]
        if not names:
            return {}
        found = {}
        for name, count in zip(names, self.run(describing.distinct_counts(table, names, 10_000))[0], strict=True):
            values = self.run(describing.few_values(table, name, FEW)) if count <= FEW else []
            if count <= FEW and len(values) <= FEW:
                found[name] = tuple(v for (v,) in values)
        return found

    def _day_only(self, table: str, columns: Sequence[FinalColumn]) -> dict[str, StoredColumn]:
        """Whether the moments of a table came from dates: all, none or some (low and high of the companion)."""
        names = [
            f"{c.name}@day_only" for c in columns if c.filled and c.type.kind == "moment" and not c.name.startswith("@")
        ]
        if not names:
            return {}
        found = list(self.run(describing.statistics(table, [(n, True) for n in names]))[0])[1:]
        triples = zip(names, found[0::3], found[1::3], found[2::3], strict=True)
        return {n: StoredColumn(n, YESNO, "yesno", low=low, high=high) for n, _, low, high in triples}


def _has_values(table: str, column: FinalColumn) -> bool:
    """Whether a column has values of a source or a default."""
    known = TABLES[table].by_name.get(column.name)
    return column.filled or (known is not None and known.default is not None)


def _is_public_text(table: str, column: FinalColumn) -> bool:
    known = TABLES[table].by_name.get(column.name)
    return column.type.kind in ("text", "choice") and not (known is not None and known.personal)


def _mend(table: str, column: FinalColumn) -> str:
    """What helps when references find no row: to add the rows, where the column is what the table is known by."""
    if SINGULAR.get(column.name) == column.type.table:
        return f"`add missing from {table}.{column.name}` in {column.type.table}"
    return f"Is `{column.name}` filled with ids of {column.type.table}? Where it is not, it counts as missing."

"""A load made by adding: new rows go the way of all rows, by themselves, and are put into a copy of the load before.

Wherever the result could differ from what reading everything gives, or what was wrong would have to be told, `Unsuited`
is raised and everything is read. What goes out and what comes in is kept on the way: it leads back to the load before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from patron.engine.load import changes
from patron.engine.load.checks import UNLIKE
from patron.engine.load.filling import Filler
from patron.engine.load.growth import Growth, Unsuited
from patron.engine.load.identities import Identities
from patron.engine.load.tables import Finisher
from patron.engine.model.canonical import TABLES
from patron.engine.model.mapping import SqlMapping, TableMapping
from patron.engine.model.store import StoredTable
from patron.engine.sql import build
from patron.engine.sql.load import derived, describing, differing, finishing, merging, staging
from patron.engine.sql.load.finishing import FinalColumn, FinalTable
from patron.engine.sql.load.offsets import changes as clock_changes

BEFORE = "before"
"""The load before, as it was."""


@dataclass(slots=True)
class AddingFiller(Filler):
    """Fills tables with new rows alone."""

    growth: Growth | None = None

    def before(self, mapping: TableMapping | SqlMapping) -> int:
        """Rows are numbered on."""
        assert self.growth is not None
        place = (mapping.source, mapping.source_table) if isinstance(mapping, TableMapping) else ("", "")
        return self.growth.rows.get(place, 0) if place in self.growth.files else 0

    def _part(self, table: str, mapping: TableMapping | SqlMapping) -> None:
        """Statements without new rows give none, whatever they make of no rows."""
        assert self.growth is not None
        super(AddingFiller, self)._part(table, mapping)
        part = self.parts[table][-1]
        if not self.growth.grown(mapping) and part.kind == "TABLE":
            self.sources.run(differing.delete_all(part.table))

    def unify(self) -> None:
        """One storage for the ids of a table; then ids that were met and are stored already are left out."""
        super(AddingFiller, self).unify()
        self._leave_out_stored()

    def _leave_out_stored(self) -> None:
        """Rows that the load itself makes of ids it meets: those that are stored already are none."""
        for table, parts in self.parts.items():
            for part in parts:
                if part.mapping is None and set(part.columns) == {"id"}:
                    self.sources.run(merging.delete_known(part.table, table, staging.storage_of(part.columns["id"])))


@dataclass(slots=True)
class AddingIdentities(Identities):
    """Ids of new rows and, where these refer to them, of stored ones."""

    stored: Mapping[str, StoredTable] = field(default_factory=dict)

    def _collect(self) -> None:
        for table, canonical in TABLES.items():
            if not canonical.has_id:
                continue
            known = self.stored[table].columns.get("id")
            was_whole = known is not None and known.storage == "whole"
            self.whole[table] = was_whole
            source = self._id_source(table)
            if source is None:
                continue
            whole, count = self.run(describing.all_whole(source, numbers=self.numbers(table)))[0]
            if count and (not self.stored[table].rows or (was_whole and not whole)):
                raise Unsuited(f"ids of {table} are of another kind than before")
            filled, references = self.filler.filled.get(table), self.references(table)
            if filled is not None and references:
                self._look_up(table, references)

    def _look_up(self, table: str, references: Sequence[tuple[str, str]]) -> None:
        storage = staging.storage_of(self.filler.filled[table].columns["id"])
        known = merging.known_ids(table, staging.met(references, storage), storage)
        both = merging.both(self._id_source(table), known)
        self._may_name(table, both, self._survivors() if table == "customers" else None)

    def _survivors(self) -> str | None:
        filled = self.filler.filled["customers"]
        if "merged_into" not in filled.columns:
            return None
        if self.run(staging.known_pairs(filled.name, "id", "merged_into")):
            raise Unsuited("customers were merged")
        return self.survivors_in("customers")


@dataclass(slots=True)
class Adding(Finisher):
    """Puts new rows into the tables of the load before. `kept` is where what leads back is written."""

    growth: Growth | None = None
    kept: Path = Path()
    said: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)
    _was: Mapping[str, StoredTable] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        assert self.growth is not None
        self._was: Mapping[str, StoredTable] = self.growth.before.store.tables
        self.identities = AddingIdentities(self.filler, self.problems, stored=self._was)

    def finish(self) -> None:
        """The tables with new rows, in the order in which they need each other; the others are as they were."""
        self.identities.settle()
        touched = self._touched()
        self._refuse(touched)
        self.stored.update({t: s for t, s in self._was.items() if t not in touched})
        for table in TABLES:
            if table in touched and table not in self.filler.parts:
                self._absent(table)
        for table in ("stores", "staff", "customers", "orders", *TABLES):
            if table in touched and table in self.filler.parts and table not in self.stored:
                self.filler.sources.progress.step(f"adding to {table}")
                self._store(table)
        self.stored = {t: self.stored[t] for t in self._was}
        if touched & {"orders", "lines"}:
            self.stored |= {t: replace(self.stored[t], reach=None) for t in ("orders", "lines")}
            self._reach()

    def _touched(self) -> set[str]:
        """The tables that have new rows, or ids that were met for the first time."""
        found = {t for t, filled in self.filler.filled.items() if self._rows_of(filled.name)}
        for table in TABLES:
            references = self.identities.references(table) if TABLES[table].has_id else []
            if table not in self.filler.parts and references:
                storage = "BIGINT" if self.identities.whole[table] else "VARCHAR"
                name = f"fill/{table}"
                self.filler.sources.run(
                    staging.create(name, staging.ids_to_add(references, [table], self._common(table, storage)))
                )
                if self._rows_of(name):
                    found.add(table)
        return found

    def _common(self, table: str, storage: str) -> str:
        """How ids that are met are compared with those stored: as texts, unless all are numbers."""
        return storage if self.identities.numbers(table) else "VARCHAR"

    def _rows_of(self, name: str) -> int:
        return int(self.run(differing.count(build.table(name)))[0][0])

    def _refuse(self, touched: set[str]) -> None:
        """What new rows of a table would change in rows that are there."""
        filled = {t: s.columns for t, s in self._was.items()}

        def has(table: str, column: str) -> bool:
            return column in filled[table] and filled[table][column].filled

        if "stores" in touched and has("stores", "timezone"):
            raise Unsuited("stores with time zones of their own changed")
        if "staff" in touched and (has("lines", "staff") or has("reviews", "staff")):
            raise Unsuited("staff was added")
        if has("messages", "delivered_at") and touched & {"messages", "actions"}:
            raise Unsuited("messages are delivered")
        if self.problems or self.filler.problems or self.filler.sources.problems:
            raise Unsuited("new rows have problems")
        if touched & {"orders", "redemptions"}:
            redemptions = self.filler.filled.get("redemptions")
            if redemptions is not None and {"order", "coupon", "redeemed_at"} <= set(redemptions.columns):
                raise Unsuited("coupons of orders come from redemptions")

    # ------------------------------------------------------------ storing

    def _columns(self, table: str) -> tuple[FinalColumn, ...]:
        """Numbers lie as they lay."""
        made = []
        for column in super(Adding, self)._columns(table):
            was = self._was[table].columns[column.name]
            if column.storage != was.storage and not (column.storage, was.storage) == ("whole", "double"):
                raise Unsuited(f"{table}.{column.name} has values of another kind than before")
            made.append(
                replace(column, storage=was.storage, type=was.type if was.type.kind == "number" else column.type)
            )
        return tuple(made)

    def _create(self, final: FinalTable) -> None:
        table, new = final.name, f"new/{final.name}"
        columns = finishing.stored_columns(final)
        lying = tuple(c.name for c in columns if not c.computed)
        if lying != self._lying(table):
            raise Unsuited(f"{table} has other columns than before")
        self.filler.sources.run(staging.create(new, finishing.finish(final, columns)))
        if "id" in lying and not self._counted(final):
            self._replace(final, new, lying)
        else:
            self._number(final, new)
            self._keep(table, None, differing.rows(build.table(new), lying))
            self.filler.sources.run(differing.insert(table, lying, differing.rows(build.table(new), lying)))

    def _lying(self, table: str) -> tuple[str, ...]:
        query = "SELECT sql FROM duckdb_tables() WHERE database_name = current_database() AND table_name = ?"
        found = self.filler.sources.connection.execute(query, [table]).fetchall()
        return differing.lying(found[0][0])

    def _counted(self, final: FinalTable) -> bool:
        return final.name in ("points", "redemptions") and not final.drop_nameless

    def _number(self, final: FinalTable, new: str) -> None:
        """Rows that no source names go on counting."""
        if self._counted(final):
            if len(self.filler.parts[final.name]) > 1:
                raise Unsuited(f"rows of {final.name} are counted over several sources")
            self.filler.sources.run(merging.count_on(new, self._was[final.name].rows))

    def _replace(self, final: FinalTable, new: str, lying: Sequence[str]) -> None:
        """New rows come in, for rows of the same ids where the latest counts."""
        table, run = final.name, self.filler.sources.run
        again = int(self.run(merging.known_again(new, table))[0][0])
        self.replaced[table] = again
        if final.roots is not None and (
            self.stored_known(new, "root_order") or (again and self.stored_known(table, "root_order"))
        ):
            raise Unsuited("orders were split")
        left = differing.rows(build.table(new), lying)
        if again:
            by = self._latest_by(table, new, lying)
            self._refuse_changed(table, new)
            run(staging.create(f"last/{table}", merging.latest_of(table, new, lying, by)))
            left = differing.rows(build.table(f"last/{table}"), lying)
            self._keep(table, differing.of_ids(differing.rows(build.table(table), lying), new), left)
            run(differing.delete_ids(table, new))
        else:
            self._keep(table, None, left)
        run(differing.insert(table, lying, left))
        if again:
            self._still_fractions(table)

    def _latest_by(self, table: str, new: str, lying: Sequence[str]) -> tuple[str, ...]:
        """By what the latest row of an id is known."""
        statements = [p.mapping for p in self.filler.parts[table] if p.mapping is not None]
        mapping = statements[0] if len(statements) == 1 else None
        if not isinstance(mapping, TableMapping) or not mapping.keep_latest:
            raise Unsuited(f"ids of {table} are there again")
        if not set(mapping.keep_latest) <= set(lying):
            raise Unsuited(f"the latest row of {table} is known by what is not stored")
        moments = [c for c in mapping.keep_latest if self._was[table].columns[c].storage == "moment"]
        if moments:
            self._refuse_clocks(table, new, moments)
        return mapping.keep_latest

    def _refuse_clocks(self, table: str, new: str, moments: Sequence[str]) -> None:
        """The latest is found by local times, which are in another order than instants in places."""
        zones = [self.bound.zone]
        if not self._was[table].one_zone:
            zones += [zone for (zone,) in self.run(staging.distinct_values("stores", "timezone")) if zone is not None]
            if self.run(merging.changed(new, table, "store"))[0][0]:
                raise Unsuited(f"rows of {table} are in another store's time zone")
        low, high = self.run(merging.span_again(new, table, moments))[0]
        if low is not None and any(clock_changes(zone, low, high)[1] for zone in zones if zone != "UTC"):
            raise Unsuited(f"a clock was changed between rows of {table}")

    def _stores_with_zones(self, table: str) -> str | None:
        """Those that are stored, with ids as new rows refer to them."""
        stores, store = self.filler.filled.get("stores"), self.filler.filled[table].columns["store"]
        if stores is None or "timezone" not in stores.columns:
            return None
        name = f"zones/{table}"
        self.filler.sources.run(staging.create(name, merging.zones_of("stores", staging.storage_of(store))))
        return name

    def _refuse_changed(self, table: str, new: str) -> None:
        """What other tables took over from the rows that are replaced."""
        if table == "orders" and self._was["orders"].columns["staff"].filled:
            if self.run(merging.changed(new, table, "staff"))[0][0]:
                raise Unsuited("orders have another staff than before")
        if table == "customers" and self._was[table].columns["merged_into"].filled:
            if self.run(merging.known_before(new, table, "merged_into"))[0][0]:
                raise Unsuited("merged customers changed")

    def _still_fractions(self, table: str) -> None:
        """A number stays one with fractions only while some row has them."""
        names = [c.name for c in self._was[table].columns.values() if c.storage == "double" and c.filled]
        if names and any(w is not False for w in self.run(describing.whole_numbers(table, names))[0]):
            raise Unsuited(f"a number of {table} has no fractions any more")

    # ------------------------------------------------------------ what is told of all rows

    def _absent(self, table: str) -> None:
        """Ids that were met for the first time, of a table that no statement fills."""
        was = self._was[table]
        columns = tuple(
            FinalColumn(c.name, c.type, was.columns[c.name].storage, filled=c.name == "id")
            for c in TABLES[table].columns
        )
        final = FinalTable(table, f"fill/{table}", columns, ((self.bound.zone, (0, ())),), order=("id",))
        self._create(final)
        self._describe(table, columns, one_zone=True, present=False)

    def _lost_references(self, table: str, columns: Sequence[FinalColumn]) -> None:
        """Nothing may be lost: it would have to be told with all that is lost."""
        parts = self.filler.filled[table]
        for column in columns:
            if (column.ids is None and column.lost is None) or (column.name == "staff" and table == "lines"):
                continue
            before = self.run(describing.known_count(parts.name, column.name, with_id="id" in parts.columns))[0][0]
            if before > self.stored_known(f"new/{table}", column.name):
                raise Unsuited(f"{table}.{column.name} points to rows that are not there")

    def busiest(self) -> int:
        """Only those who have new rows, or had rows that were replaced, can have become busier or less busy."""
        assert self.growth is not None
        was = self.growth.before.store.busiest
        people = self._gathered("customer", {"orders", "actions"})
        if people is None:
            return was
        now = self.run(describing.busiest(people))[0][0] or 0
        then = self.run(describing.busiest(people, BEFORE))[0][0] or 0
        return super(Adding, self).busiest() if then == was and now < then else int(max(was, now))

    def unlike_lines(self) -> int:
        """The orders of which something changed are counted anew."""
        assert self.growth is not None
        words = UNLIKE.partition("{")[0]
        was = next((int(n.removeprefix(words)) for n in self.growth.before.notes if n.startswith(words)), 0)
        orders = self._gathered("order", {"lines"}, {"orders"})
        if orders is None:
            return was
        return int(
            was + self.run(derived.unlike_lines(orders))[0][0] - self.run(derived.unlike_lines(orders, BEFORE))[0][0]
        )

    def _gathered(self, column: str, tables: AbstractSet[str], by_id: AbstractSet[str] = frozenset()) -> str | None:
        """A table of the ids in a column of rows that came or went, and of the rows of `by_id` themselves."""
        found = [(f"new/{t}", column) for t in tables if t in self.replaced or t in self.said]
        found += [(f"gone/{t}", column) for t in tables if self.replaced.get(t)]
        found += [(f"new/{t}", "id") for t in by_id if t in self.said]
        if not found:
            return None
        name = f"touched/{column}"
        self.filler.sources.run(staging.create(name, staging.met(found)))
        return name

    # ------------------------------------------------------------ what leads back

    def _keep(self, table: str, gone: Any, come: Any) -> None:
        """Write which rows came and which went."""
        if gone is not None:
            self.filler.sources.run(staging.create(f"gone/{table}", gone))
            gone = differing.rows(build.table(f"gone/{table}"), _names(come))
        drop = differing.only_in(come.copy(), gone.copy()) if gone is not None else come.copy()
        kinds: list[tuple[str, Any]] = [("drop", drop)]
        if gone is not None:
            kinds.append(("back", differing.only_in(gone, come.copy())))
        connection = self.filler.sources.connection
        self.said[table] = {
            kind: changes.keep(connection, query, self.kept / f"{table}.{kind}.parquet") for kind, query in kinds
        }


def _names(query: Any) -> list[str]:
    return [e.alias_or_name for e in query.expressions]

"""Ids: none twice, none missing, whole numbers where all are, merged customers the survivor's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from patron.dsl.problems import Problem, Related
from patron.engine.contracts import SourceColumn
from patron.engine.load.filling import Filler
from patron.engine.load.reading import spooled
from patron.engine.model.canonical import TABLES
from patron.engine.sql.load import describing, staging
from patron.engine.sql.load.mapped_tables import Filled
from patron.engine.types import TEXT


@dataclass(slots=True)
class Identities:
    """The ids of all tables: `whole` says which are stored as numbers, `tables` names the temporary table that has the
    ids which references may name, `moved` the one that says which of them mean another row."""

    filler: Filler
    problems: list[Problem]
    whole: dict[str, bool] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def run(self, statement: Any) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        return self.filler.sources.run(statement).fetchall()

    def settle(self) -> None:
        """Check the ids of every table that has a statement, then collect all."""
        for table in TABLES:
            if table in self.filler.parts and "id" in self.filler.filled[table].columns:
                self._check_ids(table)
        self._collect()

    def _report(
        self, code: str, table: str, column: str, message: str, hint: str = "", severity: str = "",
        related: tuple[Related, ...] = (),
    ) -> None:  # fmt: skip
        self.problems.append(Problem(code, self.filler.span(table, column), message, hint, related, severity))

    def _check_ids(self, table: str) -> None:
        if self._rises(table):  # as in most files; to look for doubles would take much longer
            return
        name = self.filler.filled[table].name
        count, first, row, before = self.run(staging.doubled(name))[0]
        mapped = self.filler.column(table, "id")
        if count and TABLES[table].by_name["id"].computed and mapped is not None and not mapped.said:
            self._without_id(table)
            return
        if count:
            what = "1 id" if count == 1 else f"{count} ids"
            verb = "occurs" if count == 1 else "occur"
            where = self.filler.where(table, int(row))
            also = self.filler.other_statements(table, int(before), int(row))
            hint = "`group by` makes one row of several, `keep latest by` keeps the last"
            if also:
                hint = f"each statement adds rows to {table}: leave one of them out, or its rows that the other has"
            self._report("P0706", table, "id", f"{what} of {table} {verb} more than once, first `{first}` ({where})",
                         hint, related=tuple(Related(s, f"this fills {table} too") for s in also))  # fmt: skip
        missing, row = self.run(staging.nameless(name))[0]
        if missing:
            lenient = self.filler.lenient(table)
            rows = "1 row" if missing == 1 else f"{missing} rows"
            said = (
                "was left out"
                if missing == 1 and lenient
                else "were left out"
                if lenient
                else "has none"
                if missing == 1
                else "have none"
            )
            self._report("P0705", table, "id",
                         f"{table}.id: {rows} {said}; first at {self.filler.where(table, int(row))}",
                         "" if lenient else "leave them out: `where id is known`, or write `bad values missing`",
                         "W" if lenient else "E")  # fmt: skip

    def _rises(self, table: str) -> bool:
        """Whether every row has a larger id than all rows before it. DuckDB compares a row with the one before as it
        reads a single table, and only once it has read all of several: parts are asked one by one."""
        last: Any = None
        for part in self.filler.parts[table]:
            rows, rising, low, high = (
                self.run(staging.rising(part.table))[0] if "id" in part.columns else (1, 0, None, None)
            )
            if not rows:
                continue
            if low is None or rising < rows - 1 or (last is not None and (type(last) is not type(low) or last >= low)):
                return False
            last = high
        return True

    def _without_id(self, table: str) -> None:
        """A source column that happens to be called id, and is none: rows are numbered instead."""
        filled = self.filler.filled[table]
        self.filler.filled[table] = Filled(filled.name, {n: t for n, t in filled.columns.items() if n != "id"})

    def references(self, target: str) -> list[tuple[str, str]]:
        """Filled reference columns that mean rows of a table."""
        return [
            (self.filler.filled[t].name, c)
            for t in self.filler.parts
            for c, type_ in self.filler.filled[t].columns.items()
            if c != "id" and type_.kind == "reference" and type_.table == target
        ]

    def _collect(self) -> None:
        """Of every table, the ids there are and whether all are whole; of an absent table, those met elsewhere."""
        for table, canonical in TABLES.items():
            if not canonical.has_id:
                continue
            source = self._id_source(table)
            if source is None:
                self.whole[table] = table in ("points", "redemptions")
                continue
            filled = self.filler.filled.get(table)
            numbers = self.numbers(table)
            whole, count = self.run(describing.all_whole(source, numbers=numbers))[0]
            self.whole[table] = bool(whole) and count > 0
            survivors = self._survivors() if table == "customers" else None
            if filled is not None and self.references(table):
                self._may_name(table, self._id_source(table), survivors)

    def _may_name(self, table: str, source: Any, survivors: str | None) -> None:
        """The ids of a table that references may name, and whom they mean where `survivors` tells of merged ones."""
        run = self.filler.sources.run
        self.tables[table] = f"ids/{table}"
        run(staging.create(self.tables[table], describing.ids(source)))
        if survivors is not None:
            self.moved[table] = f"moved/{table}"
            storage = staging.storage_of(self.filler.filled[table].columns["id"])
            run(staging.create(self.moved[table], describing.moved(self.tables[table], survivors, storage)))

    def _id_source(self, table: str) -> Any:
        filled = self.filler.filled.get(table)
        if filled is not None:
            return staging.ids_of(filled.name) if "id" in filled.columns else None
        references = self.references(table)
        return staging.met(references) if references else None

    def numbers(self, table: str) -> bool:
        """Whether the ids of a table, and all references to it, are staged as numbers."""
        filled = self.filler.filled.get(table)
        if filled is not None:
            return filled.columns["id"].whole
        return all(
            t.whole
            for f in self.filler.filled.values()
            for t in f.columns.values()
            if t.kind == "reference" and t.table == table
        )

    def _survivors(self) -> str | None:
        """A table of merged customers and who they became, chains followed; rings are reported."""
        filled = self.filler.filled.get("customers")
        if filled is None or "merged_into" not in filled.columns:
            return None
        return self.survivors_in(filled.name)

    def survivors_in(self, table: str) -> str | None:
        """The same, of a table of customers."""
        into = {str(a): str(b) for a, b in self.run(staging.known_pairs(table, "id", "merged_into"))}
        if not into:
            return None
        found, rings = _followed(into)
        for ring in rings:
            self._report("P0705", "customers", "merged_into",
                         f"these customers are merged into each other: {' → '.join(ring)}",
                         "one of them must stay", "W")  # fmt: skip
        return self._keep_pairs("merged/customers", found)

    def _keep_pairs(self, name: str, pairs: Mapping[str, str]) -> str:
        path = self.filler.sources.scratch / "pairs.csv"
        longest = spooled(path, [list(pairs.items())])
        columns = [SourceColumn("id", TEXT), SourceColumn("survivor", TEXT)]
        self.filler.sources.run(staging.create(name, staging.scan_spool(path, longest, columns, ["id", "survivor"])))
        path.unlink()
        return name


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

"""Source tables come in: each is staged once, in the order of its rows, with `rowid` as their numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from patron.dsl.problems import Problem
from patron.engine.contracts import Closing, CsvText, Growing, Provided, Rejected, Source, SourceColumn, SourceError
from patron.engine.load.keys import FileFact
from patron.engine.load.loaded import LedgerEntry
from patron.engine.model.mapping import Bound, SqlMapping
from patron.engine.runtime.files import io_errors
from patron.engine.runtime.progress import Progress
from patron.engine.sql.load import staging
from patron.engine.sql.load.mapped_tables import Staged
from patron.engine.sql.load.readings import Reader

if TYPE_CHECKING:
    from patron.dsl.tree import Span

Place = tuple[str, str]
_OURS = {"rowid", "file_row_number", "file_index"}


@dataclass(slots=True)
class Sources:
    """The staged source tables of a load."""

    connection: duckdb.DuckDBPyConnection
    bound: Bound
    scratch: Path
    facts: Mapping[Place, tuple[FileFact, ...]]
    progress: Progress
    lenient: Callable[[Place], bool]
    problems: list[Problem] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    provided: dict[Place, Provided] = field(default_factory=dict)
    staged: dict[Place, Staged] = field(default_factory=dict)
    grown: Mapping[Place, Sequence[Path]] | None = None
    """The new files of tables that only grew, when nothing else is to be read; None: everything is."""

    def run(self, statement: Any) -> duckdb.DuckDBPyConnection:
        """What a statement gives. Raises SourceError when a file that is read as it lies is at fault."""
        try:
            return self.connection.execute(staging.render(statement))
        except duckdb.Error as error:
            for place, staged in self.staged.items():
                if staged.as_is and not _is_ours(error):
                    self._read_whole(place, staged)
            raise

    def stage(self, source: str, table: str) -> Staged:
        """The staged table, read now when it was not before. Raises SourceError."""
        place = (source, table)
        if place not in self.staged:
            self.staged[place] = self._read(place)
        return self.staged[place]

    def keep_only(self, needed: Container[Place]) -> None:
        """Drop the staged tables that no mapping reads any more; views hold nothing."""
        for place in [p for p, staged in self.staged.items() if p not in needed and not staged.as_is]:
            self.run(staging.drop(self.staged.pop(place).name))

    def close(self) -> None:
        """Connectors let go of what they hold open from one table to the next."""
        for source in self.bound.sources.values():
            if isinstance(source.opened, Closing):
                source.opened.close()

    def span(self, source: str) -> Span:
        return self.bound.sources[source].span

    def where(self, place: Place, row: int) -> str:
        """Where a staged row stands in its source: `sales.csv:12`."""
        provided = self.provided[place]
        if provided.place is not None:
            return provided.place(row)
        files = provided.files
        return f"{files[0].name if len(files) == 1 else '.'.join(place)}, row {row + 1}"

    def _read(self, place: Place) -> Staged:
        source = self.bound.sources[place[0]]
        assert source.opened is not None
        self.progress.step(f"reading {source.name}.{place[1]}")
        columns = source.headers[place[1]]
        provided = source.opened.read(place[1]) if self.grown is None else self._new(place, source.opened, self.grown)
        self.provided[place] = provided
        if provided.check is not None:
            provided.check()
        name = f"source/{place[0]}/{place[1]}"
        as_is = bool(provided.parquet) and self._may_stay(place, columns)
        rejected = self._view(name, provided, columns, place) if as_is else self._fill(name, provided, columns, place)
        rows = self.count(name)
        self._rejections(place, rejected, rows)
        self.ledger.append(LedgerEntry(source.name, place[1], rows, len(rejected), self.facts.get(place, ())))
        reader = Reader(self.bound.zone, source.timezone, provided.decimal)
        return Staged(name, {c.name: c for c in columns}, reader, as_is)

    def _new(self, place: Place, source: Source, grown: Mapping[Place, Sequence[Path]]) -> Provided:
        """The rows of the new files of a table; none where there are no new files."""
        if place not in grown:
            return Provided(rows=lambda _: iter(()))
        assert isinstance(source, Growing)
        return source.part(place[1], grown[place])

    def _rejections(self, place: Place, rejected: Sequence[Rejected], rows: int) -> None:
        if not rejected:
            return
        first = rejected[0]
        column = f", column {first.column}" if first.column else ""
        count, table = f"{len(rejected)} of {rows + len(rejected)}", ".".join(place)
        at = f"{first.file}:{first.line}{column}"
        message = f"{count} rows of {table} cannot be read; first at {at}: {first.reason}"
        lenient = self.lenient(place)
        hint = (
            ""
            if lenient
            else "mend the file, or write `bad values missing` in the table that reads it: "
            "such rows are left out and counted"
        )
        self.problems.append(Problem("P0705", self.span(place[0]), message, hint, severity="W" if lenient else "E"))

    # ------------------------------------------------------------ files that stay where they are

    def _may_stay(self, place: Place, columns: Sequence[SourceColumn]) -> bool:
        """Whether files may be read where they lie: no sql table needs their order, no column has a name of ours."""
        read_by_sql = any(place in m.reads for m in self.bound.mappings if isinstance(m, SqlMapping))
        return not read_by_sql and not _OURS & {c.name.casefold() for c in columns}

    def _view(self, name: str, provided: Provided, columns: Sequence[SourceColumn], place: Place) -> Sequence[Rejected]:
        with self._blamed_on(place):
            counts = [
                int(self.connection.execute(staging.render(staging.rows_of(f))).fetchall()[0][0])
                for f in provided.parquet
            ]
            starts = [0, *accumulate(counts)]
            self.connection.execute(
                staging.render(
                    staging.create(name, staging.view_parquet(provided.parquet, columns, starts[:-1]), "VIEW")
                )
            )
        return ()

    def _read_whole(self, place: Place, staged: Staged) -> None:
        with self._blamed_on(place):
            self.connection.execute(staging.render(staging.every_value(staged.name)))

    @contextmanager
    def _blamed_on(self, place: Place) -> Iterator[None]:
        """Where DuckDB cannot read, the source is at fault: P0702."""
        try:
            yield
        except duckdb.Error as error:
            if _is_ours(error):
                raise
            source = self.bound.sources[place[0]].name
            raise SourceError(
                "P0702", f"cannot open `{source}`: {place[1]} cannot be read", str(error).splitlines()[0]
            ) from error

    # ------------------------------------------------------------ ways in

    def _fill(self, name: str, provided: Provided, columns: Sequence[SourceColumn], place: Place) -> Sequence[Rejected]:
        if provided.parquet:
            self._create(name, staging.scan_parquet(provided.parquet, columns), place)
        elif provided.database is not None:
            self._from_database(name, provided, columns, place)
        elif provided.batches is not None:
            self._from_batches(name, provided, columns)
        elif provided.csv is not None and self._from_csv(name, provided, columns):
            return ()
        elif provided.rows is not None:
            return self._from_rows(name, provided, columns)
        return ()

    def _create(self, name: str, query: Any, place: Place) -> None:
        with self._blamed_on(place):
            self.run(staging.create(name, query))

    def _from_csv(self, name: str, provided: Provided, columns: Sequence[SourceColumn]) -> bool:
        """The quick way; False when DuckDB refuses the text, or found a value under no name."""
        assert provided.csv is not None
        query = staging.scan_csv(provided.csv, [c.name for c in columns])
        try:
            self.run(staging.create(name, query))
        except duckdb.Error as error:
            if _is_ours(error):
                raise
            return False
        if not self._all_there(name, provided.csv):
            self.run(staging.drop(name))
            return False
        unnamed = [f"@unnamed/{i + 1}" for i, n in enumerate(provided.csv.columns) if not n]
        if unnamed:
            row = self.run(staging.unnamed_value(name, unnamed)).fetchall()[0][0]
            if row is not None:
                self.run(staging.drop(name))
                return False
        return True

    def _all_there(self, name: str, csv: CsvText) -> bool:
        """Whether as many rows came in as there are lines, as far as lines tell."""
        rows = self.count(name)
        if csv.rows is not None:
            return rows == csv.rows
        return csv.most is None or (rows <= csv.most and (rows > 0 or csv.most == 0))

    def count(self, name: str) -> int:
        query = f"SELECT count(*) FROM {staging.quoted(name)}"  # noqa: S608 -- a name of ours, quoted
        return int(self.connection.execute(query).fetchall()[0][0])

    def count_of(self, place: Place) -> int:
        """How many rows a source table gave."""
        source = self.bound.sources[place[0]].name
        return sum(e.rows for e in self.ledger if (e.source, e.table) == (source, place[1]))

    def columns(self, name: str) -> list[str]:
        query = f"SELECT * FROM {staging.quoted(name)} LIMIT 0"  # noqa: S608 -- a name of ours, quoted
        return [str(c[0]) for c in self.connection.execute(query).description or ()]

    def _from_rows(self, name: str, provided: Provided, columns: Sequence[SourceColumn]) -> Sequence[Rejected]:
        """The careful way: rows are spooled beside, then read back with the types the source has."""
        assert provided.rows is not None
        rejected: list[Rejected] = []
        spool = self.scratch / f"rows-{len(self.staged)}-{len(self.ledger)}.csv"
        try:
            with io_errors(spool):
                longest = spooled(spool, provided.rows(rejected.append))
            self.run(staging.create(name, staging.scan_spool(spool, longest, columns, [c.name for c in columns])))
        finally:
            spool.unlink(missing_ok=True)
        return rejected

    def _from_database(self, name: str, provided: Provided, columns: Sequence[SourceColumn], place: Place) -> None:
        assert provided.database is not None
        path, schema, table = provided.database
        alias = f"attached/{place[0]}"
        try:
            attached = [
                row[0] for row in self.connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()
            ]
            if alias not in attached:
                self.run(staging.attach(path, alias))
        except duckdb.Error as error:
            source = self.bound.sources[place[0]].name
            raise SourceError("P0702", f"cannot open `{source}`: {path.name}", str(error).splitlines()[0]) from error
        self._create(name, staging.scan_table(alias, schema, table, columns), place)

    def _from_batches(self, name: str, provided: Provided, columns: Sequence[SourceColumn]) -> None:
        import pyarrow

        assert provided.batches is not None
        batches = provided.batches()
        first = next(batches, None)
        if first is None:
            spool = self.scratch / "empty.csv"
            longest = spooled(spool, iter(()))
            self.run(staging.create(name, staging.scan_spool(spool, longest, columns, [c.name for c in columns])))
            return
        every = pyarrow.RecordBatchReader.from_batches(first.schema, _chain(first, batches))
        self.connection.register("@batches", every)
        try:
            self.run(staging.create(name, staging.scan_registered("@batches", columns)))
        finally:
            self.connection.unregister("@batches")


def _is_ours(error: duckdb.Error) -> bool:
    """Whether DuckDB failed for want of room, in memory or on the disk, not for what it read."""
    return isinstance(error, (duckdb.OutOfMemoryException, duckdb.TransactionException, duckdb.FatalException)) or (
        isinstance(error, duckdb.IOException) and "could not write" in str(error).lower()
    )


def _chain(first: Any, rest: Any) -> Any:
    yield first
    yield from rest


def spooled(path: Path, chunks: Iterable[Sequence[Sequence[object]]]) -> int:
    """Rows as delimited text: a missing value is nothing, everything known is quoted. No row has more bytes than is
    answered."""
    longest = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for chunk in chunks:
            lines = [",".join(_cell(v) for v in row) + "\n" for row in chunk]
            longest = max(longest, *map(len, lines)) if lines else longest
            file.writelines(lines)
    return longest * 4  # the most that a letter takes


def _cell(value: object) -> str:
    return "" if value is None else '"' + _text(value).replace('"', '""') + '"'


def _text(value: object) -> str:
    """A value in the form in which it is read back; texts in NFC, in which they are compared."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    return "true" if value is True else "false" if value is False else str(value)

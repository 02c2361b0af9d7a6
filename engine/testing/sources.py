"""Whether a connector keeps its contract with the loading of data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import Closing, Provided, Rows, Source, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.testing.promise import promise

if TYPE_CHECKING:
    import pyarrow

_NO_TABLE = "no_table_of_this_name"


def check_source(kind: SourceType, config: SourceConfig) -> Mapping[str, int]:
    """Open it with these settings, read every table twice, and give the number of rows of each.

    Checked: tables and headers are the same whenever they are asked for; rows come under exactly their header, the
    same each time; the files behind a table exist; a table that is not there is SourceError P0703.
    """
    source = kind.open(config)
    tables = tuple(source.tables())
    promise(len(tables) > 0, f"{kind.name}: it offers no table with these settings; give it some")
    promise(len(set(tables)) == len(tables), f"{kind.name}: a table is offered twice: {tables}")
    promise(tuple(source.tables()) == tables, f"{kind.name}: its tables change from one call to the next")
    for call in (source.columns, source.read):
        _refuses_unknown(kind.name, call)
    try:
        return {table: _check_table(f"{kind.name}: table `{table}`", source, table) for table in tables}
    finally:
        if isinstance(source, Closing):
            source.close()


def _refuses_unknown(name: str, call: Callable[[str], object]) -> None:
    try:
        call(_NO_TABLE)
    except SourceError as error:
        promise(error.code == "P0703", f"{name}: a table that is not there is P0703, not {error.code}")
    else:
        promise(kept=False, words=f"{name}: a table that is not there raises nothing; SourceError P0703 is expected")


def _check_table(where: str, source: Source, table: str) -> int:
    columns = tuple(source.columns(table))
    promise(all(map(_is_column, columns)), f"{where}: its header is no list of SourceColumn: {columns}")
    names = [c.name for c in columns]
    promise(len(set(names)) == len(names), f"{where}: a column comes twice: {names}")
    for file in source.files(table):
        promise(file.is_file(), f"{where}: its file is not there: {file}")
    first, second = ([*_rows(where, source.read(table), names)] for _ in range(2))
    promise(first == second, f"{where}: it gives other rows when it is read again")
    return len(first)


def _is_column(thing: object) -> bool:
    return isinstance(thing, SourceColumn) and bool(thing.name)


def _rows(where: str, provided: Provided, names: Sequence[str]) -> Iterator[Sequence[object]]:
    """Every row with values, in whichever way they come."""
    ways = (
        bool(provided.parquet),
        provided.database is not None,
        provided.batches is not None,
        provided.rows is not None,
    )
    promise(
        sum(ways) == 1, f"{where}: `read` gives one of parquet, database, batches and rows; here {sum(ways)} of them"
    )
    for file in provided.files:
        promise(file.is_file(), f"{where}: its file is not there: {file}")
    if provided.check is not None:
        provided.check()
    if provided.rows is not None:
        yield from _plain(where, provided.rows, names)
    elif provided.database is not None:
        yield from _in_database(where, *provided.database, names)
    else:
        for batch in provided.batches() if provided.batches is not None else _in_files(provided.parquet):
            _header(where, batch.schema.names, names)
            yield from (tuple(row.values()) for row in batch.to_pylist())


def _plain(where: str, rows: Rows, names: Sequence[str]) -> Iterator[Sequence[object]]:
    """Rejected rows are no rows; they need a reason."""
    for chunk in rows(
        lambda r: promise(bool(r.reason), f"{where}: {r.file}, line {r.line}: rejected without a reason")
    ):
        for row in chunk:
            promise(len(row) == len(names), f"{where}: a row has {len(row)} values, the header {len(names)}: {row}")
            yield tuple(row)


def _in_files(paths: Sequence[Path]) -> Iterator[pyarrow.RecordBatch]:
    from pyarrow import parquet

    for path in paths:
        yield from parquet.ParquetFile(path).iter_batches()


def _in_database(where: str, path: Path, schema: str, table: str, names: Sequence[str]) -> Iterator[Sequence[object]]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as opened:
        found = opened.table(f'"{schema}"."{table}"')
        _header(where, found.columns, names)
        yield from found.fetchall()


def _header(where: str, given: Sequence[str], names: Sequence[str]) -> None:
    promise(list(given) == list(names), f"{where}: rows have {list(given)}, the header says {list(names)}")

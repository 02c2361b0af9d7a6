"""Whether a connector keeps its contract with the loading of data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from patron.engine.contracts import Provided, Source, SourceColumn, SourceConfig, SourceError, SourceType
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
    return {table: _check_table(f"{kind.name}: table `{table}`", source, table) for table in tables}


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
    first, second = ([*_batches(where, source.read(table))] for _ in range(2))
    for batch in first:
        promise(batch.schema.names == names, f"{where}: rows have {batch.schema.names}, the header says {names}")
    promise(_rows(first) == _rows(second), f"{where}: it gives other rows when it is read again")
    return len(_rows(first))


def _is_column(thing: object) -> bool:
    return isinstance(thing, SourceColumn) and bool(thing.name)


def _rows(batches: list[pyarrow.RecordBatch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.to_pylist()]


def _batches(where: str, provided: Provided) -> Iterator[pyarrow.RecordBatch]:
    """The rows, whichever of the two ways they come."""
    both = (bool(provided.parquet), provided.batches is not None)
    promise(sum(both) == 1, f"{where}: `read` gives either parquet files or batches, not both and not none")
    for file in provided.files:
        promise(file.is_file(), f"{where}: its file is not there: {file}")
    if provided.batches is not None:
        yield from provided.batches()
        return
    from pyarrow import parquet

    for path in provided.parquet:
        yield from parquet.ParquetFile(path).iter_batches()

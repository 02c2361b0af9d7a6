"""`parquet`: a folder of Parquet files, one per table. Types are the files'; `check` reads their footers only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import Provided, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.plugins.sources.columns import typed
from patron.plugins.sources.folders import FOLDER_SETTINGS, Folder

if TYPE_CHECKING:
    import duckdb

EXTENSIONS = (".parquet", ".pq")


class ParquetFolder:
    """An opened folder of Parquet files."""

    def __init__(self, config: SourceConfig) -> None:
        self._folder = Folder(config, EXTENSIONS)
        self._headers: dict[Path, tuple[tuple[str, str], ...]] = {}

    def tables(self) -> Sequence[str]:
        return self._folder.tables()

    def files(self, table: str) -> Sequence[Path]:
        return self._folder.files(table)

    def columns(self, table: str) -> Sequence[SourceColumn]:
        files = self._folder.files(table)
        first = self._header(files[0])
        for file in files[1:]:
            if self._header(file) != first:
                raise SourceError("P0713", f"the columns of {file.name} are not those of {files[0].name}",
                                  "files of one table need the same columns of the same types",
                                  where=file.name)  # fmt: skip
        return [typed(name, stored) for name, stored in first]

    def read(self, table: str) -> Provided:
        return self.part(table, self._folder.files(table))

    def part(self, table: str, files: Sequence[Path]) -> Provided:
        self.columns(table)
        return Provided(parquet=tuple(files), files=tuple(files))

    def _header(self, file: Path) -> tuple[tuple[str, str], ...]:
        if file not in self._headers:
            self._headers[file] = _footer(file, self._folder.name)
        return self._headers[file]


def _footer(file: Path, source: str) -> tuple[tuple[str, str], ...]:
    """Names and types of a file's columns."""
    import duckdb

    try:
        found = (
            _connection()
            .execute("DESCRIBE SELECT * FROM read_parquet(?, binary_as_string := true)", [str(file)])
            .fetchall()
        )
        header = tuple((str(name), str(stored)) for name, stored, *_ in found)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise SourceError("P0702", f"cannot open `{source}`: {file.name} is no whole Parquet file",
                          f"it says: {reason}", where=file.name) from error  # fmt: skip
    names = [name.casefold() for name, _ in header]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise SourceError("P0713", f"{file.name} holds the column `{twice}` twice", where=file.name)
    return header


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One connection for all footers: opening one costs more than reading a footer."""
    import duckdb

    return duckdb.connect(
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )


@hookimpl
def patron_sources() -> list[SourceType]:
    return [
        SourceType("parquet", "a folder of Parquet files, one per table", ParquetFolder, FOLDER_SETTINGS, EXTENSIONS)
    ]

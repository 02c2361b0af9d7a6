"""`sqlite`: the tables of a SQLite file, opened only to read.

SQLite gives every value its own kind. A column declared INTEGER or REAL is a number, and a row whose value is
something else is rejected; every other column is a text, its type comes from where the value goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from patron.engine.contracts import Provided, Rejected, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.engine.types import NUMBER, TEXT, WHOLE
from patron.plugins.sources.databases import FILE_SETTINGS, database, known

if TYPE_CHECKING:
    import sqlite3

_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
_ROWS = 10_000


class SqliteFile:
    """An opened SQLite file."""

    def __init__(self, config: SourceConfig) -> None:
        self._name = config.name
        self._path = database(config)
        self._headers: dict[str, tuple[SourceColumn, ...]] = {}
        self._tables: tuple[str, ...] | None = None

    def tables(self) -> Sequence[str]:
        if self._tables is None:
            with self._opened() as connection:
                self._tables = tuple(str(row[0]) for row in connection.execute(_TABLES))
        return self._tables

    def columns(self, table: str) -> Sequence[SourceColumn]:
        name = known(self._name, table, self.tables())
        if name not in self._headers:
            with self._opened() as connection:
                found = connection.execute(
                    "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", [name]
                ).fetchall()
            self._headers[name] = tuple(_column(str(n), str(t or "")) for n, t in found)
        return self._headers[name]

    def read(self, table: str) -> Provided:
        name = known(self._name, table, self.tables())
        columns = self.columns(table)
        return Provided(rows=lambda reject: self._rows(name, columns, reject), files=(self._path,))

    def files(self, table: str) -> Sequence[Path]:
        beside = self._path.with_name(self._path.name + "-wal")
        return (self._path, beside) if beside.is_file() else (self._path,)

    def _rows(
        self, table: str, columns: Sequence[SourceColumn], reject: Callable[[Rejected], None]
    ) -> Iterator[Sequence[Sequence[object]]]:
        names = ", ".join(_quoted(c.name) for c in columns)
        number = 0
        with self._opened() as connection:
            cursor = connection.execute(f"SELECT {names} FROM {_quoted(table)}")  # noqa: S608 -- names of the database itself, quoted
            while rows := self._fetched(cursor):
                chunk = []
                for row in rows:
                    number += 1
                    odd = next((c for c, v in zip(columns, row, strict=True) if not _fits(v, c)), None)
                    if odd is None:
                        chunk.append(row)
                    else:
                        reject(
                            Rejected(
                                f"{self._path.name}/{table}",
                                number,
                                f"`{odd.name}` holds what its column is not declared for",
                                odd.name,
                            )
                        )
                yield chunk

    def _fetched(self, cursor: sqlite3.Cursor) -> list[tuple[object, ...]]:
        import sqlite3  # here, so that listing plugins does not load it

        try:
            return cursor.fetchmany(_ROWS)
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def _refused(self, error: sqlite3.Error) -> SourceError:
        return SourceError("P0702", f"cannot open `{self._name}`: {self._path.name} cannot be read: {error}")

    def _opened(self) -> closing[sqlite3.Connection]:
        import sqlite3

        try:
            connection = sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro", uri=True)
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error as error:
            raise SourceError(
                "P0702", f"cannot open `{self._name}`: {self._path.name} is no SQLite file: {error}"
            ) from error
        return closing(connection)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column(name: str, declared: str) -> SourceColumn:
    """Only a column that says INTEGER or REAL is a number: NUMERIC and DECIMAL are exact only as text."""
    kind = declared.upper()
    if "INT" in kind:
        return SourceColumn(name, WHOLE, "BIGINT")
    if any(word in kind for word in ("REAL", "FLOA", "DOUB")):
        return SourceColumn(name, NUMBER, "DOUBLE")
    return SourceColumn(name, TEXT)


def _fits(value: object, column: SourceColumn) -> bool:
    if value is None:
        return True
    if isinstance(value, bytes):
        return False
    if column.stored == "BIGINT":
        return isinstance(value, int)
    if column.stored == "DOUBLE":
        return isinstance(value, (int, float))
    return not (isinstance(value, str) and "\0" in value)


@hookimpl
def patron_sources() -> list[SourceType]:
    return [
        SourceType("sqlite", "the tables of a SQLite file", SqliteFile, FILE_SETTINGS, (".sqlite", ".sqlite3", ".db"))
    ]

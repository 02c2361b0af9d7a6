"""`duckdb`: the tables of a DuckDB file, opened only to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.engine.contracts import Provided, SettingSpec, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.plugins.sources.columns import typed
from patron.plugins.sources.databases import FILE_SETTINGS, database, known

if TYPE_CHECKING:
    import duckdb

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name"
_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position
"""


class DuckdbFile:
    """An opened DuckDB file."""

    def __init__(self, config: SourceConfig) -> None:
        self._name = config.name
        self._path = database(config)
        self._schema = str(config.settings.get("schema") or "main")
        self._headers: dict[str, tuple[SourceColumn, ...]] = {}
        self._tables: tuple[str, ...] | None = None

    def tables(self) -> Sequence[str]:
        if self._tables is None:
            self._tables = tuple(str(row[0]) for row in self._ask(_TABLES, [self._schema]))
        return self._tables

    def columns(self, table: str) -> Sequence[SourceColumn]:
        name = known(self._name, table, self.tables())
        if name not in self._headers:
            self._headers[name] = tuple(typed(str(c), str(t)) for c, t in self._ask(_COLUMNS, [self._schema, name]))
        return self._headers[name]

    def read(self, table: str) -> Provided:
        return Provided(
            database=(self._path, self._schema, known(self._name, table, self.tables())), files=(self._path,)
        )

    def files(self, table: str) -> Sequence[Path]:
        return (self._path,)

    def _ask(self, query: str, values: list[str]) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            with _opened(self._path) as connection:
                return connection.execute(query, values).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            hint = "another program is writing it; try again" if "lock" in reason.lower() else f"it says: {reason}"
            raise SourceError(
                "P0702", f"cannot open `{self._name}`: {self._path.name} is no DuckDB file to read", hint
            ) from error


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    closed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return duckdb.connect(str(path), read_only=True, config=closed)


@hookimpl
def patron_sources() -> list[SourceType]:
    settings = (*FILE_SETTINGS, SettingSpec("schema", "text", "the schema of its tables", "main"))
    return [SourceType("duckdb", "the tables of a DuckDB file", DuckdbFile, settings, (".duckdb", ".db"))]

"""`postgres`: tables of a PostgreSQL database, read in one snapshot through a cursor on the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from patron.engine.contracts import Provided, Rejected, SettingSpec, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.engine.types import TEXT
from patron.plugins.sources.columns import typed
from patron.plugins.sources.databases import known

_ROWS = 20_000
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY table_name"
_COLUMNS = (
    "SELECT column_name, data_type, numeric_precision, numeric_scale FROM information_schema.columns"
    " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
)
_TYPES = {
    "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT", "real": "FLOAT", "double precision": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN", "timestamp without time zone": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip


class PostgresDatabase:
    """A database; a connection is opened for each question and closed after it."""

    def __init__(self, config: SourceConfig) -> None:
        import psycopg

        self._library = psycopg
        self._name = config.name
        said = config.settings
        self._schema = str(said.get("schema") or "public")
        password = said.get("password")
        self._password = password.reveal() if password is not None and hasattr(password, "reveal") else None
        keys = {"host": "host", "port": "port", "user": "user", "database": "dbname"}
        self._where: dict[str, Any] = {key: str(said[k]) for k, key in keys.items() if said.get(k) is not None}
        self._headers: dict[str, tuple[SourceColumn, ...]] = {}
        self._tables: tuple[str, ...] | None = None

    def tables(self) -> Sequence[str]:
        if self._tables is None:
            self._tables = tuple(str(row[0]) for row in self._ask(_TABLES, [self._schema]))
        return self._tables

    def columns(self, table: str) -> Sequence[SourceColumn]:
        name = known(self._name, table, self.tables())
        if name not in self._headers:
            self._headers[name] = tuple(_column(*row) for row in self._ask(_COLUMNS, [self._schema, name]))
        return self._headers[name]

    def read(self, table: str) -> Provided:
        name = known(self._name, table, self.tables())
        columns = self.columns(table)
        return Provided(rows=lambda reject: self._rows(name, columns, reject))

    def files(self, table: str) -> Sequence[Path]:
        return ()

    def _connect(self) -> Any:
        try:
            connection = self._library.connect(
                **self._where, password=self._password, connect_timeout=20, options="-c timezone=UTC"
            )
            connection.read_only = True
            connection.isolation_level = self._library.IsolationLevel.REPEATABLE_READ
        except self._library.Error as error:
            raise self._refused(error) from error
        return connection

    def _refused(self, error: Exception) -> SourceError:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        if self._password:
            words = words.replace(self._password, "***")
        return SourceError(
            "P0702", f"cannot open `{self._name}`: {words}", "look at host, port, user, password and database"
        )

    def _ask(self, query: str, values: list[str]) -> list[tuple[Any, ...]]:
        try:
            with self._connect() as connection:
                found: list[tuple[Any, ...]] = connection.execute(query, values).fetchall()
                return found
        except self._library.Error as error:
            raise self._refused(error) from error

    def _rows(
        self, table: str, columns: Sequence[SourceColumn], reject: Callable[[Rejected], None]
    ) -> Iterator[Sequence[Sequence[object]]]:
        sql = self._library.sql
        names = sql.SQL(", ").join(_shown(sql, c) for c in columns)
        query = sql.SQL("SELECT {} FROM {}.{}").format(names, sql.Identifier(self._schema), sql.Identifier(table))
        try:
            with self._connect() as connection, connection.cursor(name="patron") as cursor:
                cursor.itersize = _ROWS
                cursor.execute(query)
                while rows := cursor.fetchmany(_ROWS):
                    yield rows
        except self._library.Error as error:
            raise self._refused(error) from error


def _shown(sql: Any, column: SourceColumn) -> Any:
    """What is a text for us is asked for as text: amounts stay exact, arrays and documents are readable."""
    name = sql.Identifier(column.name)
    return sql.SQL("{}::text").format(name) if column.type == TEXT else name


def _column(name: str, kind: str, precision: int | None, scale: int | None) -> SourceColumn:
    if kind == "numeric" and precision and precision <= 38:
        return typed(name, f"DECIMAL({precision},{scale or 0})")
    stored = _TYPES.get(kind)
    return typed(name, stored) if stored else SourceColumn(name, TEXT)


@hookimpl
def patron_sources() -> list[SourceType]:
    settings = (
        SettingSpec("host", "text", "the server's name"),
        SettingSpec("port", "number", "its port", 5432),
        SettingSpec("user", "text", "who asks"),
        SettingSpec("password", "secret", 'env("NAME")'),
        SettingSpec("database", "text", "the database's name"),
        SettingSpec("schema", "text", "the schema of its tables", "public"),
        SettingSpec(
            "timezone", "text", "the zone of times without one; default: that of the row's store, else the project's"
        ),
    )
    return [SourceType("postgres", "tables of a PostgreSQL database", PostgresDatabase, settings, needs="postgres")]

"""`postgres`: tables of a PostgreSQL database. All tables of a load are read in one snapshot, in a transaction that
may only read, through a cursor on the server; every value comes as the text that the server writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from patron.dsl.nodes import dataclass
from patron.dsl.problems import suggest
from patron.engine.contracts import Provided, Rejected, SettingSpec, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.engine.types import TEXT
from patron.plugins.sources.columns import typed
from patron.plugins.sources.databases import known

_ROWS = 2_000
"""Rows that are held at a time."""
_SCHEMAS = "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' ORDER BY nspname"
_HEADERS = """
SELECT c.relname, a.attname, b.typcategory,
  format_type(b.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)
WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
ORDER BY c.relname, a.attnum
"""
# How the server writes values, whatever it is set to; rows in the order in which they lie; no end while we map.
_MANNERS = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL synchronize_seqscans = off;
SET LOCAL idle_in_transaction_session_timeout = 0
"""
_TYPES = {
    "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT", "real": "FLOAT", "double precision": "DOUBLE",
    "date": "DATE", "boolean": "BOOLEAN", "money": "DECIMAL(22,3)",
    "timestamp without time zone": "TIMESTAMP", "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
    "text[]": "VARCHAR[]", "character varying[]": "VARCHAR[]",
}  # fmt: skip
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")
_PRECISION = re.compile(r"\(\d+\)")
_NESTED = "AC"  # arrays and composites, by their category
_DAY = re.compile(r"\d{4}-[^C]*")


class PostgresDatabase:
    """A database. Headers are asked on a connection of their own; the first read opens the one that `close` ends."""

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
        self._found: Mapping[str, tuple[_Column, ...]] | None = None
        self._reading: Any = None

    def tables(self) -> Sequence[str]:
        return tuple(self._tables())

    def columns(self, table: str) -> Sequence[SourceColumn]:
        return [column.shown for column in self._columns(known(self._name, table, self._tables()))]

    def read(self, table: str) -> Provided:
        name = known(self._name, table, self._tables())
        columns = self._columns(name)
        return Provided(rows=lambda reject: self._rows(name, columns, reject))

    def files(self, table: str) -> Sequence[Path]:
        return ()

    def close(self) -> None:
        """End the transaction that tables were read in."""
        connection, self._reading = self._reading, None
        if connection is not None:
            with suppress(self._library.Error):
                connection.close()

    # ------------------------------------------------------------ headers

    def _tables(self) -> Mapping[str, tuple[_Column, ...]]:
        if self._found is None:
            with self._refusing(), self._connected() as connection:
                self._found = self._headers(connection)
        return self._found

    def _headers(self, connection: Any) -> Mapping[str, tuple[_Column, ...]]:
        found: dict[str, tuple[_Column, ...]] = {}
        for table, name, category, kind in connection.execute(_HEADERS, [self._schema]):
            there = found.get(table, ())
            found[table] = there if name is None else (*there, _column(name, category, kind))
        schemas = [] if found else [row[0] for row in connection.execute(_SCHEMAS)]
        if schemas and self._schema not in schemas:
            raise SourceError("P0702", f"cannot open `{self._name}`: there is no schema `{self._schema}`",
                              suggest(self._schema, schemas))  # fmt: skip
        return found

    def _columns(self, table: str) -> tuple[_Column, ...]:
        columns = self._tables()[table]
        names = [c.shown.name.casefold() for c in columns]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise SourceError("P0713", f"`{table}` holds the column `{twice}` twice, in capital and small letters",
                              "read a view that names them apart")  # fmt: skip
        return columns

    # ------------------------------------------------------------ rows

    def _rows(
        self, table: str, columns: Sequence[_Column], reject: Callable[[Rejected], None]
    ) -> Iterator[Sequence[Sequence[object]]]:
        sql = self._library.sql
        texts = sql.SQL(", ").join(sql.SQL(c.asked).format(sql.Identifier(c.shown.name)) for c in columns)
        query = sql.SQL("SELECT {} FROM {}.{}").format(texts, sql.Identifier(self._schema), sql.Identifier(table))
        watched = [(i, c) for i, c in enumerate(columns) if c.holds is not None]
        number = 0
        with self._refusing(), self._snapshot().cursor(name="patron") as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_ROWS):
                odd = {n: found for n, row in enumerate(rows, number + 1) if (found := _odd(row, watched)) is not None}
                for n, (column, value) in odd.items():
                    reject(Rejected(table, n, f"`{column.shown.name}` is {value}", column.shown.name))
                yield [row for n, row in enumerate(rows, number + 1) if n not in odd] if odd else rows
                number += len(rows)

    def _snapshot(self) -> Any:
        """The connection whose one transaction all tables are read in."""
        if self._reading is None:
            self._reading = self._connected()
        return self._reading

    def _connected(self) -> Any:
        """A connection in a transaction that only reads and sees one state of the database."""
        connection = self._library.connect(
            **self._where, password=self._password, connect_timeout=20, client_encoding="utf8",
            keepalives_idle=30, keepalives_interval=10, keepalives_count=3,
        )  # fmt: skip
        try:
            connection.read_only = True
            connection.isolation_level = self._library.IsolationLevel.REPEATABLE_READ
            connection.execute(_MANNERS)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """What the server refuses, in words."""
        try:
            yield
        except self._library.Error as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            if self._password:
                words = words.replace(self._password, "***")
            away = isinstance(error, self._library.OperationalError)
            hint = "look at host, port, user, password and database" if away else ""
            raise SourceError("P0702", f"cannot open `{self._name}`: {words}", hint) from error


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: what it is for us, how its text is asked for, and which texts its type can hold here."""

    shown: SourceColumn
    asked: str
    holds: Callable[[str], object] | None = None


def _column(name: str, category: str, kind: str) -> _Column:
    stored = _stored(kind)
    asked = "to_json({})::text" if category in _NESTED else "{}::numeric::text" if kind == "money" else "{}::text"
    holds = (
        _is_day if stored.startswith(("DATE", "TIMESTAMP")) else _is_finite if stored.startswith("DECIMAL") else None
    )
    return _Column(typed(name, stored) if stored else SourceColumn(name, TEXT), asked, holds)


def _stored(kind: str) -> str:
    """DuckDB's name of a type; empty for what is a text to us."""
    if numeric := _NUMERIC.fullmatch(kind):
        precision, scale = int(numeric[1]), int(numeric[2])
        digits, scale = max(precision - min(scale, 0), scale), max(scale, 0)
        return f"DECIMAL({digits},{scale})" if digits <= 38 else ""
    return _TYPES.get(_PRECISION.sub("", kind), "")


def _is_day(text: str) -> object:
    """A day or moment from the year 1 to 9999."""
    return _DAY.fullmatch(text)


def _is_finite(text: str) -> bool:
    """A number: not NaN, not Infinity."""
    return text[-1].isdigit()


def _odd(row: Sequence[Any], watched: Sequence[tuple[int, _Column]]) -> tuple[_Column, str] | None:
    """The first column whose value its type cannot hold here."""
    return next(
        ((c, row[i]) for i, c in watched if row[i] is not None and c.holds is not None and not c.holds(row[i])), None
    )


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

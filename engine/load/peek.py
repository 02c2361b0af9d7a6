"""A look at the values of a file before anything is known about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import duckdb

_SQLITE_TABLES = """
SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name
"""

Peeked = Sequence[tuple[str, str, Sequence[str | None]]]
"""Columns: name, kind of type, values as texts."""


def peek_parquet(path: Path, limit: int) -> Peeked:
    """The columns of a Parquet file with up to `limit` rows."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        try:
            return _relation(connection.read_parquet(str(path)).limit(limit))
        except duckdb.Error as error:
            raise ValueError(f"it is no parquet file to read: {str(error).splitlines()[0]}") from error


def peek_database(path: Path, connector: str, limit: int) -> Mapping[str, Peeked]:
    """The tables of a SQLite or DuckDB file, each with up to `limit` rows. ValueError when it cannot be read."""
    return _sqlite(path, limit) if connector == "sqlite" else _duckdb(path, limit)


def _duckdb(path: Path, limit: int) -> Mapping[str, Peeked]:
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
            ).fetchall()
            return {
                n: _relation(connection.table(f'"{n.replace(chr(34), chr(34) * 2)}"').limit(limit)) for (n,) in names
            }
    except duckdb.Error as error:
        raise ValueError(f"it is no DuckDB file to read: {str(error).splitlines()[0]}") from error


def _relation(relation: duckdb.DuckDBPyRelation) -> Peeked:
    import duckdb

    names, kinds = relation.columns, [_kind(str(t)) for t in relation.types]
    floats = [str(t) in ("FLOAT", "DOUBLE") for t in relation.types]
    rows = relation.select(*(duckdb.ColumnExpression(n).cast("VARCHAR").alias(n) for n in names)).fetchall()
    data: Sequence[Sequence[str | None]] = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    return [
        (name, kind, _whole(values) if is_float else values)
        for name, kind, values, is_float in zip(names, kinds, data, floats, strict=True)
    ]


def _sqlite(path: Path, limit: int) -> Mapping[str, Peeked]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            names = connection.execute(_SQLITE_TABLES).fetchall()
            return {name: _sqlite_table(connection, name, limit) for (name,) in names}
    except sqlite3.Error as error:
        raise ValueError(f"it is no SQLite file to read: {error}") from error


def _sqlite_table(connection: sqlite3.Connection, name: str, limit: int) -> Peeked:
    columns = connection.execute("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", [name]).fetchall()
    written = name.replace('"', '""')
    rows = connection.execute(f'SELECT * FROM "{written}" LIMIT ?', [limit]).fetchall()  # noqa: S608 -- its own name
    data = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    return [
        (str(column), _declared(str(kind or "")), [None if v is None else str(v) for v in values])
        for (column, kind), values in zip(columns, data, strict=True)
    ]


def _declared(kind: str) -> str:
    """As the connector reads it: INTEGER and REAL are numbers, everything else is a text."""
    return "number" if any(w in kind.upper() for w in ("INT", "REAL", "FLOA", "DOUB")) else "text"


def _whole(values: Sequence[str | None]) -> list[str | None]:
    """Floating numbers without an empty fraction: `17850.0` is the id 17850."""
    return [v[:-2] if v is not None and v.endswith(".0") else v for v in values]


def _kind(kind: str) -> str:
    if kind.startswith(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER")):
        return "number"
    if kind.startswith(("UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")):
        return "number"
    if kind.startswith("TIMESTAMP"):
        return "moment"
    return {"DATE": "date", "BOOLEAN": "yesno"}.get(kind, "text")

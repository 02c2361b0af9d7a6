"""A look at the values of a file before anything is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

Peeked = Sequence[tuple[str, str, Sequence[str | None]]]
"""Columns: name, kind of type, values as texts."""


def peek_parquet(path: Path, limit: int) -> Peeked:
    """The columns of a Parquet file with up to `limit` rows."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        relation = connection.read_parquet(str(path)).limit(limit)
        names, kinds = relation.columns, [_kind(str(t)) for t in relation.types]
        floats = [str(t) in ("FLOAT", "DOUBLE") for t in relation.types]
        texts = relation.select(*(duckdb.ColumnExpression(n).cast("VARCHAR").alias(n) for n in names))
        rows = texts.fetchall()
    data: Sequence[Sequence[str | None]] = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    return [
        (name, kind, _whole(values) if is_float else values)
        for name, kind, values, is_float in zip(names, kinds, data, floats, strict=True)
    ]


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

"""What all tables of the state share: one MetaData, moments as text, and rows that carry a digest of themselves.

SQLite does not check its pages, so a row that matters says what it was when it was written: `put` seals it, `unsealed`
refuses it when it is something else now.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, String, Table, Text, TypeDecorator, and_, insert, select, update

from patron.engine.runtime.errors import Damaged

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect

METADATA = MetaData()
DIGEST = "digest"
_LENGTH = len("2026-05-06T09:00:00.000000Z")
_written = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC, aware. Kept as text of one length, so that its order is that of the moments everywhere."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> dt.datetime | None:
        return None if value is None else read_moment(value)


def moment_text(value: dt.datetime) -> str:
    """A moment as it is kept: `2026-05-06T09:00:00.000000Z`."""
    assert value.tzinfo is not None, "a moment says its zone"
    utc = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_moment(text: str) -> dt.datetime:
    """The moment behind its text. Damaged when there is none."""
    with suppress(ValueError):
        if len(text) == _LENGTH and text.endswith("Z"):
            return dt.datetime.fromisoformat(text)
    raise Damaged(f"the state holds `{text[:40]}` where a moment was written", ADVICE)


ADVICE = "`patron doctor` tells what is damaged; put the state back from a back-up."


def digest_column() -> Column[str]:
    """The column that makes a table's rows sealed."""
    return Column(DIGEST, Text, nullable=False)


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Write a whole row, sealed: a new one, or over the one with its key."""
    row = sealed(table, values)
    key = and_(*(c == row[c.name] for c in table.primary_key.columns))
    if connection.execute(update(table).where(key).values(row)).rowcount == 0:
        connection.execute(insert(table).values(row))


def sealed(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its digest; columns not named are missing."""
    row = {c.name: values.get(c.name) for c in table.columns}
    unknown = set(values) - set(row)
    assert not unknown, f"{table.name} has no {unknown}"
    return {**row, DIGEST: _digest(table, row)} if DIGEST in row else row


def rows(
    connection: Connection, table: Table, *where: Any, order: Iterable[Any] = (), limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a table that meet all conditions, each checked."""
    ordered = tuple(order) or tuple(table.primary_key.columns)
    for row in connection.execute(select(table).where(*where).order_by(*ordered).limit(limit)).mappings():
        yield unsealed(table, dict(row))


def one(connection: Connection, table: Table, *where: Any) -> dict[str, Any] | None:
    """The first row that meets all conditions, checked; None when there is none."""
    return next(rows(connection, table, *where, limit=1), None)


def unsealed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it was written. Damaged when it is something else now."""
    found = dict(row)
    if DIGEST in found and found[DIGEST] != _digest(table, found):
        key = ", ".join(str(found[c.name]) for c in table.primary_key.columns)
        raise Damaged(f"the state's row {key[:80]} of {table.name} is not what was written", ADVICE)
    found.pop(DIGEST, None)
    return found


def _digest(table: Table, row: Mapping[str, Any]) -> str:
    plain = {
        name: moment_text(value) if isinstance(value, dt.datetime) else value
        for name, value in row.items()
        if name != DIGEST
    }
    return hashlib.sha256(_written([table.name, plain]).encode()).hexdigest()

"""What was delivered: each delivery once, by a key that is the same for the same step of the same interval."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, Text, delete

from patron.engine.runner.state.schema import METADATA, Moment, digest_column, one, put

deliveries = Table(
    "deliveries",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("run", String(36), nullable=False),
    Column("target", Text, nullable=False),
    Column("files", String(64), nullable=False),  # the digest of what was delivered
    Column("done", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("said", Text),
    digest_column(),
)


def find(connection: Connection, key: str) -> dict[str, Any] | None:
    """A delivery, done or begun."""
    return one(connection, deliveries, deliveries.c.key == key)


def begin(connection: Connection, key: str, run: str, target: str, files: str, now: dt.datetime) -> None:
    """It is about to be delivered."""
    before = find(connection, key)
    put(connection, deliveries, {
        "key": key, "run": run, "target": target, "files": files, "done": 0,
        "attempts": (before["attempts"] if before else 0) + 1, "begun_at": now,
    })  # fmt: skip


def end(connection: Connection, key: str, now: dt.datetime, said: str) -> None:
    """It was delivered."""
    row = find(connection, key)
    assert row is not None
    put(connection, deliveries, {**row, "done": 1, "done_at": now, "said": said})


def forget_before(connection: Connection, moment: dt.datetime) -> None:
    """Drop what was delivered before a moment."""
    connection.execute(delete(deliveries).where(deliveries.c.begun_at < moment))

"""Leases: who holds what, until when, and the number that tells an old holder from a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, String, Table

from patron.engine.runner.state.schema import METADATA, Moment, digest_column, one, put
from patron.engine.runtime.processes import Process

leases = Table(
    "leases",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("fence", Integer, nullable=False),  # rises with every holder; an older one may change nothing any more
    Column("held", Integer, nullable=False),
    Column("process", Integer, nullable=False),
    Column("host", String(300), nullable=False),
    Column("boot", String(100), nullable=False),
    Column("begun", String(40), nullable=False),
    Column("since", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("beat_uptime", Float, nullable=False),
    digest_column(),
)


def find(connection: Connection, name: str) -> dict[str, Any] | None:
    """The lease of that name, held or not."""
    return one(connection, leases, leases.c.name == name)


def holder(row: dict[str, Any]) -> Process:
    """The process in a lease."""
    return Process(row["process"], row["host"], row["boot"], row["begun"])


def hold(connection: Connection, name: str, process: Process, now: dt.datetime, uptime: float) -> int:
    """Give the lease to this process; its number."""
    before = find(connection, name)
    fence = (before["fence"] if before else 0) + 1
    put(connection, leases, {
        "name": name, "fence": fence, "held": 1, "process": process.number, "host": process.host,
        "boot": process.boot, "begun": process.begun, "since": now, "beat_at": now, "beat_uptime": uptime,
    })  # fmt: skip
    return fence


def beat(connection: Connection, name: str, fence: int, now: dt.datetime, uptime: float) -> bool:
    """Say that the holder is still there; False when it is not the holder any more."""
    row = find(connection, name)
    if row is None or row["fence"] != fence or not row["held"]:
        return False
    put(connection, leases, {**row, "beat_at": now, "beat_uptime": uptime})
    return True


def free(connection: Connection, name: str, fence: int) -> None:
    """Nobody holds it from now on, unless somebody else does already."""
    row = find(connection, name)
    if row is not None and row["fence"] == fence:
        put(connection, leases, {**row, "held": 0})


def is_held(connection: Connection, name: str, fence: int) -> bool:
    """Whether this is still the number of the holder."""
    row = find(connection, name)
    return row is not None and row["fence"] == fence and bool(row["held"])

"""What was performed: runs, the intervals of the schedule they were for, and since when a schedule is looked after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, delete, func, select

from patron.engine.runner.state.schema import METADATA, Moment, digest_column, one, put, rows

BEGUN, DONE, FAILED, SKIPPED = "begun", "done", "failed", "skipped"
LOST, STOPPED = "lost", "stopped"
"""Of runs only: what they were for is as open as before."""

runs = Table(
    "runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("task", String(300), nullable=False),  # `run nightly`, `take spring_vips`, `refresh spring_vips`
    Column("due_at", Moment),  # missing when somebody ran it by hand
    Column("as_of", Moment, nullable=False),
    Column("spec_hash", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # begun, done, failed, lost, stopped
    Column("attempt", Integer, nullable=False),
    Column("process", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("exit_code", Integer),
    Column("said", Text),
    digest_column(),
    Index("runs_by_task", "task", "begun_at"),
)

intervals = Table(
    "intervals",
    METADATA,
    Column("task", String(300), primary_key=True),
    Column("due_at", Moment, primary_key=True),
    Column("spec_hash", String(64), primary_key=True),
    Column("state", String(20), nullable=False),  # begun, done, failed, skipped
    Column("attempts", Integer, nullable=False),
    Column("run", String(36)),
    Column("decided_at", Moment, nullable=False),
    Column("again_at", Moment),  # of a failed one: when it may be tried again
    digest_column(),
)

schedules = Table(
    "schedules",
    METADATA,
    Column("task", String(300), primary_key=True),
    Column("phrase", Text, nullable=False),
    Column("since", Moment, nullable=False),  # what was due earlier is nobody's business
    Column("settled", Moment, nullable=False),  # everything due up to then was decided
    digest_column(),
)


def begin(connection: Connection, values: dict[str, Any]) -> None:
    """A run has begun."""
    put(connection, runs, {**values, "state": BEGUN})


def end(connection: Connection, key: str, state: str, now: dt.datetime, exit_code: int, said: str) -> None:
    """A run has ended."""
    row = one(connection, runs, runs.c.id == key)
    assert row is not None
    put(connection, runs, {**row, "state": state, "ended_at": now, "exit_code": exit_code, "said": said})


def lose(connection: Connection, fence: int, now: dt.datetime) -> None:
    """Runs under older leases that never ended are over: their processes are dead, or may do nothing any more."""
    for row in list(rows(connection, runs, runs.c.state == BEGUN, runs.c.fence < fence)):
        put(connection, runs, {**row, "state": LOST, "ended_at": now, "said": "its process died, or was replaced"})


def decide(connection: Connection, values: dict[str, Any]) -> None:
    """What became of an interval."""
    put(connection, intervals, values)


def claim(
    connection: Connection, task: str, due_at: dt.datetime, spec_hash: str, run: str, now: dt.datetime
) -> dict[str, Any]:
    """A run begins an interval, once more if it was begun before; its row."""
    before = interval(connection, task, due_at, spec_hash)
    row = {
        "task": task, "due_at": due_at, "spec_hash": spec_hash, "state": BEGUN, "run": run, "decided_at": now,
        "attempts": (before["attempts"] if before else 0) + 1,
    }  # fmt: skip
    decide(connection, row)
    return row


def interval(connection: Connection, task: str, due_at: dt.datetime, spec_hash: str) -> dict[str, Any] | None:
    """What is known of one interval, under these specs."""
    where = (intervals.c.task == task, intervals.c.due_at == due_at, intervals.c.spec_hash == spec_hash)
    return one(connection, intervals, *where)


def decided(connection: Connection, task: str, after: dt.datetime) -> list[dict[str, Any]]:
    """The intervals of a task after a moment, under whatever specs, ascending."""
    return list(rows(connection, intervals, intervals.c.task == task, intervals.c.due_at > after))


def schedule(connection: Connection, task: str) -> dict[str, Any] | None:
    """Since when a task is looked after."""
    return one(connection, schedules, schedules.c.task == task)


def look_after(connection: Connection, values: dict[str, Any]) -> None:
    """Remember since when a task is looked after, and up to when everything is decided."""
    put(connection, schedules, values)


def latest(connection: Connection, task: str, *, ended: bool = False) -> dict[str, Any] | None:
    """The newest run of a task."""
    where = [runs.c.task == task, *([runs.c.state != BEGUN] if ended else [])]
    return next(rows(connection, runs, *where, order=(runs.c.begun_at.desc(), runs.c.id), limit=1), None)


def performed(
    connection: Connection, tasks: Sequence[str], first: dt.datetime, last: dt.datetime
) -> dict[str, Any] | None:
    """The latest interval between two moments, both included, that was done: the run that did it."""
    due = (runs.c.due_at >= first, runs.c.due_at <= last)
    where = (runs.c.task.in_(tasks), runs.c.state == DONE, *due)
    return next(rows(connection, runs, *where, order=(runs.c.due_at.desc(), runs.c.ended_at.desc()), limit=1), None)


def numbered(connection: Connection, key: str) -> dict[str, Any] | None:
    """One run."""
    return one(connection, runs, runs.c.id == key)


def under_way(connection: Connection) -> list[dict[str, Any]]:
    """The runs that have begun and not ended."""
    return list(rows(connection, runs, runs.c.state == BEGUN))


def counted(connection: Connection, task: str) -> dict[str, int]:
    """How many intervals of a task there are of each state."""
    query = select(intervals.c.state, func.count()).where(intervals.c.task == task).group_by(intervals.c.state)
    return {state: number for state, number in connection.execute(query).tuples()}  # noqa: C416 - typed


def forget_before(connection: Connection, moment: dt.datetime) -> int:
    """Drop what was done before a moment, but for what is not over; how many rows."""
    gone = connection.execute(delete(runs).where(runs.c.begun_at < moment, runs.c.state != BEGUN)).rowcount
    return (
        gone
        + connection.execute(delete(intervals).where(intervals.c.due_at < moment, intervals.c.state != BEGUN)).rowcount
    )

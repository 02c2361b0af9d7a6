"""Writing down that a run has begun and how it ended, under the lease it is performed with."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.runner.schedule.duty import Duty, interval_name
from patron.engine.runner.schedule.leases import Lease, leased
from patron.engine.runtime import stopping
from patron.engine.runtime.errors import INTERRUPTED, Busy, InternalError, IoFailed, PatronError
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    from patron.engine.runner.project import Project

PASSING = frozenset({Busy.exit_code, IoFailed.exit_code})
"""What may be over in a while: such an interval is tried again."""
AGAIN = (dt.timedelta(minutes=2), dt.timedelta(minutes=15))
"""When an interval that failed in passing is tried again, after its first and second attempt; up to a quarter later."""


@dataclass(frozen=True, slots=True)
class Record:
    """A run that has begun. `interval` is its row there; None for a run by hand."""

    duty: Duty
    interval: dict[str, Any] | None


def begin(project: Project, lease: Lease, task: str, due_at: dt.datetime | None) -> Record:
    """Write down that a task is begun: for an interval of its schedule, or by hand."""
    from patron.engine.runner.state import leases, runs
    from patron.engine.runtime.processes import this_process

    spec_hash, now, key = project.spec_hash, project.clock.now(), str(uuid.uuid4())
    with project.state.writing() as connection:
        _still_held(leases.is_held(connection, lease.name, lease.fence))
        row = None if due_at is None else runs.claim(connection, task, due_at, spec_hash, key, now)
        runs.begin(connection, {
            "id": key, "task": task, "due_at": due_at, "as_of": project.as_of.moment.replace(tzinfo=dt.UTC),
            "spec_hash": spec_hash, "attempt": row["attempts"] if row else 1, "process": str(this_process()),
            "fence": lease.fence, "begun_at": now,
        })  # fmt: skip
        point("record.begin")
    name = key if due_at is None else interval_name(task, due_at, spec_hash)
    return Record(Duty(project.state, project.clock, lease, key, name, patient=due_at is not None), row)


def end(record: Record, exit_code: int, said: str) -> None:
    """Write down how it ended, unless others have taken over meanwhile."""
    from patron.engine.runner.state import leases, runs

    duty, row = record.duty, record.interval
    stopped = exit_code == INTERRUPTED
    now, state = duty.clock.now(), runs.STOPPED if stopped else runs.FAILED if exit_code else runs.DONE
    with duty.state.writing() as connection:
        _still_held(leases.is_held(connection, duty.lease.name, duty.lease.fence))
        runs.end(connection, duty.run, state, now, exit_code, said[:2000])
        if row is not None:
            runs.decide(connection, {**row, "decided_at": now, **_outcome(row["attempts"], state, exit_code, now)})
        point("record.end")


def _still_held(held: bool) -> None:
    if not held:
        raise Busy("this run was silent too long and has been taken over", "Nothing more of it is published.")


def _outcome(attempts: int, state: str, exit_code: int, now: dt.datetime) -> dict[str, Any]:
    """What became of an interval. One that was stopped is as open as if it had not been begun."""
    from patron.engine.runner.state import runs

    if state == runs.STOPPED:
        return {"state": runs.BEGUN, "attempts": attempts - 1, "again_at": None}
    return {"state": state, "attempts": attempts, "again_at": _again_at(exit_code, attempts, now)}


def _again_at(exit_code: int, attempts: int, now: dt.datetime) -> dt.datetime | None:
    """When a failed interval is tried again; None: never."""
    if exit_code not in PASSING or attempts > len(AGAIN):
        return None
    wait = AGAIN[attempts - 1]
    return now + wait + random.uniform(0, 0.25) * wait  # noqa: S311 - so that not everybody comes back at once


@contextmanager
def by_hand(project: Project, task: str) -> Iterator[list[tuple[int, str]]]:
    """A run that somebody asked for: it holds the project and is written down, but is no interval of a schedule. The
    block puts its exit code and what it said into the list."""
    with leased(project.state, project.clock, project.config.heartbeat) as lease:
        record = begin(project, lease, task, None)
        project.duty = record.duty
        told: list[tuple[int, str]] = []
        try:
            yield told
            stopping.check()
            end(record, *(told[-1] if told else (0, "")))
        except Busy:
            raise
        except BaseException as error:
            end(record, _code(error), "interrupted" if stopping.is_stop(error) else str(error))
            raise
        finally:
            project.duty = None


def _code(error: BaseException) -> int:
    if stopping.is_stop(error) or not isinstance(error, Exception):
        return INTERRUPTED
    return error.exit_code if isinstance(error, PatronError) else InternalError.exit_code

"""What a run is there for: its interval, the lease it works under, and what it has delivered."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.dsl.nodes import dataclass
from patron.engine.runtime import stopping
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import sha256

if TYPE_CHECKING:
    from patron.engine.runner.schedule.leases import Lease
    from patron.engine.runner.state.database import State
    from patron.engine.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Duty:
    """One run under a lease. `run` is its number in the state; `interval` names what it is done for, the same
    whenever the same is done again; `patient` when nobody waits at a terminal."""

    state: State
    clock: Clock
    lease: Lease
    run: str
    interval: str
    patient: bool = False

    def check(self) -> None:
        """Busy when another process has taken over meanwhile; stopped when this one was told to. Asked right before
        anything becomes visible."""
        stopping.check()
        point("duty.check")
        self.lease.check()

    def once(self, step: str, target: str, files: Sequence[Path], send: Callable[[str], str]) -> str:
        """Deliver, once for this step of this interval; `send` gets the key, by which a receiver may know it again."""
        from patron.engine.runner.state import deliveries

        key = hashlib.sha256(f"{self.interval}\n{step}\n{target}".encode()).hexdigest()
        with self.state.writing() as connection:
            before = deliveries.find(connection, key)
            if before is not None and before["done"]:
                return f"{before['said']} (delivered before, {before['done_at'].isoformat(timespec='seconds')})"
            deliveries.begin(connection, key, self.run, target, _digest(files), self.clock.now())
            point("deliver.noted")
        self.check()
        point("deliver.before")
        said = send(key)
        point("deliver.after")
        with self.state.writing() as connection:
            deliveries.end(connection, key, self.clock.now(), said)
            point("deliver.ended")
        return said


def interval_name(task: str, due_at: dt.datetime, spec_hash: str) -> str:
    """The name of an interval: what, for when, by which specs."""
    return f"{task} {due_at.isoformat()} {spec_hash}"


def _digest(files: Sequence[Path]) -> str:
    listed = "\n".join(f"{f.name} {sha256(f)}" for f in files)
    return hashlib.sha256(listed.encode()).hexdigest()

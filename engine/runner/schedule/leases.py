"""Holding a project while its schedule is worked off: one process on one host at a time, and never a dead one.

A holder says every few seconds that it is there. One that is dead is found by its number and start time on its own
host, by its silence from another. Whoever was silent too long and wakes up again finds the lease's number changed, and
may publish, send and write down nothing more.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from patron.engine.runtime.errors import Busy, PatronError
from patron.engine.runtime.faults import point
from patron.engine.runtime.processes import is_gone, this_process, uptime
from patron.engine.runtime.stopping import letting_go

if TYPE_CHECKING:
    from patron.engine.runner.state.database import State
    from patron.engine.runtime.clock import Clock

PROJECT = "project"
BEATS = 3
"""How many of its beats a holder may miss."""


_beating: set[tuple[str, str, int]] = set()
"""The leases that this process holds: where, which, with which number."""


class Lease:
    """A lease that this process holds, by its number."""

    def __init__(self, state: State, clock: Clock, name: str, fence: int) -> None:
        self._state, self._clock, self.name, self.fence = state, clock, name, fence

    def beat(self) -> bool:
        """Say that the holder is still there; False when it is not the holder any more."""
        from patron.engine.runner.state import leases

        with self._state.writing() as connection:
            return leases.beat(connection, self.name, self.fence, self._clock.now(), uptime())

    def check(self) -> None:
        """Busy when another process has taken over: what this one was about to do must not happen."""
        from patron.engine.runner.state import leases

        with self._state.reading() as connection:
            if leases.is_held(connection, self.name, self.fence):
                return
            row = leases.find(connection, self.name)
        told = f" by {leases.holder(row)} since {_when(row['since'])}" if row is not None and row["held"] else ""
        raise Busy(f"this run was silent too long and has been taken over{told}", "Nothing more of it is published.")


@contextmanager
def leased(state: State, clock: Clock, beat: float, name: str = PROJECT) -> Iterator[Lease]:
    """Hold the lease while the block runs; Busy, at once, when a living process has it."""
    with state.at_hand():
        lease = Lease(state, clock, name, _take(state, clock, beat, name))
        point("lease.taken")
        over = threading.Event()
        heart = threading.Thread(target=_keep_beating, args=(lease, over, beat), daemon=True)
        heart.start()
        try:
            yield lease
        finally:
            with letting_go():
                over.set()
                heart.join()
                _free(state, lease)
                _beating.discard((state.place, name, lease.fence))


def _take(state: State, clock: Clock, beat: float, name: str) -> int:
    from patron.engine.runner.state import leases, runs

    with state.writing() as connection:
        row = leases.find(connection, name)
        now = clock.now()
        if row is not None and row["held"] and not _is_over(row, now, beat, (state.place, name, row["fence"])):
            message = f"another run holds this project: {leases.holder(row)} since {_when(row['since'])}"
            raise Busy(message, "Wait until it ends and try again; `patron status` shows what it does.")
        point("lease.take")
        fence = leases.hold(connection, name, this_process(), now, uptime())
        runs.lose(connection, fence, now)
        _beating.add((state.place, name, fence))
        return fence


def _is_over(row: dict[str, object], now: dt.datetime, beat: float, held: tuple[str, str, int]) -> bool:
    """Whether the holder is dead, or silent for too long; this very process knows what it could not let go of. On this
    machine silence is measured by the clock that nobody sets; of another machine only the time of day is known."""
    from patron.engine.runner.state import leases

    other, mine = leases.holder(row), this_process()
    if is_gone(other):
        return True
    if other == mine:
        return held not in _beating
    if other.boot and other.boot == mine.boot:
        silence = uptime() - float(str(row["beat_uptime"]))
    else:
        beaten = row["beat_at"]
        assert isinstance(beaten, dt.datetime)
        silence = abs((now - beaten).total_seconds())
    return silence > BEATS * beat


def _keep_beating(lease: Lease, over: threading.Event, beat: float) -> None:
    while not over.wait(beat):
        try:
            if not lease.beat():
                return
        except Exception:  # noqa: BLE001, S112 - the state is busy or away for a moment; if it stays so, others take over
            continue


def _free(state: State, lease: Lease) -> None:
    """Let go. When even that fails, the others find out by our silence."""
    from patron.engine.runner.state import leases

    with suppress(PatronError), state.writing() as connection:
        point("lease.free")
        leases.free(connection, lease.name, lease.fence)


def _when(moment: object) -> str:
    return moment.isoformat(timespec="seconds") if isinstance(moment, dt.datetime) else str(moment)

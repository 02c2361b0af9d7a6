"""How things stand: who holds the project, what is due and what comes next, what is missing, how fresh the data is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.runner.schedule.due import BACK, window
from patron.engine.runner.schedule.leases import BEATS, PROJECT
from patron.engine.runner.schedule.tasks import Task, tasks
from patron.engine.runner.schedule.ticking import look
from patron.engine.runtime.processes import Process, is_gone, this_process, uptime

if TYPE_CHECKING:
    from patron.engine.load.loaded import Loaded
    from patron.engine.runner.project import Project


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the project. `silent` are the seconds since it was last heard of; `gone` when it is surely dead."""

    process: Process
    since: dt.datetime
    silent: float
    gone: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A moment of the last week that was not done: `due`, `waiting` to be tried again, `left out`, `failed`."""

    due_at: dt.datetime
    state: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One task: the run of it that ended last, its next moment, and what is missing."""

    task: Task
    last: dict[str, Any] | None
    next: dt.datetime | None
    gaps: tuple[Gap, ...]
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything at one moment. `place` is where this is written down."""

    place: str
    holder: Holder | None
    doing: tuple[str, ...]
    lines: tuple[Line, ...]
    loaded: Loaded | None


def standing(project: Project) -> Standing:
    """How a project stands now."""
    from patron.engine.runner.state import leases, runs

    now = project.clock.now()
    with project.state.reading() as connection:
        row = leases.find(connection, PROJECT)
        doing = tuple(r["task"] for r in runs.under_way(connection) if row is not None and r["fence"] == row["fence"])
        lines = tuple(_line(connection, task, now) for task in tasks(project))
    holder = _holder(row, now) if row is not None and row["held"] else None
    return Standing(project.state.place, holder, doing if holder else (), lines, project.last_loaded)


def _holder(row: dict[str, Any], now: dt.datetime) -> Holder:
    from patron.engine.runner.state import leases

    process = leases.holder(row)
    here = bool(process.boot) and process.boot == this_process().boot
    silent = uptime() - row["beat_uptime"] if here else (now - row["beat_at"]).total_seconds()
    return Holder(process, row["since"], max(silent, 0.0), is_gone(process))


def is_silent(holder: Holder, beat: float) -> bool:
    """Whether another process may take over."""
    return holder.gone or holder.silent > BEATS * beat


def _line(connection: Any, task: Task, now: dt.datetime) -> Line:
    from patron.engine.runner.state import runs

    last, known = runs.latest(connection, task.key, ended=True), runs.schedule(connection, task.key)
    if known is None or known["phrase"] != task.phrase:
        due = (Gap(task.once, "due"),) if task.once is not None and task.once <= now else ()
        return Line(task, last, task.next(now), due, seen=False)
    start = max(window(known["since"], known["settled"], now), now - BACK)
    rows = runs.decided(connection, task.key, start)
    found = look(task, start, rows, now)
    gaps = [
        *(Gap(m, "due") for m in found.do), *(Gap(m, "waiting") for m in found.waiting),
        *(Gap(m, "left out") for m in found.leave), *(Gap(m, "failed", GIVEN_UP) for m in found.give_up),
    ]  # fmt: skip
    told = {g.due_at for g in gaps} | {r["due_at"] for r in rows if r["state"] == runs.DONE}
    for row in rows:
        if row["due_at"] not in told and row["state"] in (runs.SKIPPED, runs.FAILED) and row["due_at"] <= now:
            run = runs.numbered(connection, row["run"]) if row["run"] else None
            said = (run["said"] or "") if run else GIVEN_UP if row["state"] == runs.FAILED else ""
            gaps.append(Gap(row["due_at"], "failed" if row["state"] == runs.FAILED else "left out", said))
    return Line(task, last, task.next(now), tuple(sorted(gaps, key=lambda g: g.due_at)))


GIVEN_UP = "given up: its process died each time"

"""`patron tick`: everything that is due is done, each interval once, by one process at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.runner.schedule.due import ATTEMPTS, BACK, Decided, Due, due, window
from patron.engine.runner.schedule.leases import Lease, leased
from patron.engine.runner.schedule.recording import begin, end
from patron.engine.runner.schedule.tasks import ORDER, REFRESH, RUN, TAKE, Task, tasks
from patron.engine.runtime import stopping
from patron.engine.runtime.errors import INTERRUPTED, InternalError, PatronError, raise_for
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import sweep

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.run import Run
    from patron.engine.runner.state.database import State

DAY = dt.timedelta(days=1)
LONG_AGO = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Performed:
    """One interval after it was performed. `run` has the steps of a `run` declaration."""

    task: Task
    due_at: dt.datetime
    exit_code: int
    said: str = ""
    run: Run | None = None
    error: PatronError | None = None


Work: TypeAlias = Callable[["Project", Task, dt.datetime], Performed]


def tick(project: Project) -> Iterator[Performed]:
    """Do what is due, in the order of the moments; Busy when another process is at it."""
    raise_for(project.ground_problems)
    with leased(project.state, project.clock, project.config.heartbeat) as lease:
        now = project.clock.now()  # what becomes due meanwhile is for the next tick
        _tidy(project)
        tried: set[tuple[str, dt.datetime]] = set()
        decided: dict[Task, Due] = {}
        while (found := _next(project, decided, tried, now)) is not None:
            task, due_at, work = found
            tried.add((task.key, due_at))
            point("tick.found")
            yield _perform(project, lease, task, due_at, work)
            point("tick.performed")
        _forget(project, now)


def _tidy(project: Project) -> None:
    """Remove what killed processes left half made, also where nothing is due that would come by. No reason to fail."""
    config = project.config
    state = config.state_folder
    for folder in (config.limits.temp_folder, state / "loads", state / "history", config.output_folder):
        with suppress(OSError):
            if folder is not None and folder.is_dir():
                sweep(folder, ".scratch-")


def _forget(project: Project, now: dt.datetime) -> None:
    """What was done long ago is told no more: after as long as former loads are kept, or 400 days."""
    from patron.engine.runner.state import deliveries, runs

    before = now - max(project.config.history or LONG_AGO, BACK * 2)
    with project.state.writing() as connection:
        runs.forget_before(connection, before)
        deliveries.forget_before(connection, before)


def _next(
    project: Project, decided: dict[Task, Due], tried: set[tuple[str, dt.datetime]], now: dt.datetime
) -> tuple[Task, dt.datetime, Work] | None:
    """What to do next: of everything due, what was due first. `decided` has what was found of each task before: nobody
    else decides about intervals while this process holds the lease."""
    stopping.check()
    found: list[tuple[dt.datetime, int, str, Task, Work]] = []
    for task in tasks(project):
        if task not in decided:
            decided[task] = _decide(project.state, task, now)
        of_task, place = decided[task], ORDER.index(task.kind)
        found += [(moment, place, task.name, task, _DO[task.kind]) for moment in of_task.do]
        found += [(moment, place, task.name, task, _give_up) for moment in of_task.give_up]
    first = min((f for f in found if (f[3].key, f[0]) not in tried), key=lambda f: f[:3], default=None)
    return None if first is None else (first[3], first[0], first[4])


def _decide(state: State, task: Task, now: dt.datetime) -> Due:
    """What to do of one task; what is left out is written down."""
    from patron.engine.runner.state import runs

    with state.writing() as connection:
        known = runs.schedule(connection, task.key)
        if known is None or known["phrase"] != task.phrase or known["since"] > now:
            known = _first_seen(task, now)
            runs.look_after(connection, known)
        start = window(known["since"], known["settled"], now)
        found = look(task, start, runs.decided(connection, task.key, start), now)
        point("tick.decide")
        for moment in found.leave:
            left_out = {"state": runs.SKIPPED, "attempts": 0, "decided_at": now}
            runs.decide(connection, {"task": task.key, "due_at": moment, "spec_hash": "", **left_out})
        settled = _settled(found, now)
        if known["settled"] < settled - DAY:
            runs.look_after(connection, {**known, "settled": settled})
    return found


def _settled(found: Due, now: dt.datetime) -> dt.datetime:
    """Up to when everything is decided, and need not be looked at again; also where something is due at every tick."""
    still_open = (*found.do, *found.waiting, *found.give_up)
    return min((now - BACK, *(moment - dt.timedelta(seconds=1) for moment in still_open)))


def _first_seen(task: Task, now: dt.datetime) -> dict[str, Any]:
    """A task that nobody looked after before: what was due earlier is not missed, but for what comes once."""
    begin = now if task.once is None else min(now, task.once - dt.timedelta(seconds=1))
    return {"task": task.key, "phrase": task.phrase, "since": begin, "settled": begin}


def look(task: Task, start: dt.datetime, rows: list[dict[str, Any]], now: dt.datetime) -> Due:
    """What to do of one task, from what was decided about it."""
    decided: dict[dt.datetime, Decided] = {}
    for row in rows:  # under several specs: what was done counts most, then what was decided last
        one = Decided(row["state"], row["attempts"], row["decided_at"], row["again_at"])
        before = decided.get(row["due_at"])
        if before is None or _rank(one) >= _rank(before):
            decided[row["due_at"]] = one
    return due(task.moments(start, now), decided, now, task.policy)


def _rank(decided: Decided) -> tuple[bool, dt.datetime, bool]:
    return decided.state == "done", decided.at, decided.state != "begun"


# ---------------------------------------------------------------- one interval


def _perform(project: Project, lease: Lease, task: Task, due_at: dt.datetime, work: Work) -> Performed:
    """Do one interval and write down what became of it. What goes wrong in it does not keep the others from theirs."""
    with project.seen_from(due_at) as seen:
        seen.config = replace(seen.config, known_now=True)  # of that moment, all that has come to light since
        record = begin(seen, lease, task.key, due_at)
        seen.duty = record.duty
        try:
            performed = _tried(seen, task, due_at, work)
            stopping.check()
        except BaseException:  # stopped by a signal: it is not done, and the next tick does it
            end(record, INTERRUPTED, "interrupted")
            raise
        point("tick.before end")
        lease.check()
        end(record, performed.exit_code, performed.said)
    return performed


def _tried(project: Project, task: Task, due_at: dt.datetime, work: Work) -> Performed:
    """One interval, or what went wrong in it; what goes wrong while the process is told to stop is no failure of it."""
    try:
        return work(project, task, due_at)
    except PatronError as error:
        stopping.pass_on(error)
        return Performed(task, due_at, error.exit_code, str(error), error=error)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one run is told, and the others go on
        stopping.pass_on(error)
        return _fault(project, task, due_at, error)


# ---------------------------------------------------------------- the kinds


def _run(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    from patron.dsl import tree
    from patron.engine.runner.run import perform

    decl = project.statement(tree.RunDecl, task.name)
    assert isinstance(decl, tree.RunDecl)
    run = perform(project, decl)
    return Performed(task, due_at, run.failure, run.words, run)


def _take(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    assert project.duty is not None
    project.duty.check()
    taken = project.take_list(task.name, due_at)
    return Performed(task, due_at, 0, f"version {taken.version}: {taken.size:,} people")


def _refresh(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    from patron.engine.runner.schedule.refreshing import refresh

    code, said = refresh(project, task.name)
    return Performed(task, due_at, code, said)


def _fault(project: Project, task: Task, due_at: dt.datetime, error: Exception) -> Performed:
    """Something nobody foresaw: told by `if failed send`, too."""
    fault = InternalError(f"P0999: a fault of Patron, not of the spec ({type(error).__name__}: {error})")
    fault.__cause__ = error
    return Performed(task, due_at, fault.exit_code, str(fault), _told(project, task, str(fault)), fault)


def _told(project: Project, task: Task, words: str) -> Run | None:
    """The failure of a `run`, told to whom it names."""
    from patron.dsl import tree
    from patron.engine.runner.run import tell_failure

    decl = project.statement(tree.RunDecl, task.name) if task.kind == RUN else None
    return tell_failure(project, decl, words) if isinstance(decl, tree.RunDecl) else None


def _give_up(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    """The processes that began it are dead, each of them: it is not begun again, and somebody is told."""
    words = f"{task} of {due_at.isoformat()} was given up: its process died {ATTEMPTS} times"
    return Performed(task, due_at, InternalError.exit_code, words, _told(project, task, words), InternalError(words))


_DO: dict[str, Work] = {RUN: _run, TAKE: _take, REFRESH: _refresh}

"""`patron tick`: everything that is due is done, each interval once, by one process at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.runner.schedule.due import BACK, Decided, Due, due, window
from patron.engine.runner.schedule.leases import Lease, leased
from patron.engine.runner.schedule.recording import begin, end
from patron.engine.runner.schedule.tasks import ORDER, REFRESH, RUN, TAKE, Task, tasks
from patron.engine.runtime.errors import INTERRUPTED, InternalError, PatronError, raise_for
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.run import Run
    from patron.engine.runner.state.database import State

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Performed:
    """One interval after it was performed. `run` has the steps of a `run` declaration."""

    task: Task
    due_at: dt.datetime
    exit_code: int
    said: str = ""
    run: Run | None = None
    error: PatronError | None = None


def tick(project: Project) -> Iterator[Performed]:
    """Do what is due, in the order of the moments; Busy when another process is at it."""
    raise_for(project.ground_problems)
    with leased(project.state, project.clock, project.config.heartbeat) as lease:
        now = project.clock.now()  # what becomes due meanwhile is for the next tick
        tried: set[tuple[str, dt.datetime]] = set()
        while (found := _next(project, tried, now)) is not None:
            tried.add((found[0].key, found[1]))
            point("tick.found")
            yield _perform(project, lease, *found)
            point("tick.performed")


def _next(project: Project, tried: set[tuple[str, dt.datetime]], now: dt.datetime) -> tuple[Task, dt.datetime] | None:
    """What to do next: of everything due, what was due first."""
    found = []
    for task in tasks(project):
        for moment in _decide(project.state, task, now).do:
            if (task.key, moment) not in tried:
                found.append((moment, ORDER.index(task.kind), task.name, task))
    if not found:
        return None
    moment, _, _, task = min(found, key=lambda f: f[:3])
    return task, moment


def _decide(state: State, task: Task, now: dt.datetime) -> Due:
    """What to do of one task; what is left out or given up is written down."""
    from patron.engine.runner.state import runs

    with state.writing() as connection:
        known = runs.schedule(connection, task.key)
        if known is None or known["phrase"] != task.phrase or known["since"] > now:
            known = _first_seen(task, now)
            runs.look_after(connection, known)
        start = window(known["since"], known["settled"], now)
        found = look(task, start, runs.decided(connection, task.key, start), now)
        point("tick.decide")
        for moments, state_word in ((found.leave, runs.SKIPPED), (found.give_up, runs.FAILED)):
            for moment in moments:
                runs.decide(connection, {
                    "task": task.key, "due_at": moment, "spec_hash": "", "state": state_word, "attempts": 0,
                    "decided_at": now,
                })  # fmt: skip
        if not found.do and not found.waiting and known["settled"] < now - BACK - DAY:
            runs.look_after(connection, {**known, "settled": now - BACK})
    return found


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
        if before is None or (one.state == "done", one.at) >= (before.state == "done", before.at):
            decided[row["due_at"]] = one
    return due(task.moments(start, now), decided, now, task.policy)


# ---------------------------------------------------------------- one interval


def _perform(project: Project, lease: Lease, task: Task, due_at: dt.datetime) -> Performed:
    """Do one interval and write down what became of it. What goes wrong in it does not keep the others from theirs."""
    with project.seen_from(due_at) as seen:
        seen.config = replace(seen.config, known_now=True)  # of that moment, all that has come to light since
        record = begin(seen, lease, task.key, due_at)
        seen.duty = record.duty
        try:
            performed = _DO[task.kind](seen, task, due_at)
        except PatronError as error:
            performed = Performed(task, due_at, error.exit_code, str(error), error=error)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one run is told, and the others go on
            fault = InternalError(f"P0999: a fault of Patron, not of the spec ({type(error).__name__}: {error})")
            fault.__cause__ = error
            performed = Performed(task, due_at, fault.exit_code, str(fault), error=fault)
        except BaseException:  # stopped by a signal: it is not done, and the next tick does it
            end(record, INTERRUPTED, "interrupted")
            raise
        point("tick.before end")
        lease.check()
        end(record, performed.exit_code, performed.said)
    return performed


# ---------------------------------------------------------------- the kinds


def _run(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    from patron.dsl import tree
    from patron.engine.runner.run import perform

    decl = project.statement(tree.RunDecl, task.name)
    assert isinstance(decl, tree.RunDecl)
    run = perform(project, decl)
    code = next((s.exit_code for s in run.steps if s.failed), 0)  # an export left out is told, and no failure
    return Performed(task, due_at, code, run.words, run)


def _take(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    assert project.duty is not None
    project.duty.check()
    taken = project.take_list(task.name, due_at)
    return Performed(task, due_at, 0, f"version {taken.version}: {taken.size:,} people")


def _refresh(project: Project, task: Task, due_at: dt.datetime) -> Performed:
    from patron.engine.runner.schedule.refreshing import refresh

    return Performed(task, due_at, 0, refresh(project, task.name))


_DO: dict[str, Callable[[Project, Task, dt.datetime], Performed]] = {RUN: _run, TAKE: _take, REFRESH: _refresh}

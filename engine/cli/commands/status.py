"""`patron status`: how things stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.schedule.standing import Gap, Line, Standing

EXAMPLES = """
patron status               who holds the project, what is due, what is missing, what comes next
patron status --json        for a monitor
"""
SHOWN = 5
"""Gaps of one task that are told one by one."""


@command("status", EXAMPLES)
def status(options: Options) -> None:
    """Tell how the project stands. Nothing is changed, and no data is read.

    Who holds it and since when; how fresh the data is that was read last; for every `run`, and every list that is taken
    or refreshed by itself, how it ended last, when it is due next, and which moments of the last seven days were not
    done: due, waiting to be tried again, left out, or failed.
    """
    from patron.engine.runner.schedule.standing import standing

    with watched(options) as project:
        found = standing(project)
    if options.json:
        output.say_json(_json(found))
    else:
        for line in _told(found, project):
            click.echo(line)


def _told(found: Standing, project: Project) -> Iterator[str]:
    yield from _held(found, project)
    if found.loaded is None:
        yield "data     not read yet"
    else:
        newest = found.loaded.store.newest
        reach = f", the newest of {_local(project, newest)}" if newest is not None else ""
        made = found.loaded.made_at
        yield f"data     read {_local(project, made) if made is not None else 'once'}{reach}"
    for line in found.lines:
        yield from _line(line, project)
    if not found.lines:
        yield _idle(project)


def _idle(project: Project) -> str:
    from patron.dsl import tree

    if any(isinstance(d.take, tree.TakeOnce) for d in project.statements(tree.ListDecl)):
        return "nothing is to come: no `run` says `every`, and every list that says `take once` was taken"
    return "nothing happens by itself: no `run` says `every`, no list says `take`"


def _held(found: Standing, project: Project) -> Iterator[str]:
    from patron.engine.runner.schedule.standing import is_silent

    holder = found.holder
    if holder is None:
        yield "held     by nobody"
        return
    heard = "it is dead" if holder.gone else f"heard of {holder.silent:.0f} s ago"
    over = "; the next run takes over" if is_silent(holder, project.config.heartbeat) else ""
    doing = f", at {', '.join(found.doing)}" if found.doing else ""
    yield f"held     by {holder.process} since {_local(project, holder.since)}{doing} ({heard}{over})"


def _line(line: Line, project: Project) -> Iterator[str]:
    yield f"{line.task}: {line.task.told}"
    if line.last is not None:
        of = f" of {_local(project, line.last['due_at'])}" if line.last["due_at"] is not None else " by hand"
        code = f" with {line.last['exit_code']}: {line.last['said']}" if line.last["exit_code"] else ""
        yield f"  last     {line.last['state']}{of}, ended {_local(project, line.last['ended_at'])}{code}"
    elif not line.seen:
        yield "  last     never: nothing has looked after it yet, see `patron schedule --print`"
    else:
        yield "  last     never"
    yield f"  next     {_next(line, project)}"
    for gap in line.gaps[-SHOWN:]:
        yield f"  {gap.state:<8} {_local(project, gap.due_at)}{f': {gap.said}' if gap.said else ''}"
    if len(line.gaps) > SHOWN:
        yield f"  and {len(line.gaps) - SHOWN} before that were not done either"


def _next(line: Line, project: Project) -> str:
    if line.next is not None:
        return _local(project, line.next)
    return "with the next tick" if any(g.state == "due" for g in line.gaps) else "never again"


def _local(project: Project, moment: dt.datetime) -> str:
    from patron.engine.cli.commands.tick import local

    return local(project, moment.replace(microsecond=0) if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def _json(found: Standing) -> dict[str, object]:
    holder = found.holder
    return {
        "state": found.place,
        "held": None if holder is None else {
            "process": holder.process.number, "host": holder.process.host.partition(" ")[0],
            "since": holder.since.isoformat(), "silent_seconds": round(holder.silent, 1), "gone": holder.gone,
            "doing": list(found.doing),
        },
        "data": None if found.loaded is None else {
            "read_at": _iso(found.loaded.made_at), "newest": _iso(found.loaded.store.newest),
        },
        "tasks": [_task(line) for line in found.lines],
    }  # fmt: skip


def _task(line: Line) -> dict[str, object]:
    last = line.last
    return {
        "task": str(line.task), "when": line.task.told, "next": _iso(line.next),
        "last": None if last is None else {
            "state": last["state"], "due_at": _iso(last["due_at"]), "ended_at": _iso(last["ended_at"]),
            "exit_code": last["exit_code"], "said": last["said"],
        },
        "gaps": [_gap(g) for g in line.gaps],
    }  # fmt: skip


def _gap(gap: Gap) -> dict[str, object]:
    return {"due_at": gap.due_at.isoformat(), "state": gap.state, "said": gap.said}


def _iso(moment: dt.datetime | None) -> str | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).isoformat()

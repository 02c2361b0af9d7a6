"""Examining the state and the schedule: is every row what was written, who holds the project, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from patron.engine.runner.examining import Finding
from patron.engine.runtime.errors import Damaged, PatronError

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.schedule.standing import Standing

BACKUP = "Put the state folder back from a backup (`state.sqlite` with what stands beside it)."


def exists(project: Project) -> bool:
    """Whether anything was ever written down; looking makes no state."""
    from patron.engine.runner.state.database import FILE

    return project.config.state is not None or (project.config.state_folder / FILE).exists()


def written(project: Project) -> Iterator[Finding]:
    """The database itself, page by page and row by row."""
    if not exists(project):
        return
    from patron.engine.runner.state.examined import faults

    try:
        found, count = faults(project.state)
    except PatronError as error:
        yield Finding("broken", error.message, BACKUP if isinstance(error, Damaged) else error.hint, error.exit_code)
        return
    for fault in found:
        yield Finding("broken", f"{project.state.place}: {fault}", BACKUP, Damaged.exit_code)
    if not found:
        yield Finding("fine", f"{project.state.place}: {count:,} rows as they were written")


def schedule(project: Project) -> Iterator[Finding]:
    """What should have happened by itself."""
    if not exists(project):
        return
    from patron.engine.runner.schedule.standing import standing

    try:
        yield from _stands(standing(project))
    except PatronError as error:
        yield Finding("broken", error.message, error.hint, error.exit_code)


def _stands(found: Standing) -> Iterator[Finding]:
    if found.holder is not None and found.holder.gone:
        yield Finding("noted", f"{found.holder.process} died while it held the project", "The next run takes over.")
    for line in found.lines:
        missing = [g for g in line.gaps if g.state != "left out"]
        if not line.seen:
            advice = "`patron schedule --print cron` (or systemd) shows how to have `patron tick` called."
            yield Finding("noted", f"{line.task} is never performed by itself so far", advice)
        elif missing:
            states = ", ".join(f"{g.due_at:%Y-%m-%d %H:%M} UTC {g.state}" for g in missing[-3:])
            yield Finding("noted", f"{line.task}: {len(missing)} not done: {states}", "`patron status` tells why.")

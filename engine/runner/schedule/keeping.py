"""`patron schedule`: ticks without end. Between them nothing is held, so that other processes may do what is due."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from patron.engine.runner.schedule.tasks import tasks
from patron.engine.runner.schedule.ticking import Performed, tick
from patron.engine.runtime import stopping
from patron.engine.runtime.errors import PatronError

if TYPE_CHECKING:
    from patron.engine.runner.project import Project

LONGEST = 60.0
"""Seconds after which one looks again in any case: specs change, clocks are set, others fail."""
SHORTEST = 1.0


def keep(
    opened: Callable[[], Project], sleep: Callable[[float], object] = time.sleep
) -> Iterator[tuple[Project, Performed | PatronError]]:
    """What is done, or why nothing could be, without end. Specs are read anew for each tick."""
    while True:
        with opened() as project:
            try:
                for performed in tick(project):
                    yield project, performed
            except PatronError as error:
                stopping.pass_on(error)
                yield project, error
                wait = LONGEST
            else:
                wait = until_next(project)
        stopping.check()
        sleep(wait)


def until_next(project: Project) -> float:
    """Seconds until something is due, or until one looks again."""
    now = project.clock.now()
    coming = [m for task in tasks(project) if (m := task.next(now)) is not None]
    seconds = (min(coming) - now) / dt.timedelta(seconds=1) if coming else LONGEST
    return min(max(seconds, SHORTEST), LONGEST)

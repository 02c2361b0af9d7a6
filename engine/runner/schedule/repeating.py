"""Trying a step again that failed in passing: reading or writing that may go well a moment later, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from patron.engine.runtime import stopping
from patron.engine.runtime.errors import IoFailed

if TYPE_CHECKING:
    from patron.engine.runner.project import Project

Done = TypeVar("Done")
LONGEST = 30.0
"""Seconds between two attempts at most; the wait is drawn, so that not everybody comes back at once."""


def repeated(project: Project, step: Callable[[], Done]) -> Done:
    """The step, up to as often as `attempts` of patron.toml says. Only runs of the schedule wait: by hand, whoever
    sits there decides. Every step of a run may be repeated: reports and lists are named by their moment, deliveries by
    their interval."""
    if project.duty is None or not project.duty.patient:
        return step()
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

    attempts = Retrying(
        stop=stop_after_attempt(project.config.attempts), wait=wait_random_exponential(multiplier=2, max=LONGEST),
        retry=retry_if_exception_type(IoFailed), reraise=True,
        before_sleep=lambda state: _told(project, state.attempt_number + 1),
    )  # fmt: skip
    return attempts(step)


def _told(project: Project, attempt: int) -> None:
    stopping.check()
    project.progress.step(f"trying again: attempt {attempt}")

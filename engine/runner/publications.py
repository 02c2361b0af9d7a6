"""What was made on schedule, and when: it is made again, and compared, over the rows that it was made of."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from patron.dsl import tree

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


def performed_at(project: Project) -> dt.datetime | None:
    """When a run of the schedule was performed that looked from the moment this project looks from."""
    moment = project.as_of.moment.replace(tzinfo=dt.UTC)
    done = _latest(project, [r.name.key for r in project.statements(tree.RunDecl)], moment, moment)
    return done["ended_at"] if done else None


def published(project: Project, report: str, first: dt.datetime, last: dt.datetime) -> tuple[dt.datetime, Any] | None:
    """The moment of the latest run between two moments that made a report, and when it was performed."""
    makers = [r.name.key for r in project.statements(tree.RunDecl) if tree.fold(report) in _reports(r)]
    done = _latest(project, makers, first, last)
    return (done["due_at"], done["ended_at"]) if done else None


def _reports(run: tree.RunDecl) -> set[str]:
    return {one.report.key for step in run.steps if isinstance(step, tree.RunReports) for one in step.reports}


def _latest(project: Project, runs_named: list[str], first: dt.datetime, last: dt.datetime) -> dict[str, Any] | None:
    from patron.engine.runner.state import runs
    from patron.engine.runner.state.database import FILE

    kept = project.config.state is not None or (project.config.state_folder / FILE).exists()
    if not runs_named or not kept:
        return None
    with project.state.reading() as connection:
        return runs.performed(connection, [f"run {name}" for name in runs_named], first, last)

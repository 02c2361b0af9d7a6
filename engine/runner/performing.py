"""What `patron run` does with names: reports are made, `run` declarations are performed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.problems import Problem, suggest
from patron.engine.runner.made import Made
from patron.engine.runner.making import Order, make
from patron.engine.runner.run import Run
from patron.engine.runner.run import perform as perform_run
from patron.engine.runner.schedule.recording import by_hand
from patron.engine.runtime import stopping
from patron.engine.runtime.errors import PatronError, SpecError, UsageError, raise_for

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


def perform(project: Project, names: Iterable[str], formats: Sequence[str], out: Path | None) -> Iterator[Made | Run]:
    """Make or perform each in turn; every report of the specs when none is named. A name may be either."""
    raise_for(project.ground_problems)
    for decl in _named(project, tuple(names)):
        if isinstance(decl, tree.RunDecl):
            yield _performed(project, decl, out)
        else:
            yield _made(project, Order(decl.name.text, {}, tuple(formats), exports=not formats, out=out))


def _performed(project: Project, decl: tree.RunDecl, out: Path | None) -> Run:
    """A run, once, now: it is written down, and is no interval of its schedule."""
    with by_hand(project, f"run {decl.name.key}") as told:
        run = perform_run(project, decl, out)
        told.append((run.exit_code, run.words))
    return run


def _made(project: Project, order: Order) -> Made:
    """A report, or why it could not be made: one that fails does not keep the others from being made."""
    try:
        return make(project, order)
    except UsageError:
        raise
    except PatronError as error:
        stopping.pass_on(error)
        return Made(order.name, order.out or project.config.output_folder, (), error=error)


def _named(project: Project, names: tuple[str, ...]) -> list[tree.ReportDecl | tree.RunDecl]:
    reports = {r.name.key: r for r in project.statements(tree.ReportDecl)}
    runs = {r.name.key: r for r in project.statements(tree.RunDecl)}
    if not names:
        if not reports:
            raise UsageError("this project declares no report", "`patron query` answers single questions.")
        return list(reports.values())
    found: list[tree.ReportDecl | tree.RunDecl] = []
    for name in names:
        one = runs.get(tree.fold(name)) or reports.get(tree.fold(name))
        if one is None:
            known = [r.name.text for r in (*reports.values(), *runs.values())]
            message = f"there is no report or run called {name}"
            raise SpecError([Problem("P0201", tree.NOWHERE, message, suggest(name, known))])
        found.append(one)
    return found

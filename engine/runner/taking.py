"""Taking a list: the people of its audience at one moment, frozen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.problems import Problem, suggest
from patron.engine.runner.lists import Taken
from patron.engine.runner.lock import held
from patron.engine.runtime.errors import SpecError, raise_for

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


def take(project: Project, name: str) -> Taken:
    """A new version of a list, as of the project's moment."""
    raise_for(project.ground_problems)
    decl = list_of(project, name)
    assert decl.source is not None  # the model has checked it
    audience = decl.source.text
    members = [str(row[0]) for row in project.audience(audience).rows]
    tree_of_it = project.conditions(audience)
    taken = Taken(
        name=decl.name.text,
        version=0,
        size=len(members),
        created_at=project.as_of.moment.replace(tzinfo=dt.UTC),
        audience=audience,
        spec="\n\n".join(t for t in (_text(project, decl), _text(project, _audience(project, audience))) if t),
        conditions=tree_of_it.lines,
        taken_at=project.clock.now(),
        title=decl.title or "",
    )
    with held(project.config.state_folder):
        return project.lists.take(taken, members)


def list_of(project: Project, name: str) -> tree.ListDecl:
    """The declaration of a list; SpecError P0201 when there is none of that name."""
    found = project.statement(tree.ListDecl, name)
    if isinstance(found, tree.ListDecl):
        return found
    known = [d.name.text for d in project.statements(tree.ListDecl)]
    raise SpecError([Problem("P0201", tree.NOWHERE, f"there is no list called {name}", suggest(name, known))])


def _audience(project: Project, name: str) -> tree.Statement | None:
    found = project.declared.known("audience").get(tree.fold(name))
    statement: tree.Statement | None = found.statement if found else None
    return statement


def _text(project: Project, statement: tree.Statement | None) -> str:
    """A statement as it stands in its file."""
    if statement is None:
        return ""
    span = statement.span
    lines = [project.line(span.file, n) or "" for n in range(span.line, span.end_line + 1)]
    return "\n".join(lines)

"""Taking a list: the people of its audience at one moment, frozen."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from patron.dsl import tree
from patron.dsl.problems import Problem, suggest
from patron.engine.runner.lists.taken import Taken
from patron.engine.runtime.errors import SpecError, raise_for

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


Said: TypeAlias = tree.ListDecl | tree.AudienceDecl


def take(project: Project, name: str) -> Taken:
    """A new version of a list, as of the project's moment."""
    return _taken(project, name, None)


def take_due(project: Project, name: str, due: dt.datetime) -> Taken:
    """The version of a list that was due at a moment, with the people of that moment, however late it is done."""
    with closing(project.seen_from(due)) as then:
        return _taken(then, name, due)


def _taken(project: Project, name: str, due: dt.datetime | None) -> Taken:
    raise_for(project.ground_problems)
    decl = list_of(project, name)
    assert decl.source is not None  # the model has checked it
    audience = decl.source.text
    members = [str(row[0]) for row in project.audience(audience).rows]
    told: tuple[Said, ...] = (decl, *_audiences(project, audience))
    taken = Taken(
        name=decl.name.text,
        version=0,
        size=len(members),
        created_at=project.as_of.moment.replace(tzinfo=dt.UTC),
        audience=audience,
        spec="\n\n".join(_text(project, statement) for statement in told),
        conditions=project.conditions(audience).lines,
        taken_at=project.clock.now(),
        title=decl.title or "",
        spec_hash=_hash(told),
        due_at=due,
    )
    return project.lists.take(taken, members)


def list_of(project: Project, name: str) -> tree.ListDecl:
    """The declaration of a list; SpecError P0201 when there is none of that name."""
    found = project.statement(tree.ListDecl, name)
    if isinstance(found, tree.ListDecl):
        return found
    known = [d.name.text for d in project.statements(tree.ListDecl)]
    raise SpecError([Problem("P0201", tree.NOWHERE, f"there is no list called {name}", suggest(name, known))])


# ---------------------------------------------------------------- what it was taken with


def _audiences(project: Project, name: str) -> tuple[tree.AudienceDecl, ...]:
    """The project's own audiences behind a list: the one it is taken from, then those that it uses."""
    declared = project.declared.known("audience")
    found: dict[str, tree.AudienceDecl] = {}
    asked = [tree.fold(name)]
    while asked:
        key = asked.pop(0)
        statement = declared[key].statement if key in declared and not declared[key].pack else None
        if key not in found and isinstance(statement, tree.AudienceDecl):
            found[key] = statement
            asked += _used(statement)
    return tuple(found.values())


def _used(part: object) -> Iterator[str]:
    """The audiences that a piece of a spec names."""
    if isinstance(part, tree.InAudience):
        yield part.audience.key
    for one in part if isinstance(part, tuple) else _fields(part):
        if not isinstance(one, str):
            yield from _used(one)


def _fields(part: object) -> Iterator[object]:
    from dataclasses import fields, is_dataclass

    yield from (getattr(part, one.name) for one in fields(part)) if is_dataclass(part) else ()


def _hash(statements: tuple[Said, ...]) -> str:
    """A name for what these mean: titles, descriptions, spacing and comments do not change it."""
    from patron.dsl.format import format_statement

    plain = (format_statement(replace(s, title=None, describe=None)) for s in statements)
    return hashlib.sha256("\n".join(plain).encode("utf-8", "surrogatepass")).hexdigest()


def _text(project: Project, statement: Said) -> str:
    """A statement as it stands in its file."""
    span = statement.span
    return "\n".join(project.line(span.file, n) or "" for n in range(span.line, span.end_line + 1))

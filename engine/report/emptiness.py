"""Audiences without anybody: since which of their clauses (P0614)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.model.resolve import Model
from patron.engine.report.clauses import EXCLUDE, Clause, Clauses, clauses_of
from patron.engine.report.context import Context
from patron.engine.report.explain import people_left
from patron.engine.runtime.errors import PermissionDenied, SpecError

_BY_ONE = ("all", "none")
"""Groups that one of their lines can empty; in what is excluded it is `any`."""


def empty_audiences(model: Model, files: Collection[str] | None, context: Context) -> tuple[Problem, ...]:
    """Those of these files (None: of all the project's) that are empty."""
    found = []
    for declaration in model.declared.known("audience").values():
        if not declaration.pack and (files is None or declaration.file in files):
            problem = emptied(model, declaration.name, context)
            found += [problem] if problem is not None else []
    return tuple(found)


def emptied(model: Model, name: str, context: Context) -> Problem | None:
    """The warning for an audience, None when somebody is in it, or when it cannot be understood or may not be asked."""
    try:
        clauses = clauses_of(model.binder(), name)
        left = people_left(model, clauses, context)
    except (SpecError, PermissionDenied):
        return None
    last = next(n for c, n in zip(reversed(clauses.lines), reversed(left), strict=True) if c.depth == 0)
    return None if last else _problem(model, name, clauses, left)


def _problem(model: Model, name: str, clauses: Clauses, left: Sequence[int]) -> Problem:
    place = _culprit(clauses.lines, left, 0, len(left))
    declaration = model.declared.known("audience")[tree.fold(name)]
    node = clauses.lines[place].node
    span = node.span if node is not None else _keep_or_name(declaration.statement, clauses.lines[place])
    shown = [i for i in range(place + 1) if i == place or not isinstance(clauses.lines[i].node, tree.Group)]
    least = model.declared.settings.least_group
    counts = ", ".join(_counted(clauses.lines[i], left[i]) for i in shown if not 0 < left[i] < least)
    said = f"`{declaration.name}` is empty since the clause at line {span.line}"
    return Problem("P0614", span, said, f"People left: {counts}.")


def _keep_or_name(statement: object, line: Clause) -> tree.Span:
    assert isinstance(statement, tree.AudienceDecl)
    return statement.keep.span if statement.keep is not None and line.side == "keep" else statement.name.span


def _counted(line: Clause, left: int) -> str:
    return f"line {line.node.span.line}: {left:,}" if line.node is not None else f"{line.words}: {left:,}"


def _culprit(lines: Sequence[Clause], left: Sequence[int], start: int, end: int) -> int:
    """The first of these lines after which nobody is left; inside a group the line that does it, when one does."""
    place = next(i for i in range(start, end) if left[i] == 0)
    line = lines[place]
    below = next((i for i in range(place + 1, end) if lines[i].depth <= line.depth), end)
    if isinstance(line.node, tree.Group) and _one_is_enough(line):
        inside = [i for i in range(place + 1, below) if lines[i].depth == line.depth + 1 and left[i] == 0]
        return _culprit(lines, left, inside[0], below) if inside else place
    return place


def _one_is_enough(line: Clause) -> bool:
    assert isinstance(line.node, tree.Group)
    return line.node.kind == "any" if line.side == EXCLUDE else line.node.kind in _BY_ONE

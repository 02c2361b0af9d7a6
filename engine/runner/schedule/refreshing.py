"""Refreshing a list: the reports on it are made anew, as of the moment that is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.engine.runner.made import failure_of
from patron.engine.runner.making import Order, make
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


def refresh(project: Project, name: str) -> tuple[int, str]:
    """Make the reports on a list: the exit code of a part that failed, and a sentence that says which were made."""
    made = []
    for report in reports_on(project, name):
        point("refresh.report")
        made.append(make(project, Order(report)))
    broken = [b for m in made for b in m.broken]
    said = f"reports {', '.join(m.report for m in made)}" if made else "no report is on this list"
    return failure_of(broken), "; ".join([said, *(b.words for b in broken)])


def reports_on(project: Project, name: str) -> tuple[str, ...]:
    """The reports whose people are those of a list, by name."""
    found = []
    for decl in project.statements(tree.ReportDecl):
        layout = project.layout(decl.name.text)
        if layout is not None and tree.fold(name) in _lists_of(layout):
            found.append(decl.name.text)
    return tuple(found)


def _lists_of(layout: tree.ReportDecl) -> set[str]:
    """The lists that a report is about, folded; those that its parameters name unless somebody says otherwise too."""
    given = {p.name.key: str(p.value) for p in layout.params if isinstance(p.value, (tree.Name, tree.Path))}
    names = [
        ref.name
        for clause in layout.clauses
        if isinstance(clause, tree.ReportSubject) and isinstance(clause.subject, tree.ForLists)
        for ref in clause.subject.lists
    ]
    return {tree.fold(given.get(n.name.key, "")) if isinstance(n, tree.Param) else n.key for n in names}

"""The people of a question: one set, or several side by side."""

from __future__ import annotations

from patron.engine.model.queries import Subject
from patron.engine.model.terms import Lit
from patron.engine.plan import people as people_plans
from patron.engine.plan.nodes import Node, Project, Stack
from patron.engine.plan.parts import LABEL, People
from patron.engine.plan.planner import Planner
from patron.engine.types import WHOLE


def subject_people(p: Planner, subject: Subject) -> People | None:
    """The people of a subject; None for all records."""
    if subject.kind == "records":
        return None
    sets: list[Node] = []
    for number, name in enumerate(subject.names):
        if subject.kind == "audiences":
            sets.append(people_plans.audience_ids(p, name))
        else:
            sets.append(people_plans.list_ids(p, name, subject.versions[number]))
    lists = tuple(subject.names) if subject.kind == "lists" else ()
    if not subject.each:
        return People(people_plans.union(sets), lists=lists)
    ident = people_plans.ID
    labelled = [Project(s, (("id", ident), (LABEL, Lit(i, WHOLE)))) for i, s in enumerate(sets)]
    everybody = Project(people_plans.union(sets), (("id", ident), (LABEL, Lit(len(sets), WHOLE))))
    node = p.step("people", Stack((*labelled, everybody)), "people side by side")
    return People(node, (*subject.names, "all"), lists)

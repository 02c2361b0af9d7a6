"""How many people are in several of the audiences or lists that stand side by side."""

from __future__ import annotations

from patron.engine.model.queries import Query
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Filter, Step
from patron.engine.plan.parts import LABEL
from patron.engine.plan.planner import Planner
from patron.engine.plan.subjects import subject_people
from patron.engine.report.programs import Fetched
from patron.engine.report.speech import counted
from patron.engine.types import WHOLE, YESNO, reference

OUTPUT = "overlap"
ID = Col("id", reference("customers"))
TIMES = Col("times", WHOLE)


def overlap(p: Planner, query: Query) -> Step | None:
    """One more output of a question: how many people are in more than one set."""
    people = subject_people(p, query.subject) if query.subject.each else None
    if people is None:
        return None
    sets = Filter(people.node, Op("<", (Col(LABEL, WHOLE), Lit(len(people.labels) - 1, WHOLE)), YESNO))
    each = Aggregate(sets, (("id", ID),), (("times", AggCall("count", WHOLE)),))
    several = Filter(each, Op(">", (TIMES, Lit(1, WHOLE)), YESNO))
    return Step(
        OUTPUT, Aggregate(several, (), (("people", AggCall("count", WHOLE)),), "people in several sets"), "overlap"
    )


def overlap_notes(query: Query, fetched: Fetched) -> list[str]:
    """`12 people are in more than one audience`."""
    sets = "list" if query.subject.kind == "lists" else "audience"
    return [f"{counted(int(n), 'person is', 'people are')} in more than one {sets}" for (n,) in fetched.get(OUTPUT, ())]

"""`show facts`: fields of a list, and metrics, as name and value."""

from __future__ import annotations

from typing import Any

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.model.binder import Scope
from patron.engine.model.phrases import bind_subject
from patron.engine.model.population import counted_people
from patron.engine.model.queries import Subject
from patron.engine.model.reports import ReportFrame
from patron.engine.model.terms import Field, Here
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Join, Project, Step
from patron.engine.plan.planner import Planner
from patron.engine.plan.subjects import subject_people
from patron.engine.report.context import Context
from patron.engine.report.programs import Fetched
from patron.engine.results import EXPIRED, PENDING, Column, Result, Value
from patron.engine.types import MOMENT, TEXT, WHOLE, Format, Type, reference

COUNTING = "counting"
_TYPES: dict[str, tuple[Type, Format]] = {
    "name": (TEXT, Format("text")), "size": (WHOLE, Format("number")), "version": (WHOLE, Format("number")),
    "created_at": (MOMENT, Format("date")), "expires_at": (MOMENT, Format("date")), "erased": (WHOLE, Format("number")),
    "conditions": (TEXT, Format("text")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a list, and the fields of it that are shown; `outputs` counts who of it still counts."""

    items: tuple[tree.Item, ...]
    known: Any
    outputs: tuple[Step, ...] = ()


def list_facts(frame: ReportFrame, node: tree.Show, context: Context, p: Planner) -> Facts:
    """The report's list, looked up."""
    assert node.phrase is not None
    bound = bind_subject(frame.binder, Scope(""), node.phrase.subject or frame.defaults.subject)
    name = bound.names[0] if bound.kind == "lists" and bound.names else ""
    version = bound.versions[0] if bound.versions else None
    known = context.lists.facts(name, version) if name and context.lists is not None else None
    sized = known is not None and known.size is not None
    counted = sized and any(_field(item) == "erased" for item in node.phrase.items)
    return Facts(node.phrase.items, known, (_still_counting(bound, p),) if counted else ())


def _field(item: tree.Item) -> str:
    assert isinstance(item.value, tree.Path)
    return item.value.parts[-1].key


def facts_shown(facts: Facts, rows: Fetched) -> Result:
    """The fields asked, as name and value; pending ones until the list is taken."""
    known = facts.known
    columns, values, states = [], [], {}
    for place, item in enumerate(facts.items):
        field = _field(item)
        type_, shown = _TYPES.get(field, (TEXT, Format("text")))
        title = item.title or field.replace("_", " ").capitalize()
        value: Value = getattr(known, field, None) if known is not None else None
        if field == "name" and known is not None:
            value = getattr(known, "title", "") or known.name
        if field == "erased" and known is not None and known.size is not None:
            value = known.size - int(rows[COUNTING][0][0])
        columns.append(Column(str(item.value), title, type_, "metric", str(item.value), shown))
        values.append(value)
        state = getattr(known, "state", PENDING)
        if value is None and state in (PENDING, EXPIRED):
            states[(0, place)] = state
    return Result(tuple(columns), (tuple(values),), states)


def _still_counting(subject: Subject, p: Planner) -> Step:
    """How many of a list's members still count: the others were erased, deleted or merged away since."""
    people = subject_people(p, subject)
    assert people is not None
    ident = reference("customers")
    node = row_plans.evaluate(p, "customers", [("id", Field(Here(), "id", ident))], counted_people(p.b))
    members = Project(people.node, (("@member", Col("id", ident)),))
    node = Join(node, members, "semi", ((Col("id", ident), Col("@member", ident)),))
    return Step(COUNTING, Aggregate(node, (), (("people", AggCall("count", WHOLE)),), "who still counts"))

"""`show facts`: fields of a list, and metrics, as name and value."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.binder import Scope
from patron.engine.model.phrases import bind_subject
from patron.engine.model.population import counted_people
from patron.engine.model.queries import Subject
from patron.engine.model.reports import ReportFrame
from patron.engine.model.resolve import Model
from patron.engine.model.terms import Field, Here
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Join, Plan, Project, Step
from patron.engine.plan.planner import Planner
from patron.engine.plan.subjects import subject_people
from patron.engine.report.answers import run_program
from patron.engine.report.context import Context, lowering
from patron.engine.results import EXPIRED, PENDING, Column, Result, Value
from patron.engine.sql.program import compile_plan
from patron.engine.types import MOMENT, TEXT, WHOLE, Format, Type, reference

_TYPES: dict[str, tuple[Type, Format]] = {
    "name": (TEXT, Format("text")), "size": (WHOLE, Format("number")), "version": (WHOLE, Format("number")),
    "created_at": (MOMENT, Format("date")), "expires_at": (MOMENT, Format("date")), "erased": (WHOLE, Format("number")),
    "conditions": (TEXT, Format("text")),
}  # fmt: skip


def list_facts(
    model: Model, frame: ReportFrame, node: tree.Show, context: Context, p: Planner, done: set[str]
) -> Result:
    """The fields asked, of the report's list; pending ones until it is taken."""
    assert node.phrase is not None
    subject = node.phrase.subject or frame.defaults.subject
    bound = bind_subject(frame.binder, Scope(""), subject)
    name = bound.names[0] if bound.kind == "lists" and bound.names else ""
    version = bound.versions[0] if bound.versions else None
    known = context.lists.facts(name, version, context.as_of.moment) if name and context.lists is not None else None
    columns, values, states = [], [], {}
    for place, item in enumerate(node.phrase.items):
        assert isinstance(item.value, tree.Path)
        field = item.value.parts[-1].key
        type_, shown = _TYPES.get(field, (TEXT, Format("text")))
        title = item.title or field.replace("_", " ").capitalize()
        value: Value = getattr(known, field, None) if known is not None else None
        if field == "name" and known is not None:
            value = getattr(known, "title", "") or known.name
        if field == "erased" and known is not None and known.size is not None:
            value = known.size - _still_counting(model, bound, context, p, done)
        columns.append(Column(str(item.value), title, type_, "metric", str(item.value), shown))
        values.append(value)
        state = getattr(known, "state", PENDING)
        if value is None and state in (PENDING, EXPIRED):
            states[(0, place)] = state
    return Result(tuple(columns), (tuple(values),), states)


def _still_counting(model: Model, subject: Subject, context: Context, p: Planner, done: set[str]) -> int:
    """How many of a list's members still count: the others were erased, deleted or merged away since."""
    people = subject_people(p, subject)
    assert people is not None
    ident = reference("customers")
    node = row_plans.evaluate(p, "customers", [("id", Field(Here(), "id", ident))], counted_people(p.b))
    members = Project(people.node, (("@member", Col("id", ident)),))
    node = Join(node, members, "semi", ((Col("id", ident), Col("@member", ident)),))
    counted = Step("counting", Aggregate(node, (), (("people", AggCall("count", WHOLE)),), "who still counts"))
    program = compile_plan(Plan(tuple(p.steps), (counted,)), lowering(model, context.store), frozenset(done))
    done |= {s.name for s in program.steps}
    return int(run_program(program, context)["counting"][0][0])

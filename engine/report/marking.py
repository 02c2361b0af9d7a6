"""Dates that a chart marks: `mark campaigns.sent_at`."""

from __future__ import annotations

import datetime as dt

from patron.dsl import tree
from patron.engine.model.binder import Scope, table_named
from patron.engine.model.moments import in_span, local_date
from patron.engine.model.names import path_term
from patron.engine.model.queries import Query
from patron.engine.model.resolve import Model
from patron.engine.model.terms import Field, Here, Term, all_of, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Plan, Sorted, SortKey, Step, columns
from patron.engine.plan.parts import made_for
from patron.engine.plan.planner import Planner
from patron.engine.report.context import Context, lowering
from patron.engine.report.permitted import permitted
from patron.engine.results import Mark
from patron.engine.sql.program import compile_plan
from patron.engine.types import TEXT, reference


def marks(p: Planner, model: Model, phrase: tree.Phrase, query: Query, context: Context) -> tuple[Mark, ...]:
    """The dates in the period with the names of what happened, in order. Of a list: its own campaigns."""
    found: dict[dt.date, list[str]] = {}
    for path in phrase.marks:
        for day, name in _dates(p, model, path, query, context):
            found.setdefault(day, []).append(name)
    return tuple(Mark(day, tuple(sorted(set(names)))) for day, names in sorted(found.items()))


def _dates(p: Planner, model: Model, path: tree.Path, query: Query, context: Context) -> list[tuple[dt.date, str]]:
    table = table_named(path.parts[0].text)
    if table is None or len(path.parts) < 2:
        raise p.b.fail(
            "P0203", path.span, f"`mark` takes a date of a table, not `{path}`", "Write `mark campaigns.sent_at`."
        )
    when = path_term(p.b, Scope(table, use="row"), tree.Path(path.parts[1:], span=path.span))
    label = p.b.ways.columns(table).get("name")
    name: Term = (
        Field(Here(), "name", TEXT) if label is not None and label.filled else Field(Here(), "id", reference(table))
    )
    where = all_of(known(when), in_span(when, query.period), _of_list(p, table, query))
    node = row_plans.evaluate(p, table, [("day", local_date(when)), ("name", name)], where, str(path))
    cols = columns(node)
    plan = Plan((), (Step("marks", Sorted(node, tuple(SortKey(c) for c in cols))),))
    program = compile_plan(permitted(plan, p.b.named, context), lowering(model, context.store))
    return [(row[0], str(row[1])) for row in context.session.fetch(program.outputs[0].sql) if row[0] is not None]


def _of_list(p: Planner, table: str, query: Query) -> Term | None:
    return made_for(p, query.subject.names) if table == "campaigns" and query.subject.kind == "lists" else None

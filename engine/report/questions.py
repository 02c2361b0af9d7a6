"""Questions: a bound query with all that is fetched for it, and the answer made of what came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from patron.dsl.nodes import dataclass
from patron.engine.model.queries import Query
from patron.engine.plan.nodes import Step
from patron.engine.plan.planner import Planner
from patron.engine.plan.query import QueryPlan, plan_query
from patron.engine.report.assemble import assemble
from patron.engine.report.context import Context
from patron.engine.report.enough import not_enough
from patron.engine.report.overlaps import overlap, overlap_notes
from patron.engine.report.programs import Fetched
from patron.engine.report.subjects import pending
from patron.engine.report.tracking import never_recorded, not_tracked, untracked
from patron.engine.report.unowned import left_out, left_out_before, left_out_notes
from patron.engine.results import Result


@dataclass(frozen=True, slots=True)
class Question:
    """A query, how it is planned, and everything that is fetched for its answer."""

    query: Query
    plan: QueryPlan
    outputs: tuple[Step, ...]
    currency: str
    today: dt.date


def question(p: Planner, query: Query) -> Question:
    """A query planned; its steps are with the planner."""
    plan = plan_query(p, query)
    more = (untracked(p, query), overlap(p, query), left_out(p, query), left_out_before(p, query))
    outputs = (*plan.outputs, *(step for step in more if step is not None))
    return Question(query, plan, outputs, p.b.settings.currency, p.as_of.today)


def answer(asked: Question, rows: Fetched, notes: Sequence[str], context: Context) -> Result:
    """The result of a question from the rows of its outputs."""
    query = asked.query
    extra = (*query.told, *overlap_notes(query, rows), *left_out_notes(query, rows, asked.currency))
    result = assemble(query, asked.plan, rows, asked.currency, (*notes, *extra), pending(query, context))
    result = never_recorded(query, context.store, not_tracked(query, rows, result))
    return not_enough(query, asked.today, result, context)

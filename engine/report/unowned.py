"""What a question about people leaves out: the facts that belong to no customer, counted beside the answer."""

from __future__ import annotations

from patron.engine.model.canonical import TABLES
from patron.engine.model.measures import Agg, aggregates
from patron.engine.model.moments import in_span
from patron.engine.model.queries import Frame, Query
from patron.engine.model.terms import (
    Beside,
    Field,
    Followed,
    Here,
    Lit,
    Numbered,
    Op,
    Term,
    all_of,
    any_of,
    conjuncts,
    known,
)
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Node, Project, Stack, Step
from patron.engine.plan.planner import Planner
from patron.engine.plan.simplify import simple
from patron.engine.plan.tables import never_missing
from patron.engine.report.programs import Fetched
from patron.engine.report.speech import counted
from patron.engine.types import TEXT, WHOLE, YESNO

OUTPUT = "left_out"
ORDERED = ("=", "<", "<=", ">", ">=")
"""Comparisons, none of which holds for what is missing."""


def left_out(p: Planner, query: Query) -> Step | None:
    """One more output of a question: by table, the facts of the period without a customer. None where every fact is
    known to have one."""
    if query.subject.kind == "records":
        return None
    counts = [
        _count(p, query, rows, frame)
        for rows, frame in query.frames.items()
        if isinstance(rows, str) and _may_lack(p, rows, frame) and not _of_somebody(frame)
    ]
    if not counts:
        return None
    return Step(OUTPUT, counts[0] if len(counts) == 1 else Stack(tuple(counts)), "facts without a customer")


def left_out_notes(fetched: Fetched) -> list[str]:
    """`1,234 orders without a customer are left out (of 5,678)`, where there are some."""
    places = list(TABLES)  # orders before their lines, whatever order the rows came in
    return [
        f"{counted(int(n), TABLES[table].singular, table)} without a customer {'is' if n == 1 else 'are'} left out"
        + (f" (of {int(every):,})" if every is not None else "")
        for table, n, every in sorted(fetched.get(OUTPUT, ()), key=lambda row: places.index(row[0]))
        if n
    ]


def _may_lack(p: Planner, table: str, frame: Frame) -> bool:
    """Whether facts of a table may lead to nobody."""
    customer = frame.customer
    if customer is None or table == "customers":
        return False
    own = isinstance(customer, Field) and customer.row == Here()
    return not (own and isinstance(customer, Field) and never_missing(p, table, customer.column))


def _of_somebody(frame: Frame) -> bool:
    """Whether no fact without a customer can be asked about: a date of the customer's must lie in a period, say."""
    assert frame.customer is not None
    asked = (_of_nobody(c, frame.customer) for c in conjuncts(frame.where))
    return any(isinstance(c, Op) and c.name in ORDERED and Lit(None, c.args[0].type) in c.args for c in asked)


def _count(p: Planner, query: Query, table: str, frame: Frame) -> Node:
    """One row: the table, its facts that a metric would count, had they a customer, and all that it counts. These are
    not told where it asks for the place of a fact among those of its customer."""
    assert frame.customer is not None
    asked = [a for m in query.metrics if not m.hidden for a in aggregates(m.metric.measure) if a.rows == table]
    counted = [_counted(query, a) for a in asked]
    conditions = [_of_nobody(c, frame.customer) for c in counted]
    some = None if any(c is None for c in conditions) else any_of(*(c for c in conditions if c is not None))
    nobody = Op("is_missing", (frame.customer,), YESNO)
    whole = conditions == counted
    where = all_of(None if whole else nobody, some if conditions else None, frame.where)
    facts = row_plans.evaluate(p, table, [("nobody", nobody)], where)
    count = AggCall("count", WHOLE, where=Col("nobody", YESNO))
    counts = Aggregate(facts, (), (("facts", count), ("every", AggCall("count", WHOLE))))
    every = Col("every", WHOLE) if whole else Lit(None, WHOLE)
    outputs = (("table", Lit(table, TEXT)), ("facts", Col("facts", WHOLE)), ("every", every))
    return Project(counts, outputs, f"{table} without a customer")


def _of_nobody(where: Term | None, customer: Term) -> Term | None:
    """A condition on facts without a customer: they are nobody's first, and none is before or after them."""
    if where == customer or (isinstance(where, (Numbered, Beside)) and where.key == customer):
        return Lit(None, where.type)
    if isinstance(where, Field) and isinstance(where.row, Followed):
        return Lit(None, where.type) if _of_nobody(where.row.key, customer) != where.row.key else where
    if isinstance(where, Op):
        args = (_of_nobody(a, customer) for a in where.args)
        return simple(where.name, tuple(a for a in args if a is not None), where.type)
    return where


def _counted(query: Query, agg: Agg) -> Term | None:
    """What a metric asks of a row, the period included."""
    if agg.date is None:
        return agg.where
    return all_of(agg.where, known(agg.date), in_span(agg.date, query.period))

"""What a question about people leaves out: the facts that belong to no customer, counted beside the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from patron.engine.model.canonical import TABLES
from patron.engine.model.measures import Agg, aggregates
from patron.engine.model.moments import in_span
from patron.engine.model.queries import Frame, Query
from patron.engine.model.terms import (
    Beside,
    Children,
    Field,
    Followed,
    Here,
    Lit,
    Numbered,
    Op,
    Rows,
    Term,
    all_of,
    any_of,
    conjuncts,
    constant,
    known,
)
from patron.engine.plan import rows as row_plans
from patron.engine.plan.children import ZEROED
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Node, Project, Stack, Step
from patron.engine.plan.planner import Planner
from patron.engine.plan.simplify import simple
from patron.engine.plan.tables import never_missing
from patron.engine.report.programs import Fetched
from patron.engine.report.speech import Speaker, counted
from patron.engine.types import MONEY, TEXT, WHOLE, YESNO

OUTPUT, BEFORE = "left_out", "left_out_before"
ORDERED = ("=", "<", "<=", ">", ">=")
"""Comparisons, none of which holds for what is missing."""
NO = Lit(False, YESNO)


def left_out(p: Planner, query: Query) -> Step | None:
    """One more output of a question: by table, the facts of the period without a customer. None where every fact is
    known to have one."""
    if query.subject.kind == "records":
        return None
    found = (
        _count(p, query, rows, frame)
        for rows, frame in query.frames.items()
        if isinstance(rows, str) and _may_lack(p, rows, frame) and not _of_somebody(frame)
    )
    counts = [count for count in found if count is not None]
    if not counts:
        return None
    return Step(OUTPUT, counts[0] if len(counts) == 1 else Stack(tuple(counts)), "facts without a customer")


def left_out_before(p: Planner, query: Query) -> Step | None:
    """The same of the orders of the period that is compared: where fewer were known by name, fewer are counted."""
    compare = query.compare
    if compare is None or compare.span is None or compare.subject is not None or query.before is not None:
        return None
    orders: dict[Rows, Frame] = {rows: frame for rows, frame in query.frames.items() if rows == "orders"}
    found = left_out(p, replace(query, period=compare.span, compare=None, frames=orders))
    return None if found is None else replace(found, name=BEFORE)


def left_out_notes(query: Query, fetched: Fetched, currency: str) -> list[str]:
    """`1,234 orders without a customer are left out (22% of 5,678; 20% before)`, where there are some, and what they
    come to."""
    places = list(TABLES)  # orders before their lines, whatever order the rows came in
    before = {table: _share(n, every) for table, n, every, _ in fetched.get(BEFORE, ()) if every}
    notes = []
    for table, n, every, worth in sorted(fetched.get(OUTPUT, ()), key=lambda row: places.index(row[0])):
        if n:
            is_ = "is" if n == 1 else "are"
            then = f"; {before[table]} before" if table in before else ""
            of = f" ({_share(n, every)} of {int(every):,}{then})" if every else ""
            notes.append(f"{counted(int(n), TABLES[table].singular, table)} without a customer {is_} left out{of}")
        summed = _summed(query, table)
        if n and worth and summed is not None:
            money = Speaker(currency, "UTC").money(Decimal(worth))
            notes.append(f"{money} without a customer is left out of {summed[0]}")
    return notes


def _share(n: int, every: int) -> str:
    return "under 1%" if 0 < n * 100 < every else f"{n / every:.0%}"


def _summed(query: Query, table: str) -> tuple[str, Agg] | None:
    """The first metric that is a sum of money over a table, with its title."""
    for each in query.metrics:
        agg = each.metric.measure
        if not each.hidden and isinstance(agg, Agg) and (agg.rows, agg.func, agg.type.kind) == (table, "sum", "money"):
            return each.title, agg
    return None


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
    return _of_nobody(frame.where, frame.customer) == NO


def _count(p: Planner, query: Query, table: str, frame: Frame) -> Node | None:
    """One row: the table, its facts that a metric would count, had they a customer, all that it counts, and what a sum
    of money lacks. All are not told where it asks for the place of a fact among those of its customer. None where no
    fact without a customer can be counted."""
    assert frame.customer is not None
    asked = [a for m in query.metrics if not m.hidden for a in aggregates(m.metric.measure) if a.rows == table]
    counted = _widest([_counted(query, a) for a in asked])
    conditions = [_of_nobody(c, frame.customer) for c in counted]
    possible = [c for c in conditions if c != NO]
    if conditions and not possible:
        return None
    some = None if None in possible else any_of(*(c for c in possible if c is not None))
    nobody = Op("is_missing", (frame.customer,), YESNO)
    whole = conditions == counted
    where = all_of(None if whole else nobody, some if conditions else None, frame.where)
    items: list[tuple[str, Term]] = [("nobody", nobody)]
    calls = [("facts", AggCall("count", WHOLE, where=Col("nobody", YESNO))), ("every", AggCall("count", WHOLE))]
    summed = _summed(query, table)
    its_own = NO if summed is None else _of_nobody(_counted(query, summed[1]), frame.customer)
    if summed is not None and summed[1].value is not None and its_own != NO:
        items += [("lost", all_of(nobody, its_own) or nobody), ("worth", summed[1].value)]
        calls.append(("worth", AggCall("sum", MONEY, Col("worth", MONEY), Col("lost", YESNO))))
    counts = Aggregate(row_plans.evaluate(p, table, items, where), (), tuple(calls))
    every = Col("every", WHOLE) if whole else Lit(None, WHOLE)
    worth = Col("worth", MONEY) if len(calls) > 2 else Lit(None, MONEY)
    outputs = (("table", Lit(table, TEXT)), ("facts", Col("facts", WHOLE)), ("every", every), ("worth", worth))
    return Project(counts, outputs, f"{table} without a customer")


def _widest(conditions: Sequence[Term | None]) -> list[Term | None]:
    """The conditions that are no more of others: whoever meets one of all meets one of these."""
    parts = {frozenset(conjuncts(c)): c for c in conditions}
    return [c for own, c in parts.items() if not any(other < own for other in parts)]


def _of_nobody(where: Term | None, customer: Term) -> Term | None:
    """A condition on facts without a customer: they are nobody's first, none is before or after them, and
    nothing is that customer's."""
    if where == customer or (isinstance(where, (Numbered, Beside)) and where.key == customer):
        return Lit(None, where.type)
    if isinstance(where, (Field, Children)) and isinstance(where.row, Followed):
        gone = _of_nobody(where.row.key, customer) != where.row.key
        none = 0 if isinstance(where, Children) and where.func in ZEROED else None
        return Lit(none, where.type) if gone else where
    if isinstance(where, Op):
        args = (_of_nobody(a, customer) for a in where.args)
        made = simple(where.name, tuple(a for a in args if a is not None), where.type)
        compared = isinstance(made, Op) and made.name in ORDERED and any(Lit(None, a.type) == a for a in made.args)
        decided = False if compared else constant(made) if made.type == YESNO else None
        return made if decided is None else Lit(decided, YESNO)
    return where


def _counted(query: Query, agg: Agg) -> Term | None:
    """What a metric asks of a row, the period included."""
    if agg.date is None:
        return agg.where
    return all_of(agg.where, known(agg.date), in_span(agg.date, query.period))

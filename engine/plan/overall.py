"""Aggregates over everybody: one row, put beside every row; one row a month, as things stood when it began; or one row
for every value that rows have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from patron.engine.model import periods
from patron.engine.model.measures import Measure, fixed
from patron.engine.model.overall import numbers_learned, overalls
from patron.engine.model.terms import Lit, Op, Overall, Term, all_of, known
from patron.engine.plan import children, learned
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Expr, Join, Node, Values, columns, renamed
from patron.engine.plan.planner import Planner
from patron.engine.plan.simplify import simple
from patron.engine.types import DATE, YESNO

AT, BESIDE = "@at", "@beside"


def one_row(p: Planner, calls: Sequence[Overall]) -> tuple[Node, Mapping[Term, Expr]]:
    """One row with aggregates over the same rows, stored once, and what each is over its columns."""
    source, aggs = _source(p, calls, {})
    node = Aggregate(source, (), tuple(aggs), f"over all {calls[0].rows}")
    return p.step("overall", node, f"over all {calls[0].rows}"), _values(calls, [n for n, _ in aggs])


def beside(p: Planner, node: Node, measures: Iterable[Measure]) -> tuple[Node, Mapping[Term, Expr]]:
    """The rows with the numbers of everybody that measures need, and what each is over their columns."""
    measures = tuple(measures)
    wanted = dict.fromkeys(o for m in measures for f in fixed(m) for o in overalls(f.term))
    found: dict[Term, Expr] = {}
    for number, rows in enumerate(dict.fromkeys(o.rows for o in wanted)):
        side, values = one_row(p, [o for o in wanted if o.rows == rows])
        names = {c.name: f"@all{number}.{c.name}" for c in columns(side)}
        node = Join(node, renamed(side, names), "cross")
        found |= {term: row_plans.rename(value, names) for term, value in values.items()}
    learnt = dict.fromkeys(x for m in measures for f in fixed(m) for x in numbers_learned(f.term))
    for table in dict.fromkeys(x.table for x in learnt):
        side = learned.numbers(p, table)
        names = {c.name: f"@{table}.{c.name}" for c in columns(side)}
        node = Join(node, renamed(side, names), "cross")
        found |= {x: Col(names[x.column], x.type) for x in learnt if x.table == table}
    return node, found


def over(term: Term, known_values: Mapping[Term, Expr]) -> Expr:
    """A value that looks at no row, over the columns that hold the numbers of everybody."""
    if isinstance(term, Op):
        return simple(term.name, tuple(over(a, known_values) for a in term.args), term.type)
    return known_values.get(term, term)


def by_month(p: Planner, calls: Sequence[Overall]) -> tuple[Node, Mapping[Term, Expr]]:
    """One row a month of the shop's history: aggregates over what came before it, by one date of the same rows. When
    rows alike are asked for, one row for each of their values."""
    rows, at = calls[0].rows, calls[0].at
    assert at is not None
    source, aggs = _source(p, calls, {AT: at})
    if calls[0].alike:
        node = Aggregate(source, ((BESIDE, Col(AT, at.type)),), tuple(aggs), f"over {rows} that are alike")
        return p.step("overall", node, f"over {rows} that are alike"), _values(calls, [n for n, _ in aggs])
    month, day = Col(BESIDE, DATE), Col(AT, DATE)
    spine = Values((month,), tuple((Lit(m, DATE),) for m in _months(p)), "months")
    joined = Join(spine, source, "inner", (), Op("<", (day, month), YESNO), note="before each month")
    node = Aggregate(joined, ((BESIDE, month),), tuple(aggs), f"over all {rows} before each month")
    return p.step("overall", node, f"over all {rows} by month"), _values(calls, [n for n, _ in aggs])


def _source(p: Planner, calls: Sequence[Overall], more: Mapping[str, Term]) -> tuple[Node, list[tuple[str, AggCall]]]:
    """The rows that are added up, and the aggregates over them."""
    shared, rest = children.common_part([c.where for c in calls])
    items: dict[Term, str] = {}

    def item(term: Term) -> Col:
        return Col(items.setdefault(term, f"v{len(items)}"), term.type)

    aggs = [(f"a{n}", children.agg_call(c, item, where)) for n, (c, where) in enumerate(zip(calls, rest, strict=True))]
    named = [*more.items(), *((n, t) for t, n in items.items())]
    where = all_of(shared, *(known(t) for t in more.values()))
    return row_plans.evaluate(p, calls[0].rows, named, where), aggs


def _values(calls: Sequence[Overall], names: Sequence[str]) -> Mapping[Term, Expr]:
    return {c: children.filled_in(c.func, Col(n, c.type)) for c, n in zip(calls, names, strict=True)}


def _months(p: Planner) -> list[dt.date]:
    """The first dates of all months from the first order to today."""
    orders = p.store.tables.get("orders")
    low = orders.columns["created_at"].low if orders is not None else None
    first = low.date() - periods.DAY if isinstance(low, dt.datetime) else p.as_of.today
    return list(periods.buckets("month", periods.Span(min(first, p.as_of.today), p.as_of.today), 1))

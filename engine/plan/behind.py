"""The people behind rows of a report: customers with a fact behind the first metric in the rows kept.

The facts are one more part of the show's own query: counted by its dimensions and by customer.
"""

from __future__ import annotations

from dataclasses import replace

from patron.engine.model.measures import Agg
from patron.engine.model.queries import Frame, Query, QueryDim
from patron.engine.model.shown import shown_rows
from patron.engine.model.terms import BehindRows, Term, all_of
from patron.engine.plan import parts
from patron.engine.plan import query as query_plans
from patron.engine.plan.bounds import bounded
from patron.engine.plan.nodes import Aggregate, Col, Join, Node, Project, columns
from patron.engine.plan.planner import Planner
from patron.engine.types import WHOLE, reference

CUSTOMER = reference("customers")


def ids(p: Planner, leaf: BehindRows) -> Node:
    """The customers, each once."""
    shown = shown_rows(p.b, leaf.report, leaf.title)
    p = p.at(shown.frame.binder)
    query = bounded(p, shown.query)
    query = replace(query, smallest_group=0, each_period=shown.frame.membership == "each period")
    planner = query_plans.QueryPlanner(p, query)
    level = planner.all_dims if shown.cut else ()
    side = planner.sides()[0]
    agg, kind = next(iter(planner.leaves(query.metrics[0].metric.measure, "", bool(planner.time_dims))))
    agg = planner.of_list(agg)
    fact = Agg(agg.rows, "count", WHOLE, where=all_of(agg.where, leaf.where), date=agg.date)
    who = len(query.dims)
    window = planner.window(side, kind, level)
    asked = [parts.Asked("facts", fact)]
    node: Node = parts.part_node(p, _by_customer(query, agg), asked, (*level, who), window, side.people)
    if shown.cut:
        node = _in(node, planner.kept(planner.rows(planner.sides(), planner.all_dims)))
    found = Col(f"d{who}", CUSTOMER)
    return Aggregate(node, (("id", found),), (), f'people behind "{leaf.title}" of {leaf.report}')


def _by_customer(query: Query, agg: Agg) -> Query:
    """The query with one more dimension: the customer of the facts."""
    frames = {}
    for rows, frame in query.frames.items():
        customer: Term | None = frame.customer if rows == agg.rows else None
        frames[rows] = Frame((*frame.dims, customer), frame.where, frame.customer)
    dim = QueryDim("@customer", "", CUSTOMER, "")
    return replace(query, dims=(*query.dims, dim), frames=frames)


def _in(node: Node, kept: Node) -> Node:
    """Facts of the rows that are kept."""
    mine = {c.name: c for c in columns(node)}
    keys = [c for c in columns(kept) if c.name in mine]
    side = Project(kept, tuple((f"@k{i}", c) for i, c in enumerate(keys)))
    on = tuple((mine[c.name], Col(f"@k{i}", c.type)) for i, c in enumerate(keys))
    return Join(node, side, "semi", on, missing_equal=True, note="rows kept")

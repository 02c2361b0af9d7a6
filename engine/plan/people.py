"""Sets of customers: audiences, lists, people behind a report's rows."""

from __future__ import annotations

from patron.engine.model.audiences import CUSTOMER_ID, Audience, kept
from patron.engine.model.terms import YES, BehindRows, Term
from patron.engine.plan import marks
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Aggregate, Col, Node, Stack, Temp, Values
from patron.engine.plan.planner import Planner
from patron.engine.types import reference

CUSTOMER = reference("customers")
ID = Col("id", CUSTOMER)


def audience_of(p: Planner, name: str) -> Audience:
    """The audience of that name, understood."""
    found = p.b.declared.known("audience")[name]
    return type(p.b).define_audience(p.b, found, found.span)


def audience_ids(p: Planner, name: str) -> Temp:
    """The members of an audience, evaluated once per program."""
    audience = audience_of(p, name)
    at = p.at(p.b.variant(as_of=audience.as_of)) if audience.as_of != p.as_of else p
    return at.step(f"audience_{audience.name}", audience_node(at, audience), f"members of {audience.name}")


def audience_node(p: Planner, audience: Audience) -> Node:
    """The ids of the customers for whom an audience holds."""
    rank = kept(audience)
    if rank is not None:
        return marks.ranked_ids(p, rank, with_missing=rank.share is None)
    where: Term | None = audience.condition if audience.condition != YES else None
    return row_plans.evaluate(p, "customers", [("id", CUSTOMER_ID)], where, f"members of {audience.name}")


def list_ids(p: Planner, name: str, version: int | None) -> Node:
    """The frozen members of a list; nobody while it is pending."""
    stored = p.lists(name, version)
    if stored.table is None:
        return Values((ID,), (), f"list {name} is pending")
    return Temp(stored.table, (ID,), f"list {name}")


def union(nodes: list[Node]) -> Node:
    """Everybody of several sets, each once."""
    if len(nodes) == 1:
        return nodes[0]
    return Aggregate(Stack(tuple(nodes)), (("id", ID),), ())


def ids_behind_rows(p: Planner, leaf: BehindRows) -> Node:
    """The customers with a fact behind the kept rows of a report's show."""
    from patron.engine.plan import behind  # a query again: the largest ring of this room

    return behind.ids(p, leaf)

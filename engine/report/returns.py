"""Returned orders of which nobody knows the channel: the rule of the project cannot leave them out (P0303)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.dsl.tree import Span
from patron.engine.model.resolve import Model

HINT = 'Map it, in a shop with a counter as `channel = "retail"`; or map their status to "canceled".'


def returns_that_stay(model: Model, files: Collection[str] | None) -> tuple[Problem, ...]:
    """A warning where orders are returned, the rule asks for their channel, and no source fills it."""
    orders = model.schema.tables["orders"].columns
    asked = model.declared.settings.order_rule == "shopline" and "valid_order" not in model.declared.replaced.get(
        "filter", {}
    )
    if not asked or orders["channel"].filled or "returned" not in (orders["status"].seen or ()):
        return ()
    said = "no order has a channel, so those with the status returned stay in sales: "
    said += "order_rule shopline leaves out those that orders.channel says are retail"
    places = [p for p in _places(model) if files is None or p.file in files]
    return (Problem("P0303", places[0], said, HINT),) if places else ()


def _places(model: Model) -> Iterator[Span]:
    """Where the status of orders is mapped, else where orders are."""
    tables = [s for d in model.declared.documents for s in d.statements if isinstance(s, tree.TableDecl)]
    mine = [t for t in tables if t.table.key == "orders"]
    for table in mine:
        yield from (c.span for c in table.clauses or () if isinstance(c, tree.MapColumn) and c.name.key == "status")
    yield from (t.span for t in mine)

"""Actions and orders of a customer laid in one order of time: forms of attribution that are linear in both.

Joining every action to every order of its customer is fastest on ordinary customers and hopeless on one with a
hundred thousand of each. These forms give the same pairs from one sort. The place of a row is its moment, or its
date where dates decide; an action comes before an order of the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Named,
    Node,
    Project,
    SortKey,
    Stack,
    WindowCall,
    columns,
)  # fmt: skip
from patron.engine.plan.tables import cols
from patron.engine.types import WHOLE, YESNO, reference

CUSTOMER, SIDE = Col("@customer", reference("customers")), Col("@side", WHOLE)
NUMBER, FOUND = Col("@number", WHOLE), Col("@found", WHOLE)


@dataclass(frozen=True, slots=True)
class Laid:
    """One side: its rows, and the expressions of their customer and place."""

    rows: Node
    customer: Expr
    place: Expr


def numbered(rows: Node, worst_first: Sequence[SortKey]) -> Node:
    """Rows with their number in an order without ties: the forms below keep numbers only, and join the rows back."""
    number = WindowCall("row_number", WHOLE, (), (), tuple(worst_first))
    return Project(rows, (*((c.name, c) for c in columns(rows)), (NUMBER.name, number)))


def first_after(actions: Laid, orders: Laid, ident: Col) -> Node:
    """Each action with the first order of its customer at or after its place; orders are numbered from the first."""
    backwards = (*_order(actions, descending=True), SortKey(NUMBER, True))
    found = WindowCall("last_known", WHOLE, (NUMBER,), (CUSTOMER,), backwards, upto=True)
    kept = _found(_stack(actions, orders, [ident, NUMBER]), found, 0, [ident])
    mine = Project(kept, (("@action", ident), (FOUND.name, FOUND)))
    with_order = Join(mine, orders.rows, "inner", ((FOUND, NUMBER),), note="first order at or after each action")
    return Join(with_order, actions.rows, "inner", ((Col("@action", ident.type), ident),))


def last_before(actions: Laid, orders: Laid, ident: Col, length: Col | None, inside: Expr) -> Node:
    """Each order with the last action that reaches it; actions are numbered up to the last.

    Of actions with windows of one length, none reaches an order that a later one does not: so the last action before
    the order is found for each length, and of those that reach it the last is taken.
    """
    partition: tuple[Col, ...] = (CUSTOMER,)
    spread = orders
    if length is not None:
        keys: tuple[Named, ...] = (("@of", actions.customer), (length.name, length))
        lengths = Aggregate(actions.rows, keys, (), "lengths of windows")
        on = ((orders.customer, Col("@of", CUSTOMER.type)),)
        spread = Laid(Join(orders.rows, lengths, "inner", on), orders.customer, orders.place)
        partition = (CUSTOMER, length)
    looked_at = {c.name for c in cols(inside)}
    own = [c for c in columns(orders.rows) if c == ident or c.name in looked_at]
    laid = (*_order(actions), SortKey(NUMBER))
    found = WindowCall("last_known", WHOLE, (NUMBER,), partition, laid, upto=True)
    stack = _stack(actions, spread, [*own, NUMBER, *partition[1:]])
    reaching = Filter(Join(_found(stack, found, 1, own), actions.rows, "inner", ((FOUND, NUMBER),)), inside)
    last = Aggregate(reaching, (("@order", ident),), ((FOUND.name, AggCall("max", WHOLE, NUMBER)),))
    with_action = Join(last, actions.rows, "inner", ((FOUND, NUMBER),), note="last action that reaches each order")
    return Join(with_action, orders.rows, "inner", ((Col("@order", ident.type), ident),))


def reached(actions: Laid, orders: Laid, end: Expr) -> tuple[Node, Col]:
    """The orders at or after some action of their customer, and the latest end of those actions' windows."""
    own = columns(orders.rows)
    mark = Col("@end", end.type)
    ended = Project(actions.rows, (*((c.name, c) for c in columns(actions.rows)), (mark.name, end)))
    stack = _stack(Laid(ended, actions.customer, actions.place), orders, [*own, mark])
    found = WindowCall("max", end.type, (mark,), (CUSTOMER,), _order(actions), upto=True)
    return _found(stack, found, 1, own), Col(FOUND.name, end.type)


def _order(side: Laid, descending: bool = False) -> tuple[SortKey, ...]:
    return SortKey(Col("@place", side.place.type), descending), SortKey(SIDE, descending)


def _stack(actions: Laid, orders: Laid, carried: Sequence[Col]) -> Node:
    """Both sides as rows of one relation; a column that one side does not have is missing there."""
    sides = []
    for number, side in enumerate((actions, orders)):
        have = {c.name for c in columns(side.rows)}
        items: dict[str, Expr] = {CUSTOMER.name: side.customer, "@place": side.place, SIDE.name: Lit(number, WHOLE)}
        items |= {c.name: c if c.name in have else Lit(None, c.type) for c in carried}
        sides.append(Project(side.rows, tuple(items.items())))
    return Stack(tuple(sides), "actions and orders in one order")


def _found(stack: Node, found: WindowCall, side: int, own: Sequence[Col]) -> Node:
    """The rows of one side for which the other has something."""
    node = Project(stack, ((SIDE.name, SIDE), *((c.name, c) for c in own), (FOUND.name, found)))
    result = Col(FOUND.name, found.type)
    known = Op("not", (Op("is_missing", (result,), YESNO),), YESNO)
    mine = Op("=", (SIDE, Lit(side, WHOLE)), YESNO)
    kept = Filter(node, Op("and", (mine, known), YESNO))
    return Project(kept, (*((c.name, c) for c in own), (FOUND.name, result)))

"""Forms of attribution for customers with very many actions and orders: linear in both.

They give what joining all pairs gives. The place of a row is its moment, or its date where dates decide; all actions
and orders are known to have dates, or moments, and every window a length (see `credit`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from patron.engine.model.attributions import Attribution
from patron.engine.model.terms import CreditedRows, Lit, negated
from patron.engine.plan import sides
from patron.engine.plan.laid import Laid, best, best_of_place, first_after, furthest, last_before
from patron.engine.plan.nodes import (
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
    columns,
)
from patron.engine.plan.pairs import inside, of_order, pair_columns
from patron.engine.plan.planner import Planner
from patron.engine.plan.sides import (
    A_AT,
    A_CAMPAIGN,
    A_CUSTOMER,
    A_DATE,
    A_ID,
    A_RANK,
    CUSTOMER,
    O_AT,
    O_CUSTOMER,
    O_DATE,
    O_ID,
    SECONDS,
    W_DATE,
    W_END,
    W_SECONDS,
    W_START,
    op,
)
from patron.engine.types import DATE, WHOLE, YESNO

EPOCH = Lit(dt.date(1970, 1, 1), DATE)
LENGTH = Col("@length", SECONDS)
TIES = (SortKey(A_RANK), SortKey(A_CAMPAIGN), SortKey(A_ID))
FIRST, LAST = (SortKey(A_AT), *TIES), (SortKey(A_AT, True), *TIES)
"""Which of several actions is credited."""


def first_purchases(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """Each action with the first order after it, where its window reaches that order."""
    orders = best_of_place(_orders(p, sides.orders(p, a)), (SortKey(O_AT), SortKey(O_ID)))
    found = first_after(_actions(p, a, sides.actions(p, a, rows)), orders, "first order at or after each action")
    return Project(Filter(found, inside(p, a)), pair_columns(p, a), f"pairs of {a.name}")


def reached(p: Planner, a: Attribution, rows: CreditedRows, by: Sequence[str] = ()) -> Node:
    """The orders that some action's window reaches, once for each group of actions that reaches them."""
    actions = _actions(p, a, sides.actions(p, a, rows))
    orders = _orders(p, sides.orders(p, a))
    grouped = [c for name in by for c in columns(actions.rows) if c.name == f"a.{name}"]
    shown = tuple(Col(f"@{c.name}", c.type) for c in grouped)
    if by:
        keys: tuple[Named, ...] = (("@of", A_CUSTOMER), *((c.name, g) for c, g in zip(shown, grouped, strict=True)))
        orders = _spread(orders, Aggregate(actions.rows, keys, (), "groups of actions"), shown)
    ends, last = furthest(Laid(actions.rows, (A_CUSTOMER, *grouped), actions.place), _end(p))
    near = last_before(orders, ends, "actions at or before each order")
    node = Filter(near, op("<=", _end_place(p), last))
    return Project(node, (*of_order(p, a), *zip(by, shown, strict=True)), f"orders reached by {a.name}")


def lasts(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """The last action that reaches each order.

    Most often that is the last action before the order. Where the window of that one is over, an earlier action with
    a longer window may still reach the order. Of actions with windows of one length none reaches an order that a
    later one does not: so the last of each length is looked at.
    """
    actions = _actions(p, a, p.step(f"actions_{a.name}", sides.actions(p, a, rows), f"actions of {a.name}"))
    orders = _orders(p, sides.orders(p, a))
    pair, reaches, than = pair_columns(p, a), Col("@reaches", YESNO), Col("@than", SECONDS)
    found = last_before(orders, best_of_place(actions, _last(p)), "last action before each order")
    told = Project(found, (*pair, (reaches.name, inside(p, a)), (than.name, W_SECONDS)))
    latest = p.step(f"latest_{a.name}", told, f"last action before each order, for {a.name}")
    late = Project(Filter(latest, negated(reaches)), (("@order", Col("order", O_ID.type)), (than.name, than)))
    left = Join(orders.rows, late, "inner", ((O_ID, Col("@order", O_ID.type)),), note="orders it does not reach")
    spread = _by_length(Laid(left, orders.keys, orders.place), actions)
    longer = Laid(Filter(spread.rows, op(">", LENGTH, than)), spread.keys, spread.place)
    near = Filter(_of_length(last_before, longer, actions), inside(p, a))
    settled = Project(Filter(latest, reaches), tuple((n, Col(n, value.type)) for n, value in pair))
    return Stack((settled, Project(best(near, O_ID, LAST), pair)), "last action that reaches each order")


def firsts(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """The first action that reaches each order: of those with windows of one length, the first that is not over."""
    actions = p.step(f"actions_{a.name}", sides.actions(p, a, rows), f"actions of {a.name}")
    orders = Laid(sides.orders(p, a), (O_CUSTOMER,), _end_place(p))
    ending = Laid(actions, (A_CUSTOMER,), _end(p))
    near = Filter(_of_length(first_after, _by_length(orders, ending), ending), inside(p, a))
    return Project(best(near, O_ID, FIRST), pair_columns(p, a), "first action that reaches each order")


def _of_length(met: Callable[[Laid, Laid, str], Node], spread: Laid, actions: Laid) -> Node:
    """Orders beside a length with the actions of that length at the place that is nearest."""
    place, keys = Col("@at", actions.place.type), (Col("@for", CUSTOMER), Col("@long", SECONDS))
    own = zip((*keys, place), (A_CUSTOMER, W_SECONDS, actions.place), strict=True)
    places = Project(actions.rows, tuple((c.name, value) for c, value in own))
    near = met(spread, Laid(places, keys, place), "nearest place of each length")
    on = ((O_CUSTOMER, A_CUSTOMER), (LENGTH, W_SECONDS), (place, actions.place))
    return Join(near, actions.rows, "inner", on, note="actions there")


def _last(p: Planner) -> tuple[SortKey, ...]:
    """What is left to order actions of one place by, the last first."""
    return LAST if _loose(p) else TIES


# ---------------------------------------------------------------- places


def _loose(p: Planner) -> bool:
    return sides.dates_decide(p) == Lit(True, YESNO)


def _actions(p: Planner, a: Attribution, actions: Node) -> Laid:
    """Actions at the place from which their window may reach an order."""
    place, start = (A_DATE, W_DATE) if _loose(p) else (A_AT, W_START)
    later = op("if", op(">", start, place), start, place, type_=place.type) if a.at_send else place
    return Laid(actions, (A_CUSTOMER,), later)


def _orders(p: Planner, orders: Node) -> Laid:
    return Laid(orders, (O_CUSTOMER,), O_DATE if _loose(p) else O_AT)


def _end(p: Planner) -> Expr:
    """The last moment of an action's window, or its last date as a number of days."""
    if not _loose(p):
        return W_END
    start = op("days_between", EPOCH, W_DATE, type_=WHOLE)
    dates = op("dates_of_seconds", W_SECONDS, type_=WHOLE)
    return op("-", op("+", start, dates, type_=WHOLE), Lit(1, WHOLE), type_=WHOLE)


def _end_place(p: Planner) -> Expr:
    """The place of an order, as ends of windows are told."""
    return op("days_between", EPOCH, O_DATE, type_=WHOLE) if _loose(p) else O_AT


def _by_length(orders: Laid, actions: Laid) -> Laid:
    """Orders beside each length of window that actions of their customer have."""
    keys = (("@of", A_CUSTOMER), (LENGTH.name, W_SECONDS))
    return _spread(orders, Aggregate(actions.rows, keys, (), "lengths of windows"), (LENGTH,))


def _spread(orders: Laid, groups: Node, shown: tuple[Col, ...]) -> Laid:
    """Orders beside each group of actions that their customer has."""
    rows = Join(orders.rows, groups, "inner", ((O_CUSTOMER, Col("@of", O_CUSTOMER.type)),))
    return Laid(rows, (O_CUSTOMER, *shown), orders.place)

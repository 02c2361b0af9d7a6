"""Pairs of an action and an order that lies in its window: the plain form, which joins them by customer."""

from __future__ import annotations

import datetime as dt

from patron.engine.model.attributions import Attribution
from patron.engine.model.moments import day_only, local_date
from patron.engine.model.terms import CreditedRows, Field, Followed, Here, Lit, Op, Term, all_of, compare
from patron.engine.plan import rows as row_plans
from patron.engine.plan import sides
from patron.engine.plan.nodes import Col, Expr, Filter, Join, Named, Node, Project, SortKey, Values, WindowCall, columns
from patron.engine.plan.planner import Planner
from patron.engine.plan.sides import (
    A_AT,
    A_CAMPAIGN,
    A_CUSTOMER,
    A_DATE,
    A_ID,
    A_RANK,
    O_AT,
    O_CUSTOMER,
    O_DATE,
    O_ID,
    ORDER,
    W_DATE,
    W_END,
    W_SECONDS,
    W_START,
    op,
)
from patron.engine.types import CHOICE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO

OF_ORDER = ("order", "customer", "ordered", "ordered@date", "value")
"""The columns of a pair that its order gives."""
OF_ACTION = ("campaign", "kind", "channel")
"""The columns of a pair by which its actions may be grouped."""


def influenced(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """Pairs after `counts`: every qualified order of an action, or its first."""
    node = _required(p, a, _met(p, a, sides.actions(p, a, rows), sides.orders(p, a)), rows)
    if not a.every_purchase:
        node = _first_purchase(node)
    return Project(node, pair_columns(p, a), f"pairs of {a.name}")


def reached(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """Every order that some action's window reaches, once."""
    node = Join(sides.orders(p, a), sides.actions(p, a, rows), "semi", ((O_CUSTOMER, A_CUSTOMER),), inside(p, a),
                note="inside the window of an action")  # fmt: skip
    return Project(node, of_order(p, a), f"orders reached by {a.name}")


def of_order(p: Planner, a: Attribution) -> tuple[Named, ...]:
    """The columns of a pair that its order gives."""
    return tuple(c for c in pair_columns(p, a) if c[0] in OF_ORDER)


def _met(p: Planner, a: Attribution, actions: Node, orders: Node) -> Node:
    """Actions with the orders inside their window.

    Where the longest window is known, an order is in the same stretch of that length as the action, or in the next:
    so each stands in its own and in the one before, and no pairs far apart are looked at.
    """
    on: tuple[tuple[Expr, Expr], ...] = ((A_CUSTOMER, O_CUSTOMER),)
    longest, loose = sides.longest(p, a), sides.dates_decide(p)
    if longest is not None and isinstance(loose, Lit):
        places = (A_DATE, O_DATE) if loose.value else (A_AT, O_AT)
        mine, theirs = (op("stretch", place, Lit(longest.days, WHOLE), type_=WHOLE) for place in places)
        before, stretch = Col("@before", WHOLE), Col("@stretch", WHOLE)
        both = Join(orders, Values((before,), ((Lit(0, WHOLE),), (Lit(1, WHOLE),))), "cross")
        in_reach = (stretch.name, op("-", theirs, before, type_=WHOLE))
        orders = Project(both, (*((c.name, c) for c in columns(orders)), in_reach))
        on = (*on, (mine, stretch))
    return Join(actions, orders, "inner", on, inside(p, a), note="orders inside the window of an action")


def inside(p: Planner, a: Attribution) -> Expr:
    """Whether the order lies in the action's window: by dates when either is date-only, never before the action."""
    loose = sides.dates_decide(p)
    after_date = op(">=", O_DATE, A_DATE)
    after_time = op(">=", O_AT, A_AT)
    by_date, by_time = [after_date], [after_time]
    if a.window is not None:
        days = op("days_between", W_DATE, O_DATE, type_=WHOLE)
        by_date.append(op("<", days, op("dates_of_seconds", W_SECONDS, type_=WHOLE)))
        by_time.append(op("<=", O_AT, W_END))
    if a.at_send:
        by_date.append(op(">=", O_DATE, W_DATE))
        by_time.append(op(">=", O_AT, W_START))
    return op("if", loose, _all(by_date), _all(by_time))


def _all(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else op("and", *parts)


def pair_columns(p: Planner, a: Attribution) -> tuple[Named, ...]:
    """The columns of a pair."""
    loose = sides.dates_decide(p)
    by_date = op("days_between", A_DATE, O_DATE, type_=WHOLE)
    days = op("if", loose, by_date, op("whole_days", A_AT, O_AT, type_=WHOLE), type_=WHOLE)
    window: Expr = Lit(None, NUMBER)
    if a.window is not None:
        window = op("days_of_seconds", W_SECONDS, type_=NUMBER)
    return (
        ("order", O_ID), ("action", A_ID), ("campaign", A_CAMPAIGN),
        ("customer", O_CUSTOMER), ("acted", A_AT), ("acted@date", A_DATE),
        ("ordered", O_AT), ("ordered@date", O_DATE), ("kind", Col("a.kind", CHOICE)),
        ("channel", Col("a.channel", TEXT)), ("value", Col("o.value", MONEY)), ("rank", A_RANK),
        ("days_to_order", days), ("window", window),
    )  # fmt: skip


def _required(p: Planner, a: Attribution, node: Node, rows: CreditedRows) -> Node:
    """Pairs that meet `until` and `require`, which may look at both sides."""
    conditions: list[Term | None] = [a.require]
    if a.until is not None:
        conditions.append(_until(p, a, rows))
    where = all_of(*conditions)
    if where is None:
        return node
    return _over_pairs(p, node, where)


def _until(p: Planner, a: Attribution, rows: CreditedRows) -> Term:
    """The window also ends with this date or moment."""
    assert a.until is not None
    order = Followed(Field(Here(), "order", ORDER), "orders")
    created = Field(order, "created_at", MOMENT)
    end = a.until
    if isinstance(end, Op) and not end.args:
        stored = p.lists(rows.of_list or "", None)
        if not isinstance(stored.expires_at, dt.datetime):
            return Lit(True, YESNO)
        return compare("<=", created, Lit(stored.expires_at, MOMENT))
    by_date = compare("<=", local_date(created), local_date(end))
    if end.type.kind == "date":
        return by_date
    return Op("if", (day_only(end), by_date, compare("<=", created, end)), YESNO)


def _over_pairs(p: Planner, node: Node, where: Term) -> Node:
    """A condition on pairs that are not stored yet: rows of order and action are joined by id."""
    known_pairs = _PairEvaluation(p, node, where)
    return Project(Filter(known_pairs.node, known_pairs.expr(where)), tuple((c.name, c) for c in columns(node)))


class _PairEvaluation(row_plans.Evaluation):
    """An evaluation that begins with joined actions and orders."""

    def __init__(self, p: Planner, node: Node, where: Term) -> None:
        self._pairs = node
        super().__init__(p, CreditedRows("", True), [where])

    def _base(self) -> Node:
        ids: list[Named] = [("order", O_ID), ("action", A_ID)]
        self._names = {c.name for c in columns(self._pairs)} | {"order", "action"}
        for name, column in ids:
            assert isinstance(column, Col)
            self.known[Field(Here(), name, column.type)] = Col(name, column.type)
        return Project(self._pairs, (*((c.name, c) for c in columns(self._pairs)), *ids))


def _first_purchase(node: Node) -> Node:
    """Each action's earliest order: by creation, then id."""
    order = (SortKey(O_AT), SortKey(O_ID))
    place = WindowCall("row_number", WHOLE, (), (A_ID,), order)
    numbered = Project(node, (*((c.name, c) for c in columns(node)), ("place", place)))
    return Filter(numbered, op("=", Col("place", WHOLE), Lit(1, WHOLE)), "first purchase of each action")

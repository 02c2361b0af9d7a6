"""Attribution: pairs of action and order, and who gets the credit (language reference, section 12).

Actions are joined to the orders of their customer inside their own window. A customer with very many actions and
orders would make too many pairs: with busy customers a form is taken that is linear in both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from patron.engine.model.attributions import Attribution
from patron.engine.model.behaviour import pair_roots, row_scope_of
from patron.engine.model.binder import Scope
from patron.engine.model.terms import CreditedRows, Field, Lit, Term
from patron.engine.plan import busy
from patron.engine.plan import pairs as plain
from patron.engine.plan.nodes import Col, Node, Project, Temp, columns
from patron.engine.plan.pairs import OF_ACTION, OF_ORDER
from patron.engine.plan.planner import Planner
from patron.engine.plan.shares import picked
from patron.engine.plan.sides import CAMPAIGN, CUSTOMER, dates_decide, value_of
from patron.engine.plan.tables import filled
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, TEXT, WHOLE

BUSY = 1_000_000
"""Pairs of one customer from which the linear form is used."""


def attribution_of(p: Planner, name: str) -> Attribution:
    """The attribution of that name."""
    found = p.b.declared.known("attribution")[name.casefold()]
    return type(p.b).define_attribution(p.b, found, found.span)


def pairs(p: Planner, rows: CreditedRows, needed: Collection[str]) -> Temp:
    """The pairs of an attribution, stored once: influenced ones, or those picked with their weights. Those around the
    dates of a question are some of all, which another question may need."""
    found = _pairs(p, rows, needed)
    if p.focus is not None and p.focus.low is not None:
        p.part_of(found, _pairs(p.focused(replace(p.focus, low=None, high=None)), rows, needed))
    return found


def _pairs(p: Planner, rows: CreditedRows, needed: Collection[str]) -> Temp:
    """The pairs of a question's people and dates.

    Where only the orders of influenced pairs are needed, or groups of their actions, there is one row for each.
    """
    a = attribution_of(p, rows.attribution)
    grouped = _reached(p, a, rows, needed)
    if grouped is not None:
        return p.step(f"reached_{a.name}", grouped, f"orders reached by {a.name}")
    if not rows.influenced and a.every_purchase and a.model in ONE_ACTION and not a.at_send and _busy(p, a):
        found = ONE_ACTION[a.model](p, a, rows)
        return p.step(f"credited_{a.name}", _whole(found), f"credit by {a.name}")
    linear = _busy(p, a) and not a.every_purchase
    node = busy.first_purchases(p, a, rows) if linear else plain.influenced(p, a, rows)
    influenced = p.step(f"influenced_{a.name}", node, f"pairs of {a.name}")
    if rows.influenced:
        return influenced
    return p.step(f"credited_{a.name}", picked(a, influenced), f"credit by {a.name}")


ONE_ACTION: Mapping[str, Callable[[Planner, Attribution, CreditedRows], Node]] = {
    "last": busy.lasts,
    "first": busy.firsts,
}
"""Who gets the credit where it is one action, found without all pairs."""


def _reached(p: Planner, a: Attribution, rows: CreditedRows, needed: Collection[str]) -> Node | None:
    """Orders that are reached, by what is needed of the actions; None where that takes all pairs."""
    if not rows.influenced or not a.every_purchase or a.require is not None or a.until is not None:
        return None
    by = [name for name in OF_ACTION if name in needed]
    if not set(needed) <= {*OF_ORDER, *by} or (by and not _busy(p, a)):
        return None
    return busy.reached(p, a, rows, by) if _busy(p, a) else plain.reached(p, a, rows)


def _busy(p: Planner, a: Attribution) -> bool:
    """Whether some customer would make too many pairs, and a linear form gives the same ones."""
    alone = a.require is None and a.until is None
    return p.store.busiest > BUSY and alone and isinstance(dates_decide(p), Lit)


def _whole(credited: Node) -> Node:
    """Pairs that get their order whole."""
    one = Lit(1, WHOLE)
    weights = (("num", one), ("den", one), ("seq", one))
    return Project(credited, (*((c.name, c) for c in columns(credited)), *weights))


def aliases(p: Planner, rows: CreditedRows) -> dict[Term, Col]:
    """Terms on a pair that its own columns give, so that orders and actions need not be joined again."""
    if not rows.attribution:
        return {}
    roots = pair_roots()
    order, action = roots["order"][0], roots["action"][0]
    found: dict[Term, Col] = {
        Field(order, "customer", CUSTOMER): Col("customer", CUSTOMER),
        Field(order, "created_at", MOMENT): Col("ordered", MOMENT),
        Field(order, "created_at@date", DATE): Col("ordered@date", DATE),
        Field(action, "customer", CUSTOMER): Col("customer", CUSTOMER),
        Field(action, "campaign", CAMPAIGN): Col("campaign", CAMPAIGN),
        Field(action, "acted_at", MOMENT): Col("acted", MOMENT),
        Field(action, "acted_at@date", DATE): Col("acted@date", DATE),
        Field(action, "kind", CHOICE): Col("kind", CHOICE),
    }
    if filled(p, "actions", "channel"):
        found[Field(action, "channel", TEXT)] = Col("channel", TEXT)
    found[value_of(p, row_scope_of(Scope(""), rows), "order")] = Col("value", MONEY)
    return found

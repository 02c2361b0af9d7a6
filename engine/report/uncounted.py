"""Orders that somebody made and that do not count: canceled ones, returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from patron.dsl import tree
from patron.engine.model.behaviour import window_condition
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.child_rows import default_date
from patron.engine.model.terms import YES, Children, Here, Term, all_of, negated, walk
from patron.engine.plan.children import own_terms
from patron.engine.report.occurrences import Asked, Row
from patron.engine.report.speech import counted

_ORDER = tree.Path((tree.Name("order"),))
_VALID = tree.Path((tree.Name("valid_order"),))
_EVENTS: Mapping[str, tuple[type, ...]] = {"ordered": (tree.Where,), "bought": ()}
"""The events that look at valid orders only, and what of their qualifiers can be asked of any order."""


def uncounted_orders(b: Binder, scope: Scope, node: tree.Has, windows: Sequence[tree.Qualifier]) -> Asked | None:
    """The orders that an event leaves out, in its windows or not; None for an event that leaves out none."""
    narrower = tuple(q for q in node.qualifiers if not isinstance(q, (tree.Times, tree.Spending)) and q not in windows)
    kinds = _EVENTS.get(node.event.key)
    valid = b.condition(Scope("orders"), _VALID)
    if kinds is None or valid == YES or not all(isinstance(q, kinds) for q in narrower):
        return None
    condition = b.condition(scope, replace(node, event=_ORDER, negated=False, qualifiers=narrower))
    every = next(t for t in walk(condition) if isinstance(t, Children) and t.row == Here())
    at = default_date(b, "orders")
    assert at is not None
    inside = all_of(*(window_condition(b, scope, at, w) for w in windows if not isinstance(w, tree.InEach)))
    where = all_of(own_terms(every, "customers").where, negated(valid))
    return Asked("orders", every.key, at, _reason(b), None, where, inside or YES)


def _reason(b: Binder) -> Term | None:
    """What tells why an order does not count: its status, of a return its kind."""
    columns = b.ways.columns("orders")
    status, kind = (tree.Path((tree.Name(n),)) for n in ("status", "kind"))
    if not columns["kind"].filled:
        return b.value(Scope("orders"), status) if columns["status"].filled else None
    told = status if columns["status"].filled else tree.Text("")
    is_return = tree.Compare("=", kind, tree.Text("return"))
    return b.value(Scope("orders"), tree.Choose(is_return, tree.Text("return"), told))


_REASONS = {"canceled": "canceled", "deleted": "deleted", "returned": "returned", "return": "a return"}


def left_out(rows: Sequence[Row]) -> str:
    """`2 orders do not count: 1 canceled, 1 returned; last on 2026-04-28`."""
    why = Counter(_REASONS.get(str(r.counts_as), "not a valid order") for r in rows)
    said = ", ".join(f"{n:,} {w}" if len(rows) > 1 else w for w, n in sorted(why.items()))
    last = max((r.date for r in rows if r.date is not None), default=None)
    does = "does" if len(rows) == 1 else "do"
    when = f", {'the last ' if len(rows) > 1 else ''}on {last}" if last is not None else ""
    return f"{counted(len(rows), 'order', 'orders')} {does} not count ({said}{when})"

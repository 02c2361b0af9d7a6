"""`has a then b within D without c`: who did the steps one after the other (language reference, section 8).

Step by step: the rows of the next event that follow some row reached so far. What is kept of a row is its customer,
moment and the orders used, since two steps never use rows of one order.
"""

from __future__ import annotations

import datetime as dt

from patron.engine.model.moments import day_only, local_date, within_after
from patron.engine.model.terms import Field, Here, Lit, NextStep, Occurrence, Op, Sequence, Term, all_of, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Aggregate, Col, Expr, Join, Node
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, MOMENT, YESNO, Type, reference

CUSTOMER = reference("customers")
ORDER = reference("orders")


def customer_ids(p: Planner, sequence: Sequence) -> Node:
    """The customers who did all the steps."""
    reached = happened(p, sequence.first, "s0")
    count = 1
    for number, step in enumerate(sequence.steps, 1):
        reached = _follow(p, reached, step, f"s{number - 1}", f"s{number}", count)
        count += 1
    last = Col(f"s{count - 1}.customer", CUSTOMER)
    return Aggregate(reached, (("id", last),), (), f"{sequence.first.name} then ...")


def happened(p: Planner, event: Occurrence, prefix: str, extra: tuple[tuple[str, Term], ...] = ()) -> Node:
    """The occurrences of an event: customer, moment with its date, and the order it belongs to."""
    order = event.order if event.order is not None else Lit(None, ORDER)
    items = [("customer", event.customer), ("at", event.at), ("date", local_date(event.at)),
             ("day_only", day_only(event.at)), ("order", order), *extra]  # fmt: skip
    where = all_of(known(event.customer), known(event.at), event.where)
    named = [(f"{prefix}.{n}", t) for n, t in items]
    return row_plans.evaluate(p, event.table, named, where, event.name)


def moment_of(prefix: str, type_: Type) -> dict[str, Col]:
    """The columns of an occurrence by what they are."""
    return {
        "customer": Col(f"{prefix}.customer", CUSTOMER),
        "at": Col(f"{prefix}.at", type_),
        "date": Col(f"{prefix}.date", DATE),
        "day_only": Col(f"{prefix}.day_only", YESNO),
        "order": Col(f"{prefix}.order", ORDER),
    }


def window(start: dict[str, Col], end: dict[str, Col], length: dt.timedelta) -> Expr:
    """`within_after` over the columns of two occurrences."""

    def fields(prefix: str, cols: dict[str, Col]) -> Field:
        return Field(Here(), prefix, cols["at"].type)

    found = within_after(fields("a", start), fields("b", end), length)
    return _over(found, {"a": start, "b": end})


def _over(term: Term, sides: dict[str, dict[str, Col]]) -> Expr:
    if isinstance(term, Field):
        name, _, what = term.column.partition("@")
        return sides[name][what or "at"]
    if isinstance(term, Op):
        return Op(term.name, tuple(_over(a, sides) for a in term.args), term.type)
    assert isinstance(term, Lit)
    return term


def _op(name: str, *args: Expr) -> Op:
    return Op(name, args, YESNO)


def _follow(p: Planner, reached: Node, step: NextStep, before: str, now: str, used: int) -> Node:
    """The occurrences of the next step that follow one reached so far."""
    a = moment_of(before, MOMENT)
    b = moment_of(now, step.event.at.type)
    following = happened(p, step.event, now)
    later = _op(">" if step.same_event else ">=", b["at"], a["at"])
    parts: list[Expr] = [later]
    if step.within is not None:
        parts.append(window(a, b, step.within))
    for number in range(used):
        own = Col(f"s{number}.order", ORDER)
        parts.append(_op("not", _op("=", own, b["order"])))
    node: Node = Join(
        reached, following, "inner", ((a["customer"], b["customer"]),), _all(parts), note=f"then {step.event.name}"
    )
    if step.without is not None:
        node = _without(p, node, step.without, a, b)
    kept = [(f"s{n}.order", Col(f"s{n}.order", ORDER)) for n in range(used)]
    kept += [(c.name, c) for c in b.values()]
    return Aggregate(node, tuple(kept), ())


def _without(p: Planner, pairs: Node, barred: Occurrence, a: dict[str, Col], b: dict[str, Col]) -> Node:
    """Pairs with nothing barred after the one and before the other."""
    c = moment_of("c", barred.at.type)
    between = happened(p, barred, "c")
    inside = _all([_op(">", c["at"], a["at"]), _op("<", c["at"], b["at"])])
    return Join(pairs, between, "anti", ((a["customer"], c["customer"]),), inside, note=f"without {barred.name}")


def _all(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else _op("and", *parts)

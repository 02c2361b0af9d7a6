"""Rule: people who are counted several ways are put together once, and then counted.

    group by day:                                     group by day:
      bought  = unique(customer) where total > 0        bought  = count() where a0 > 0
      visited = unique(customer) where visit       →    visited = count() where a1 > 0
      sales   = sum(total)                              sales   = sum(a2)
        read rows                                         group by day, customer:
                                                            a0 = count() where total > 0
                                                            a1 = count() where visit
                                                            a2 = sum(total)
                                                              read rows

A store keeps a set of its own for each distinct count; one table of groups costs less than two such sets. And what no
two rows share is counted by counting rows.
"""

from __future__ import annotations

from dataclasses import replace

from patron.engine.model.terms import Lit, Op, all_of, known
from patron.engine.plan.apart import Made, tells_apart
from patron.engine.plan.early import AGAIN, is_again, zero_of_none
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Expr, Node, Plan, everywhere, rebuilt
from patron.engine.types import WHOLE, YESNO

EACH = "@each"


def counted_together(plan: Plan) -> Plan:
    """Several distinct counts of one thing as counts of its groups."""
    made = {s.name: s.node for s in plan.steps}

    def change(node: Node) -> Node:
        return _by_thing(_by_row(node, made)) if isinstance(node, Aggregate) else node

    return everywhere(plan, lambda node: rebuilt(node, change))


def _by_row(node: Aggregate, made: Made) -> Aggregate:
    """Distinct counts of what tells rows apart as counts of rows."""

    def counted(call: AggCall) -> AggCall:
        thing = call.value if call.func == "unique" else None
        if not isinstance(thing, Col) or not tells_apart(node.input, thing.name, made):
            return call
        return replace(call, func="count", value=None, where=all_of(call.where, known(thing)))

    return replace(node, calls=tuple((n, counted(c)) for n, c in node.calls))


def _by_thing(node: Aggregate) -> Node:
    """Two and more distinct counts of one thing as counts of the things of each group."""
    unique = [call for _, call in node.calls if call.func == "unique"]
    others = [call for _, call in node.calls if call.func != "unique"]
    if len(unique) < 2 or len({call.value for call in unique}) > 1 or not all(map(is_again, others)):
        return node
    thing = unique[0].value
    assert thing is not None
    inner = Aggregate(node.input, (*node.keys, (EACH, thing)), tuple(_of_each(n, c) for n, c in node.calls))
    keys = tuple((n, Col(n, k.type)) for n, k in node.keys)
    outer = Aggregate(inner, keys, tuple((n, _of_all(n, c, thing)) for n, c in node.calls), node.note)
    return zero_of_none(outer, node)


def _of_each(name: str, call: AggCall) -> tuple[str, AggCall]:
    """What is found out about each thing of a group: how many rows speak for it, and its totals."""
    return name, AggCall("count", WHOLE, None, call.where) if call.func == "unique" else call


def _of_all(name: str, call: AggCall, thing: Expr) -> AggCall:
    """The call over the things of a group."""
    if call.func != "unique":
        return AggCall(AGAIN[call.func], call.type, Col(name, call.type))
    there = known(Col(EACH, thing.type))
    some = Op(">", (Col(name, WHOLE), Lit(0, WHOLE)), YESNO)
    return replace(call, func="count", value=None, where=there if call.where is None else all_of(some, there))

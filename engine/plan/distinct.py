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

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from patron.engine.model.terms import Lit, Op, all_of, any_of, known
from patron.engine.plan.apart import Made, tells_apart
from patron.engine.plan.early import AGAIN, is_again, or_zero, zero_of_none
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    columns,
    everywhere,
    rebuilt,
)
from patron.engine.plan.totals import over
from patron.engine.plan.united import filtered
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
    thing, times = Counter(call.value for call in unique).most_common(1)[0] if unique else (None, 0)
    if thing is None or times < 2 or not all(map(is_again, others)):
        return node
    beside = tuple((n, c) for n, c in node.calls if c.func == "unique" and c.value != thing)
    if beside:
        return _side_by_side(node, beside)
    inner = Aggregate(node.input, (*node.keys, (EACH, thing)), tuple(_of_each(n, c) for n, c in node.calls))
    keys = tuple((n, Col(n, k.type)) for n, k in node.keys)
    outer = Aggregate(inner, keys, tuple((n, _of_all(n, c, thing)) for n, c in node.calls), node.note)
    return zero_of_none(outer, node)


def _side_by_side(node: Aggregate, beside: tuple[tuple[str, AggCall], ...]) -> Node:
    """The groups, and beside each of them the distinct counts of other things, which see fewer rows."""
    most = _by_thing(replace(node, calls=tuple(c for c in node.calls if c not in beside)))
    keys = tuple((f"@{n}", k) for n, k in node.keys)
    others = Aggregate(_asked(node.input, [c for _, c in beside]), keys, beside)
    on = tuple((Col(n, k.type), Col(f"@{n}", k.type)) for n, k in node.keys)
    joined = Join(most, others, "left" if keys else "cross", on, missing_equal=True)
    found = {n for n, _ in beside}
    return Project(joined, tuple((c.name, or_zero(c) if c.name in found else c) for c in columns(node)), node.note)


def _asked(rows: Node, calls: Sequence[AggCall]) -> Node:
    """The rows, of which some calls look at no others than they ask for: a choice among them that all of them make
    already is left out."""
    if not isinstance(rows, Project) or any(call.where is None for call in calls):
        return rows
    items = dict(rows.items)
    below, where = filtered(rows.input)
    asked = dict.fromkeys(over(call.where, items) for call in calls)
    left = [c for c in where if not (isinstance(c, Op) and c.name == "or" and asked.keys() <= set(c.args))]
    kept = all_of(*left, any_of(*(c for c in asked if c is not None))) if len(left) < len(where) else all_of(*where)
    return replace(rows, input=below if kept is None else Filter(below, kept))


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

"""Rule: a table of one row per key that is made of joined rows, and stands beside several others, is made once.

Whether an order was a member's, say: sales by store need it of each period, and again for their total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from patron.engine.plan.nodes import (
    Aggregate,
    Join,
    Node,
    Plan,
    Project,
    Scan,
    Step,
    Temp,
    columns,
    everywhere,
    inputs,
    rebuilt,
    replaced,
    walk,
)
from patron.engine.plan.steps import fresh_names, with_steps
from patron.engine.plan.united import filtered


def side_tables_once(plan: Plan) -> Plan:
    """Equal tables by key over joined rows are one step."""
    plan = everywhere(plan, lambda node: rebuilt(node, _read_in_order))
    first: dict[Aggregate, int] = {}
    times: Counter[Aggregate] = Counter()
    for number, step in enumerate((*plan.steps, *plan.outputs)):
        for node in _side_tables(step.node, times):
            first.setdefault(node, number)
    again = (node for node in first if times[node] > 1)
    names = dict(zip(again, fresh_names(plan, "beside"), strict=False))
    made = [(first[node], Step(name, node, f"{node.note}, needed again".strip(", "))) for node, name in names.items()]
    return with_steps(plan, made, {node: Temp(name, columns(node), node.note) for node, name in names.items()})


def _read_in_order(node: Node) -> Node:
    """A table under columns that are kept of it, its own in one order, whoever asked for them first."""
    rows = filtered(node.input)[0] if isinstance(node, Project) else node
    if rows is node or not isinstance(rows, Scan):
        return node
    return replaced(node, {rows: replace(rows, columns=tuple(sorted(rows.columns, key=lambda c: c[0])))})


def _side_tables(node: Node, times: Counter[Aggregate]) -> Iterator[Aggregate]:
    """Those in a node, counted; what lies under one that was met before is not met again."""
    if isinstance(node, Aggregate) and node.keys and any(isinstance(n, Join) for n in walk(node.input)):
        times[node] += 1
        yield node
        if times[node] > 1:
            return
    for below in inputs(node):
        yield from _side_tables(below, times)

"""Rule: rows kept because their key is in a set of distinct keys are joined to it.

An inner join says the same where a row meets at most one of the set, and engines are freer in what they do first.
"""

from __future__ import annotations

from dataclasses import replace

from patron.engine.plan.apart import Made, meets_one
from patron.engine.plan.nodes import Join, Node, Plan, Project, columns, everywhere, rebuilt


def inner_joins(plan: Plan) -> Plan:
    """Semi joins with a side of distinct keys as inner joins."""
    made = {s.name: s.node for s in plan.steps}

    def change(node: Node) -> Node:
        return _inner(node, made) if isinstance(node, Join) and node.kind == "semi" else node

    return everywhere(plan, lambda node: rebuilt(node, change))


def _inner(node: Join, made: Made) -> Node:
    own = columns(node.left)
    clash = {c.name for c in own} & {c.name for c in columns(node.right)}
    if clash or not meets_one(node, made):
        return node
    return Project(replace(node, kind="inner"), tuple((c.name, c) for c in own))

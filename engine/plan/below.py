"""Rule: rows are kept for their key where they are read, before anything is made of them.

Parts that read the same rows of the same people then say so in the same way, however their columns are called.
"""

from __future__ import annotations

from dataclasses import replace

from patron.engine.plan.nodes import Col, Filter, Join, Node, Plan, Project, columns, everywhere, rebuilt


def kept_below(plan: Plan) -> Plan:
    """Semi joins under the columns and conditions of their left side."""
    return everywhere(plan, lambda node: rebuilt(node, _below))


def _below(node: Node) -> Node:
    if not isinstance(node, Join) or node.kind != "semi" or node.where is not None or len(node.on) != 1:
        return node
    ((own, other),) = node.on
    if isinstance(node.left, Filter):
        return replace(node.left, input=_below(replace(node, left=node.left.input)))
    if not isinstance(node.left, Project) or not isinstance(own, Col):
        return node
    source = dict(node.left.items)[own.name]
    clash = {c.name for c in columns(node.left.input)} & {c.name for c in columns(node.right)}
    if clash or not isinstance(source, Col):
        return node
    return replace(node.left, input=_below(replace(node, left=node.left.input, on=((source, other),))))

"""Rule: rows kept because their key is the id of any row there is are rows whose key is known.

The store says so: a stored reference that found no row is missing (P0708).
"""

from __future__ import annotations

from patron.engine.model.canonical import TABLES
from patron.engine.model.terms import known
from patron.engine.plan.apart import Made
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    Scan,
    Sorted,
    Temp,
    columns,
    everywhere,
    rebuilt,
)


def anybody(plan: Plan) -> Plan:
    """Semi joins with all ids of a table as conditions."""
    made = {s.name: s.node for s in plan.steps}
    return everywhere(plan, lambda node: rebuilt(node, lambda each: _any(each, made)))


def _any(node: Node, made: Made) -> Node:
    if not isinstance(node, Join) or node.kind != "semi" or node.where is not None or len(node.on) != 1:
        return node
    ((own, other),) = node.on
    if not isinstance(own, Col) or not isinstance(other, Col) or not _all_ids(node.right, other, made):
        return node
    stored = _stored(node.left, own.name, made)
    if stored == "id" and _from_rows(node.left, own.name):
        return node.left
    return node if stored in (None, "merged_into") or own.type != other.type else Filter(node.left, known(own))


def _all_ids(node: Node, column: Col, made: Made) -> bool:
    """Whether a column has the ids of all rows of a table."""
    if isinstance(node, Temp):
        return node.name in made and _all_ids(made[node.name], column, made)
    if isinstance(node, Project):
        value = dict(node.items)[column.name]
        return isinstance(value, Col) and _all_ids(node.input, value, made)
    return (
        isinstance(node, Scan) and (column.name, "id", column.type) in node.columns and column.type.table == node.table
    )


def _stored(node: Node, name: str, made: Made) -> str | None:
    """The column of a stored table that a column shows, as far as it is known; None where that cannot be told."""
    if isinstance(node, Temp):
        return _stored(made[node.name], name, made) if node.name in made else None
    if isinstance(node, (Filter, Sorted)):
        return _stored(node.input, name, made)
    if isinstance(node, Join):
        own = name in {c.name for c in columns(node.left)}
        return _stored(node.left if own else node.right, name, made)
    if isinstance(node, (Project, Aggregate)):
        value = dict(node.items if isinstance(node, Project) else node.keys).get(name)
        return _stored(node.input, value.name, made) if isinstance(value, Col) else None
    if not isinstance(node, Scan) or node.table not in TABLES:
        return None
    return next((stored for out, stored, _ in node.columns if out == name), None)


def _from_rows(node: Node, name: str) -> bool:
    """Whether a column is one of rows of a table, not of what is beside them, if anything is."""
    while isinstance(node, (Filter, Join)):
        node = node.input if isinstance(node, Filter) else node.left
    return isinstance(node, Scan) and name in {c.name for c in columns(node)}

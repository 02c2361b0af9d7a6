"""Rule: what is looked up twice in one table by the same key is looked up at once.

    left join on id = b                left join on id = a
      left join on id = a          →     rows
        rows                             keep a, …, b, …
        keep a, … / take t                 take t
      keep b, … / take t

Rows meet at most one of the table.
"""

from __future__ import annotations

from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.plan.apart import Made, meets_one
from patron.engine.plan.nodes import Col, Join, Node, Plan, Project, Temp, columns, everywhere, rebuilt


@dataclass(frozen=True, slots=True)
class Lookup:
    """Columns of a stored table under names of their own, found by a key."""

    table: Temp
    items: tuple[tuple[str, Col], ...]
    own: Col
    key: Col  # in terms of the table


def joined_once(plan: Plan) -> Plan:
    """Lookups in the same table by the same key are one."""
    made = {s.name: s.node for s in plan.steps}
    return everywhere(plan, lambda node: rebuilt(node, lambda each: _once(each, made)))


def _once(node: Node, made: Made) -> Node:
    asked = _lookup(node, made)
    below = None if asked is None or not isinstance(node, Join) else _with(node.left, asked, made)
    return node if below is None else Project(below, tuple((c.name, c) for c in columns(node)))


def _with(node: Node, asked: Lookup, made: Made) -> Node | None:
    """The rows with more columns of what is looked up among them; None where nothing is looked up there."""
    if not isinstance(node, Join) or node.kind not in ("left", "cross"):
        return None
    found = _lookup(node, made)
    if found is not None and (found.table.name, found.own, found.key) == (asked.table.name, asked.own, asked.key):
        known = dict.fromkeys((*found.table.columns, *asked.table.columns))
        table = replace(found.table, columns=tuple(known))
        return replace(node, right=Project(table, (*found.items, *asked.items)))
    below = _with(node.left, asked, made)
    return None if below is None else replace(node, left=below)


def _lookup(node: Node, made: Made) -> Lookup | None:
    """What a join looks up."""
    if not isinstance(node, Join) or node.kind != "left" or node.where is not None or len(node.on) != 1:
        return None
    ((own, key),) = node.on
    if not isinstance(own, Col) or not isinstance(key, Col) or not meets_one(node, made):
        return None
    table, items = _taken(node.right)
    return None if table is None else Lookup(table, tuple(items.items()), own, items[key.name])


def _taken(node: Node) -> tuple[Temp | None, dict[str, Col]]:
    """The stored table whose columns a node takes over, and which."""
    if isinstance(node, Project):
        table, below = _taken(node.input)
        items = {name: below[expr.name] for name, expr in node.items if table and isinstance(expr, Col)}
        return (table if len(items) == len(node.items) else None), items
    return (node, {c.name: c for c in node.columns}) if isinstance(node, Temp) else (None, {})

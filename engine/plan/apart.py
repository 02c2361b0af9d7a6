"""Which column tells the rows of a node apart."""

from __future__ import annotations

from collections.abc import Mapping

from patron.engine.plan.nodes import Aggregate, Col, Filter, Join, Learn, Node, Project, Scan, Sorted, Temp, columns

Made = Mapping[str, Node]
"""The nodes of earlier steps by name."""


def tells_apart(node: Node, name: str, made: Made) -> bool:
    """Whether no two rows have the same value in a column, missing or not; False where that is not known."""
    if isinstance(node, Scan):
        return ("id", name) in ((stored, out) for out, stored, _ in node.columns)
    if isinstance(node, Temp):
        return node.name in made and tells_apart(made[node.name], name, made)
    if isinstance(node, (Filter, Sorted)):
        return tells_apart(node.input, name, made)
    if isinstance(node, Project):
        value = dict(node.items)[name]
        return isinstance(value, Col) and tells_apart(node.input, value.name, made)
    if isinstance(node, Learn):
        return node.part == "things" and node.columns[0].name == name
    if isinstance(node, Aggregate):
        return [n for n, _ in node.keys] == [name]
    return isinstance(node, Join) and _joined(node, name, made)


def _joined(node: Join, name: str, made: Made) -> bool:
    """Rows of the left side that no row of the right side repeats."""
    own = name in {c.name for c in columns(node.left)}
    repeats = node.kind not in ("semi", "anti") and not (node.kind in ("inner", "left") and meets_one(node, made))
    return own and not repeats and tells_apart(node.left, name, made)


def meets_one(node: Join, made: Made) -> bool:
    """Whether a row of the left side meets at most one of the right side."""
    return any(tells_apart(node.right, b.name, made) for _, b in node.on if isinstance(b, Col))


def keeps_all(node: Join, made: Made) -> bool:
    """Whether every row of the left side is there once, whatever the right side holds."""
    if node.kind == "cross":
        return _one_row(node.right, made)
    return node.kind == "left" and meets_one(node, made)


def _one_row(node: Node, made: Made) -> bool:
    if isinstance(node, Temp):
        return node.name in made and _one_row(made[node.name], made)
    if isinstance(node, Project):
        return _one_row(node.input, made)
    return isinstance(node, Aggregate) and not node.keys

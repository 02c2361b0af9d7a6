"""Nodes with the same rows as one node that has the columns of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from patron.engine.model.terms import conjuncts
from patron.engine.plan.apart import Made, keeps_all
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Project,
    Scan,
    columns,
    inputs,
    spine,
    walk,
    with_inputs,
)

Column = TypeVar("Column", bound=tuple[Any, ...])
"""A column of a scan or project: its name comes first."""


def filtered(node: Node) -> tuple[Node, tuple[Expr, ...]]:
    """The rows before conditions, and the conditions."""
    where: tuple[Expr, ...] = ()
    while isinstance(node, Filter):
        where = (*conjuncts(node.where), *where)
        node = node.input
    return node, where


def united(a: Node, b: Node, made: Made | None = None) -> Node | None:
    """A node with the rows of both, which are the same, and all their columns; None when it cannot be told.

    With the steps that are `made` before, one may have what they made beside its rows, and the other not.
    """
    if a == b:
        return a
    if made is not None and isinstance(a, Join) and not _joined(b, a):
        return _beside(a, b, made)
    if made is not None and isinstance(b, Join) and not _joined(a, b):
        return _beside(b, a, made)
    return _same(a, b, made)


def _joined(node: Node, other: Join) -> bool:
    """Whether a node, or one to the left below it, is a join like another."""
    return any(_alike(join, other) for join in spine(node))


def _beside(a: Join, b: Node, made: Made) -> Node | None:
    """Rows that have something beside each of them, and those that lack it."""
    if any(isinstance(n, (Aggregate, Join)) for n in walk(a.right)) or not keeps_all(a, made):
        return None
    left = united(a.left, b, made)
    return replace(a, left=left) if left is not None and _apart(a, (left, a.right)) else None


def _same(a: Node, b: Node, made: Made | None) -> Node | None:
    """Two nodes of one kind, or rows and what is kept of them, as one."""
    if isinstance(a, Scan) and isinstance(b, Scan):
        found = _together(a.columns, b.columns) if a.table == b.table else None
        return None if found is None else replace(a, columns=found)
    if isinstance(a, Project) or isinstance(b, Project):
        a, b = _projected(a), _projected(b)
        below, items = united(a.input, b.input, made), _together(a.items, b.items)
        return None if below is None or items is None else replace(a, input=below, items=items)
    if isinstance(a, (Filter, Join)) and isinstance(b, (Filter, Join)) and _alike(a, b):
        below_each = [united(x, y, made) for x, y in zip(inputs(a), inputs(b), strict=True)]
        fresh = [n for n in below_each if n is not None]
        return with_inputs(a, fresh) if len(fresh) == len(below_each) and _apart(a, fresh) else None
    return None


def _projected(node: Node) -> Project:
    """A node as what it keeps of its rows."""
    return node if isinstance(node, Project) else Project(node, tuple((c.name, c) for c in columns(node)))


def _together(own: tuple[Column, ...], others: tuple[Column, ...]) -> tuple[Column, ...] | None:
    """All of both; None when one name stands for two things."""
    known = {c[0]: c for c in own}
    if any(known.get(c[0], c) != c for c in others):
        return None
    return (*own, *(c for c in others if c[0] not in known))


def _alike(a: Filter | Join, b: Filter | Join) -> bool:
    """Whether two nodes say the same of their inputs."""
    fresh = inputs(a)
    return type(a) is type(b) and replace(with_inputs(b, fresh), note=a.note) == a


def _apart(node: Node, fresh: Sequence[Node]) -> bool:
    """Whether the columns of both sides of a join still have different names."""
    names = [c.name for n in fresh for c in columns(n)]
    return not isinstance(node, Join) or len(names) == len(set(names))


def read_by(expr: Expr | None) -> set[str]:
    """The columns that an expression looks at."""
    if isinstance(expr, Col):
        return {expr.name}
    return {name for arg in getattr(expr, "args", ()) for name in read_by(arg)}

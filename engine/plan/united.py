"""Nodes with the same rows as one node that has the columns of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from patron.engine.plan.children import conjuncts
from patron.engine.plan.nodes import Col, Expr, Filter, Join, Node, Project, Scan, columns, inputs, with_inputs

Column = TypeVar("Column", bound=tuple[Any, ...])
"""A column of a scan or project: its name comes first."""


def filtered(node: Node) -> tuple[Node, tuple[Expr, ...]]:
    """The rows before conditions, and the conditions."""
    where: tuple[Expr, ...] = ()
    while isinstance(node, Filter):
        where = (*conjuncts(node.where), *where)
        node = node.input
    return node, where


def united(a: Node, b: Node) -> Node | None:
    """A node with the rows of both, which are the same, and all their columns; None when it cannot be told."""
    if a == b:
        return a
    if isinstance(a, Scan) and isinstance(b, Scan):
        found = _together(a.columns, b.columns) if a.table == b.table else None
        return None if found is None else replace(a, columns=found)
    if isinstance(a, Project) and isinstance(b, Project):
        below, items = united(a.input, b.input), _together(a.items, b.items)
        return None if below is None or items is None else replace(a, input=below, items=items)
    if isinstance(a, (Filter, Join)) and isinstance(b, (Filter, Join)) and _alike(a, b):
        below_each = [united(x, y) for x, y in zip(inputs(a), inputs(b), strict=True)]
        fresh = [n for n in below_each if n is not None]
        return with_inputs(a, fresh) if len(fresh) == len(below_each) and _apart(a, fresh) else None
    return None


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

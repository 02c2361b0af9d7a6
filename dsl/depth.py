"""How deep a tree is, found without climbing it by recursion."""

from __future__ import annotations

import dataclasses

from patron.dsl.tree import Name, Path, Span

MAX_TREE = 300
"""Every reader of the tree may walk it by recursion: this many levels are always possible."""


def too_deep(root: object) -> Span | None:
    """The place of the outermost part that holds more levels than any reader must manage, or None."""
    levels = 0
    layer = [root]
    while layer:
        levels += 1
        if levels > MAX_TREE:
            return _place(root)
        layer = [below for node in layer for below in _below(node)]
    return None


def _below(node: object) -> list[object]:
    if isinstance(node, tuple):
        return [below for one in node for below in _below(one)] if node and isinstance(node[0], tuple) else list(node)
    values = (getattr(node, name) for name in parts_of(type(node)))
    return [value for value in values if isinstance(value, tuple) or parts_of(type(value))]


_known: dict[type, tuple[str, ...]] = {Span: (), Name: (), Path: ()}


def parts_of(kind: type) -> tuple[str, ...]:
    """The fields of a node that may hold nodes; none for what is no node or ends the tree."""
    if kind not in _known:
        fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        _known[kind] = tuple(one.name for one in fields if not one.name.endswith("span"))
    return _known[kind]


def _place(root: object) -> Span | None:
    span = getattr(root, "span", None)
    if not isinstance(span, Span):
        return None
    return Span(span.file, span.line, span.column, span.line, span.column + 1)

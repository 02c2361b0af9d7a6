"""Metrics that are another for each kind of thing they are shown by: products, categories, brands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.depth import parts_of
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.measures import Metric


def at_level(b: Binder, phrase: tree.Phrase, only: tuple[tree.Expr, ...], node: tree.Measure) -> Metric | None:
    """The metric that a name stands for where it is shown; None for one that is the same everywhere (P0402)."""
    name = str(node).casefold()
    levels = next((known for pack in b.declared.packs if (known := _levels(b, pack).get(name))), None)
    if levels is None:
        return None
    shown = [str(d.of or d.path).casefold() for d in phrase.by]
    asked = {p for c in (phrase.where, *only) if c is not None for p in _paths(c)}
    things = {level.partition(".")[0] for level in levels}
    told = {p for p in (*shown, *asked) if p.partition(".")[0] in things}
    for level, metric in levels.items():
        if any(_begins(p, level) for p in shown) and all(_begins(p, level) for p in told):
            found = b.metric(metric, node.span, Scope(""))
            return replace(found, name=str(node))
    kinds = ", ".join(f"`{level}`" for level in levels)
    raise b.fail("P0402", node.span, f"`{node}` is said of each of something: it needs a dimension that tells which",
                 f"Show it by one of {kinds}, or a column of it.")  # fmt: skip


def _levels(b: Binder, pack: str) -> Mapping[str, Mapping[str, str]]:
    return b.declared.catalog.packs[pack].levels


def _begins(path: str, level: str) -> bool:
    return path == level or path.startswith(f"{level}.")


def _paths(node: object) -> Iterator[str]:
    """The paths in a condition."""
    if isinstance(node, tree.Path):
        yield node.key
    else:
        for name in parts_of(type(node)):
            value = getattr(node, name)
            for item in value if isinstance(value, tuple) else (value,):
                yield from _paths(item)

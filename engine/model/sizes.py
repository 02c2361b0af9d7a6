"""How large a definition may become once everything it uses is written out."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.binder import Binder
from patron.engine.model.measures import Agg, Calc, Measure
from patron.engine.model.terms import Lit, Term, parts

NODES = 200_000
LEVELS = 300
"""As deep as a text may be written; whoever reads a definition may climb it by recursion."""

Known = dict[int, tuple[object, int, int]]
"""Parts that were measured, by identity: the part itself (so that it stays), how many parts it has, how deep it is."""


def refuse_large(b: Binder, name: tree.Name, made: Term | Measure) -> None:
    """P0107 when it has more parts, or more levels, than anything could compute in time."""
    _, size, levels = measured(made, b.sizes)
    if size > NODES or levels > LEVELS:
        said = f"expands to more than {NODES:,} parts" if size > NODES else "is nested too deep"
        hint = "Definitions that use each other many times over grow quickly: use fewer levels."
        raise b.fail("P0107", name.span, f"`{name.text}` {said}", hint)


def measured(made: Term | Measure, known: Known) -> tuple[object, int, int]:
    """How many parts it has when each is counted as often as it stands there, and how deep it is. A part that stands
    in many places is looked at once, so that what grows without measure is measured quickly."""
    stack: list[tuple[object, tuple[object, ...] | None]] = [(made, None)]
    while stack:
        node, inside = stack.pop()
        if inside is not None:
            sizes = [known[id(part)] for part in inside]
            known[id(node)] = (node, 1 + sum(s[1] for s in sizes), 1 + max((s[2] for s in sizes), default=0))
        elif id(node) not in known:
            inside = _inside(node)
            stack.append((node, inside))
            stack.extend((part, None) for part in inside)
    return known[id(made)]


def _inside(node: object) -> tuple[object, ...]:
    if isinstance(node, Agg):
        return tuple(term for term in (node.value, node.where) if term is not None)
    if isinstance(node, Calc):
        return node.args
    measure = getattr(node, "measure", None)
    if measure is not None:
        return (measure,)
    return () if isinstance(node, Lit) else tuple(parts(node))

"""Rule: a step stores only the columns that something reads, and no row is looked up of which nothing is read; a step
that nothing reads is none.

Steps are made for whatever may be asked of them: a pair of credit has seventeen columns, of which a question reads
three or four.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from patron.dsl.nodes import dataclass, field
from patron.engine.model import terms
from patron.engine.plan.apart import Made, keeps_all
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Filter,
    Join,
    Learn,
    Node,
    Plan,
    Project,
    Scan,
    Sorted,
    Stack,
    Step,
    Temp,
    Values,
    columns,
)

Names = set[str]


@dataclass(frozen=True, slots=True)
class Read:
    """The columns read of each step, and of each stored list; what steps are made of."""

    made: Made
    names: dict[str, Names] = field(default_factory=dict)

    def of(self, name: str) -> Names:
        return self.names.setdefault(name, set())


def read_columns(plan: Plan) -> Plan:
    """The plan with steps, and what lies under them, cut down to the columns that are read."""
    read = Read({s.name: s.node for s in plan.steps})
    outputs = tuple(replace(s, node=_cut(s.node, _names(s.node), read)) for s in plan.outputs)
    steps: list[Step] = []
    for step in reversed(plan.steps):
        if step.name in read.names:
            steps.append(replace(step, node=_exactly(step.node, read.of(step.name), read)))
    return Plan(tuple(_wanted(s, steps) for s in reversed(steps)), outputs)


def _wanted(step: Step, steps: Iterable[Step]) -> Step:
    """A step of a model, which says at once what all steps want of it."""
    node = step.node
    if not isinstance(node, Learn):
        return step
    others = (s.node for s in steps if isinstance(s.node, Learn) and s.node.part == "things")
    alike = (n for n in others if (n.table, n.as_of) == (node.table, node.as_of))
    return replace(step, node=replace(node, wanted=tuple(c.name for n in alike for c in n.columns[1:])))


def trimmed(node: Node, made: Made) -> Node:
    """A node over no more columns, and no more rows looked up, than it needs."""
    return _cut(node, _names(node), Read(made))


def _names(node: Node) -> Names:
    return {c.name for c in columns(node)}


def _looked_at(exprs: Iterable[object]) -> Names:
    """The columns in expressions, aggregates and windows."""
    return {t.name for e in exprs if e is not None for t in terms.walk(e) if isinstance(t, Col)}


def _exactly(node: Node, names: Names, read: Read) -> Node:
    """The node with just these columns, in their order."""
    made = _cut(node, names, read)
    if isinstance(made, Learn):  # what it is about stays
        return made if made.part != "things" else replace(made, columns=_said(made, names))
    kept = _first(columns(node), names)
    return made if columns(made) == kept else Project(made, tuple((c.name, c) for c in kept))


def _said(node: Learn, names: Names) -> tuple[Col, ...]:
    """What it is about, and the columns that are read."""
    return (node.columns[0], *(c for c in node.columns[1:] if c.name in names))


def _first(found: tuple[Col, ...], names: Names) -> tuple[Col, ...]:
    """Those of the names; a relation has at least one column."""
    return tuple(c for c in found if c.name in names) or found[:1]


def _cut(node: Node, names: Names, read: Read) -> Node:
    """The node with these columns and few others."""
    if isinstance(node, Values):
        return node
    if isinstance(node, Learn):
        return replace(node, input=_cut(node.input, _names(node.input), read))
    if isinstance(node, Scan):
        kept = {c.name for c in _first(columns(node), names)}
        return replace(node, columns=tuple(c for c in node.columns if c[0] in kept))
    if isinstance(node, Temp):
        own = _first(node.columns, names)
        read.of(node.name).update(c.name for c in own)
        return replace(node, columns=own)
    if isinstance(node, Stack):
        return replace(node, inputs=tuple(_exactly(n, names, read) for n in node.inputs))
    if isinstance(node, Join):
        if not names & _names(node.right) and keeps_all(node, read.made):
            return _cut(node.left, names, read)
        wanted = names | _looked_at((*(e for pair in node.on for e in pair), node.where))
        left, right = (_cut(n, wanted & _names(n), read) for n in (node.left, node.right))
        return replace(node, left=left, right=right)
    if isinstance(node, Filter):
        return replace(node, input=_cut(node.input, names | _looked_at((node.where,)), read))
    if isinstance(node, Sorted):
        return replace(node, input=_cut(node.input, names | _looked_at(node.by), read))
    return _computed(node, names, read)


def _computed(node: Project | Aggregate, names: Names, read: Read) -> Node:
    if isinstance(node, Project):
        items = tuple(i for i in node.items if i[0] in names) or node.items[:1]
        return replace(node, input=_cut(node.input, _looked_at(v for _, v in items), read), items=items)
    calls = tuple(c for c in node.calls if c[0] in names) or (() if node.keys else node.calls[:1])
    wanted = _looked_at((*(v for _, v in node.keys), *(c for _, c in calls)))
    return replace(node, input=_cut(node.input, wanted, read), calls=calls)

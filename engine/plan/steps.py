"""Steps that a rule adds to a plan: what several places need, made once before the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from patron.engine.plan.nodes import Node, Plan, Step, Temp, everywhere, inputs, replaced, walk, with_inputs


def fresh_names(plan: Plan, hint: str) -> Iterator[str]:
    """Names for steps that the plan does not have."""
    names = {s.name for s in (*plan.steps, *plan.outputs)}
    return (name for name in (f"{hint}_{number}" for number in count(1)) if name not in names)


def with_steps(plan: Plan, made: Sequence[tuple[int, Step]], instead: Mapping[Node, Node]) -> Plan:
    """The plan with steps, each at its place among those there are, and other nodes instead of what they hold."""
    if not made:
        return plan
    changed = everywhere(plan, lambda node: replaced(node, instead))
    steps: list[Step] = []
    for place in range(len(plan.steps) + 1):
        here = [_below(step, instead) for first, step in made if min(first, len(plan.steps)) == place]
        steps += in_order(here)
        steps += changed.steps[place : place + 1]
    return Plan(tuple(steps), changed.outputs)


def _below(step: Step, instead: Mapping[Node, Node]) -> Step:
    """The step with other nodes below its own, which may be what the others stand for."""
    below = tuple(replaced(n, instead) for n in inputs(step.node))
    return Step(step.name, with_inputs(step.node, below), step.note)


def in_order(steps: list[Step]) -> list[Step]:
    """Steps after those they read."""
    left = {s.name: s for s in steps}
    found: list[Step] = []
    while left:
        ready = [s for s in left.values() if not _read(s.node) & left.keys()]
        found += ready
        left = {name: s for name, s in left.items() if s not in ready}
    return found


def _read(node: Node) -> set[str]:
    return {n.name for n in walk(node) if isinstance(n, Temp)}

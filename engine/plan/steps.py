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
    """The plan with steps, each at its place among those there are or after those it reads, and other nodes instead of
    what they hold."""
    if not made:
        return plan
    changed = everywhere(plan, lambda node: replaced(node, instead))
    steps: list[Step] = []
    for place in range(len(plan.steps) + 1):
        here = [_below(step, instead) for first, step in made if min(first, len(plan.steps)) == place]
        steps += here
        steps += changed.steps[place : place + 1]
    return Plan(tuple(in_order(steps)), changed.outputs)


def _below(step: Step, instead: Mapping[Node, Node]) -> Step:
    """The step with other nodes below its own, which may be what the others stand for."""
    below = tuple(replaced(n, instead) for n in inputs(step.node))
    return Step(step.name, with_inputs(step.node, below), step.note)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Steps after those they read, else as they come."""
    made, found = {s.name: s for s in steps}, dict[str, Step]()

    def add(step: Step) -> None:
        for name in sorted(reads(step.node) & made.keys() - found.keys()):
            add(made[name])
        found.setdefault(step.name, step)

    for step in steps:
        add(step)
    return list(found.values())


def reads(node: Node) -> set[str]:
    """The names of the steps that a node reads."""
    return {n.name for n in walk(node) if isinstance(n, Temp)}

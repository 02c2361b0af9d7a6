"""Rewrite rules: a plan, and a plan that gives the same rows with less work. Each is proved by running both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from patron.engine.plan.added_up import added_up
from patron.engine.plan.anybody import anybody
from patron.engine.plan.below import kept_below
from patron.engine.plan.beside import side_tables_once
from patron.engine.plan.distinct import counted_together
from patron.engine.plan.early import totals_first
from patron.engine.plan.facts import rows_once
from patron.engine.plan.inner import inner_joins
from patron.engine.plan.joined import joined_once
from patron.engine.plan.late import looked_up_late
from patron.engine.plan.nodes import (
    Col,
    Learn,
    Node,
    Plan,
    Project,
    Step,
    Temp,
    everywhere,
    inputs,
    rebuilt,
    walk,
    with_inputs,
)
from patron.engine.plan.once import computed_once
from patron.engine.plan.rows_read import rows_read
from patron.engine.plan.shared import shared_totals
from patron.engine.plan.small import small_last
from patron.engine.plan.steps import in_order
from patron.engine.plan.told import days_told
from patron.engine.plan.ungrouped import not_grouped
from patron.engine.plan.unread import read_columns

Rule = Callable[[Plan], Plan]


def optimized(plan: Plan) -> Plan:
    """The plan after all rules."""
    for rule in RULES:
        plan = rule(plan)
    return plan


def read_steps(plan: Plan) -> Plan:
    """Only steps that somebody reads, and a part from the whole where somebody reads that."""
    made = {step.name: step for step in plan.steps}
    read = _read(plan.outputs, made)
    wholes = {n: made[n].part_of for n in read if made[n].part_of in read}

    def change(node: Node) -> Node:
        return replace(node, name=wholes[node.name]) if isinstance(node, Temp) and node.name in wholes else node

    changed = everywhere(plan, lambda node: rebuilt(node, change)) if wholes else plan
    left = _read(changed.outputs, {s.name: s for s in changed.steps})
    steps = [s for s in changed.steps if s.name in left]
    return replace(changed, steps=tuple(in_order(steps) if wholes else steps))


def _read(outputs: Iterable[Step], made: Mapping[str, Step]) -> set[str]:
    """The names of all steps that outputs are made from."""
    found: set[str] = set()
    waiting = list(outputs)
    while waiting:
        names = {n.name for n in walk(waiting.pop().node) if isinstance(n, Temp)} & made.keys()
        waiting += [made[name] for name in names - found]
        found |= names
    return found


def inline_single_use(plan: Plan) -> Plan:
    """A step that only one other place reads is no table of its own, unless it is learned; and none is that only takes
    over columns of another."""
    used: Counter[str] = Counter()
    for step in (*plan.steps, *plan.outputs):
        used.update(node.name for node in walk(step.node) if isinstance(node, Temp))
    inner: dict[str, Node] = {}
    steps: list[Step] = []
    for step in plan.steps:
        node = _inlined(step.node, inner)
        if _takes_over(node) or (used[step.name] == 1 and not isinstance(node, Learn)):
            inner[step.name] = node
        elif used[step.name]:
            steps.append(replace(step, node=node))
    return Plan(tuple(steps), tuple(replace(s, node=_inlined(s.node, inner)) for s in plan.outputs))


def _takes_over(node: Node) -> bool:
    """Whether there is nothing in a node but columns of a stored table."""
    if isinstance(node, Project):
        return all(isinstance(value, Col) for _, value in node.items) and _takes_over(node.input)
    return isinstance(node, Temp)


def _inlined(node: Node, inner: dict[str, Node]) -> Node:
    if isinstance(node, Temp):
        found = inner.get(node.name)
        return node if found is None else Project(found, tuple((c.name, c) for c in node.columns), node.note)
    return with_inputs(node, tuple(_inlined(n, inner) for n in inputs(node)))


RULES: tuple[Rule, ...] = (
    read_steps,
    inline_single_use,
    kept_below,
    anybody,
    totals_first,
    small_last,
    shared_totals,
    rows_once,
    rows_read,
    inline_single_use,  # several who read a step may have become one
    added_up,
    looked_up_late,
    side_tables_once,
    inner_joins,
    counted_together,
    computed_once,
    read_columns,
    days_told,
    not_grouped,
    inline_single_use,  # a step may have become some columns of another
    joined_once,
)

"""Rewrite rules: a plan, and a plan that gives the same rows with less work. Each is proved by running both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from patron.engine.plan.anybody import anybody
from patron.engine.plan.below import kept_below
from patron.engine.plan.beside import side_tables_once
from patron.engine.plan.early import totals_first
from patron.engine.plan.facts import rows_once
from patron.engine.plan.inner import inner_joins
from patron.engine.plan.nodes import Learn, Node, Plan, Project, Step, Temp, inputs, walk, with_inputs
from patron.engine.plan.once import computed_once
from patron.engine.plan.shared import shared_totals
from patron.engine.plan.unread import read_columns

Rule = Callable[[Plan], Plan]


def optimized(plan: Plan) -> Plan:
    """The plan after all rules."""
    for rule in RULES:
        plan = rule(plan)
    return plan


def inline_single_use(plan: Plan) -> Plan:
    """A step that only one other place reads is no table of its own, unless it is learned."""
    used: Counter[str] = Counter()
    for step in (*plan.steps, *plan.outputs):
        used.update(node.name for node in walk(step.node) if isinstance(node, Temp))
    inner: dict[str, Node] = {}
    steps: list[Step] = []
    for step in plan.steps:
        node = _inlined(step.node, inner)
        if used[step.name] == 1 and not isinstance(node, Learn):
            inner[step.name] = node
        elif used[step.name]:
            steps.append(replace(step, node=node))
    return Plan(tuple(steps), tuple(replace(s, node=_inlined(s.node, inner)) for s in plan.outputs))


def _inlined(node: Node, inner: dict[str, Node]) -> Node:
    if isinstance(node, Temp):
        found = inner.get(node.name)
        return node if found is None else Project(found, tuple((c.name, c) for c in node.columns), node.note)
    return with_inputs(node, tuple(_inlined(n, inner) for n in inputs(node)))


RULES: tuple[Rule, ...] = (
    inline_single_use,
    kept_below,
    anybody,
    totals_first,
    shared_totals,
    rows_once,
    side_tables_once,
    inner_joins,
    computed_once,
    read_columns,
)

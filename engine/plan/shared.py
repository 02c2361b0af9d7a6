"""Rule: what several places of a plan add up over the same rows by the same key is added up once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from patron.dsl.nodes import dataclass
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Node,
    Plan,
    Project,
    Step,
    Temp,
    columns,
    everywhere,
    inputs,
    replaced,
    with_inputs,
)  # fmt: skip
from patron.engine.plan.totals import KEY, Totals, all_totals, together, totals_of, written


@dataclass(frozen=True, slots=True)
class Shared:
    """Totals of the same rows by the same key: where they are first needed, and the aggregates they stand for."""

    first: int
    totals: Totals
    members: tuple[Aggregate, ...]


def shared_totals(plan: Plan) -> Plan:
    """Totals of the same rows by the same key are one step."""
    groups = [g for g in _groups(plan) if len(g.members) > 1]
    names = {s.name for s in (*plan.steps, *plan.outputs)}
    made = {_fresh("totals", names): g for g in groups}
    instead: dict[Node, Node] = {}
    for name, group in made.items():
        temp = Temp(name, columns(written(group.totals)), group.totals.note)
        instead |= {m: _taken(m, group.totals, temp) for m in group.members}
    return _with_steps(everywhere(plan, lambda node: replaced(node, instead)), made, instead) if made else plan


def _with_steps(plan: Plan, made: Mapping[str, Shared], instead: Mapping[Node, Node]) -> Plan:
    """The plan with the shared steps, each before the first that reads it."""
    steps: list[Step] = []
    for place in range(len(plan.steps) + 1):
        for name, group in made.items():
            if min(group.first, len(plan.steps)) == place:
                node = written(group.totals)
                below = tuple(replaced(n, instead) for n in inputs(node))
                steps.append(Step(name, with_inputs(node, below), f"totals {node.note}".strip()))
        steps += plan.steps[place : place + 1]
    return Plan(tuple(steps), plan.outputs)


def _groups(plan: Plan) -> list[Shared]:
    """All totals of a plan, those of the same rows by the same key together."""
    found: list[Shared] = []
    for place, step in enumerate((*plan.steps, *plan.outputs)):
        for node, totals in all_totals(step.node):
            found = _grouped(found, place, node, totals)
    return found


def _grouped(found: list[Shared], place: int, node: Aggregate, totals: Totals) -> list[Shared]:
    for number, one in enumerate(found):
        both = together(one.totals, totals)
        if both is not None:
            return [*found[:number], Shared(one.first, both, (*one.members, node)), *found[number + 1 :]]
    return [*found, Shared(place, totals, (node,))]


def _taken(node: Aggregate, totals: Totals, temp: Temp) -> Project:
    """The columns of an aggregate from the shared step."""
    own = totals_of(node)
    assert own is not None
    places = {call: Col(f"a{number}", call.type) for number, call in enumerate(totals.calls)}
    numbers = tuple((name, places[call]) for (name, _), call in zip(node.calls, own.calls, strict=True))
    return Project(temp, ((node.keys[0][0], Col(KEY, totals.key.type)), *numbers), node.note)


def _fresh(hint: str, names: set[str]) -> str:
    """A name for a step that no other has."""
    name = next(n for n in (f"{hint}_{number}" for number in count(1)) if n not in names)
    names.add(name)
    return name

"""Rule: what several places of a plan add up over the same rows by the same key is added up in one pass.

Those who need some of the rows, such as the orders of the last 30 days beside all orders, are in the pass as well.
"""

from __future__ import annotations

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Filter,
    Node,
    Plan,
    Project,
    Step,
    Temp,
    columns,
)
from patron.engine.plan.steps import fresh_names, with_steps
from patron.engine.plan.totals import KEY, Totals, all_totals, among, together, totals_of, written
from patron.engine.types import WHOLE, YESNO


@dataclass(frozen=True, slots=True)
class Shared:
    """Totals of the same rows by the same key: where they are first needed, and the aggregates they stand for."""

    first: int
    totals: Totals
    members: tuple[Aggregate, ...]


def shared_totals(plan: Plan) -> Plan:
    """Totals of the same rows by the same key are one step."""
    made: list[tuple[int, Step]] = []
    instead: dict[Node, Node] = {}
    for group, name in zip((g for g in _groups(plan) if len(g.members) > 1), fresh_names(plan, "totals"), strict=False):
        node = written(group.totals)
        made.append((group.first, Step(name, node, f"totals {node.note}".strip())))
        temp = Temp(name, columns(node), node.note)
        instead |= {m: _taken(m, group.totals, temp) for m in group.members}
    return with_steps(plan, made, instead)


def _groups(plan: Plan) -> list[Shared]:
    """All totals of a plan, those of the same rows by the same key together, those of fewer rows with them."""
    places = enumerate((*plan.steps, *plan.outputs))
    every = [(place, node, totals) for place, step in places for node, totals in all_totals(step.node)]
    found: list[Shared] = []
    for place, node, totals in sorted(every, key=lambda one: len(one[2].where)):
        found = _grouped(found, place, node, totals)
    return found


def _grouped(found: list[Shared], place: int, node: Aggregate, totals: Totals) -> list[Shared]:
    for number, one in enumerate(found):
        both = together(one.totals, totals)
        if both is not None:
            wider = Shared(min(one.first, place), both, (*one.members, node))
            return [*found[:number], wider, *found[number + 1 :]]
    return [*found, Shared(place, totals, (node,))]


def _taken(node: Aggregate, totals: Totals, temp: Temp) -> Project:
    """The columns of an aggregate from the shared step: keys without a row of its own are none of it, but there is
    always a total of all rows."""
    own = totals_of(node)
    assert own is not None
    calls = among(own, totals)
    places = [Col(f"a{totals.calls.index(call)}", call.type) for call in calls]
    rows: Node = temp
    if len(calls) > len(own.calls) and totals.key is not None:
        rows = Filter(temp, Op(">", (places[-1], Lit(0, WHOLE)), YESNO))
    numbers = tuple((name, place) for (name, _), place in zip(node.calls, places, strict=False))
    keys = tuple((name, Col(KEY, key.type)) for name, key in node.keys)
    return Project(rows, (*keys, *numbers), node.note)

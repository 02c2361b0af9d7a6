"""Rule: rows that are a step anyway are read there, too, by who asks more of them, or joins more to them.

    keep name, amount                             keep name, amount
      where valid and day >= october                where day >= october
        join staff on staff              →            join staff on staff
          join orders on order                          take rows_1
            read lines

Only what rows tell themselves is joined to them again: customers are joined to orders, not to all their lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import all_of
from patron.engine.plan.facts import AGAIN, Free, bound, joins, told_by
from patron.engine.plan.nodes import (
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    Scan,
    Step,
    Temp,
    columns,
    everywhere,
    rebuilt,
    replaced,
    spine,
    walk,
)
from patron.engine.plan.steps import in_order
from patron.engine.plan.totals import over
from patron.engine.plan.united import filtered, read_by, united


@dataclass(frozen=True, slots=True)
class Place:
    """What looks at joined rows, and the join in it whose rows a step has."""

    node: Node
    join: Join
    where: tuple[Expr, ...]
    """Conditions that are left."""


def rows_read(plan: Plan) -> Plan:
    """Joins whose rows are a step are no joins."""
    for step in [s for s in plan.steps if s.note == AGAIN]:
        plan = _read(plan, step)
    return plan


def _read(plan: Plan, step: Step) -> Plan:
    """The plan with all places that may read a step reading it."""
    rows, conditions = _bare(*filtered(step.node))
    others = Free(plan).but(step.name)
    places: list[Place] = []
    for one in (*others, *plan.outputs):
        for node in (n for n in walk(one.node) if isinstance(n, Project) or n is one.node):
            found = _place(node, rows, conditions)
            if found is not None:
                both, place = found
                rows, places = both, [*places, place]
    where = all_of(*conditions)
    wider = replace(step, node=rows if where is None else Filter(rows, where))
    temp = Temp(step.name, columns(rows))
    instead = {place.node: made for place in places if (made := _over(place, temp)) is not None}
    if not instead:
        return plan

    def change(node: Node) -> Node:
        return replace(temp, note=node.note) if isinstance(node, Temp) and node.name == step.name else node

    done = everywhere(replace(plan, steps=tuple(s for s in plan.steps if s is not step)),
                      lambda node: rebuilt(replaced(node, instead), change))  # fmt: skip
    return replace(done, steps=tuple(in_order([wider, *done.steps])))


def _over(place: Place, temp: Temp) -> Node | None:
    """The place over the step; None where two columns would have one name."""
    top, _ = filtered(_input(place.node))
    fresh, where = replaced(top, {place.join: temp}), all_of(*place.where)
    names = [c.name for c in columns(fresh)]
    if len(set(names)) < len(names):
        return None
    rows = fresh if where is None else Filter(fresh, where)
    return replace(place.node, input=rows) if isinstance(place.node, Project) else rows


def _input(node: Node) -> Node:
    """The rows that a place looks at: what is kept of them, or they themselves."""
    return node.input if isinstance(node, Project) else node


def _place(node: Node, rows: Node, conditions: Sequence[Expr]) -> tuple[Node, Place] | None:
    """A place that reads some of the rows of a step, and these rows with all that both look at."""
    top, where = filtered(_input(node))
    first, own = _leftmost(rows), _leftmost(top)
    if not (isinstance(first, Scan) and isinstance(own, Scan) and first.table == own.table):
        return None
    told: list[Expr] = []
    finest = {c.name for c in columns(own)}
    for join in spine(top):
        bare, lifted = _bare(join, ())
        both, asked = united(rows, bare), (*where, *lifted)
        if both is not None and joins(both) == joins(bare):
            left = tuple(c for c in dict.fromkeys(asked) if c not in conditions)
            return (both, Place(node, join, left)) if all(_met(c, (*asked, *told)) for c in conditions) else None
        if not all(read_by(key) <= finest for key, _ in join.on):  # what few rows are joined to is not joined to many
            return None
        told += told_by(join)
    return None


def _leftmost(node: Node) -> Node:
    return [node, *(join.left for join in spine(node))][-1]


def _met(condition: Expr, where: Sequence[Expr]) -> bool:
    """Whether rows that meet some conditions meet another: it is among them, or a wider limit than one of theirs."""
    if condition in where:
        return True
    mine = bound(condition)
    theirs = (b for b in map(bound, where) if b is not None and mine is not None and b[0] == mine[0])
    return mine is not None and any(_within(mine[0][0], b[1].value, mine[1].value) for b in theirs)


def _within(name: str, value: Any, limit: Any) -> bool:
    return bool(value >= limit if name == ">=" else value <= limit)


def _bare(node: Node, where: tuple[Expr, ...]) -> tuple[Node, tuple[Expr, ...]]:
    """Rows without the conditions on what is joined to them, and these conditions beside the others."""
    if not isinstance(node, Join):
        return node, where
    left, where = _bare(node.left, where)
    right, lifted = node.right, list[Expr | None]()
    if node.kind == "inner" and isinstance(right, Project):
        below, asked = filtered(right.input)
        names = {value.name: Col(name, value.type) for name, value in right.items if isinstance(value, Col)}
        lifted = [over(c, names) if read_by(c) <= names.keys() else None for c in asked]
        right = right if None in lifted else replace(right, input=below)
    found = tuple(c for c in lifted if c is not None) if right is not node.right else ()
    return replace(node, left=left, right=right), (*where, *found)

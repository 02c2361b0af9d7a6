"""Rows met by their place in an order, not by all pairs: each row of one side with the nearest of the other.

Joining every action to every order of its customer is fastest on ordinary customers and hopeless on one with a
hundred thousand of each. The nearest row is found in one sort of both sides, whatever the customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Project,
    SortKey,
    WindowCall,
    columns,
)
from patron.engine.types import WHOLE, YESNO


@dataclass(frozen=True, slots=True)
class Laid:
    """Rows with the expressions of what they are met by: keys that are equal, and a place in an order."""

    rows: Node
    keys: tuple[Expr, ...]
    place: Expr


def last_before(left: Laid, right: Laid, note: str = "") -> Node:
    """Each row of the left with the right's last at or before its place, any one of those that share it."""
    return _nearest(left, right, ">=", note)


def first_after(left: Laid, right: Laid, note: str = "") -> Node:
    """Each row of the left with the right's first at or after its place, any one of those that share it."""
    return _nearest(left, right, "<=", note)


def _nearest(left: Laid, right: Laid, than: str, note: str) -> Node:
    on = tuple(zip(left.keys, right.keys, strict=True))
    where = Op(than, (left.place, right.place), YESNO)
    return Join(left.rows, right.rows, "nearest", on, where, missing_equal=len(on) > 1, note=note)


def best_of_place(side: Laid, best_first: Sequence[SortKey]) -> Laid:
    """Of the rows with the same keys and place the best."""
    beside = WindowCall("lag", side.place.type, (side.place,), side.keys, (SortKey(side.place), *best_first))
    own = tuple((c.name, c) for c in columns(side.rows))
    placed = Project(side.rows, (*own, ("@beside", beside)))
    again = Op("=", (Col("@beside", side.place.type), side.place), YESNO)
    return Laid(Project(Filter(placed, Op("not", (again,), YESNO)), own), side.keys, side.place)


def best(rows: Node, key: Expr, best_first: Sequence[SortKey]) -> Node:
    """Of the rows with the same key the best."""
    own = tuple((c.name, c) for c in columns(rows))
    place = Project(rows, (*own, ("@place", WindowCall("row_number", WHOLE, (), (key,), tuple(best_first)))))
    return Project(Filter(place, Op("=", (Col("@place", WHOLE), Lit(1, WHOLE)), YESNO)), own)


def furthest(side: Laid, end: Expr) -> tuple[Laid, Col]:
    """The places of a side, and the latest end of what lies at or before each."""
    keys = tuple(Col(f"@key{number}", key.type) for number, key in enumerate(side.keys))
    place, last = Col("@at", side.place.type), Col("@end", end.type)
    named = (*((c.name, key) for c, key in zip(keys, side.keys, strict=True)), (place.name, side.place))
    ends = Aggregate(side.rows, named, ((last.name, AggCall("max", end.type, end)),))
    running = WindowCall("max", end.type, (last,), keys, (SortKey(place),), upto=True)
    node = Project(ends, (*((c.name, c) for c in (*keys, place)), (last.name, running)), "latest end so far")
    return Laid(node, keys, place), last


def by_range(nearest: Join) -> Node:
    """A nearest join as a plain one: a row of the right meets what lies between it and the row beside it."""
    assert isinstance(nearest.where, Op)
    place, than = nearest.where.args[1], nearest.where.name
    keys = tuple(key for _, key in nearest.on)
    beside = Col("@beside", place.type)
    found = WindowCall("lag", place.type, (place,), keys, (SortKey(place, than == ">="),))
    right = Project(nearest.right, (*((c.name, c) for c in columns(nearest.right)), (beside.name, found)))
    within = Op("not", (Op(than, (nearest.where.args[0], beside), YESNO),), YESNO)
    joined = replace(nearest, kind="inner", right=right, where=Op("and", (nearest.where, within), YESNO))
    return Project(joined, tuple((c.name, c) for c in columns(nearest)))

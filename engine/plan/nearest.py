"""The nearest of rows with positions: every place that occurs beside every one of them, the shortest way kept."""

from __future__ import annotations

from patron.engine.model.terms import Field, Here, Nearest, Op, all_of, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Join, Node, Project, columns
from patron.engine.plan.planner import Planner
from patron.engine.types import NUMBER, reference

FOUND = "@nearest"


def by_id(p: Planner, leaf: Nearest) -> Node:
    """The id of each row that has a place, and of the row nearest to it; of several the one with the smaller id."""
    ident = Field(Here(), "id", reference(leaf.table))
    items = [("id", ident), ("latitude", leaf.latitude), ("longitude", leaf.longitude)]
    placed = all_of(known(leaf.latitude), known(leaf.longitude))
    rows = p.step("places", row_plans.evaluate(p, leaf.table, items, placed), f"places of {leaf.table}")
    own, *here = columns(rows)
    near = _nearest(leaf, Aggregate(rows, tuple((c.name, c) for c in here), ()), _positions(p, leaf))
    joined = Join(rows, near, "inner", tuple((c, Col(f"@{c.name}", c.type)) for c in here))
    return Project(joined, (("id", own), (FOUND, Col(FOUND, leaf.type))))


def _nearest(leaf: Nearest, places: Node, positions: Node) -> Node:
    """Each place, under `@`, with the id of what is nearest to it."""
    here, (found, *there) = columns(places), columns(positions)
    both = Join(places, positions, "cross", note=f"beside all {leaf.of}")
    way = Op("distance_km", (*here, *there), NUMBER)
    measured = Project(both, (*((c.name, c) for c in (*here, found)), ("way", way)))
    first = AggCall("first", leaf.type, found, order=(Col("way", NUMBER), found))
    return Aggregate(measured, tuple((f"@{c.name}", c) for c in here), ((FOUND, first),), f"the nearest of {leaf.of}")


def _positions(p: Planner, leaf: Nearest) -> Node:
    """What has a position, with it."""
    own = p.b.ways.columns(leaf.of)
    latitude, longitude = (Field(Here(), name, own[name].type) for name in ("latitude", "longitude"))
    items = [("found", Field(Here(), "id", leaf.type)), ("their_latitude", latitude), ("their_longitude", longitude)]
    return row_plans.evaluate(p, leaf.of, items, all_of(known(latitude), known(longitude)), f"positions of {leaf.of}")

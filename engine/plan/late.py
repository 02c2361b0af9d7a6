"""Rule: what another table says of rows is looked up for those that a join leaves, not for all that it looks at.

    join orders on customer, stretch where w.start, w.end    keep all, w.end
      keep customer, w.start, w.end                            where w.end
        left join campaigns                             →        left join campaigns
          read actions                                             join orders on customer, stretch where w.start
                                                                     keep customer, w.start
                                                                       read actions

It pays where the join asks for more than one thing to be equal: few rows are left then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patron.engine.model.terms import all_of, conjuncts
from patron.engine.plan.apart import Made, keeps_all
from patron.engine.plan.nodes import (
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    columns,
    everywhere,
    rebuilt,
    replaced,
)
from patron.engine.plan.totals import over
from patron.engine.plan.united import filtered, read_by


def looked_up_late(plan: Plan) -> Plan:
    """Lookups of one side of a join after the join."""
    made = {s.name: s.node for s in plan.steps}

    def change(node: Node) -> Node:
        found = _late(node, made) if isinstance(node, Join) else None
        return node if found is None else found

    return everywhere(plan, lambda node: rebuilt(node, change))


def _late(node: Join, made: Made) -> Node | None:
    """The join before the lookups of its left side; None where these take no part in it, or more than that."""
    if node.kind != "inner" or len(node.on) < 2 or node.missing_equal or not isinstance(node.left, Project):
        return None
    lookup, where = filtered(node.left.input)
    if not isinstance(lookup, Join) or not keeps_all(lookup, made) or lookup.where is not None:
        return None
    told = {c.name for c in columns(lookup.right)}
    later = {name: value for name, value in node.left.items if read_by(value) & told}
    asked = [c for c in conjuncts(node.where) if read_by(c) & later.keys()]
    before = any(read_by(own) & later.keys() for own, _ in node.on) or any(read_by(c) & told for c in where)
    return None if before or not asked else _moved(node, node.left, lookup, later, asked)


def _moved(node: Join, left: Project, lookup: Join, later: Mapping[str, Expr], asked: list[Expr]) -> Node | None:
    """The rows that are left, the lookup, the columns made of it, and the conditions on these."""
    read = {n for expr in (*later.values(), *(own for own, _ in lookup.on)) for n in read_by(expr)}
    beside = tuple((f"@{c.name}", c) for c in columns(lookup.left) if c.name in read)
    names: dict[str, Expr] = {c.name: Col(name, c.type) for name, c in beside}
    names |= {c.name: c for c in columns(lookup.right)}
    made = {name: over(value, names) for name, value in later.items()}
    on = tuple((found, other) for own, other in lookup.on if (found := over(own, names)) is not None)
    if len(on) < len(lookup.on) or None in made.values():
        return None
    rows = replaced(left.input, {lookup: lookup.left})
    first = Project(rows, (*(i for i in left.items if i[0] not in later), *beside), left.note)
    joined = replace(node, left=first, where=all_of(*(c for c in conjuncts(node.where) if c not in asked)))
    items = tuple((c.name, made.get(c.name) or c) for c in columns(node))
    where = all_of(*asked)
    assert where is not None
    return Filter(Project(replace(lookup, left=joined, on=on), items), where)

"""Rule: what another table says of rows is looked up for their totals, not for every row.

    group by product's name: sum(amount)        group by product's name: sum(a0)
      join products on product = id        →      join products on @key = id
        read lines                                  group by product: a0 = sum(amount)
                                                      read lines

Who asks by another column of products then needs the same totals.
"""

from __future__ import annotations

from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op, all_of, known
from patron.engine.plan.apart import Made, meets_one
from patron.engine.plan.early import AGAIN, is_again, zero_of_none
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Named,
    Node,
    Plan,
    Project,
    Scan,
    columns,
    everywhere,
    inputs,
    rebuilt,
)
from patron.engine.plan.totals import KEY, Totals, call_over, over, written
from patron.engine.plan.united import filtered, read_by
from patron.engine.types import WHOLE, YESNO

FEWER = 4
"""Rows for each one of the other table, from which on it pays."""


def small_last(plan: Plan) -> Plan:
    """Totals by the key of another table, before its columns are looked up."""
    made = {s.name: s.node for s in plan.steps}

    def change(node: Node) -> Node:
        found = _grouped(node, made) if isinstance(node, Aggregate) else None
        return node if found is None else _answered(found)

    return everywhere(plan, lambda node: rebuilt(node, change))


@dataclass(frozen=True, slots=True)
class Grouped:
    """An aggregate over rows with another table joined to them."""

    node: Aggregate
    cuts: tuple[Join, ...]
    """What keeps or drops rows by the columns that they are grouped by, the outermost first."""
    join: Join
    where: tuple[Expr, ...]
    groups: tuple[Named, ...]
    """Columns that the groups and the cuts look at, in terms of the joined rows."""
    calls: tuple[AggCall, ...]

    @property
    def key(self) -> Expr:
        return self.join.on[0][0]


def _grouped(node: Aggregate, made: Made) -> Grouped | None:
    """The aggregate, read; None where totals by the key would not answer it, or not in less time."""
    cuts, below = [], node.input
    while isinstance(below, Join) and below.kind in ("anti", "semi") and below.where is None:
        cuts.append(below)
        below = below.left
    join, where = filtered(below.input) if isinstance(below, Project) else (below, ())
    if not isinstance(below, Project) or not isinstance(join, Join) or not _looks_up(join, made):
        return None
    items = dict(below.items)
    read = {n for _, k in node.keys for n in read_by(k)}.union(*(read_by(a) for c in cuts for a, _ in c.on))
    groups = [(name, over(items[name], {c.name: c for c in columns(join)})) for name in items if name in read]
    calls = [call_over(call, items) for _, call in node.calls]
    left = {c.name for c in columns(join.left)}
    found = Grouped(
        node, tuple(cuts), join, where,
        tuple((n, g) for n, g in groups if g is not None and _stays(g, join)),
        tuple(c for c in calls if c is not None and _adds_up(c, join.on[0][0], left)),
    )  # fmt: skip
    whole = len(found.groups) == len(read) and len(found.calls) == len(node.calls)
    looked_up = any(read_by(g) - left for _, g in found.groups) and all(read_by(c) <= left for c in where)
    return found if whole and looked_up else None


def _adds_up(call: AggCall, key: Expr, left: set[str]) -> bool:
    """Whether totals by the key answer a call: it adds up, or counts keys."""
    again = is_again(call) or (call.func == "unique" and call.value == key)
    return again and read_by(call.value) | read_by(call.where) <= left


def _looks_up(join: Join, made: Made) -> bool:
    """Whether a join by one key finds at most one row of all those of a table much smaller than the rows' own."""
    by_key = len(join.on) == 1 and join.where is None and join.kind in ("left", "inner")
    small, large = join.right.input if isinstance(join.right, Project) else join.right, join.left
    while inputs(large):
        large = inputs(large)[0]
    fewer = isinstance(small, Scan) and isinstance(large, Scan) and 0 < small.rows * FEWER <= large.rows
    return by_key and fewer and meets_one(join, made)


def _stays(group: Expr, join: Join) -> bool:
    """Whether a group is told by the small table alone, by the key, or by something of which there is little."""
    read = read_by(group)
    return group == join.on[0][0] or not read & {c.name for c in columns(join.left)} or _few(group, join.left)


def _few(expr: Expr, node: Node) -> bool:
    """Whether an expression over rows has few values: words of a closed list, yes or no, or what a choice may give."""
    if isinstance(expr, Lit) or expr.type.kind in ("choice", "yesno"):
        return True
    if isinstance(expr, Op):
        return expr.name in ("if", "first_known") and all(_few(a, node) for a in expr.args)
    if not isinstance(expr, Col):
        return False
    if isinstance(node, Project):
        return _few(dict(node.items)[expr.name], node.input)
    below = (n for n in inputs(node) if expr.name in {c.name for c in columns(n)})
    return isinstance(node, (Filter, Join)) and all(_few(expr, n) for n in below)


def _answered(found: Grouped) -> Node:
    """The question over totals."""
    join, key = found.join, Col(KEY, found.key.type)
    left = {c.name for c in columns(join.left)}
    mine = tuple((n, g) for n, g in found.groups if g != found.key and read_by(g) & left)
    first = tuple(replace(c, func="count", value=None) if c.func == "unique" else c for c in found.calls)
    totals = written(Totals(join.left, found.where, found.key, first, found.node.note), mine)
    told = {n: Col(n, g.type) for n, g in mine} | {n: key for n, g in found.groups if g == found.key}
    groups = tuple((n, told.get(n, g)) for n, g in found.groups)
    numbers = columns(totals)[len(totals.keys) :]
    looked_up = replace(join, left=totals, on=((key, join.on[0][1]),))
    node: Node = Project(looked_up, (*groups, (KEY, key), *((c.name, c) for c in numbers)))
    for cut in reversed(found.cuts):
        node = replace(cut, left=node)
    named = zip(found.node.calls, numbers, strict=True)
    calls = tuple((n, _again(c, number, mine, key)) for (n, c), number in named)
    return zero_of_none(replace(found.node, input=node, calls=calls), found.node)


def _again(call: AggCall, number: Col, mine: tuple[Named, ...], key: Col) -> AggCall:
    """The call over totals; a key that other groups cut up may be there more than once."""
    if call.func != "unique":
        return AggCall(AGAIN[call.func], call.type, number)
    some = all_of(known(key), Op(">", (number, Lit(0, WHOLE)), YESNO))
    return replace(call, value=key, where=some) if mine else replace(call, func="count", value=None, where=some)

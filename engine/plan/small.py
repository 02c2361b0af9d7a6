"""Rule: what another table says of rows is looked up for their totals, not for every row.

    group by product's name: sum(amount)        group by product's name: sum(a0)
      join products on product = id        →      join products on @key = id
        read lines                                  group by product: a0 = sum(amount)
                                                      read lines

Who asks by another column of products then needs the same totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op, all_of, known
from patron.engine.plan.apart import Made, keeps_all, meets_one
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
    spine,
    walk,
)
from patron.engine.plan.totals import KEY, Totals, call_over, over, written
from patron.engine.plan.united import filtered, read_by
from patron.engine.types import WHOLE, YESNO

FEWER = 4
"""Rows for each one of the other table, from which on it pays."""


def small_last(plan: Plan) -> Plan:
    """Totals by the key of another table, before its columns are looked up."""
    there = There({s.name: s.node for s in plan.steps}, sizes(plan))

    def change(node: Node) -> Node:
        found = _grouped(node, there) if isinstance(node, Aggregate) else None
        return node if found is None else _answered(found)

    return everywhere(plan, lambda node: rebuilt(node, change))


def sizes(plan: Plan) -> Mapping[str, int]:
    """How many rows each stored table has that a plan reads."""
    return {n.table: n.rows for s in (*plan.steps, *plan.outputs) for n in walk(s.node) if isinstance(n, Scan)}


@dataclass(frozen=True, slots=True)
class There:
    """What there is: the nodes of earlier steps by name, and how many rows each stored table has."""

    made: Made
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Grouped:
    """An aggregate over rows with what their key tells joined to them."""

    node: Aggregate
    cuts: tuple[Join, ...]
    """What keeps or drops rows by the columns that they are grouped by, the outermost first."""
    lookups: tuple[Join, ...]
    """The outermost first; the last of them is joined to the rows by the key."""
    where: tuple[Expr, ...]
    groups: tuple[Named, ...]
    """Columns that the groups and the cuts look at, in terms of the totals and what is joined to them."""
    mine: tuple[Named, ...]
    """Those that the rows tell."""
    calls: tuple[AggCall, ...]


def _grouped(node: Aggregate, there: There) -> Grouped | None:
    """The aggregate, read; None where totals by the key would not answer it, or not in less time."""
    cuts, below = [], node.input
    while isinstance(below, Join) and below.kind in ("anti", "semi") and below.where is None:
        cuts.append(below)
        below = below.left
    if not isinstance(below, Project):
        return None
    top, where = filtered(below.input)
    lookups = _lookups(top, there)
    if not lookups:
        return None
    items, rows, key = dict(below.items), lookups[-1].left, lookups[-1].on[0][0]
    left = {c.name for c in columns(rows)}
    read = {n for _, k in node.keys for n in read_by(k)}.union(*(read_by(a) for c in cuts for a, _ in c.on))
    asked = [(name, over(items[name], {c.name: c for c in columns(top)})) for name in items if name in read]
    mine = tuple((n, g) for n, g in asked if g is not None and g != key and read_by(g) <= left and few(g, rows))
    own = {n: Col(n, g.type) for n, g in mine}
    groups = [(n, own.get(n) or _told(g, key, left)) for n, g in asked if g is not None]
    calls = [call_over(call, items) for _, call in node.calls]
    found = Grouped(
        node, tuple(cuts), lookups, where, tuple((n, g) for n, g in groups if g is not None), mine,
        tuple(c for c in calls if c is not None and _adds_up(c, key, left)),
    )  # fmt: skip
    whole = len(found.groups) == len(read) and len(found.calls) == len(node.calls)
    looked_up = any(g is not None and read_by(g) - left for _, g in asked) and all(read_by(c) <= left for c in where)
    return found if whole and looked_up else None


def _told(group: Expr, key: Expr, left: set[str]) -> Expr | None:
    """A group in terms of the key of totals and of what is joined to them; None where it looks at more of the rows."""
    whose = Col(KEY, key.type)
    if group == key:
        return whose
    of_key = {key.name: whose} if isinstance(key, Col) else {}
    found = _columns(group)
    return over(group, found | of_key) if found.keys() & left <= of_key.keys() else None


def _columns(expr: Expr) -> dict[str, Col]:
    """The columns that an expression looks at, by name."""
    if isinstance(expr, Col):
        return {expr.name: expr}
    return {n: c for arg in getattr(expr, "args", ()) for n, c in _columns(arg).items()}


def _adds_up(call: AggCall, key: Expr, left: set[str]) -> bool:
    """Whether totals by the key answer a call: it adds up, or counts keys."""
    again = is_again(call) or (call.func == "unique" and call.value == key)
    return again and read_by(call.value) | read_by(call.where) <= left


def _lookups(top: Node, there: There) -> tuple[Join, ...]:
    """As many joins as possible, all of which are told by the key of the last, where there are few keys."""
    joins = [*spine(top)]
    while inputs(top):
        top = inputs(top)[0]
    for last in range(len(joins), 0, -1):
        key = joins[last - 1].on[0][0] if len(joins[last - 1].on) == 1 else None
        if key is None or not isinstance(top, Scan) or not 0 < there.rows.get(key.type.table, 0) * FEWER <= top.rows:
            continue
        left = {c.name for c in columns(joins[last - 1].left)}
        if all(_is_told(join, key, left, there.made) for join in joins[:last]):
            return tuple(joins[:last])
    return ()


def _is_told(join: Join, key: Expr, left: set[str], made: Made) -> bool:
    """Whether what a join adds to a row, one row for all of them, follows from the key."""
    if join.kind == "cross":
        return keeps_all(join, made)
    right = join.right.input if isinstance(join.right, Project) else join.right
    every = join.kind == "left" or (join.kind == "inner" and isinstance(right, Scan))
    own = [own for own, _ in join.on]
    return (
        every and join.where is None and meets_one(join, made) and all(o == key or not read_by(o) & left for o in own)
    )


def few(expr: Expr, node: Node) -> bool:
    """Whether an expression over rows has few values: words of a closed list, bands, yes or no, what a choice
    may give."""
    if isinstance(expr, Lit) or expr.type.kind in ("choice", "yesno") or expr.type.labels:
        return True
    if isinstance(expr, Op):
        return expr.name in ("if", "first_known") and all(few(a, node) for a in expr.args)
    if not isinstance(expr, Col):
        return False
    if isinstance(node, Project):
        return few(dict(node.items)[expr.name], node.input)
    below = (n for n in inputs(node) if expr.name in {c.name for c in columns(n)})
    return isinstance(node, (Filter, Join)) and all(few(expr, n) for n in below)


def _answered(found: Grouped) -> Node:
    """The question over totals."""
    rows, of = found.lookups[-1].left, found.lookups[-1].on[0][0]
    key = Col(KEY, of.type)
    first = tuple(replace(c, func="count", value=None) if c.func == "unique" else c for c in found.calls)
    totals: Node = written(Totals(rows, found.where, of, first, found.node.note), found.mine)
    numbers = columns(totals)[1 + len(found.mine) :]
    for join in reversed(found.lookups):
        totals = replace(join, left=totals, on=tuple((key if own == of else own, other) for own, other in join.on))
    node: Node = Project(totals, (*found.groups, (KEY, key), *((c.name, c) for c in numbers)))
    for cut in reversed(found.cuts):
        node = replace(cut, left=node)
    named = zip(found.node.calls, numbers, strict=True)
    calls = tuple((n, _again(c, number, found.mine, key)) for (n, c), number in named)
    return zero_of_none(replace(found.node, input=node, calls=calls), found.node)


def _again(call: AggCall, number: Col, mine: tuple[Named, ...], key: Col) -> AggCall:
    """The call over totals; a key that other groups cut up may be there more than once."""
    if call.func != "unique":
        return AggCall(AGAIN[call.func], call.type, number)
    some = all_of(known(key), Op(">", (number, Lit(0, WHOLE)), YESNO))
    return replace(call, value=key, where=some) if mine else replace(call, func="count", value=None, where=some)

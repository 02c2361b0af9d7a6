"""Totals by one key, such as those of each customer, or of all rows: read off a plan, put together, written again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op, all_of
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Expr, Filter, Named, Node, Project, walk
from patron.engine.plan.united import filtered, united
from patron.engine.types import WHOLE

KEY = "@key"


@dataclass(frozen=True, slots=True)
class Totals:
    """What is added up, by which key if any, over which rows under which conditions; all in terms of the rows'
    columns."""

    rows: Node
    where: tuple[Expr, ...]
    key: Expr | None
    calls: tuple[AggCall, ...]
    note: str = ""


def totals_of(node: Node) -> Totals | None:
    """An aggregate by one key or none, read."""
    if not isinstance(node, Aggregate) or not isinstance(node.input, Project) or len(node.keys) > 1:
        return None
    rows, where = filtered(node.input.input)
    items = dict(node.input.items)
    key = over(node.keys[0][1], items) if node.keys else None
    calls = tuple(call_over(c, items) for _, c in node.calls)
    if (node.keys and key is None) or any(c is None for c in calls):
        return None
    return Totals(rows, where, key, tuple(c for c in calls if c is not None), node.note)


def all_totals(node: Node) -> Iterator[tuple[Aggregate, Totals]]:
    """Every aggregate by one key or none in a node."""
    for one in walk(node):
        found = totals_of(one)
        if found is not None:
            assert isinstance(one, Aggregate)
            yield one, found


def over(expr: Expr | None, items: Mapping[str, Expr | None]) -> Expr | None:
    """An expression in terms of what its columns stand for; None when it, or one of them, is more than operators and
    columns."""
    if isinstance(expr, Col):
        inner = items[expr.name]
        return inner if _plain(inner) else None
    if isinstance(expr, Op):
        args = [over(a, items) for a in expr.args]
        known = tuple(a for a in args if a is not None)
        return Op(expr.name, known, expr.type) if len(known) == len(args) else None
    return expr if isinstance(expr, Lit) else None


def _plain(expr: Expr | None) -> bool:
    return isinstance(expr, (Col, Lit)) or (isinstance(expr, Op) and all(_plain(a) for a in expr.args))


def call_over(call: AggCall, items: Mapping[str, Expr]) -> AggCall | None:
    """A call in terms of what its columns stand for."""
    value = over(call.value, items) if call.value is not None else None
    where = over(call.where, items) if call.where is not None else None
    order = [over(o, items) for o in call.order]
    known = tuple(o for o in order if o is not None)
    lost = (call.value is not None and value is None) or (call.where is not None and where is None)
    if lost or len(known) < len(order):
        return None
    return AggCall(call.func, call.type, value, where, call.share, known)


def together(a: Totals, b: Totals) -> Totals | None:
    """The numbers of both, where the second are over the same rows by the same key, or over some of these rows."""
    if a.key != b.key or not set(a.where) <= set(b.where):
        return None
    rows = united(a.rows, b.rows)
    if rows is None:
        return None
    more = tuple(c for c in dict.fromkeys(among(b, a)) if c not in a.calls)
    return Totals(rows, a.where, a.key, (*a.calls, *more), a.note)


def among(part: Totals, whole: Totals) -> tuple[AggCall, ...]:
    """The calls of totals over some of the rows of others, and last how many rows of a key these are."""
    more = [c for c in part.where if c not in whole.where]
    if not more:
        return part.calls
    calls = (*part.calls, AggCall("count", WHOLE))
    return tuple(replace(c, where=all_of(c.where, *more)) for c in calls)


Item: TypeAlias = Callable[[Expr], Expr]


def _named(call: AggCall, item: Item) -> AggCall:
    """A call over columns; its condition is said of columns, so that it is decided as a condition."""
    value = item(call.value) if call.value is not None else None
    where = _of_columns(call.where, item) if call.where is not None else None
    return replace(call, value=value, where=where, order=tuple(item(o) for o in call.order))


def _of_columns(expr: Expr, item: Item) -> Expr:
    if isinstance(expr, Op):
        return Op(expr.name, tuple(_of_columns(a, item) for a in expr.args), expr.type)
    return item(expr)


def written(totals: Totals, more: tuple[Named, ...] = ()) -> Aggregate:
    """The aggregate, by more keys if need be: its key, if any, is `@key`, its numbers are `a0`, `a1` and so on."""
    items: dict[Expr, str] = {}

    def item(expr: Expr) -> Expr:
        if isinstance(expr, Lit):
            return expr
        return Col(items.setdefault(expr, f"v{len(items)}"), expr.type)

    calls = tuple((f"a{number}", _named(call, item)) for number, call in enumerate(totals.calls))
    keys: list[Named] = [*([] if totals.key is None else [(KEY, totals.key)]), *more]
    named: list[Named] = [*keys, *((name, expr) for expr, name in items.items())]
    where = all_of(*totals.where)
    kept = totals.rows if where is None else Filter(totals.rows, where)
    return Aggregate(Project(kept, tuple(named)), tuple((n, Col(n, k.type)) for n, k in keys), calls, totals.note)

"""Aggregates over children, grouped by their parent: one pass for all that share rows and way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import (
    _INNER,
    Children,
    Field,
    Followed,
    Here,
    Lit,
    Op,
    Overall,
    Row,
    Rows,
    Term,
    all_of,
    conjuncts,
    holding,
    known,
    shift,
)  # fmt: skip
from patron.engine.plan import rows as row_plans
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
)  # fmt: skip
from patron.engine.plan.planner import Planner
from patron.engine.plan.unread import trimmed
from patron.engine.types import MOMENT, WHOLE, YESNO, Type

if TYPE_CHECKING:
    from patron.engine.plan.rows import Evaluation

ZEROED = ("sum", "count", "unique")
KEY = "@key"


@dataclass(frozen=True, slots=True)
class Made:
    """A side table with one row per key, and what each term is over its columns (after a left join)."""

    node: Node
    values: dict[Term, Expr]


def common_part(wheres: Sequence[Term | None]) -> tuple[Term | None, list[Term | None]]:
    """What all conditions share, and what is left of each."""
    parts = [conjuncts(w) for w in wheres]
    others = [frozenset(own) for own in parts[1:]]
    shared = dict.fromkeys(c for c in parts[0] if all(c in other for other in others)) if parts else {}
    rest = [all_of(*(c for c in own if c not in shared)) for own in parts]
    return all_of(*shared), rest


def own_terms(call: Children, parent: str | None) -> Children:
    """The aggregate with its parent's row written as the row its own key leads to."""
    if parent is None:
        return call
    outer, inner = call.row, Followed(call.key, parent)
    return replace(
        call, **{n: _with_row(getattr(call, n), outer, inner, 0) for n in ("value", "where", "each", "order")}
    )


def _with_row(term: Any, outer: Row, inner: Row, depth: int) -> Any:
    if isinstance(term, tuple):
        return tuple(_with_row(t, outer, inner, depth) for t in term)
    if isinstance(term, (Here, Followed)) and term == shift(outer, depth + 1):
        return shift(inner, depth)
    deeper = _INNER.get(type(term), ())
    changes = {}
    for name in holding(type(term)):
        old = getattr(term, name)
        new = _with_row(old, outer, inner, depth + 1 if name in deeper else depth)
        if new is not old and new != old:
            changes[name] = new
    return replace(term, **changes) if changes else term


def refers_outside(call: Children, parent: str | None = None) -> bool:
    """Whether the aggregate looks at a row outside that its own key does not lead to."""
    own = own_terms(call, parent) if parent else call
    return any(_outside(getattr(own, n), 0) for n in ("value", "where", "each", "order"))


def _outside(term: Any, depth: int) -> bool:
    if isinstance(term, Here):
        return term.up > depth
    if isinstance(term, tuple):
        return any(_outside(t, depth) for t in term)
    deeper = _INNER.get(type(term), ())
    return any(_outside(getattr(term, name), depth + 1 if name in deeper else depth) for name in holding(type(term)))


def outside_terms(call: Children, parent: str | None) -> list[Term]:
    """What an aggregate looks at in the row outside, as terms of that row."""
    own = own_terms(call, parent)
    found: list[Term] = []

    def visit(term: Term | None) -> None:
        if isinstance(term, Op):
            for arg in term.args:
                visit(arg)
        elif term is not None and not isinstance(term, Lit) and _outside(term, 0):
            found.append(_lowered(term))

    visit(own.value)
    visit(own.where)
    return found


def grouped(p: Planner, rows: Rows, key: Term, parent: str | None, calls: Sequence[Children]) -> list[Made]:
    """Side tables for aggregates of the same children: most in one pass, those in two levels on their own."""
    plain = [c for c in calls if c.func not in _SPECIAL]
    made = [_one_pass(p, rows, key, parent, plain)] if plain else []
    return made + [_SPECIAL[c.func](p, rows, key, parent, c) for c in calls if c.func in _SPECIAL]


def _one_pass(p: Planner, rows: Rows, key: Term, parent: str | None, calls: Sequence[Children]) -> Made:
    own = [_by_date(p, rows, own_terms(c, parent)) for c in calls]
    shared, rest = common_part([c.where for c in own])
    items: dict[Term, str] = {}

    def item(term: Term) -> Col:
        name = items.setdefault(term, f"v{len(items)}")
        return Col(name, term.type)

    aggs = []
    for number, (call, where) in enumerate(zip(own, rest, strict=True)):
        aggs.append((f"a{number}", agg_call(call, item, where)))
    source = row_plans.evaluate(p, rows, [(KEY, key), *((n, t) for t, n in items.items())], all_of(known(key), shared))
    node = Aggregate(source, ((KEY, Col(KEY, key.type)),), tuple(aggs), _note(rows))
    values: dict[Term, Expr] = {}
    for call, (name, agg) in zip(calls, aggs, strict=True):
        column = Col(name, agg.type)
        values[call] = filled_in(call.func, column)
    return Made(node, values)


def _by_date(p: Planner, rows: Rows, call: Children) -> Children:
    """The date of the first moment is the first date, where all dates are those of one zone."""
    table, value = p.store.tables.get(rows) if isinstance(rows, str) else None, call.value
    if table is None or not table.one_zone or call.func not in _EXTREME or not isinstance(value, Field):
        return call
    moment = Field(value.row, value.column.removesuffix("@date"), MOMENT)
    if value.column == moment.column or call.order[:1] != (moment,):
        return call
    return replace(call, func=_EXTREME[call.func], order=())


_EXTREME = {"first": "min", "last": "max"}


def agg_call(call: Children | Overall, item: Any, where: Term | None) -> AggCall:
    """The aggregate over named items of its source."""
    value = item(call.value) if call.value is not None else None
    condition = item(where) if where is not None else None
    return AggCall(call.func, call.type, value, condition, call.share, tuple(item(o) for o in call.order))


def filled_in(func: str, column: Col) -> Expr:
    """Of no rows sums and counts are 0."""
    if func not in ZEROED:
        return column
    return Op("first_known", (column, Lit(0, column.type)), column.type)


def _note(rows: Rows) -> str:
    return f"per {rows}" if isinstance(rows, str) else "per credited pair"


# ---------------------------------------------------------------- two levels


def _most_common(p: Planner, rows: Rows, key: Term, parent: str | None, call: Children) -> Made:
    """The value with the highest count, then the smallest value."""
    own = own_terms(call, parent)
    assert own.value is not None
    where = all_of(known(key), known(own.value), own.where)
    source = row_plans.evaluate(p, rows, [(KEY, key), ("v", own.value)], where)
    k, v, n = Col(KEY, key.type), Col("v", own.value.type), Col("n", WHOLE)
    counted = Aggregate(source, ((KEY, k), ("v", v)), (("n", AggCall("count", WHOLE)),))
    place = WindowCall("row_number", WHOLE, (), (k,), (SortKey(n, True), SortKey(v)))
    ranked = Project(counted, ((KEY, k), ("v", v), ("place", place)))
    first = Filter(ranked, Op("=", (Col("place", WHOLE), Lit(1, WHOLE)), YESNO))
    return Made(Project(first, ((KEY, k), ("v", v)), "most common"), {call: v})


def _sums(p: Planner, rows: Rows, key: Term, parent: str | None, call: Children) -> Made:
    """The smallest or largest of the sums over `each`; without it, of the values."""
    own = own_terms(call, parent)
    assert own.value is not None
    where = all_of(known(key), own.where)
    items: list[tuple[str, Term]] = [(KEY, key), ("v", own.value)]
    k, v = Col(KEY, key.type), Col("v", own.value.type)
    func = "min" if call.func == "least_sum" else "max"
    node: Node
    if own.each is None:
        node = row_plans.evaluate(p, rows, items, where)
    else:
        each = Col("each", own.each.type)
        source = row_plans.evaluate(p, rows, [*items, ("each", own.each)], where)
        node = Aggregate(source, ((KEY, k), ("each", each)), (("v", AggCall("sum", call.type, v)),))
    return Made(Aggregate(node, ((KEY, k),), (("v", AggCall(func, call.type, v)),)), {call: Col("v", call.type)})


_SPECIAL: dict[str, Any] = {"most_common": _most_common, "least_sum": _sums, "greatest_sum": _sums}


# ---------------------------------------------------------------- conditions that look outside


def correlated(
    p: Planner,
    outer: Evaluation,
    pairs: Node,
    pair_key: Sequence[tuple[str, Type]],
    asked: Children,
    parent: str | None,
) -> Made:
    """An aggregate whose condition looks at the row outside as well: children joined to it, grouped by it."""
    call = own_terms(asked, parent)
    assert isinstance(call.rows, str)
    inner_terms = [t for t in (call.value, call.where) if t is not None]
    inner = row_plans.Evaluation(p, call.rows, [call.key, *(_inside(t) for t in inner_terms)])
    names = {c.name: f"child.{c.name}" for c in columns(inner.node)}
    child = Project(inner.node, tuple((names[c.name], c) for c in columns(inner.node)))
    key = row_plans.rename(inner.expr(call.key), names)
    joined = Join(pairs, child, "inner", ((outer.row_id(call.row), key),), note="children of credited orders")

    def both(term: Term) -> Expr:
        return _mixed(term, inner, outer, names)

    node: Node = joined if call.where is None else Filter(joined, both(call.where))
    value = both(call.value) if call.value is not None else None
    keys = tuple((f"@{n}", outer.known[Field(Here(), n, t)]) for n, t in pair_key)
    func = AggCall(call.func, call.type, value, None, call.share)
    found = trimmed(Aggregate(node, keys, (("v", func),)), {s.name: s.node for s in p.steps})
    return Made(found, {asked: filled_in(call.func, Col("v", call.type))})


def _inside(term: Term) -> Term:
    """The parts of a term that belong to the child: what looks outside is replaced by missing."""
    if isinstance(term, Op):
        return Op(term.name, tuple(_inside(a) for a in term.args), term.type)
    return Lit(None, term.type) if _outside(term, 0) else term


def _mixed(term: Term, inner: Evaluation, outer: Evaluation, names: dict[str, str]) -> Expr:
    if isinstance(term, Op):
        return Op(term.name, tuple(_mixed(a, inner, outer, names) for a in term.args), term.type)
    if isinstance(term, Lit):
        return term
    if _outside(term, 0):
        return outer.expr(_lowered(term))
    return row_plans.rename(inner.expr(term), names)


def _lowered(term: Any) -> Any:
    """A term of the outer row as seen there."""
    if isinstance(term, Here):
        return Here(term.up - 1)
    changes = {
        name: _lowered(getattr(term, name))
        for name in holding(type(term))
        if hasattr(getattr(term, name), "__dataclass_fields__")
    }
    return replace(term, **changes) if changes else term

"""Which rows of an answer are kept, and in which order they stand."""

from __future__ import annotations

from patron.engine.model.phrases import BEFORE, compared_metric
from patron.engine.model.queries import Query
from patron.engine.model.terms import Field, Lit, Op
from patron.engine.plan.nodes import Col, Expr, Filter, Node, Project, Sorted, SortKey, WindowCall, columns
from patron.engine.plan.parts import LABEL, banded
from patron.engine.types import NUMBER, WHOLE, YESNO


def keys_of(node: Node) -> list[Col]:
    """The columns that tell rows of an answer apart: the set of people, and dimensions by number."""
    return [c for c in columns(node) if c.name == LABEL or (c.name[0] == "d" and c.name[1:].isdigit())]


def kept(query: Query, rows: Node) -> Node:
    """The rows that `having` and `top` keep."""
    node = Filter(rows, _having(query, query.having), "having") if query.having is not None else rows
    if query.top is None:
        return node
    of = _column(query, query.top.of)
    part: list[Expr] = [_column(query, n) for n in query.top.per]
    if any(c.name == LABEL for c in columns(node)):
        part.append(Col(LABEL, WHOLE))
    place = WindowCall("row_number", WHOLE, (), tuple(part), (SortKey(of, True), *_by_keys(node)))
    numbered = Project(node, (*((c.name, c) for c in columns(node)), ("@place", place)))
    cut = Op("<=", (Col("@place", WHOLE), Lit(query.top.count, WHOLE)), YESNO)
    first = Filter(numbered, cut, f"top {query.top.count}")
    return Project(first, tuple((c.name, c) for c in columns(node)))


def in_order(query: Query, node: Node) -> Sorted:
    """The rows in their total order."""
    order = _by_keys(node)
    labels = [k for k in order if isinstance(k.value, Col) and k.value.name == LABEL]
    if query.order is not None:
        order = (*labels, SortKey(_column(query, query.order.column), not query.order.ascending), *order)
    elif query.top is not None:
        per = tuple(SortKey(_column(query, n)) for n in query.top.per)
        order = (*labels, *per, SortKey(_column(query, query.top.of), True), *order)
    return Sorted(node, order)


def _by_keys(node: Node) -> tuple[SortKey, ...]:
    return tuple(SortKey(k) for k in keys_of(node))


def _column(query: Query, name: str) -> Expr:
    """A column of the result by its public name."""
    for i, dim in enumerate(query.dims):
        if dim.name == name:
            return Col(f"d{i}", WHOLE if banded(query, i) else dim.type)
    number = next((n for n, m in enumerate(query.metrics) if m.name == name), None)
    return Col(f"m{number}", query.metrics[number].metric.type) if number is not None else _compared(query, name)


def _compared(query: Query, name: str) -> Expr:
    """What a metric was before, or by how much of that it changed."""
    base = compared_metric(name)
    number, type_ = next((n, m.metric.type) for n, m in enumerate(query.metrics) if m.name == base)
    now, before = Col(f"m{number}", type_), Col(f"m{number}{BEFORE}", type_)
    if name.endswith(BEFORE):
        return before
    return Op("/", (Op("-", (now, before), type_), Op("abs", (before,), type_)), NUMBER)


def _having(query: Query, term: object) -> Expr:
    if isinstance(term, Op) and term.name in ("=", "one_of"):
        term = _with_places(query, term)
    if isinstance(term, Field):
        return _column(query, term.column)
    if isinstance(term, Op):
        return Op(term.name, tuple(_having(query, a) for a in term.args), term.type)
    assert isinstance(term, Lit)
    return term


def _with_places(query: Query, term: Op) -> Op:
    """A comparison with a band asks for its place."""
    asked, *options = term.args
    dims = query.dims
    place = next((i for i, d in enumerate(dims) if isinstance(asked, Field) and d.name == asked.column), None)
    if place is None or not banded(query, place):
        return term
    labels = dims[place].type.labels
    found = [Lit(labels.index(o.value) if isinstance(o, Lit) and o.value in labels else None, WHOLE) for o in options]
    return Op(term.name, (asked, *found), term.type)

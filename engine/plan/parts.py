"""Parts of a query: aggregates of one kind of rows, grouped by dimensions, over one period and one set of people.

A part is computed alone on its own rows; parts meet only on dimension values, so no total is ever taken over a
joined table (language reference, section 7).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.model.measures import Agg
from patron.engine.model.moments import in_span, local_date, time_part
from patron.engine.model.periods import Span
from patron.engine.model.population import counted_people
from patron.engine.model.queries import Query
from patron.engine.model.terms import (
    CreditedRows,
    Field,
    FollowRows,
    Here,
    Lit,
    Op,
    Term,
    all_of,
    any_of,
    compare,
    conjuncts,
    known,
)
from patron.engine.plan import credit, shares
from patron.engine.plan import rows as row_plans
from patron.engine.plan.children import common_part
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Named,
    Node,
    Project,
    SortKey,
    Values,
    WindowCall,
    columns,
)  # fmt: skip
from patron.engine.plan.planner import Focus, Planner
from patron.engine.plan.tables import never_missing
from patron.engine.types import DATE, NUMBER, TEXT, WHOLE, YESNO, reference

CUSTOMER = reference("customers")
LABEL = "@label"


@dataclass(frozen=True, slots=True)
class People:
    """Whom a query is about, as a relation: `id`, and `@label` when several sets stand side by side.

    Of `lists` everybody counts who was on them when they were taken, also those who are no customers any more; the
    campaigns are those made for them.
    """

    node: Node
    labels: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A period and how time dimensions are read in it.

    `rolled` makes each bucket's rows those of `count` units ending with the bucket: pairs of bucket and dates.
    `reach` holds the dates of all sides of the question.
    """

    span: Span
    rolled: tuple[tuple[dt.date, dt.date, dt.date], ...] = ()
    rolled_dim: int = -1
    reach: Span | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One aggregate wanted: under which name, at which level (dims by number), in which window."""

    name: str
    agg: Agg


def part_node(
    p: Planner, query: Query, asked: Sequence[Asked], level: Sequence[int], window: Window, people: People | None,
    cut: Node | None = None,
) -> Node:  # fmt: skip
    """The aggregates asked (all of one kind of rows and one date) by the dimensions of a level.

    Columns: `@label` when people have labels, `d<n>` for each dimension of the level, then the aggregates by name.
    `cut` removes rows whose set of people and dimension values it holds (for `rest`).
    """
    if people is not None and people.lists:
        asked = [_of_lists(p, people, a) for a in asked]
    first = asked[0].agg
    frame = query.frames[first.rows]
    cut_dims = [int(c.name[1:]) for c in columns(cut) if c.name != LABEL] if cut is not None else []
    if first.date is None and any(query.dims[i].unit for i in cut_dims):
        cut, cut_dims = None, []
    wanted = [i for i in dict.fromkeys([*level, *cut_dims]) if i != window.rolled_dim]
    dims = {i: _dim_term(query, i, first, frame.dims[i]) for i in wanted}
    shared, rest = common_part([a.agg.where for a in asked])
    alternatives = None if any(r is None for r in rest) else any_of(*(r for r in rest if r is not None))
    where = all_of(shared, alternatives, frame.where, _dated(p, first), _in_window(first, window))
    items: list[tuple[str, Term]] = [(f"d{i}", t) for i, t in dims.items()]
    if people is not None and frame.customer is not None:
        items.append(("@customer", frame.customer))
    if window.rolled and first.date is not None:
        items.append(("@date", local_date(first.date)))
    names = _item_names(asked, rest, items)
    if isinstance(first.rows, (CreditedRows, FollowRows)):
        p = p.focused(_focus(window.reach if first.date == _own_date(p, first.rows) else None, people))
    early = people.node if people is not None and not people.labels else None
    node = row_plans.evaluate(
        p, first.rows, items, where, of=(frame.customer, early) if early and frame.customer else None,
        remembered=_members(people) if first.rows == "customers" else None,
    )  # fmt: skip
    names = {term: _typed(node, column) for term, column in names.items()}
    if early is None:
        node = _for_people(node, people, frame.customer)
    node = _rolled(node, window)
    node = _without_rows(node, cut)
    keys: list[Named] = []
    if people is not None and people.labels:
        keys.append((LABEL, Col(LABEL, WHOLE)))
    types = {c.name: c.type for c in columns(node)}
    keys += [(f"d{i}", Col(f"d{i}", types[f"d{i}"])) for i in level]
    return _aggregated(p, node, keys, asked, names)


def _of_lists(p: Planner, people: People, asked: Asked) -> Asked:
    """An aggregate as it is counted for lists."""
    agg = asked.agg
    if agg.rows == "customers":
        still_counting = conjuncts(counted_people(p.b))
        return Asked(
            asked.name, replace(agg, where=all_of(*(t for t in conjuncts(agg.where) if t not in still_counting)))
        )
    if agg.rows == "campaigns" and not people.labels:
        return Asked(asked.name, replace(agg, where=all_of(agg.where, made_for(p, people.lists))))
    return asked


def _members(people: People | None) -> Node | None:
    """Who was on the lists of a question; None where it is about no lists."""
    if people is None or not people.lists:
        return None
    ident = Col("id", CUSTOMER)
    return Aggregate(people.node, (("id", ident),), ()) if people.labels else people.node


def made_for(p: Planner, lists: Sequence[str]) -> Term | None:
    """The campaigns made for one of these lists; None where no source says for which they were made."""
    column = p.b.ways.columns("campaigns").get("list")
    if column is None or not column.filled:
        return None
    return any_of(*(compare("=", Field(Here(), "list", column.type), Lit(name, TEXT)) for name in lists))


def _typed(node: Node, column: Col) -> Col:
    """A column as the node has it: the store may know that its numbers are whole."""
    return next((c for c in columns(node) if c.name == column.name), column)


def _own_date(p: Planner, rows: CreditedRows | FollowRows) -> Term:
    """The date by which such rows are made; a metric with another needs those of all dates."""
    return rows.start.at if isinstance(rows, FollowRows) else credit.attribution_of(p, rows.attribution).date


def _focus(reach: Span | None, people: People | None) -> Focus | None:
    """The people and dates that such rows are asked for."""
    members = people.node if people is not None and not people.labels else None
    dates = (reach.start, reach.end) if reach is not None and reach.bounded else (None, None)
    return Focus(members, *dates) if members is not None or dates[0] is not None else None


def banded(query: Query, number: int) -> bool:
    """Whether a dimension is a band in every kind of rows: then its place, a number, is grouped and named later."""
    terms = [frame.dims[number] for frame in query.frames.values()]
    return bool(terms) and all(t is not None and _band_place(t) is not None for t in terms)


def _band_place(term: Term) -> Term | None:
    """The place of a band among its labels; None when the term is more than a band that may be missing."""
    if isinstance(term, Op) and term.name == "band":
        return Op("band_place", term.args, WHOLE)
    if isinstance(term, Op) and term.name == "if":
        condition, then, otherwise = term.args
        place = _band_place(then)
        if place is not None and isinstance(otherwise, Lit) and otherwise.value is None:
            return Op("if", (condition, place, Lit(None, WHOLE)), WHOLE)
    return None


def _dim_term(query: Query, number: int, agg: Agg, term: Term | None) -> Term:
    dim = query.dims[number]
    if not dim.unit:
        assert term is not None
        place = _band_place(term) if banded(query, number) else None
        return term if place is None else place
    assert agg.date is not None
    return time_part(agg.date, dim.unit, dim.type)


def _dated(p: Planner, agg: Agg) -> Term | None:
    """A row whose date is missing is in no period. A moment is known where its date is, which is read anyway."""
    if agg.date is None:
        return None
    if isinstance(agg.rows, str) and isinstance(agg.date, Field) and never_missing(p, agg.rows, agg.date.column):
        return None
    return known(local_date(agg.date))


def _in_window(agg: Agg, window: Window) -> Term | None:
    if agg.date is None:
        return None
    if window.rolled:
        low, high = window.rolled[0][1], window.rolled[-1][2]
        return in_span(
            agg.date, Span(min(low, *(r[1] for r in window.rolled)), max(high, *(r[2] for r in window.rolled)))
        )
    return in_span(agg.date, window.span)


def _item_names(asked: Sequence[Asked], rest: Sequence[Term | None], items: list[tuple[str, Term]]) -> dict[Term, Col]:
    """Names for everything the aggregates look at; adds them to the items."""
    names: dict[Term, Col] = {}

    def need(term: Term | None) -> None:
        if term is not None and term not in names and not isinstance(term, Lit):
            names[term] = Col(f"v{len(names)}", term.type)
            items.append((names[term].name, term))

    alone = len(asked) == 1
    for one, where in zip(asked, rest, strict=True):
        agg = one.agg
        need(agg.value)
        if not alone:
            need(where)
        for term in agg.order:
            need(term)
        need(agg.once)
    _pair_columns(asked, items)
    return names


WEIGHTS: tuple[tuple[str, Term], ...] = (
    ("order", Field(Here(), "order", reference("orders"))), ("action", Field(Here(), "action", reference("actions"))),
    ("num", Field(Here(), "num", NUMBER)), ("den", Field(Here(), "den", NUMBER)), ("seq", Field(Here(), "seq", WHOLE)),
)  # fmt: skip
"""The columns of a credited pair that tell what its action gets."""


def _pair_columns(asked: Sequence[Asked], items: list[tuple[str, Term]]) -> None:
    """Credited amounts are shared out before they are grouped: the weights come along."""
    if not any(a.agg.split for a in asked):
        return
    have = {n for n, _ in items}
    items += [item for item in WEIGHTS if item[0] not in have]


def _for_people(node: Node, people: People | None, customer: Term | None) -> Node:
    if people is None or customer is None:
        return node
    key = Col("@customer", CUSTOMER)
    if people.labels:
        side = Project(people.node, (("@person", Col("id", CUSTOMER)), (LABEL, Col(LABEL, WHOLE))))
        return Join(node, side, "inner", ((key, Col("@person", CUSTOMER)),), note="people side by side")
    side = Project(people.node, (("@person", Col("id", CUSTOMER)),))
    return Join(node, side, "semi", ((key, Col("@person", CUSTOMER)),), note="people of the question")


def _rolled(node: Node, window: Window) -> Node:
    """Each row in every bucket whose units hold its date."""
    if not window.rolled:
        return node
    bucket = Col(f"d{window.rolled_dim}", DATE)
    low, high = Col("@low", DATE), Col("@high", DATE)
    rows = tuple(tuple(Lit(d, DATE) for d in triple) for triple in window.rolled)
    spine = Values((bucket, low, high), rows, "buckets and their dates")
    day = Col("@date", DATE)
    inside = Op("and", (Op(">=", (day, low), YESNO), Op("<=", (day, high), YESNO)), YESNO)
    return Join(node, spine, "inner", (), inside, note="rolling")


def _without_rows(node: Node, cut: Node | None) -> Node:
    """Only rows that are in none of the rows kept (for `rest`)."""
    if cut is None:
        return node
    mine = {c.name: c for c in columns(node)}
    kept = Project(cut, tuple((f"@k{i}", Col(c.name, c.type)) for i, c in enumerate(columns(cut))))
    on = tuple((mine[c.name], k) for c, k in zip(columns(cut), columns(kept), strict=True))
    return Join(node, kept, "anti", on, missing_equal=True, note="rows cut off")


def _aggregated(p: Planner, node: Node, keys: list[Named], asked: Sequence[Asked], names: dict[Term, Col]) -> Node:
    alone = len(asked) == 1
    _, rest = common_part([a.agg.where for a in asked])
    if any(a.agg.split for a in asked):
        node = _split(p, node, asked, names)
    calls: list[tuple[str, AggCall]] = []
    if alone and asked[0].agg.func == "most_common":
        return _most_common(node, keys, asked[0], names)
    if any(a.agg.once is not None and not a.agg.split and not _counts_distinct(a.agg) for a in asked):
        return _once(node, keys, asked, names)
    for one, where in zip(asked, rest, strict=True):
        condition = None if alone or where is None else names.get(where)
        calls.append((one.name, _call(one.agg, names, condition)))
    return Aggregate(node, tuple(keys), tuple(calls), ", ".join(a.name for a in asked))


def _most_common(node: Node, keys: list[Named], one: Asked, names: dict[Term, Col]) -> Node:
    """The value with the highest count in each group, then the smallest value."""
    assert one.agg.value is not None
    value, count = names[one.agg.value], Col("@n", WHOLE)
    known_value = Op("not", (Op("is_missing", (value,), YESNO),), YESNO)
    counted = Aggregate(Filter(node, known_value), (*keys, (one.name, value)), (("@n", AggCall("count", WHOLE)),))
    own = tuple(Col(n, e.type) for n, e in keys)
    found = Col(one.name, value.type)
    place = WindowCall("row_number", WHOLE, (), own, (SortKey(count, True), SortKey(found)))
    ranked = Project(counted, (*((c.name, c) for c in (*own, found)), ("@place", place)))
    first = Filter(ranked, Op("=", (Col("@place", WHOLE), Lit(1, WHOLE)), YESNO))
    return Project(first, tuple((c.name, c) for c in (*own, found)), "most common")


def _counts_distinct(agg: Agg) -> bool:
    """Count of a thing that counts once is a distinct count; unique, min and max do not care for repeats."""
    return agg.func in ("count", "unique", "min", "max")


def _call(agg: Agg, names: dict[Term, Col], condition: Expr | None) -> AggCall:
    if agg.func == "count" and agg.once is not None:
        return AggCall("unique", agg.type, names[agg.once], condition)
    value: Expr | None = None
    if agg.value is not None:
        value = agg.value if isinstance(agg.value, Lit) else names[agg.value]
    order = tuple(names[t] if not isinstance(t, Lit) else t for t in agg.order)
    whole = agg.func in ("sum", "min", "max", "first", "last") and value is not None and value.type.whole
    return AggCall(
        agg.func, WHOLE if whole and agg.type.kind == "number" else agg.type, value, condition, agg.share, order
    )


def _split(p: Planner, node: Node, asked: Sequence[Asked], names: dict[Term, Col]) -> Node:
    done: set[str] = set()
    for one in asked:
        value = names.get(one.agg.value) if one.agg.value is not None else None
        if one.agg.split and value is not None and value.name not in done and value.type.kind == "money":
            node = _shared_out(p, node, one.agg, value)
            done.add(value.name)
    return node


def _shared_out(p: Planner, node: Node, agg: Agg, amount: Col) -> Node:
    """The amount of each pair cut down to the part that its action gets."""
    assert isinstance(agg.rows, CreditedRows) and agg.value is not None
    model, unit = credit.attribution_of(p, agg.rows.attribution).model, smallest_unit(p.b.settings.currency)
    if model in ("last", "first", "every"):
        return node
    if model == "equal":
        return shares.split_evenly(node, amount, unit)
    pairs = row_plans.evaluate(p, agg.rows, [*WEIGHTS, (amount.name, agg.value)], None)
    return shares.split_amount(node, pairs, amount, unit)


def _once(node: Node, keys: list[Named], asked: Sequence[Asked], names: dict[Term, Col]) -> Node:
    """Every distinct order (action, customer) counts once in a group: first one row for each, then the aggregate."""
    _, rest = common_part([a.agg.where for a in asked])
    alone = len(asked) == 1
    once = asked[0].agg.once
    assert once is not None
    ident = names[once]
    inner_keys = [*keys, ("@once", ident)]
    calls: list[tuple[str, AggCall]] = []
    for column in {c.name: c for c in names.values()}.values():
        if column.name != ident.name:
            func = "any" if column.type.kind != "yesno" else "most"
            calls.append((column.name, AggCall(func, column.type, column)))
    single = Aggregate(node, tuple(inner_keys), tuple(calls), "each counts once")
    outer: list[tuple[str, AggCall]] = []
    own = Col("@once", ident.type)
    for one, where in zip(asked, rest, strict=True):
        condition = None if alone or where is None else names.get(where)
        agg = one.agg
        value = (
            own if agg.func == "count" or agg.value == once else names.get(agg.value) if agg.value is not None else None
        )
        func = agg.func
        if func == "unique" and value is own:
            func = "count"
        value = None if func == "count" and condition is None else value
        order = tuple(names[t] for t in agg.order)
        outer.append((one.name, AggCall(func, agg.type, value, condition, agg.share, order)))
    final = tuple((n, Col(n, e.type)) for n, e in keys)
    return Aggregate(single, final, tuple(outer))


ZERO_DIGITS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def smallest_unit(currency: str) -> int:
    """How many of the currency's smallest unit make one (ISO 4217)."""
    return 1 if currency in ZERO_DIGITS else 1000 if currency in THREE_DIGITS else 100

"""`rate / how many from a to b within D`: which starts were followed (language reference, section 10).

Starts and followers of a customer are laid in one order; each follower belongs to the start before it. That is one
sort, whatever the number of rows of one customer.
"""

from __future__ import annotations

import datetime as dt

from patron.engine.model.moments import day_only, local_date
from patron.engine.model.periods import dates_of
from patron.engine.model.terms import Field, FollowRows, Here, Lit, Occurrence, Op, Term, all_of, compare, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Project,
    SortKey,
    Stack,
    WindowCall,
    columns,
)
from patron.engine.plan.planner import Planner
from patron.engine.plan.sequences import window
from patron.engine.plan.sides import focused
from patron.engine.types import DATE, MOMENT, WHOLE, YESNO, Type, reference

CUSTOMER = reference("customers")


def starts(p: Planner, rows: FollowRows, needed: dict[str, Type]) -> Node:
    """The rows of the starting event with `converted`: whether a follower belongs to them."""
    table = rows.start.table
    wanted = {n: t for n, t in needed.items() if n != "converted"}
    ident = reference(table)
    base = [(n, Field(Here(), n, t)) for n, t in {"id": ident, **wanted}.items()]
    where = all_of(known(rows.start.customer), known(rows.start.at), rows.start.where, _finished(p, rows))
    begun = row_plans.evaluate(p.focused(None), table, base, where, rows.start.name)
    won = _converted(p, rows)
    side = Project(won, (("@start", Col("start", ident)), ("@won", Lit(1, WHOLE))))
    joined = Join(begun, side, "left", ((Col("id", ident), Col("@start", ident)),))
    lost = Op("is_missing", (Col("@won", WHOLE),), YESNO)
    return Project(joined, (*((c.name, c) for c in columns(begun)), ("converted", Op("not", (lost,), YESNO))))


def _finished(p: Planner, rows: FollowRows) -> Term | None:
    """Starts whose window is over at the `as of`."""
    if rows.finished is None:
        return None
    return window_over(p, rows.start.at, rows.finished)


def window_over(p: Planner, start: Term, length: dt.timedelta) -> Term:
    """Whether a window that opened at `start` is over; by dates when the start is date-only."""
    last = p.as_of.today if p.as_of.whole_day else p.as_of.today - dt.timedelta(days=1)
    by_date = Op("<=", (local_date(start), Lit(last - dt.timedelta(days=dates_of(length) - 1), DATE)), YESNO)
    if start.type.kind == "date":
        return by_date
    by_time = Op("<=", (start, Lit(p.as_of.moment - length, MOMENT)), YESNO)
    return Op("if", (day_only(start), by_date, by_time), YESNO)


def _side(p: Planner, rows: FollowRows, event: Occurrence, matching: list[Term], kind: int) -> Node:
    """One event's rows in the common order: kind 0 starts, 1 followers."""
    ident: Term = Lit(None, reference(rows.start.table))
    if event.table == rows.start.table:
        ident = Field(Here(), "id", reference(event.table))
    items: list[tuple[str, Term]] = [
        ("customer", event.customer), ("at", event.at), ("date", local_date(event.at)),
        ("day_only", day_only(event.at)), ("kind", Lit(kind, WHOLE)), ("row", ident),
        *((f"m{i}", t) for i, t in enumerate(matching)),
    ]  # fmt: skip
    where = all_of(
        known(event.customer),
        known(event.at),
        event.where,
        *(known(t) for t in matching),
        _in_focus(p, event, rows.within),
    )
    return focused(p, row_plans.evaluate(p.focused(None), event.table, items, where, event.name), "customer")


def _in_focus(p: Planner, event: Occurrence, within: dt.timedelta) -> Term | None:
    """Only rows that starts of the question's dates may be followed by: a follower belongs to the start before it."""
    if p.focus is None or p.focus.low is None or p.focus.high is None:
        return None
    last = p.focus.high + dt.timedelta(days=dates_of(within))
    day = local_date(event.at)
    return all_of(compare(">=", day, Lit(p.focus.low, DATE)), compare("<=", day, Lit(last, DATE)))


def _converted(p: Planner, rows: FollowRows) -> Node:
    """The ids of the starts that a follower belongs to."""
    begun = _side(p, rows, rows.start, [a for a, _ in rows.matching], 0)
    then = _side(p, rows, rows.to, [b for _, b in rows.matching], 1)
    same_event = rows.start.name == rows.to.name
    shared = [Col(f"m{i}", a.type) for i, (a, _) in enumerate(rows.matching)]
    customer, at, row = (
        Col("customer", CUSTOMER),
        Col("at", rows.start.at.type),
        Col("row", reference(rows.start.table)),
    )
    part: tuple[Expr, ...] = (customer, *shared)
    # the start before each start, for followers that are themselves the latest start
    ordered = (SortKey(at), SortKey(row))
    chained = [(c.name, c) for c in columns(begun)]
    before: list[tuple[str, Expr]] = [
        (f"before.{n}", WindowCall("lag", t, (Col(n, t),), part, ordered))
        for n, t in (("row", row.type), ("at", at.type), ("date", DATE), ("day_only", YESNO))
    ]
    begun = Project(begun, (*chained, *before))
    empty = [
        (f"before.{n}", Lit(None, t))
        for n, t in (("row", row.type), ("at", at.type), ("date", DATE), ("day_only", YESNO))
    ]
    then = Project(then, (*((c.name, c) for c in columns(then)), *empty))
    both = Stack((begun, then), "starts and followers")
    # at one moment a start stands before its followers; the same event must be strictly earlier
    kind = Col("kind", WHOLE)
    keys = (SortKey(at), SortKey(kind, same_event), SortKey(row))
    found: list[tuple[str, Expr]] = [("customer", customer), ("kind", kind), ("row", row), ("at", at),
                                     ("date", Col("date", DATE)), ("day_only", Col("day_only", YESNO))]  # fmt: skip
    for name, source, type_ in _carried(row.type, at.type):
        own = Op("if", (_eq(kind, Lit(0, WHOLE)), Col(source, type_), Lit(None, type_)), type_)
        found.append((name, WindowCall("last_known", type_, (own,), part, keys, upto=True)))
    laid = Filter(Project(both, tuple(found)), _eq(kind, Lit(1, WHOLE)))
    return _belongs(rows, laid, row, at)


def _carried(row: Type, at: Type) -> tuple[tuple[str, str, Type], ...]:
    latest = [("a.row", "row", row), ("a.at", "at", at), ("a.date", "date", DATE), ("a.day_only", "day_only", YESNO)]
    before = [(f"b.{n.partition('.')[2]}", f"before.{s}", t) for n, s, t in latest]
    return tuple(latest + before)


def _eq(left: Expr, right: Expr) -> Op:
    return Op("=", (left, right), YESNO)


def _belongs(rows: FollowRows, laid: Node, row: Col, at: Col) -> Node:
    """Followers inside the window of the start they belong to; a row never follows itself."""
    itself: Expr = Lit(False, YESNO)
    if rows.start.table == rows.to.table:
        itself = _eq(Col("a.row", row.type), row)
    chosen: dict[str, Expr] = {}
    for name, type_ in (("row", row.type), ("at", at.type), ("date", DATE), ("day_only", YESNO)):
        chosen[name] = Op("if", (itself, Col(f"b.{name}", type_), Col(f"a.{name}", type_)), type_)
    node = Project(laid, (*((f"start.{n}", e) for n, e in chosen.items()), ("at", at), ("date", Col("date", DATE)),
                          ("day_only", Col("day_only", YESNO))))  # fmt: skip
    start = {n: Col(f"start.{n}", e.type) for n, e in chosen.items()}
    end = {"at": at, "date": Col("date", DATE), "day_only": Col("day_only", YESNO)}
    known_start = Op("not", (Op("is_missing", (start["row"],), YESNO),), YESNO)
    inside = Op("and", (known_start, window(start, end, rows.within)), YESNO)
    return Aggregate(Filter(node, inside), (("start", start["row"]),), (), "starts that were followed")

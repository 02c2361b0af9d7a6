"""From a `has` as written to its finding: the rows to fetch, the words, the windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.child_rows import default_date
from patron.engine.model.conditions import window_span
from patron.engine.model.literals import whole_number
from patron.engine.model.terms import YES, Children, Here, Lit, Term, walk
from patron.engine.plan.children import own_terms
from patron.engine.report.findings import Finding, timeless
from patron.engine.report.happened import OPERATORS, Happened, Spans
from patron.engine.report.occurrences import Asked
from patron.engine.report.sequences import Steps
from patron.engine.report.uncounted import uncounted_orders

MOVING = (tree.InLast, tree.InNext, tree.InThis, tree.InPrevious)
WINDOWS = (*MOVING, tree.InEach, tree.InPeriod, tree.Since, tree.BeforePoint, tree.BetweenPoints)


def happening(b: Binder, scope: Scope, node: tree.Has) -> Finding:
    """The finding of a `has` on customers."""
    if node.steps:
        fixed = timeless(b, scope, node)
        return Steps(b.condition(scope, node), node.negated, tuple(_steps(b, scope, node)), fixed)
    term = b.condition(scope, node)
    windows = [q for q in node.qualifiers if isinstance(q, WINDOWS)]
    counts = [q for q in node.qualifiers if isinstance(q, (tree.Times, tree.Spending))]
    others = tuple(q for q in node.qualifiers if not isinstance(q, (*WINDOWS, tree.Times, tree.Spending)))
    plain = replace(node, negated=False, qualifiers=others)
    still = tuple(q for q in windows if not isinstance(q, tree.InEach))
    windowed = replace(plain, qualifiers=(*plain.qualifiers, *still))
    every, inside = (_counted_rows(b, scope, n) for n in (plain, windowed))
    at, worth = _moment_and_worth(b, scope, node, every.rows)
    assert isinstance(every.rows, str)
    own = own_terms(every, "customers")
    asked = Asked(every.rows, every.key, at, own.value, worth, own.where, own_terms(inside, "customers").where or YES)
    one, many = _nouns(every)
    return Happened(
        term,
        node,
        asked,
        one,
        many,
        _object_words(node),
        " ".join(_window_words(q) for q in windows),
        _times(b, scope, counts),
        _spending(b, scope, counts),
        _spans(scope, windows),
        _open(b, scope, windows),
        timeless(b, scope, plain) and (_moves(windows) or timeless(b, scope, windowed)),
        uncounted_orders(b, scope, node, windows),
    )


def _moves(windows: Sequence[tree.Qualifier]) -> bool:
    return any(isinstance(q, (*MOVING, tree.InEach)) for q in windows)


def _counted_rows(b: Binder, scope: Scope, node: tree.Has) -> Children:
    """The count behind a `has` without amounts."""
    return next(t for t in walk(b.condition(scope, node)) if isinstance(t, Children) and t.row == Here())


def _moment_and_worth(b: Binder, scope: Scope, node: tree.Has, table: object) -> tuple[Term | None, Term | None]:
    assert isinstance(table, str)
    if SINGULAR.get(node.event.key) == table and not b.has("event", node.event.key, scope.prefix):
        return default_date(b, table), None
    event = b.event(str(node.event), node.event.span, scope)
    return event.at, event.worth


def _nouns(count: Children) -> tuple[str, str]:
    """What is counted: orders, or times."""
    assert isinstance(count.rows, str)
    table = count.value.type.table if count.value is not None and count.value.type.kind == "reference" else count.rows
    if table in ("orders", "redemptions", "reviews", "memberships"):
        return TABLES[table].singular, table
    return "time", "times"


def _object_words(node: tree.Has) -> str:
    said = []
    for q in node.qualifiers:
        if isinstance(q, tree.Object):
            said.append(f"with {q.path} {' or '.join(format_expr(v) for v in q.values)}")
        elif isinstance(q, tree.WithinOf):
            said.append(_window_words(q))
        elif isinstance(q, tree.Where):
            said.append(f"where {format_expr(q.condition)}")
    return " ".join(said)


def _window_words(window: tree.Qualifier) -> str:
    """A window as written: `in the last 12 months`."""
    bare = tree.Has(tree.Path((tree.Name("x"),)), (window,))
    return format_expr(bare).removeprefix("has x ")


def _times(b: Binder, scope: Scope, counts: Sequence[tree.Qualifier]) -> tuple[str, int] | None:
    found = next((q for q in counts if isinstance(q, tree.Times)), None)
    if found is None:
        return None
    number = 1 if found.amount is None else whole_number(b, scope, found.amount, "how often")
    return OPERATORS[found.op], number


def _spending(b: Binder, scope: Scope, counts: Sequence[tree.Qualifier]) -> tuple[str, Lit] | None:
    found = next((q for q in counts if isinstance(q, tree.Spending)), None)
    if found is None:
        return None
    amount = b.value(scope, found.amount)
    assert isinstance(amount, Lit)
    return OPERATORS[found.op], amount


def _spans(scope: Scope, windows: Sequence[tree.Qualifier]) -> Spans | None:
    """The dates of a window that moves along with today."""
    moving = [w for w in windows if _moves([w])]
    if not moving:
        return None

    def on(b: Binder) -> tuple[periods.Span, ...] | None:
        found: list[periods.Span] = []
        for window in moving:
            if isinstance(window, tree.InEach):
                count = whole_number(b, scope, window.count, "a period")
                found += periods.each_of(count, window.unit, window.full, b.as_of, b.settings.week_starts)
            else:
                found.append(window_span(b, scope, window))
        alone = len(windows) == 1  # of several windows together this cannot be told
        return tuple(found) if alone and not any(s.elapsed for s in found) else None

    return on


def _open(b: Binder, scope: Scope, windows: Sequence[tree.Qualifier]) -> bool:
    """Whether what happens now would lie in the windows."""
    return all(_takes_today(b, scope, window) for window in windows)


def _takes_today(b: Binder, scope: Scope, window: tree.Qualifier) -> bool:
    today = b.as_of.today
    if isinstance(window, MOVING):
        span = window_span(b, scope, window)
        return span.start is None or span.end is None or span.start <= today <= span.end
    if isinstance(window, tree.BeforePoint):
        day = _date_of(b, scope, window.point)
        return day is None or today < day
    if isinstance(window, tree.BetweenPoints):
        day = _date_of(b, scope, window.end)
        return day is None or today <= day
    return True


def _date_of(b: Binder, scope: Scope, node: tree.Expr) -> dt.date | None:
    found = b.value(scope, node)
    value = found.value if isinstance(found, Lit) else None
    if isinstance(value, dt.datetime):
        return periods.to_local(value, b.settings.timezone).date()
    return value if isinstance(value, dt.date) else None


def _steps(b: Binder, scope: Scope, node: tree.Has) -> Iterator[tuple[str, Happened]]:
    firsts = [(node.event, node.qualifiers), *((s.event, s.qualifiers) for s in node.steps)]
    for event, qualifiers in firsts:
        alone = tree.Has(event, qualifiers, word_span=node.word_span, span=node.span)
        found = happening(b, scope, alone)
        assert isinstance(found, Happened)
        yield f"{event} {found.object}".strip(), found

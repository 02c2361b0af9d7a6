"""Periods and comparisons of a phrase or report, resolved to dates."""

from __future__ import annotations

import datetime as dt

from patron.dsl import tree
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.literals import read_date, whole_number
from patron.engine.model.periods import ALL_TIME, Span
from patron.engine.model.terms import Lit


def bind_period(b: Binder, scope: Scope, node: tree.Period) -> Span:
    """The dates of a period; P0501 when it has none, P0502 when it ends before it starts."""
    try:
        return _period(b, scope, node)
    except OverflowError:
        said = "this is not a period: it goes beyond the calendar"
        raise b.fail("P0501", node.span, said, "Write a smaller number.") from None


def _period(b: Binder, scope: Scope, node: tree.Period) -> Span:
    starts = b.settings.week_starts
    if isinstance(node, tree.AllTime):
        return ALL_TIME
    if isinstance(node, tree.LastPeriod):
        count = whole_number(b, scope, node.count, "a period")
        if count < 1:
            raise b.fail("P0501", node.span, "this is not a period: it has no days", "Write a number from 1.")
        return periods.last(count, node.unit, node.full, b.as_of, starts)
    if isinstance(node, tree.ThisPeriod):
        return periods.this(node.unit, b.as_of, starts)
    if isinstance(node, tree.ToDate):
        return periods.this(node.unit, b.as_of, starts)
    if isinstance(node, tree.PreviousPeriod):
        return periods.previous(node.unit, b.as_of, starts)
    start = _day(b, scope, node.start)
    end = _day(b, scope, node.end) if node.end is not None else start
    if end < start:
        raise b.fail("P0502", node.span, "the period ends before it starts", f"Write {end} to {start}.")
    return periods.fixed(start, end, b.as_of)


def _day(b: Binder, scope: Scope, node: tree.Date | tree.Today | tree.Param) -> dt.date:
    if isinstance(node, tree.Date):
        return read_date(b, node)
    term = b.term(scope, node)
    if isinstance(term, Lit) and isinstance(term.value, dt.date) and not isinstance(term.value, dt.datetime):
        return term.value
    raise b.fail("P0501", node.span, f"a date is expected, this is {term.type}", "Dates are written 2026-05-31.")


def compared_span(b: Binder, scope: Scope, node: tree.Comparison, span: Span) -> Span:
    """The period that a comparison means for this period."""
    if isinstance(node, tree.PreviousComparison):
        return periods.before(span, b.as_of)
    if isinstance(node, tree.SamePeriodLast):
        return periods.same_last(node.unit, span)
    if isinstance(node, tree.SameWeekdays):
        return periods.same_weekdays(span)
    assert not isinstance(node, (tree.NoComparison, tree.OtherAudience, tree.OtherList))
    return bind_period(b, scope, node)


def period_words(node: tree.Period | None) -> str:
    """A period in words."""
    if node is None or isinstance(node, tree.AllTime):
        return "all time"
    if isinstance(node, tree.LastPeriod):
        count = node.count.value if isinstance(node.count, tree.Number) else f"${node.count.name.text}"
        return f"last {count} {'full ' if node.full else ''}{node.unit}s"
    if isinstance(node, tree.ThisPeriod):
        return f"this {node.unit}"
    if isinstance(node, tree.PreviousPeriod):
        return f"previous {node.unit}"
    return f"{node.unit} to date" if isinstance(node, tree.ToDate) else ""

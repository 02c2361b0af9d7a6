"""Dates of moments: local dates, their parts, and windows where dates decide (language reference, section 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from patron.engine.model.periods import Span, dates_of
from patron.engine.model.terms import (
    NO,
    YES,
    Children,
    Field,
    Lit,
    Op,
    Overall,
    Term,
    all_of,
    any_of,
    compare,
    negated,
)
from patron.engine.types import DATE, DURATION, MOMENT, TEXT, WHOLE, YESNO, Type

_COMPANIONS = {"date": DATE, "hour": WHOLE, "day_only": YESNO}
PARTS = ("date", "week", "month", "quarter", "year", "hour", "weekday")


def moment_parts(name: str) -> tuple[str, str] | None:
    """`created_month` is the month of `created`."""
    base, _, part = name.rpartition("_")
    return (base, part) if base and part in PARTS else None


def local_date(term: Term) -> Term:
    """The local date of a moment or date."""
    if term.type.kind == "date":
        return term
    return _companion(term, "date")


def day_only(term: Term) -> Term:
    """Whether a moment came from a date; dates always do."""
    if term.type.kind == "date":
        return YES
    if isinstance(term, Lit):
        return NO
    return _companion(term, "day_only")


def local_hour(term: Term) -> Term:
    """The local hour of a moment, 0 to 23."""
    return _companion(term, "hour")


def _companion(term: Term, what: str) -> Term:
    """What is stored beside a moment, carried through aggregates and choices."""
    kind = _COMPANIONS[what]
    if term.type.kind == "date":  # one choice among dates and moments
        return {"date": term, "day_only": YES}.get(what, Lit(None, kind))
    if isinstance(term, Field):
        return Field(term.row, f"{term.column}@{what}", kind)
    if isinstance(term, Lit):
        value = term.value
        if isinstance(value, dt.datetime):
            return Op("local_" + what, (term,), kind)
        return Lit(None, kind)
    if (
        isinstance(term, (Children, Overall))
        and term.value is not None
        and term.func in ("min", "max", "first", "last")
    ):
        order = (term.value, *term.order) if term.func in ("min", "max") else term.order
        func = {"min": "first", "max": "last"}.get(term.func, term.func)
        return replace(term, func=func, value=_companion(term.value, what), type=kind, order=order)
    if isinstance(term, Op) and term.name in _CHOICES:
        return _CHOICES[term.name](term, what)
    return Op("local_" + what, (term,), kind)


def _of_branches(term: Op, what: str) -> Term:
    condition, *branches = term.args
    return Op("if", (condition, *(_companion(b, what) for b in branches)), _COMPANIONS[what])


def _of_first_known(term: Op, what: str) -> Term:
    if what == "date":  # which is known where the moment is
        return Op("first_known", tuple(local_date(a) for a in term.args), DATE)
    first, *others = term.args
    found = _companion(first, what)
    for number, other in enumerate(others, 1):
        known_before = negated(Op("is_missing", (Op("first_known", term.args[:number], term.type),), YESNO))
        found = Op("if", (known_before, found, _companion(other, what)), _COMPANIONS[what])
    return found


def _of_extreme(term: Op, what: str) -> Term:
    """That of the moment which is the smallest or largest; missing ones do not take part."""
    first, *others = term.args
    found = _companion(first, what)
    for number, other in enumerate(others, 1):
        ahead = Op(term.name, term.args[:number], term.type) if number > 1 else first
        before = compare("<=" if term.name == "least" else ">=", ahead, other)
        stays = any_of(Op("is_missing", (other,), YESNO), before)
        found = Op("if", (stays, found, _companion(other, what)), _COMPANIONS[what])
    return found


def _of_missing_if(term: Op, what: str) -> Term:
    value, unwanted = term.args
    kind = _COMPANIONS[what]
    return Op("if", (compare("=", value, unwanted), Lit(None, kind), _companion(value, what)), kind)


_CHOICES: Mapping[str, Callable[[Op, str], Term]] = {
    "if": _of_branches, "first_known": _of_first_known, "least": _of_extreme, "greatest": _of_extreme,
    "missing_if": _of_missing_if,
}  # fmt: skip


def date_part(term: Term, part: str) -> Term:
    """`x_date`, `x_week` ...: dates are the first of the unit, hour and weekday are numbers."""
    if part == "hour":
        return local_hour(term)
    day = local_date(term)
    if part == "date":
        return day
    if part == "weekday":
        return Op("weekday", (day,), WHOLE)
    return Op("start_of", (Lit(part, TEXT), day), DATE)


def time_part(moment: Term, unit: str, type_: Type) -> Term:
    """The value of a time dimension for a row with this date."""
    if unit == "hour":
        return Op("hour_start", (moment,), type_)
    if unit == "hour_of_day":
        return local_hour(moment)
    return date_part(moment, "date" if unit == "day" else unit)


def in_span(term: Term, span: Span) -> Term | None:
    """Whether a moment or date lies in a period; None when the period holds everything known."""
    if span.elapsed is not None:
        low, high = span.elapsed
        return all_of(Op(">=", (term, Lit(low, MOMENT)), YESNO), Op("<=", (term, Lit(high, MOMENT)), YESNO))
    day = local_date(term)
    if span.start is None:
        return None if span.end is None else Op("<=", (day, Lit(span.end, DATE)), YESNO)
    if span.end is None:
        return Op(">=", (day, Lit(span.start, DATE)), YESNO)
    dates: Term | None
    if span.start == span.end:
        dates = Op("=", (day, Lit(span.start, DATE)), YESNO)
    else:
        dates = all_of(Op(">=", (day, Lit(span.start, DATE)), YESNO), Op("<=", (day, Lit(span.end, DATE)), YESNO))
    if span.until is not None:
        return all_of(dates, Op("<=", (term, Lit(span.until, MOMENT)), YESNO))
    return dates


def within_after(start: Term, end: Term, length: dt.timedelta) -> Term:
    """Whether `end` is in the window of `length` that opens at `start`: elapsed time, both ends in; the dates from
    the start's when either side is date-only."""
    days = Op("days_between", (local_date(start), local_date(end)), WHOLE)
    by_date = all_of(Op(">=", (days, Lit(0, WHOLE)), YESNO), Op("<=", (days, Lit(dates_of(length) - 1, WHOLE)), YESNO))
    assert by_date is not None
    if start.type.kind == "date" or end.type.kind == "date":
        return by_date
    later = Op("later", (start, Lit(length, DURATION)), MOMENT)
    by_time = all_of(Op(">=", (end, start), YESNO), Op("<=", (end, later), YESNO))
    assert by_time is not None
    loose = any_of(day_only(start), day_only(end))
    return Op("if", (loose, by_date, by_time), YESNO)


def near(a: Term, b: Term, length: dt.timedelta) -> Term:
    """Whether two moments are at most that far apart, whichever comes first."""
    return any_of(within_after(a, b, length), within_after(b, a, length))

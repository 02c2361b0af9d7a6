"""Findings about values: comparisons, texts, dates in a period, whether something is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.dsl.nodes import dataclass
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.conditions import window_span
from patron.engine.model.terms import Field, Lit, Op, Term
from patron.engine.report import speech
from patron.engine.report.changes import Change, Changes
from patron.engine.report.findings import Finding, Known, later, personal, timeless
from patron.engine.types import MOMENT


@dataclass(frozen=True, slots=True)
class Valued:
    """A value and what is asked of it: comparisons by an operator, or a demand in words.

    `asked` and `unasked` are a demand in words and its opposite. `grows` tells that the value is one more with every
    day that passes, `fixed` that nothing in the condition moves along with today, `bound_on` gives the bound later.
    """

    term: Term
    words: str
    value: Term
    op: str = ""
    bound: Term | None = None
    asked: str = ""
    unasked: str = ""
    fixed: bool = False
    grows: bool = False
    bound_on: Callable[[dt.date], Any] | None = None

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield self.value
        if self.bound is not None:
            yield self.bound

    def rows(self) -> Iterator[Any]:
        yield from ()

    def _demand(self, known: Known, wanted: bool = True) -> str:
        """What the value would have to be."""
        if self.bound is None:
            return self.asked if wanted else self.unasked
        op = self.op if wanted else speech.OPPOSITE[self.op]
        return speech.demand(op, known.said(self.bound), self.value.type.timely)

    def tell(self, known: Known) -> str:
        holds, value = known.truth(self.term), known.value(self.value)
        if personal(self.value):
            return f"{self.words} is missing" if value is None else "" if holds else f"{self.words} is something else"
        said = f"{self.words} is {known.said(self.value)}"
        if holds and self.op in ("", "=", "!="):
            return said
        if self.value.type.kind == "yesno":
            return said
        asked = self._demand(known)
        return f"{said}, needs {asked}" if asked else said

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        more = self._more(known) if wanted else ""
        if more:
            return (Change(f"{more} more {self.words.removeprefix('their ')}", self.words.startswith("their ")),)
        asked = "" if self.grows else self._demand(known, wanted)
        return (Change(f"{self.words} would have to be {asked}"),) if asked else None

    def _more(self, known: Known) -> str:
        """How much is missing to a lower bound."""
        if self.op not in (">=", ">") or self.bound is None or self.value.type.kind not in ("number", "money"):
            return ""
        if self.grows:
            return ""
        value, bound = known.value(self.value), known.value(self.bound)
        if value is None or bound is None:
            return ""
        gap = Decimal(str(bound)) - Decimal(str(value))
        if self.op == ">" and self.value.type.whole:
            gap += 1
        said = known.speaker.value(gap, self.value.type)
        return f"more than {said}" if self.op == ">" and not self.value.type.whole else said

    def on(self, known: Known, day: dt.date) -> bool | None:
        if self.fixed:
            return known.truth(self.term)
        if self.bound is None or (not self.grows and self.bound_on is None):
            return None
        value = known.value(self.value)
        bound = self.bound_on(day) if self.bound_on is not None else known.value(self.bound)
        if value is None or bound is None:
            return (value is None) == (bound is None) == (self.op == "!=")
        if self.grows:
            value += (day - known.today).days
        return _compared(self.op, _comparable(value, known), _comparable(bound, known))


def _comparable(value: Any, known: Known) -> Any:
    """Dates against dates: moments by their local date."""
    if isinstance(value, dt.datetime):
        return dt.date.fromisoformat(known.speaker.value(value, MOMENT)[:10])
    return Decimal(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _compared(op: str, a: Any, b: Any) -> bool:
    return bool({"=": a == b, "!=": a != b}[op] if op in ("=", "!=") else
                {">=": a >= b, ">": a > b, "<=": a <= b, "<": a < b}[op])  # fmt: skip


def comparison(b: Binder, scope: Scope, node: tree.Compare) -> Finding:
    term = b.condition(scope, node)
    left, right = b.term(scope, node.left), b.term(scope, node.right)
    if left.type.kind == "yesno" and isinstance(node.left, tree.Path):
        return Valued(term, format_expr(node.left), left, node.op, right, fixed=timeless(b, scope, node))
    if "missing" in (left.type.kind, right.type.kind):
        shown = left if right.type.kind == "missing" else right
        return _missing(term, node.left if shown is left else node.right, shown, timeless(b, scope, node))
    moves = not timeless(b, scope, node.right)
    bound_on = _moving(b, scope, node.right) if moves and timeless(b, scope, node.left) else None
    return Valued(term, format_expr(node.left), left, node.op, right, fixed=timeless(b, scope, node),
                  grows=not moves and _grows(left, b), bound_on=bound_on)  # fmt: skip


def _moving(b: Binder, scope: Scope, node: tree.Expr) -> Callable[[dt.date], Any]:
    """A bound such as `60 days ago`, on a later date."""

    def on(day: dt.date) -> Any:
        found = later(b, day).value(scope, node)
        return found.value if isinstance(found, Lit) else None

    return on


def _grows(term: Term, b: Binder) -> bool:
    """Whether a value counts the days up to today: one more with every day."""
    if not (isinstance(term, Op) and term.name == "days_between"):
        return False
    start, end = term.args
    return isinstance(end, Lit) and end.value == b.as_of.today and not isinstance(start, Lit)


def order(b: Binder, scope: Scope, node: tree.Order) -> Finding:
    op = "<" if node.op == "before" else ">"
    return comparison(b, scope, tree.Compare(op, node.left, node.right, span=node.span))


def between(b: Binder, scope: Scope, node: tree.Between) -> Finding:
    low, high = (b.term(scope, n) for n in (node.low, node.high))
    asked = f"{format_expr(node.low)} to {format_expr(node.high)}"
    value = b.term(scope, node.value)
    if isinstance(low, Lit) and isinstance(high, Lit):
        speaker = speech.Speaker(b.settings.currency, b.settings.timezone)
        asked = f"{speaker.value(low.value, low.type)} to {speaker.value(high.value, high.type)}"
    return _demanding(b, scope, node, value, asked, f"outside {asked}")


def _demanding(b: Binder, scope: Scope, node: Any, value: Term, asked: str, unasked: str) -> Finding:
    return Valued(b.condition(scope, node), format_expr(node.value), value, asked=asked, unasked=unasked,
                  fixed=timeless(b, scope, node))  # fmt: skip


def one_of(b: Binder, scope: Scope, node: tree.OneOf) -> Finding:
    options = ", ".join(format_expr(o) for o in node.options)
    value = b.term(scope, node.value)
    said = (f"one of {options}", f"none of {options}")
    asked, unasked = reversed(said) if node.negated else said
    return _demanding(b, scope, node, value, asked, unasked)


def text_test(b: Binder, scope: Scope, node: tree.TextTest) -> Finding:
    value = b.term(scope, node.value)
    op = f"{node.op} with" if node.op in ("starts", "ends") else node.op
    pattern = format_expr(node.pattern)
    bare = {"contains": "contain", "starts with": "start with", "ends with": "end with", "matches": "match"}[op]
    asked, unasked = f"something that {op} {pattern}", f"something that does not {bare} {pattern}"
    return _demanding(b, scope, node, value, asked, unasked)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a value is known; the value itself is nobody's business."""

    term: Term
    words: str
    value: Term
    fixed: bool

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield Op("is_missing", (self.value,), self.term.type)

    def rows(self) -> Iterator[Any]:
        yield from ()

    def _absent(self, known: Known) -> bool:
        return bool(known.value(Op("is_missing", (self.value,), self.term.type)))

    def tell(self, known: Known) -> str:
        return f"{self.words} is {'missing' if self._absent(known) else 'known'}"

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        return (Change(f"{self.words} would have to be {'known' if self._absent(known) else 'missing'}"),)

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term) if self.fixed else None


def _missing(term: Term, node: tree.Expr, value: Term, fixed: bool) -> Finding:
    return Presence(term, format_expr(node), value, fixed)


def presence(b: Binder, scope: Scope, node: tree.IsMissing) -> Finding:
    return _missing(b.condition(scope, node), node.value, b.term(scope, node.value), timeless(b, scope, node))


# ---------------------------------------------------------------- dates


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a period that moves along with today. `birthday` looks at month and day only."""

    term: Term
    words: str
    value: Term
    node: tree.DateIn
    scope: Scope
    birthday: bool
    still: bool

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield self.value

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        said = f"{self.words} is {known.said(self.value)}"
        span = window_span(known.binder, self.scope, self.node.window)
        if known.truth(self.term) or span.start is None or self.birthday:
            return said
        return f"{said}, needs {span.start} to {span.end}"

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        value = known.value(self.value)
        if value is None:
            return False
        span = window_span(later(known.binder, day), self.scope, self.node.window)
        if not self.still or span.start is None or span.end is None:
            return None
        date = _comparable(value, known)
        if not self.birthday:
            return bool(span.start <= date <= span.end)
        days = ((span.start + dt.timedelta(days=i)) for i in range(min((span.end - span.start).days, 366) + 1))
        return any((d.month, d.day) == _birthday_in(date, d.year) for d in days)


def _birthday_in(born: dt.date, year: int) -> tuple[int, int]:
    """Month and day of a birthday; 29 February falls on the 28th in other years."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (2, 28) if (born.month, born.day) == (2, 29) and not leap else (born.month, born.day)


def dated(b: Binder, scope: Scope, node: tree.DateIn) -> Finding:
    value = b.term(scope, node.value)
    birthday = isinstance(node.window, tree.InNext) and isinstance(value, Field) and value.column == "birth_date"
    still = timeless(b, scope, node.value)
    return Dated(b.condition(scope, node), format_expr(node.value), value, node, scope, birthday, still)

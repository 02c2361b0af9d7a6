"""Findings about values: comparisons, dates, texts, membership, names of filters, and who is looked at at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.engine.model.audiences import tracked
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.conditions import window_span
from patron.engine.model.names import path_term
from patron.engine.model.terms import YES, Field, Lit, Op, Term
from patron.engine.plan.nodes import Col
from patron.engine.report import speech
from patron.engine.report.clauses import PEOPLE, Clauses
from patron.engine.report.findings import (
    Change,
    Changes,
    Finding,
    Joined,
    Known,
    Opposite,
    Plain,
    Told,
    customer_field,
    later,
    personal,
    timeless,
)  # fmt: skip
from patron.engine.report.happenings import happening
from patron.engine.types import MOMENT, Type

Make = Callable[[Binder, Scope, Any], Finding]


def finding(b: Binder, scope: Scope, node: tree.Expr) -> Finding:
    """The finding of a condition as written."""
    make = _FINDINGS.get(type(node))
    return make(b, scope, node) if make is not None else Plain(b.condition(scope, node))


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Valued:
    """A value and what is asked of it: comparisons by an operator, or a demand in words.

    `grows` is the value that is one more with every day that passes. `fixed` tells that nothing in the condition
    moves along with today.
    """

    term: Term
    words: str
    value: Term
    op: str = ""
    bound: Term | None = None
    asked: str = ""
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
            return self.asked if wanted else f"anything but {self.asked}" if self.asked else ""
        op = self.op if wanted else speech.OPPOSITE[self.op]
        return speech.demand(op, known.said(self.bound), self.value.type.timely)

    def tell(self, known: Known) -> str:
        holds, value = known.truth(self.term), known.value(self.value)
        if personal(self.value):
            return f"{self.words} is missing" if value is None else "" if holds else f"{self.words} is something else"
        said = f"{self.words} is {known.said(self.value)}"
        if holds and self.op in ("", "=", "!="):
            return said
        asked = self._demand(known)
        return f"{said}, needs {asked}" if asked else said

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        more = self._more(known) if wanted else ""
        if more:
            return (Change(f"{more} more {self.words.removeprefix('their ')}", self.words.startswith("their ")),)
        asked = self._demand(known, wanted)
        return (Change(f"{self.words} would have to be {asked}"),) if asked else None

    def _more(self, known: Known) -> str:
        """How much is missing to a lower bound."""
        if self.op not in (">=", ">") or self.bound is None or self.value.type.kind not in ("number", "money"):
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


def _compare(b: Binder, scope: Scope, node: tree.Compare) -> Finding:
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


def _order(b: Binder, scope: Scope, node: tree.Order) -> Finding:
    op = "<" if node.op == "before" else ">"
    return _compare(b, scope, tree.Compare(op, node.left, node.right, span=node.span))


def _between(b: Binder, scope: Scope, node: tree.Between) -> Finding:
    low, high = (b.term(scope, n) for n in (node.low, node.high))
    asked = f"{format_expr(node.low)} to {format_expr(node.high)}"
    value = b.term(scope, node.value)
    if isinstance(low, Lit) and isinstance(high, Lit):
        speaker = speech.Speaker(b.settings.currency, b.settings.timezone)
        asked = f"{speaker.value(low.value, low.type)} to {speaker.value(high.value, high.type)}"
    return Valued(b.condition(scope, node), format_expr(node.value), value, asked=asked, fixed=timeless(b, scope, node))


def _one_of(b: Binder, scope: Scope, node: tree.OneOf) -> Finding:
    options = ", ".join(format_expr(o) for o in node.options)
    value = b.term(scope, node.value)
    asked = f"{'none' if node.negated else 'one'} of {options}"
    return Valued(b.condition(scope, node), format_expr(node.value), value, asked=asked, fixed=timeless(b, scope, node))


def _text_test(b: Binder, scope: Scope, node: tree.TextTest) -> Finding:
    value = b.term(scope, node.value)
    op = f"{node.op} with" if node.op in ("starts", "ends") else node.op
    asked = f"something that {op} {format_expr(node.pattern)}"
    return Valued(b.condition(scope, node), format_expr(node.value), value, asked=asked, fixed=timeless(b, scope, node))


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

    def _is_missing(self, known: Known) -> bool:
        return bool(known.value(Op("is_missing", (self.value,), self.term.type)))

    def tell(self, known: Known) -> str:
        return f"{self.words} is {'missing' if self._is_missing(known) else 'known'}"

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        return (Change(f"{self.words} would have to be {'known' if self._is_missing(known) else 'missing'}"),)

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term) if self.fixed else None


def _missing(term: Term, node: tree.Expr, value: Term, fixed: bool) -> Finding:
    return Presence(term, format_expr(node), value, fixed)


def _is_missing(b: Binder, scope: Scope, node: tree.IsMissing) -> Finding:
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


def _date_in(b: Binder, scope: Scope, node: tree.DateIn) -> Finding:
    value = b.term(scope, node.value)
    birthday = isinstance(node.window, tree.InNext) and isinstance(value, Field) and value.column == "birth_date"
    still = timeless(b, scope, node.value)
    return Dated(b.condition(scope, node), format_expr(node.value), value, node, scope, birthday, still)


# ---------------------------------------------------------------- membership


@dataclass(frozen=True, slots=True)
class Membership:
    """In another audience, or in a list."""

    term: Term
    words: str
    advice: str = ""
    fixed: bool = False

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        return f"`patron why {known.id} {self.advice}` tells more" if self.advice else ""

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        return None if self.fixed else (Change(f"{'into' if wanted else 'out of'} {self.words}"),)

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term) if self.fixed else None


def _in_audience(b: Binder, scope: Scope, node: tree.InAudience) -> Finding:
    return Membership(b.condition(scope, node), f"audience {node.audience.text}", node.audience.text)


def _in_list(b: Binder, scope: Scope, node: tree.InList) -> Finding:
    version = f" version {node.version}" if node.version is not None else ""
    return Membership(b.condition(scope, node), f"list {node.list.text}{version}", fixed=True)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The share of people that chance put somebody into, for good."""

    term: Term
    of: int
    salt: str

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        digest = hashlib.md5(f"{self.salt}:{known.id}".encode(), usedforsecurity=False).hexdigest()
        return f"in bucket {int(digest[:8], 16) % self.of} of {self.of}"

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term)


def _in_bucket(b: Binder, scope: Scope, node: tree.InBucket) -> Finding:
    of = b.value(scope, node.of)
    return Bucket(b.condition(scope, node), int(of.value) if isinstance(of, Lit) else 1, node.salt.value)  # type: ignore[arg-type]


def _in_top(b: Binder, scope: Scope, node: tree.InTop) -> Finding:
    return Plain(b.condition(scope, node), b.value(scope, node.value), format_expr(node.value))


# ---------------------------------------------------------------- combinations and names


def _joined(b: Binder, scope: Scope, node: tree.And | tree.Or) -> Finding:
    parts = tuple(finding(b, scope, i) for i in node.items)
    return Joined(b.condition(scope, node), isinstance(node, tree.And), parts)


def _not(b: Binder, scope: Scope, node: tree.Not) -> Finding:
    return Opposite(b.condition(scope, node), finding(b, scope, node.item))


def _path(b: Binder, scope: Scope, node: tree.Path) -> Finding:
    """A yes/no name: what its filter says, or the column's value."""
    known = b.members.get("customers", {})
    declaration = known.get(scope.prefix + node.key) or known.get(node.key)
    statement = declaration.statement if declaration is not None else None
    if declaration is not None and isinstance(statement, tree.FilterDecl):
        inner = Scope("customers", file=declaration.file, prefix=declaration.prefix)
        return finding(b, inner, statement.condition)
    value = path_term(b, scope, node)
    return Valued(b.condition(scope, node), format_expr(node), value, fixed=timeless(b, scope, node))


_FINDINGS: Mapping[type, Make] = {
    tree.Compare: _compare, tree.Order: _order, tree.Between: _between, tree.OneOf: _one_of, tree.TextTest: _text_test,
    tree.IsMissing: _is_missing, tree.DateIn: _date_in, tree.InAudience: _in_audience, tree.InList: _in_list,
    tree.InBucket: _in_bucket, tree.InTop: _in_top, tree.And: _joined, tree.Or: _joined, tree.Not: _not,
    tree.Path: _path, tree.Has: happening,
}  # fmt: skip


# ---------------------------------------------------------------- who is looked at


@dataclass(frozen=True, slots=True)
class People:
    """Whether somebody is looked at at all: merged, deleted, erased and anonymous people are not."""

    term: Term
    reasons: tuple[tuple[str, Field], ...]

    @classmethod
    def of(cls, clauses: Clauses) -> People:
        b = clauses.binder
        columns = b.ways.columns("customers")
        reasons = {"merged_into": "merged into", "deleted_at": "deleted on", "erased_at": "erased on"}
        reasons["created_at"] = "not there before"
        if not clauses.audience.anonymous:
            reasons["is_anonymous"] = "anonymous"
        found = tuple((said, customer_field(b, name)) for name, said in reasons.items() if columns[name].filled)
        return cls(tracked(b, clauses.audience.anonymous) or YES, found)

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield from (f for _, f in self.reasons)

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        if known.truth(self.term):
            return ""
        return ", ".join(said for words, f in self.reasons if (said := _reason(words, f, known)))

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term)


def _reason(words: str, field: Field, known: Known) -> str:
    value = known.value(field)
    if value in (None, False):
        return ""
    if field.column == "is_anonymous":
        return words
    if isinstance(value, dt.datetime):
        now = known.binder.as_of.moment.replace(tzinfo=dt.UTC)
        if (value > now) != (field.column == "created_at"):
            return ""
    return f"{words} {_unquoted(known.speaker.value(value, field.type), field.type)}"


def _unquoted(text: str, type_: Type) -> str:
    return text.strip('"') if type_.kind == "reference" else text


# ---------------------------------------------------------------- a whole audience


def findings_of(clauses: Clauses) -> Told:
    """A finding for every line that is a condition."""
    found: dict[int, Finding] = {}
    for place, line in enumerate(clauses.lines):
        if line.side == PEOPLE:
            found[place] = People.of(clauses)
        elif line.node is None:
            found[place] = _rank(clauses)
        elif not isinstance(line.node, (tree.Group, tree.Everyone)):
            found[place] = finding(clauses.binder, clauses.scope, line.node)
    asks = dict.fromkeys(t for f in found.values() for t in f.asks() if not isinstance(t, Lit))
    rows = dict.fromkeys(r for f in found.values() for r in f.rows())
    return Told(found, tuple(asks), tuple(rows))


def _rank(clauses: Clauses) -> Finding:
    keep = clauses.audience.keep
    assert keep is not None
    last = clauses.lines[-1]
    assert isinstance(last.truth, Col)
    return Plain(clauses.columns[last.truth.name], keep.value, last.words.partition(" of ")[2])

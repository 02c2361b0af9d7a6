"""Findings about what a customer did: how often, how much, when last, and when it will no longer count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.dsl.nodes import dataclass
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.conditions import window_span
from patron.engine.model.moments import local_date
from patron.engine.model.terms import YES, Children, Here, Lit, Term, all_of, compare, walk
from patron.engine.model.values import default_date, whole_number
from patron.engine.plan import rows as row_plans
from patron.engine.plan.children import own_terms
from patron.engine.plan.nodes import Col, Node, Sorted, SortKey
from patron.engine.plan.planner import Planner
from patron.engine.report.findings import Change, Changes, Finding, Known, later, timeless
from patron.engine.report.speech import counted
from patron.engine.types import DATE, MISSING

MOST_ROWS = 10_000
"""Rows of one customer that are looked at, the latest first."""

MOVING = (tree.InLast, tree.InNext, tree.InThis, tree.InPrevious)
WINDOWS = (*MOVING, tree.InEach, tree.InPeriod, tree.Since, tree.BeforePoint, tree.BetweenPoints)

Spans: TypeAlias = Callable[[Binder], tuple[periods.Span, ...] | None]
"""The dates of a window as seen from a binder's `as of`; None when they are not dates."""


# ---------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened: its local date, what it counts as, its worth, and whether it lies in the window."""

    date: dt.date | None
    counts_as: object
    worth: Decimal | None
    inside: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows of an event, in the window or not."""

    table: str
    key: Term
    at: Term | None
    counted: Term | None
    worth: Term | None
    where: Term | None
    inside: Term

    def read(self, fetched: Sequence[tuple[Any, ...]]) -> tuple[Row, ...]:
        """The rows as they were fetched."""
        found = []
        for number, (date, thing, worth, inside) in enumerate(fetched):
            counts_as = number if self.counted is None else thing
            found.append(Row(date, counts_as, None if worth is None else Decimal(str(worth)), bool(inside)))
        return tuple(found)


def happenings(p: Planner, asked: Asked, customer: Lit) -> Node:
    """One customer's rows, the latest first."""
    nothing = Lit(None, MISSING)
    date = local_date(asked.at) if asked.at is not None else Lit(None, DATE)
    shown = {"date": date, "counted": asked.counted or nothing, "worth": asked.worth or nothing, "inside": asked.inside}
    where = all_of(compare("=", asked.key, customer), asked.where)
    node = row_plans.evaluate(p, asked.table, tuple(shown.items()), where)
    return Sorted(node, (SortKey(Col("date", DATE), descending=True),), MOST_ROWS)


# ---------------------------------------------------------------- the finding


@dataclass(frozen=True, slots=True)
class Happened:
    """`has [not] event ...`: what is counted, what is demanded of the count and of the worth.

    `spans` gives the windows on a date (several for `in each of`); None when the window stands still.
    """

    term: Term
    node: tree.Has
    asked: Asked
    one: str
    many: str
    object: str
    window: str
    times: tuple[str, int] | None = None
    spending: tuple[str, Lit] | None = None
    spans: Spans | None = None
    open: bool = True
    fixed: bool = True

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield self.asked

    # ------------------------------------------------------------ in words

    def tell(self, known: Known) -> str:
        rows = known.rows[self.asked]
        inside = [r for r in rows if r.inside]
        holds = known.truth(self.term)
        with_object = f"{self.one} {self.object}".strip(), f"{self.many} {self.object}".strip()
        if not rows:
            return f"no {with_object[1]} ever{self._needs(holds)}"
        said = counted(_count(inside), *with_object)
        if not inside and self.window:
            said = f"{said} {self.window}"
        said += self._needs(holds) + self._spent(inside, known) + self._units(rows, known)
        last = max((r.date for r in inside or rows if r.date is not None), default=None)
        return f"{said}; last on {last}" if last is not None else said

    def _needs(self, holds: bool) -> str:
        if self.node.negated:
            return "" if holds or self.times or self.spending else ", needs none"
        if self.times is not None:
            op, number = self.times
            return f", needs {_TIMES[op]} {number:,}"
        return ""

    def _units(self, rows: Sequence[Row], known: Known) -> str:
        """Of `in each of`: in how many of the units it was enough, and the latest in which it was not."""
        spans = self.spans(known.binder) if self.spans is not None else None
        if spans is None or not any(isinstance(q, tree.InEach) for q in self.node.qualifiers):
            return ""
        short = [s for s in spans if not self._enough([r for r in rows if _lies(r, s)])]
        said = f"; enough in {len(spans) - len(short)} of {len(spans)}"
        return f"{said}, not in {short[0]}" if short else said

    def _spent(self, inside: Sequence[Row], known: Known) -> str:
        if self.spending is None:
            return ""
        op, bound = self.spending
        spending = next(q for q in self.node.qualifiers if isinstance(q, tree.Spending))
        needs = f"needs {_TIMES[op]} {known.said(bound)}"
        if not spending.each:
            return f"; worth {known.speaker.value(_worth(inside), bound.type)}, {needs}"
        amounts = _each(inside)
        if not amounts:
            return f"; {needs} each time"
        least, most = (known.speaker.value(f(amounts), bound.type) for f in (min, max))
        said = least if least == most else f"{least} to {most}"
        return f"; worth {said} each, {needs} each time"

    # ------------------------------------------------------------ what would turn it

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        if not self.open or any(isinstance(q, tree.InEach) for q in self.node.qualifiers):
            return None
        inside = [r for r in known.rows[self.asked] if r.inside]
        wanted_claim = wanted != self.node.negated
        return self._towards(inside, known) if wanted_claim else self._beyond(inside)

    def _towards(self, inside: Sequence[Row], known: Known) -> Changes:
        """More of it, until the count and the worth are reached."""
        found = []
        op, number = self.times or (">=", 1)
        goal = number + 1 if op == ">" else number
        missing = goal - _count(inside)
        if op in ("<=", "<") or (op == "=" and missing < 0):
            return None
        if missing > 0:
            more = " more" if _count(inside) else ""
            found.append(f"{missing:,}{more} {self._noun(missing)}")
        if self.spending is not None:
            spent = self._more_spent(inside, known)
            if spent is None:
                return None
            found += [spent] if spent else []
        return tuple(Change(words, self._buys) for words in found) or None

    @property
    def breaks_by_buying(self) -> bool:
        """Whether an order made now would make it false."""
        return self.node.negated and self.open and self._buys

    @property
    def _buys(self) -> bool:
        return self.asked.table in ("orders", "lines")

    def _noun(self, count: int) -> str:
        """`order with category "Edibles"`; what has no noun is named by its event."""
        if self.many != "times":
            return f"{self.one if count == 1 else self.many} {self.object}".strip()
        return f"{self.one if count == 1 else self.many} {self.node.event} {self.object}".strip()

    def _more_spent(self, inside: Sequence[Row], known: Known) -> str | None:
        assert self.spending is not None
        op, bound = self.spending
        spending = next(q for q in self.node.qualifiers if isinstance(q, tree.Spending))
        assert isinstance(bound.value, (int, Decimal))
        if spending.each:
            return "" if all(_reaches(op, a, bound.value) for a in _each(inside)) else None
        gap = bound.value - _worth(inside)
        if op not in (">=", ">") or gap < 0:
            return "" if _reaches(op, _worth(inside), bound.value) else None
        if not gap and op == ">=":
            return ""
        return f"{'more than ' if op == '>' else ''}{known.speaker.value(gap, bound.type)} more spent"

    def _beyond(self, inside: Sequence[Row]) -> Changes:
        """One too many; what was done cannot be undone."""
        if self.times is None or self.times[0] not in ("=", "<=", "<"):
            return None
        op, number = self.times
        missing = number + (0 if op == "<" else 1) - _count(inside)
        return (Change(f"{missing:,} more {self._noun(missing)}", self._buys),) if missing > 0 else None

    # ------------------------------------------------------------ later

    def on(self, known: Known, day: dt.date) -> bool | None:
        if not self.fixed:
            return None
        rows = known.rows[self.asked]
        if self.spans is None:
            return known.truth(self.term)
        if self._holds(rows, known.binder) != known.truth(self.term):
            return None
        return self._holds(rows, later(known.binder, day))

    def _holds(self, rows: Sequence[Row], b: Binder) -> bool | None:
        assert self.spans is not None
        spans = self.spans(b)
        if spans is None:
            return None
        claim = all(self._enough([r for r in rows if _lies(r, s)]) for s in spans)
        return claim != self.node.negated

    def _enough(self, inside: Sequence[Row]) -> bool:
        op, number = self.times or (">=", 1)
        if not _reaches(op, _count(inside), number):
            return False
        if self.spending is None:
            return True
        spending = next(q for q in self.node.qualifiers if isinstance(q, tree.Spending))
        bound = self.spending[1].value
        assert isinstance(bound, (int, Decimal))
        amounts = _each(inside) if spending.each else [_worth(inside)]
        return all(_reaches(self.spending[0], a, bound) for a in amounts)


_TIMES: Mapping[str, str] = {">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "=": "exactly"}
_OPERATORS: Mapping[str, str] = {**{v: k for k, v in _TIMES.items()}, "once": "="}


def _reaches(op: str, value: int | Decimal, bound: int | Decimal) -> bool:
    return {">=": value >= bound, ">": value > bound, "<=": value <= bound, "<": value < bound, "=": value == bound}[op]


def _count(rows: Sequence[Row]) -> int:
    return len({r.counts_as for r in rows if r.counts_as is not None})


def _worth(rows: Sequence[Row]) -> Decimal:
    return sum((r.worth for r in rows if r.worth is not None), Decimal(0))


def _each(rows: Sequence[Row]) -> list[Decimal]:
    """The worth of every counted thing: that of all its rows together."""
    found: dict[object, Decimal] = {}
    for row in rows:
        found[row.counts_as] = found.get(row.counts_as, Decimal(0)) + (row.worth or Decimal(0))
    return list(found.values())


def _lies(row: Row, span: periods.Span) -> bool:
    if span.start is None or span.end is None:
        return True
    return row.date is not None and span.start <= row.date <= span.end


# ---------------------------------------------------------------- from the condition as written


def happening(b: Binder, scope: Scope, node: tree.Has) -> Finding:
    """The finding of a `has` on customers."""
    if node.steps:
        return Steps(b.condition(scope, node), node.negated, tuple(_steps(b, scope, node)))
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
    return _OPERATORS[found.op], number


def _spending(b: Binder, scope: Scope, counts: Sequence[tree.Qualifier]) -> tuple[str, Lit] | None:
    found = next((q for q in counts if isinstance(q, tree.Spending)), None)
    if found is None:
        return None
    amount = b.value(scope, found.amount)
    assert isinstance(amount, Lit)
    return _OPERATORS[found.op], amount


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


# ---------------------------------------------------------------- sequences


@dataclass(frozen=True, slots=True)
class Steps:
    """`has a then b`: what is known of each step by itself."""

    term: Term
    negated: bool
    steps: tuple[tuple[str, Asked], ...]

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield from (asked for _, asked in self.steps)

    def tell(self, known: Known) -> str:
        said = []
        for words, asked in self.steps:
            dates = [r.date for r in known.rows[asked] if r.inside and r.date is not None]
            times = counted(len(dates), "time", "times")
            said.append(f"{words} {times}, last on {max(dates)}" if dates else f"{words} never")
        if all(not s.endswith(" never") for s in said) and known.truth(self.term) == self.negated:
            said.append("in this order" if self.negated else "but not one after the other as asked")
        return "; ".join(said)

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        del known, day
        return None


def _steps(b: Binder, scope: Scope, node: tree.Has) -> Iterator[tuple[str, Asked]]:
    firsts = [(node.event, node.qualifiers), *((s.event, s.qualifiers) for s in node.steps)]
    for event, qualifiers in firsts:
        alone = tree.Has(event, qualifiers, word_span=node.word_span, span=node.span)
        found = happening(b, scope, alone)
        assert isinstance(found, Happened)
        yield f"{event} {found.object}".strip(), found.asked

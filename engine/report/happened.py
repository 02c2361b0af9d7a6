"""The finding about what a customer did: how often, how much, when last, and when it will no longer count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.model import periods
from patron.engine.model.binder import Binder
from patron.engine.model.terms import Lit, Term
from patron.engine.report.changes import Change, Changes, Things
from patron.engine.report.findings import Known, later
from patron.engine.report.occurrences import Asked, Row, count, each, lies, reaches, worth
from patron.engine.report.speech import counted
from patron.engine.report.uncounted import left_out

Spans: TypeAlias = Callable[[Binder], tuple[periods.Span, ...] | None]
"""The dates of a window as seen from a binder's `as of`; None when they are not dates."""


@dataclass(frozen=True, slots=True)
class Happened:
    """`has [not] event ...`: what is counted, what is demanded of the count and of the worth.

    `spans` gives the windows on a date (several for `in each of`); None when the window stands still. `uncounted` are
    the orders that the event leaves out.
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
    uncounted: Asked | None = None

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield self.asked
        if self.uncounted is not None:
            yield self.uncounted

    # ------------------------------------------------------------ in words

    def tell(self, known: Known) -> str:
        rows = known.rows[self.asked]
        inside = [r for r in rows if r.inside]
        holds = known.truth(self.term)
        with_object = f"{self.one} {self.object}".strip(), f"{self.many} {self.object}".strip()
        others = self._left_out(inside, known)
        if not rows:
            return f"no {with_object[1]} {'that count' if others else 'ever'}{self._needs(holds)}{others}"
        said = counted(count(inside), *with_object)
        if not inside and self.window:
            said = f"{said} {self.window}"
        said += self._needs(holds) + self._spent(inside, known) + self._units(rows, known) + others
        last = max((r.date for r in inside or rows if r.date is not None), default=None)
        return f"{said}; last on {last}" if last is not None else said

    def _left_out(self, inside: Sequence[Row], known: Known) -> str:
        """Where more is needed: what was ordered and does not count."""
        if self.uncounted is None:
            return ""
        rows = [r for r in known.rows[self.uncounted] if r.inside or not known.rows[self.asked]]
        more_needed = known.truth(self.term) == self.node.negated and self._towards(inside, known) is not None
        return f"; {left_out(rows)}" if rows and (more_needed or not inside) else ""

    def _needs(self, holds: bool) -> str:
        if self.node.negated:
            return "" if holds or self.times or self.spending else ", needs none"
        if self.times is not None:
            op, number = self.times
            return f", needs {TIMES[op]} {number:,}"
        return ""

    def _units(self, rows: Sequence[Row], known: Known) -> str:
        """Of `in each of`: in how many of the units it was enough, and the latest in which it was not."""
        spans = self.spans(known.binder) if self.spans is not None else None
        if spans is None or not any(isinstance(q, tree.InEach) for q in self.node.qualifiers):
            return ""
        short = [s for s in spans if not self._enough([r for r in rows if lies(r, s)])]
        said = f"; enough in {len(spans) - len(short)} of {len(spans)}"
        return f"{said}, not in {short[0]}" if short else said

    def _spent(self, inside: Sequence[Row], known: Known) -> str:
        if self.spending is None:
            return ""
        op, bound = self.spending
        spending = next(q for q in self.node.qualifiers if isinstance(q, tree.Spending))
        needs = f"needs {TIMES[op]} {known.said(bound)}"
        if not spending.each:
            return f"; worth {known.speaker.value(worth(inside), bound.type)}, {needs}"
        amounts = each(inside)
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
        found: list[Change] = []
        op, number = self.times or (">=", 1)
        goal = number + 1 if op == ">" else number
        missing = goal - count(inside)
        if op in ("<=", "<") or (op == "=" and missing < 0):
            return None
        if missing > 0:
            found.append(self._done(missing, more=count(inside) > 0))
        if self.spending is not None:
            spent = self._more_spent(inside, known)
            if spent is None:
                return None
            found += spent
        return tuple(found) or None

    @property
    def breaks_by_buying(self) -> bool:
        """Whether an order made now would make it false."""
        return self.node.negated and self.open and self._buys

    @property
    def _buys(self) -> bool:
        return self.asked.table in ("orders", "lines")

    def _done(self, missing: int, *, more: bool) -> Change:
        """So many more of it; what has no noun is named by its event."""
        event = "" if self.many != "times" else f" {self.node.event}"
        things = Things(missing, self.one + event, self.many + event, self.object, more)
        return Change(str(things), self._buys, things=things)

    def _more_spent(self, inside: Sequence[Row], known: Known) -> list[Change] | None:
        assert self.spending is not None
        op, bound = self.spending
        spending = next(q for q in self.node.qualifiers if isinstance(q, tree.Spending))
        assert isinstance(bound.value, (int, Decimal))
        if spending.each:
            return [] if all(reaches(op, a, bound.value) for a in each(inside)) else None
        gap = bound.value - worth(inside)
        if op not in (">=", ">") or gap < 0:
            return [] if reaches(op, worth(inside), bound.value) else None
        if not gap and op == ">=":
            return []
        words = f"{'more than ' if op == '>' else ''}{known.speaker.value(gap, bound.type)} more spent"
        return [Change(words, self._buys, money=Decimal(gap))]

    def _beyond(self, inside: Sequence[Row]) -> Changes:
        """One too many; what was done cannot be undone."""
        if self.times is None or self.times[0] not in ("=", "<=", "<"):
            return None
        op, number = self.times
        missing = number + (0 if op == "<" else 1) - count(inside)
        return (self._done(missing, more=True),) if missing > 0 else None

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

    def over(self, known: Known, day: dt.date) -> bool:
        """Whether on a later date nothing of it lies in the window any more."""
        spans = self.spans(later(known.binder, day)) if self.spans is not None and self.fixed else None
        return spans is not None and not any(lies(r, s) for r in known.rows[self.asked] for s in spans)

    def _holds(self, rows: Sequence[Row], b: Binder) -> bool | None:
        assert self.spans is not None
        spans = self.spans(b)
        if spans is None:
            return None
        claim = all(self._enough([r for r in rows if lies(r, s)]) for s in spans)
        return claim != self.node.negated

    def _enough(self, inside: Sequence[Row]) -> bool:
        op, number = self.times or (">=", 1)
        if not reaches(op, count(inside), number):
            return False
        if self.spending is None:
            return True
        spending = next(q for q in self.node.qualifiers if isinstance(q, tree.Spending))
        bound = self.spending[1].value
        assert isinstance(bound, (int, Decimal))
        amounts = each(inside) if spending.each else [worth(inside)]
        return all(reaches(self.spending[0], a, bound) for a in amounts)


TIMES: Mapping[str, str] = {">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "=": "exactly"}
OPERATORS: Mapping[str, str] = {**{v: k for k, v in TIMES.items()}, "once": "="}

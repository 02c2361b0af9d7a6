"""The finding about a rank: where the last of those stands who are in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Term
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Node
from patron.engine.plan.planner import Planner
from patron.engine.report.assemble import clean
from patron.engine.report.changes import Change, Changes
from patron.engine.report.findings import Known, personal
from patron.engine.types import WHOLE, YESNO


@dataclass(frozen=True, slots=True)
class Edge:
    """How many are in a rank, and the value of the last of them."""

    term: Term
    value: Term
    top: bool

    def plan(self, p: Planner, customer: Lit) -> Node:
        """One row: the number and the value."""
        del customer
        node = row_plans.evaluate(p, "customers", [("value", self.value), ("inside", self.term)])
        inside, value = Col("inside", YESNO), Col("value", self.value.type)
        last = AggCall("min" if self.top else "max", self.value.type, value, inside)
        return Aggregate(node, (), (("number", AggCall("count", WHOLE, None, inside)), ("last", last)))

    def read(self, fetched: Sequence[tuple[Any, ...]]) -> tuple[int, Any]:
        """The number and the value as they were fetched."""
        number, last = fetched[0]
        return int(number), clean(last, self.value.type)


@dataclass(frozen=True, slots=True)
class Placed:
    """In the top or bottom of a value. `active` tells who is ranked at all, `fixed` that no day changes it."""

    term: Term
    value: Term
    words: str
    top: bool
    active: Term | None = None
    of: str = ""
    fixed: bool = False

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield self.value
        if self.active is not None:
            yield self.active

    def rows(self) -> Iterator[Any]:
        yield self._edge

    @property
    def _edge(self) -> Edge:
        return Edge(self.term, self.value, self.top)

    def tell(self, known: Known) -> str:
        said = "" if personal(self.value) else f"{self.words} is {known.said(self.value)}"
        if not known.truth(self.term) and self._unranked(known):
            return "; ".join(s for s in (said, "only people with something to count are ranked") if s)
        return "; ".join(s for s in (said, self._last(known)) if s)

    def _unranked(self, known: Known) -> bool:
        return known.value(self.value) is None or (self.active is not None and not known.truth(self.active))

    def _last(self, known: Known) -> str:
        """`the last of the 20 people at the top has $51.00`, where that tells nothing about one of few."""
        number, last = known.rows[self._edge]
        if number <= known.binder.settings.smallest() or last is None or personal(self.value):
            return ""
        who = "the only one" if number == 1 else f"the last of the {number:,} people"
        end = "top" if self.top else "bottom"
        return f"{who} at the {end}{self.of} has {known.speaker.value(last, self.value.type)}"

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        if not wanted or not self._last(known):
            return None
        if self._beats(known):
            return ()  # the place is theirs as soon as they are looked at
        last = known.speaker.value(known.rows[self._edge][1], self.value.type)
        return (Change(f"{self.words} would have to be {'more' if self.top else 'less'} than {last}"),)

    def _beats(self, known: Known) -> bool:
        """Whether the value is better than that of the last who is in."""
        value, last = known.value(self.value), known.rows[self._edge][1]
        return value is not None and bool(value > last if self.top else value < last)

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term) if self.fixed else None

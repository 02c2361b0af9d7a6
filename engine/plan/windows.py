"""The dates that a query looks at: its period and the other one, what rolls or runs, buckets that must be there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.model import periods
from patron.engine.model.measures import Balance, Calc, Measure, Rolled, RunningTotal, ShareOf, needs_time
from patron.engine.model.queries import Query
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Col, Filter, Node, Values
from patron.engine.plan.parts import Window
from patron.engine.plan.planner import Planner
from patron.engine.runtime.errors import LimitReached
from patron.engine.types import DATE, YESNO

MOST_DAYS = 100_000
"""As long a period as may be laid out bucket by bucket."""

BUCKETS = ("day", "week", "month", "quarter", "year", "hour")


def bucketed(query: Query, level: Iterable[int]) -> int | None:
    """The dimension of a level whose values follow one another in time."""
    return next((i for i in level if query.dims[i].unit in BUCKETS), None)


@dataclass(frozen=True)
class Dates:
    """The dates of a query, as of the run."""

    p: Planner
    query: Query

    @property
    def _starts(self) -> int:
        return self.p.b.settings.week_starts

    def reach(self) -> periods.Span | None:
        """The dates of both sides, when nothing looks further back."""
        query = self.query
        spans = [query.period]
        if query.compare is not None and query.compare.span is not None:
            spans.append(query.compare.span)
        if any(needs_time(m.metric.measure) or _balances(m.metric.measure) for m in query.metrics):
            return None
        starts = [s.start for s in spans if s.bounded and s.start is not None]
        ends = [s.end for s in spans if s.bounded and s.end is not None]
        return periods.Span(min(starts), max(ends)) if len(starts) == len(spans) else None

    def alignment(self, other: periods.Span) -> tuple[tuple[dt.date, dt.date], ...]:
        """Buckets of the other period and the ones of this period in the same place."""
        mine = self.query.period
        place = bucketed(self.query, range(len(self.query.dims)))
        unit = self.query.dims[place].unit if place is not None else ""
        if not unit or unit == "hour" or not mine.bounded or not other.bounded or mine == other:
            return ()
        theirs = periods.buckets(unit, other, self._starts)
        return tuple(zip(theirs, periods.buckets(unit, mine, self._starts), strict=False))

    # ------------------------------------------------------------ windows

    def window(self, base: Window, kind: str, level: Sequence[int]) -> Window:
        """The window of a side as an aggregate is read: rolled, running, before, up to the end."""
        word, _, rest = kind.partition(":")
        if word == "rolled":
            count, _, unit = rest.partition(":")
            return self._rolled(base.span, int(count), unit, level)
        if word == "running" and rest:
            return self._running(base, rest)
        if word == "upto":
            return Window(periods.Span(None, base.span.end))
        if word == "before":
            start = base.span.start
            return Window(periods.Span(None, start - periods.DAY if start is not None else dt.date(1, 1, 1)))
        return base

    def _rolled(self, span: periods.Span, count: int, unit: str, level: Sequence[int]) -> Window:
        """Each bucket of the period with the dates of the units that end with it."""
        place, today = bucketed(self.query, level), self.p.as_of.today
        if place is None:
            end = span.end or today
            return Window(periods.Span(periods.step(unit, end, -count) + periods.DAY, end))
        bucket_unit = self.query.dims[place].unit
        if not span.bounded:
            span = self._known()
        triples = []
        for first in periods.buckets(bucket_unit, span, self._starts):
            end = min(periods.step(bucket_unit, first, 1) - periods.DAY, span.end or today, today)
            triples.append((first, periods.step(unit, end, -count) + periods.DAY, end))
        return Window(span, tuple(triples), place)

    def _known(self) -> periods.Span:
        """All dates known, for buckets of an unbounded period."""
        tables, today = self.p.store.tables, self.p.as_of.today
        columns = [(n, c) for t in tables.values() for n, c in t.columns.items()]
        lows = [c.low for n, c in columns if isinstance(c.low, dt.date) and n.endswith("_at")]
        days = [d.date() if isinstance(d, dt.datetime) else d for d in lows]
        orders = tables.get("orders")
        low = orders.columns["created_at"].low if orders is not None and "created_at" in orders.columns else None
        first = low.date() - periods.DAY if isinstance(low, dt.datetime) else min(days, default=today)
        return periods.Span(first, today)

    def _running(self, base: Window, restart: str) -> Window:
        """A running total from the start of a unit begins before the period."""
        if base.span.start is None:
            return base
        return Window(replace(base.span, start=periods.start_of(restart, base.span.start, self._starts)))

    # ------------------------------------------------------------ buckets

    def buckets(self, level: Sequence[int], kinds: Iterable[str]) -> Values | None:
        """Every bucket of a bounded period that a level's dimensions have."""
        span, dims = self.query.period, self.query.dims
        places = [i for i in level if dims[i].unit in BUCKETS and dims[i].unit != "hour"]
        if not span.bounded or not places:
            return None
        assert span.start is not None and span.end is not None
        if (span.end - span.start).days > MOST_DAYS:
            raise LimitReached(f"P0902: a row for every bucket of more than {MOST_DAYS:,} days", "Narrow the period.")
        rows: dict[tuple[dt.date, ...], None] = {}
        day = self._running_start(span.start, kinds)
        while day <= span.end:
            rows[tuple(periods.start_of(dims[i].unit, day, self._starts) for i in places)] = None
            day += periods.DAY
        cols = tuple(Col(f"d{i}", DATE) for i in places)
        return Values(cols, tuple(tuple(Lit(d, DATE) for d in row) for row in rows), "every bucket of the period")

    def _running_start(self, start: dt.date, kinds: Iterable[str]) -> dt.date:
        """A running total from the start of a unit begins before the period."""
        units = [k.partition(":")[2] for k in kinds if k.startswith("running:")]
        return min([start, *(periods.start_of(u, start, self._starts) for u in units)])

    def inside(self, node: Node, kinds: Iterable[str]) -> Node:
        """The rows within the period, where a running total looks further back."""
        start = self.query.period.start
        place = bucketed(self.query, range(len(self.query.dims)))
        if place is None or start is None or not any(k.startswith("running:") for k in kinds):
            return node
        first = periods.start_of(self.query.dims[place].unit, start, self._starts)
        return Filter(node, Op(">=", (Col(f"d{place}", DATE), Lit(first, DATE)), YESNO))


def _balances(measure: Measure) -> bool:
    if isinstance(measure, Balance):
        return True
    if isinstance(measure, Calc):
        return any(_balances(a) for a in measure.args)
    return isinstance(measure, (Rolled, RunningTotal, ShareOf)) and _balances(measure.measure)

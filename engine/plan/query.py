"""The plan of a query: parts joined on their dimensions, then comparison, shares, order, rest and total.

One path for all of it: a comparison is the same parts in another window, a total the same parts at no dimension.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from patron.dsl.nodes import dataclass, field
from patron.engine.model import periods
from patron.engine.model.measures import (
    Agg,
    Balance,
    Calc,
    Fixed,
    Measure,
    Rolled,
    RunningTotal,
    ShareOf,
    aggregates,
)
from patron.engine.model.queries import Query, QueryMetric, Subject
from patron.engine.model.terms import CreditedRows, Lit, Op, Rows, Term
from patron.engine.plan import chosen, lacking
from patron.engine.plan.children import ZEROED
from patron.engine.plan.chosen import keys_of
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Named,
    Node,
    Project,
    SortKey,
    Stack,
    Step,
    Values,
    WindowCall,
    columns,
    renamed,
)  # fmt: skip
from patron.engine.plan.overall import beside, over
from patron.engine.plan.parts import LABEL, Asked, People, Window, banded, part_node
from patron.engine.plan.planner import Planner
from patron.engine.plan.subjects import subject_people
from patron.engine.plan.windows import Dates, bucketed
from patron.engine.types import DATE, NUMBER, WHOLE, YESNO, Type


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the fetched result: the query's metric or dimension it belongs to. A `band` comes as its place;
    `additive` values of disjoint rows add up."""

    name: str
    role: str
    metric: str = ""
    band: bool = False
    additive: bool = False


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What a query fetches, over the steps of its planner; `columns` says what each fetched column is.

    `missing` are metrics and dimensions whose source is missing, each with the tables and columns that nothing fills.
    `labels` name the sets that stand side by side.
    """

    outputs: tuple[Step, ...]
    columns: tuple[Output, ...]
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    label_title: str = ""


@dataclass(frozen=True)
class _Side:
    """One side of a query: what is asked there, its window, people, and a suffix for its columns."""

    query: Query
    window: Window
    people: People | None
    suffix: str
    mapping: tuple[tuple[dt.date, dt.date], ...] = ()


def plan_query(p: Planner, query: Query) -> QueryPlan:
    """The plan of a query."""
    return QueryPlanner(p, query).plan()


class QueryPlanner:
    """A query on its way to a plan."""

    def __init__(self, p: Planner, query: Query) -> None:
        self.p, self.query = p, query
        self.names: dict[tuple[Agg, str], str] = {}
        self.all_dims = tuple(range(len(query.dims)))
        self.time_dims = tuple(i for i in self.all_dims if query.dims[i].unit)
        self.dated = any(a.date is not None for m in query.metrics for a in aggregates(m.metric.measure))
        needed = {m.name: lacking.of_measure(p, m.metric.measure) for m in query.metrics}
        needed |= {d.name: lacking.of_dimension(p, query, i) for i, d in enumerate(query.dims)}
        within = [lacks for name in (query.top.per if query.top is not None else ()) if (lacks := needed.get(name))]
        if within:  # the best of each where nobody tells of which: no number is theirs
            needed |= {m.name: needed[m.name] or within[0] for m in query.metrics}
        self.missing = {name: lacks for name, lacks in needed.items() if lacks}
        self.cut: Node | None = None
        self.fixed: Mapping[Term, Expr] = {}
        self.dates = Dates(p, query)

    # ------------------------------------------------------------ whole plan

    def plan(self) -> QueryPlan:
        query = self.query
        sides = self.sides()
        rows = self.dates.inside(self.rows(sides, self.all_dims), self._kinds())
        with_rest = bool(query.rest and query.top is not None and query.dims)
        rows = self.p.step("found", rows, "rows before some are cut off") if with_rest else rows
        kept = chosen.kept(query, rows)
        outputs = [Step("rows", self._in_columns(chosen.in_order(query, kept)), "result")]
        extra: list[tuple[str, Node]] = []
        if with_rest:
            extra.append(("rest", self._rest(sides, rows, kept)))
        if query.total and query.dims:
            extra.append(("total", self._total(sides)))
        outputs += [Step(name, self._in_columns(node), name) for name, node in extra]
        labels = sides[0].people.labels if sides[0].people is not None else ()
        title = "list" if query.subject.kind == "lists" else "audience"
        return QueryPlan(tuple(outputs), self._outputs(bool(labels)), self.missing, labels, title)

    def _outputs(self, labelled: bool) -> tuple[Output, ...]:
        found = [Output(LABEL, "label")] if labelled else []
        found += [Output(f"d{i}", "dimension", d.name, banded(self.query, i)) for i, d in enumerate(self.query.dims)]
        for number, metric in enumerate(self.query.metrics):
            if metric.hidden:
                continue
            additive = adds_up(metric.metric.measure)
            for suffix, role in (("", "metric"), ("_before", "before")):
                if suffix and (self.query.compare is None or metric.name in self.query.alone):
                    continue
                found.append(Output(f"m{number}{suffix}", role, metric.name, additive=additive))
                if self.query.smallest_group > 0:
                    found.append(Output(f"m{number}{suffix}_people", "people", metric.name))
        return tuple(found)

    # ------------------------------------------------------------ sides

    def sides(self) -> list[_Side]:
        query = self.query
        people = self._people_of(query.subject, query.period)
        sides = [_Side(query, Window(query.period, reach=self.dates.reach()), people, "")]
        compare = query.compare
        if compare is None:
            return sides
        span = compare.span if compare.span is not None else query.period
        others = people
        if compare.subject is not None or query.each_period:
            others = self._people_of(compare.subject or query.subject, span)
        if compare.subject is not None and others is not None and others.labels:
            others = People(others.node, lists=others.lists)
        window = Window(span, reach=self.dates.reach())
        sides.append(_Side(query.before or query, window, others, "_before", self.dates.alignment(span)))
        return sides

    def _people_of(self, subject: Subject, span: periods.Span) -> People | None:
        """The people of one side; with `membership each period`, as they were at its end."""
        if not self.query.each_period or span.end is None or span.end >= self.p.as_of.today:
            return subject_people(self.p, subject)
        at = periods.AsOf.end_of(span.end, self.p.as_of.zone)
        return subject_people(self.p.at(self.p.b.variant(as_of=at)), subject)

    # ------------------------------------------------------------ rows of a level

    def rows(self, sides: Sequence[_Side], level: tuple[int, ...]) -> Node:
        """All rows of a level with every metric of every side, before order and top."""
        wanted = [self._wanted(side, level) for side in sides]
        alike = self._alike(sides, wanted, level)
        base = [
            node
            for side, leaves in zip(sides, wanted, strict=True)
            for node in self._parts(side, [leaf for leaf in leaves if leaf[0] not in alike], level)
        ]
        node = (
            self._spine(_with_copies(self._combined(base), alike), level, sides)
            if base
            else self._no_rows(sides, level)
        )
        for side, leaves in zip(sides, wanted, strict=True):
            node = self._undated(node, side, leaves, level)
            node = self._levels(node, side, level)
        node = self._zeroed(node, sides)
        return self._measured(node, sides, level)

    def _alike(
        self, sides: Sequence[_Side], wanted: Sequence[Sequence[tuple[str, Agg, str]]], level: Sequence[int]
    ) -> dict[str, str]:
        """Numbers of the other side that the first has: without a date, of the same people, they are the same."""
        if len(sides) == 1 or self._has_time(level) or sides[0].people != sides[1].people:
            return {}
        own, others = (side.query.frames for side in sides)
        first = {agg: name for name, agg, kind in wanted[0] if agg.date is None and not kind}
        again = ((name, agg) for name, agg, kind in wanted[1] if agg in first and not kind)
        return {name: first[agg] for name, agg in again if own[agg.rows] == others[agg.rows]}

    def _no_rows(self, sides: Sequence[_Side], level: tuple[int, ...]) -> Node:
        """What numbers that look at no row stand beside."""
        labels = self._label_rows(sides, level)
        return labels if labels is not None else Values((Col("@one", WHOLE),), ((Lit(1, WHOLE),),), "one row")

    def _kinds(self) -> list[str]:
        """How aggregates are read, so far."""
        return [kind for _, kind in self.names]

    def _name(self, agg: Agg, kind: str) -> str:
        return self.names.setdefault((agg, kind), f"x{len(self.names)}")

    def _wanted(self, side: _Side, level: tuple[int, ...]) -> list[tuple[str, Agg, str]]:
        """Every aggregate of every metric: name, aggregate, and how it is read ("" or a rolled window's key)."""
        found: dict[str, tuple[str, Agg, str]] = {}
        for metric in side.query.metrics:
            for agg, kind in self.leaves(metric.metric.measure, "", self._has_time(level)):
                if kind.startswith("level:"):
                    continue
                name = self._name(agg, kind) + side.suffix
                found[name] = (name, agg, kind)
            if self.query.smallest_group > 0 and not metric.hidden:
                for agg in self._people_aggs(metric):
                    name = self._name(agg, "") + side.suffix
                    found[name] = (name, agg, "")
        return list(found.values())

    def leaves(self, measure: Measure, kind: str, timed: bool) -> Iterable[tuple[Agg, str]]:
        """Every aggregate of a measure and how it is read; `timed`: there is a time dimension."""
        if isinstance(measure, Agg):
            yield measure, kind
        elif isinstance(measure, Calc):
            for arg in measure.args:
                yield from self.leaves(arg, kind, timed)
        elif isinstance(measure, Rolled):
            yield from self.leaves(measure.measure, f"rolled:{measure.count}:{measure.unit}", timed)
        elif isinstance(measure, RunningTotal):
            running = "running" if measure.restart is None else f"running:{measure.restart}"
            yield from self.leaves(measure.measure, running, timed)
        elif isinstance(measure, Balance):
            for part in ("", "before") if timed else ("before" if measure.opening else "upto",):
                yield from self.leaves(measure.measure, part, timed)
        elif isinstance(measure, ShareOf):
            yield from self.leaves(measure.measure, kind, timed)
            yield from self.leaves(measure.measure, f"level:{','.join(measure.within)}", timed)

    def _people_aggs(self, metric: QueryMetric) -> Iterable[Agg]:
        """The people behind each aggregate of a metric."""
        for agg in aggregates(metric.metric.measure):
            frame = self.query.frames[agg.rows]
            if frame.customer is not None:
                yield Agg(agg.rows, "unique", WHOLE, frame.customer, agg.where, date=agg.date)

    def _parts(self, side: _Side, leaves: Sequence[tuple[str, Agg, str]], level: tuple[int, ...]) -> list[Node]:
        """One node per kind of rows, date and window; undated ones come later when there are time dimensions."""
        groups: dict[tuple[Rows, Term | None, str, Term | None, bool, str], list[Asked]] = {}
        for name, agg, kind in leaves:
            if self._has_time(level) and ((agg.date is None and self.dated) or kind == "before"):
                continue
            alone = name if agg.func == "most_common" else ""
            key = (agg.rows, agg.date, kind, agg.once, agg.split, alone)
            groups.setdefault(key, []).append(Asked(name, self.of_list(agg)))
        found = []
        for key, asked in groups.items():
            window = self.window(side, key[2], level)
            found.append(
                self._aligned(part_node(self.p, side.query, asked, level, window, side.people, self.cut), side, level)
            )
        return found

    def of_list(self, agg: Agg) -> Agg:
        """`campaigns of the list` are those of the question's list."""
        subject = self.query.subject
        if isinstance(agg.rows, CreditedRows) and subject.kind == "lists" and len(subject.names) == 1:
            rows = replace(agg.rows, of_list=subject.names[0])
            for query in (self.query, self.query.before):
                if query is not None and agg.rows in query.frames:
                    query.frames.setdefault(rows, query.frames[agg.rows])  # type: ignore[attr-defined]
            return replace(agg, rows=rows)
        return agg

    def _has_time(self, level: Sequence[int]) -> bool:
        return any(i in self.time_dims for i in level)

    def window(self, side: _Side, kind: str, level: Sequence[int]) -> Window:
        """The dates of an aggregate on a side."""
        return self.dates.window(side.window, kind, level)

    def _aligned(self, node: Node, side: _Side, level: Sequence[int]) -> Node:
        """The other side's buckets under the names of this side's, by position."""
        place = bucketed(self.query, level)
        if not side.mapping or place is None:
            return node
        old, new = Col("@theirs", DATE), Col("@mine", DATE)
        rows = tuple((Lit(a, DATE), Lit(b, DATE)) for a, b in side.mapping)
        spine = Values((old, new), rows, "buckets by position")
        joined = Join(node, spine, "inner", ((Col(f"d{place}", DATE), old),))
        return Project(joined, tuple((c.name, new if c.name == f"d{place}" else c) for c in columns(node)))

    def _combined(self, parts: list[Node]) -> Node:
        """Parts joined on their dimensions: missing equals missing."""
        if not parts:
            raise AssertionError("a query without aggregates")
        if len(parts) == 1:
            return parts[0]
        keys = keys_of(parts[0])
        values = [c for part in parts for c in columns(part) if c not in keys and c.name not in {k.name for k in keys}]
        stacked = []
        for part in parts:
            own = {c.name: c for c in columns(part)}
            items: list[Named] = [(k.name, own[k.name]) for k in keys]
            items += [(v.name, own.get(v.name) or Lit(None, v.type)) for v in values]
            stacked.append(Project(part, tuple(items)))
        calls = tuple((v.name, AggCall("any", v.type, v)) for v in values)
        return Aggregate(Stack(tuple(stacked), "parts side by side"), tuple((k.name, k) for k in keys), calls)

    # ------------------------------------------------------------ time buckets that must be there

    def _spine(self, node: Node, level: tuple[int, ...], sides: Sequence[_Side]) -> Node:
        """Every bucket of a bounded period, for every combination of the other dimensions that occurs."""
        buckets = self.dates.buckets(level, self._kinds()) if self.cut is None else None
        labels = self._label_rows(sides, level)
        given = [n for n in (labels, buckets) if n is not None]
        if not given:
            return node
        spine: Node = given[0] if len(given) == 1 else Join(given[0], given[1], "cross")
        times = [c.name for c in columns(spine)]
        others = [k for k in keys_of(node) if k.name not in times]
        stored = self.p.step("parts", node)
        node = stored
        base: Node = spine
        if others:
            combos: list[Node] = [Project(stored, tuple((k.name, k) for k in others))]
            combos += self._undated_combos(sides, level, [k.name for k in others])
            distinct = Aggregate(
                Stack(tuple(combos)) if len(combos) > 1 else combos[0], tuple((k.name, k) for k in others), ()
            )
            base = Join(distinct, spine, "cross", note="every bucket")
        mine = {c.name: c for c in columns(node)}
        right = Project(node, tuple((f"@{n}", c) for n, c in mine.items()))
        on = tuple((c, Col(f"@{c.name}", mine[c.name].type)) for c in columns(base))
        joined = Join(base, right, "left", on, missing_equal=True)
        keys = {c.name for c in columns(base)}
        return Project(
            joined, tuple((n, Col(n, c.type) if n in keys else Col(f"@{n}", c.type)) for n, c in mine.items())
        )

    def _label_rows(self, sides: Sequence[_Side], level: tuple[int, ...]) -> Values | None:
        """Sets that stand side by side are all there, empty ones too, unless other dimensions tell the rows."""
        people = sides[0].people
        if people is None or not people.labels or any(i not in self.time_dims for i in level):
            return None
        return Values((Col(LABEL, WHOLE),), tuple((Lit(i, WHOLE),) for i in range(len(people.labels))), "every set")

    def _undated_combos(self, sides: Sequence[_Side], level: tuple[int, ...], names: list[str]) -> list[Node]:
        found: list[Node] = []
        for side in sides:
            leaves = [x for x in self._wanted(side, level) if x[1].date is None or x[2] == "before"]
            for node in self._undated_parts(side, leaves, level):
                types = {c.name: c for c in columns(node)}
                if all(n in types for n in names):
                    found.append(Project(node, tuple((n, types[n]) for n in names)))
        return found

    # ------------------------------------------------------------ numbers without a date, numbers of a coarser level

    def _undated_parts(self, side: _Side, leaves: Sequence[tuple[str, Agg, str]], level: tuple[int, ...]) -> list[Node]:
        plain = tuple(i for i in level if i not in self.time_dims)
        groups: dict[tuple[object, object, str], list[Asked]] = {}
        for name, agg, kind in leaves:
            groups.setdefault((agg.rows, agg.date, kind), []).append(Asked(name, agg))
        return [
            part_node(self.p, side.query, asked, plain, self.window(side, kind, plain), side.people, self.cut)
            for (_, _, kind), asked in groups.items()
        ]

    def _undated(self, node: Node, side: _Side, leaves: Sequence[tuple[str, Agg, str]], level: tuple[int, ...]) -> Node:
        """Metrics without a date are repeated along time."""
        if not (self._has_time(level) and self.dated):
            return node
        for part in self._undated_parts(side, [x for x in leaves if x[1].date is None or x[2] == "before"], level):
            node = self._beside(node, part)
        return node

    def _beside(self, node: Node, part: Node) -> Node:
        """A coarser part joined on the dimensions it has."""
        own = columns(part)
        keys = [c for c in own if c.name in {k.name for k in keys_of(part)}]
        right = Project(part, tuple((f"@{c.name}" if c in keys else c.name, c) for c in own))
        on = tuple((Col(k.name, k.type), Col(f"@{k.name}", k.type)) for k in keys)
        joined = Join(node, right, "left" if keys else "cross", on, missing_equal=True)
        names = [c for c in columns(joined) if not c.name.startswith("@d") and c.name != f"@{LABEL}"]
        return Project(joined, tuple((c.name, c) for c in names))

    def _levels(self, node: Node, side: _Side, level: tuple[int, ...]) -> Node:
        """The denominators of shares: the same aggregates without the other dimensions."""
        wanted: dict[tuple[int, ...], dict[str, Agg]] = {}
        for metric in side.query.metrics:
            for agg, kind in self.leaves(metric.metric.measure, "", self._has_time(level)):
                if kind.startswith("level:"):
                    dims = self._level_of(kind, level)
                    wanted.setdefault(dims, {})[self._name(agg, kind) + side.suffix] = agg
        for dims, aggs in wanted.items():
            summed = self._added_up_in(node, side, aggs, level)
            node = self._summed(node, summed, dims)
            groups: dict[object, list[Asked]] = {}
            for name, agg in aggs.items():
                if name in summed:
                    continue
                groups.setdefault((agg.rows, agg.date, agg.once, agg.split), []).append(Asked(name, self.of_list(agg)))
            for asked in groups.values():
                use = dims if asked[0].agg.date is not None else tuple(i for i in dims if i not in self.time_dims)
                part = part_node(self.p, side.query, asked, use, side.window, side.people)
                node = self._beside(node, self._aligned(part, side, use))
        return node

    def _added_up_in(self, node: Node, side: _Side, aggs: Mapping[str, Agg], level: tuple[int, ...]) -> dict[str, Col]:
        """The denominators that are sums of what stands in the rows: every fact is in one of them."""
        if self._has_time(level) or self.cut is not None:
            return {}
        own = {c.name: c for c in columns(node)}
        parts = {n: own.get(self._name(a, "") + side.suffix) for n, a in aggs.items() if _adds_up_exactly(a)}
        return {n: part for n, part in parts.items() if part is not None}

    def _summed(self, node: Node, parts: Mapping[str, Col], dims: tuple[int, ...]) -> Node:
        """The rows with sums over those that are alike in some dimensions."""
        if not parts:
            return node
        own = columns(node)
        alike = tuple(c for c in own if c.name in (LABEL, *(f"d{i}" for i in dims)))
        sums = tuple(
            (name, WindowCall("sum", part.type, (Op("first_known", (part, Lit(0, part.type)), part.type),), alike))
            for name, part in parts.items()
        )
        return Project(node, (*((c.name, c) for c in own), *sums))

    def _level_of(self, kind: str, level: Sequence[int]) -> tuple[int, ...]:
        keys = [k for k in kind.removeprefix("level:").split(",") if k]
        return tuple(i for i in level if self.query.dims[i].key in keys or self.query.dims[i].name.casefold() in keys)

    # ------------------------------------------------------------ metrics

    def _zeroed(self, node: Node, sides: Sequence[_Side]) -> Node:
        """Sums and counts of no rows are 0."""
        items: list[Named] = []
        zero = {
            self._name(a, k) + s.suffix for (a, k), _ in list(self.names.items()) for s in sides if a.func in ZEROED
        }
        for column in columns(node):
            value: Expr = column
            if column.name in zero:
                value = Op("first_known", (column, Lit(0, column.type)), column.type)
            items.append((column.name, value))
        return Project(node, tuple(items))

    def _measured(self, node: Node, sides: Sequence[_Side], level: tuple[int, ...]) -> Node:
        """The metrics over the aggregates."""
        node, self.fixed = beside(self.p, node, [m.metric.measure for s in sides for m in s.query.metrics])
        items: list[Named] = [(k.name, k) for k in keys_of(node)]
        for side in sides:
            for number, metric in enumerate(side.query.metrics):
                items.append((f"m{number}{side.suffix}", self._expr(metric.metric.measure, "", side, level)))
                if self.query.smallest_group > 0 and not metric.hidden:
                    items.append((f"m{number}{side.suffix}_people", self._people(metric, side)))
        return Project(node, tuple(items))

    def _people(self, metric: QueryMetric, side: _Side) -> Expr:
        """The smallest number of people behind any part of a metric; 0 people make nothing to hide."""
        counts: list[Expr] = [Col(self._name(a, "") + side.suffix, WHOLE) for a in self._people_aggs(metric)]
        if not counts:
            return Lit(None, WHOLE)
        some = [Op("missing_if", (c, Lit(0, WHOLE)), WHOLE) for c in counts]
        return some[0] if len(some) == 1 else Op("least", tuple(some), WHOLE)

    def _expr(self, measure: Measure, kind: str, side: _Side, level: tuple[int, ...]) -> Expr:
        if isinstance(measure, Lit):
            return measure
        if isinstance(measure, Fixed):
            return over(measure.term, self.fixed)
        if isinstance(measure, Agg):
            return Col(self._name(measure, kind) + side.suffix, measure.type)
        if isinstance(measure, Calc):
            args = tuple(self._expr(a, kind, side, level) for a in measure.args)
            name = "first_known" if measure.op == "if_empty" else measure.op
            return Op(name, args, measure.type)
        if isinstance(measure, Rolled):
            return self._expr(measure.measure, f"rolled:{measure.count}:{measure.unit}", side, level)
        if isinstance(measure, RunningTotal):
            return self._running(measure, side, level)
        if isinstance(measure, Balance):
            return self._balance(measure, side, level)
        whole = self._expr(measure.measure, f"level:{','.join(measure.within)}", side, level)
        part = self._expr(measure.measure, kind, side, level)
        return Op("/", (part, whole), NUMBER)

    def _balance(self, measure: Balance, side: _Side, level: tuple[int, ...]) -> Expr:
        """What was there before the period, and what came since."""
        if not self._has_time(level):
            return self._expr(measure.measure, "before" if measure.opening else "upto", side, level)
        before = self._expr(measure.measure, "before", side, level)
        start = Op("first_known", (before, Lit(0, measure.type)), measure.type)
        own = self._expr(measure.measure, "", side, level)
        so_far = self._added_up(own, measure.type, None, side, level)
        total = Op("+", (start, so_far), measure.type)
        return Op("-", (total, own), measure.type) if measure.opening else total

    def _running(self, measure: RunningTotal, side: _Side, level: tuple[int, ...]) -> Expr:
        kind = "running" if measure.restart is None else f"running:{measure.restart}"
        inner = self._expr(measure.measure, kind, side, level)
        return self._added_up(inner, measure.type, measure.restart, side, level)

    def _added_up(self, inner: Expr, type_: Type, restart: str | None, side: _Side, level: tuple[int, ...]) -> Expr:
        """A value added up along the time dimension, anew in each unit of `restart`."""
        place = bucketed(self.query, level)
        if place is None:
            return inner
        bucket = Col(f"d{place}", DATE)
        others: list[Expr] = [Col(f"d{i}", self.query.dims[i].type) for i in level if i != place]
        if side.people is not None and side.people.labels:
            others.append(Col(LABEL, WHOLE))
        if restart is not None:
            others.append(Op("start_of", (Lit(restart, Type("text")), bucket), DATE))
        return WindowCall("sum", type_, (inner,), tuple(others), (SortKey(bucket),), upto=True)

    # ------------------------------------------------------------ rows kept, rest and total

    def kept(self, rows: Node) -> Node:
        """The rows that are kept, within the period."""
        return chosen.kept(self.query, self.dates.inside(rows, self._kinds()))

    def _in_columns(self, node: Node) -> Node:
        """Exactly the columns of the result, in their order."""
        own = {c.name: c for c in columns(node)}
        return Project(node, tuple((o.name, own[o.name]) for o in self._outputs(LABEL in own)))

    def _rest(self, sides: Sequence[_Side], rows: Node, kept: Node) -> Node:
        """One row for everything cut off, recomputed from rows, for each set of people; none where nothing was."""
        keys = keys_of(kept)
        cut = self.p.step("kept", Project(kept, tuple((k.name, k) for k in keys)), "rows kept")
        rest = self._single(sides, cut)
        mine = renamed(cut, {k.name: f"@{k.name}" for k in keys})
        on = tuple((k, Col(f"@{k.name}", k.type)) for k in keys)
        others = Join(rows, mine, "anti", on, missing_equal=True, note="rows cut off")
        sets = [k for k in keys if k.name == LABEL]
        times = Aggregate(others, tuple(("@set", k) for k in sets), (("@cut", AggCall("count", WHOLE)),))
        pairs = tuple((k, Col("@set", k.type)) for k in sets)
        some = Filter(Join(rest, times, "inner" if sets else "cross", pairs),
                      Op(">", (Col("@cut", WHOLE), Lit(0, WHOLE)), YESNO))  # fmt: skip
        return Project(some, tuple((c.name, c) for c in columns(rest)))

    def _total(self, sides: Sequence[_Side]) -> Node:
        return self._single(sides, None)

    def _single(self, sides: Sequence[_Side], cut: Node | None) -> Node:
        """All metrics at no dimension, one row per set of people; rows that `cut` holds are left out."""
        other = QueryPlanner(self.p, self.query)
        other.names, other.cut = self.names, cut
        rows = other.rows([replace(side, mapping=()) for side in sides], ())
        own = {c.name: c for c in columns(rows)}
        items: list[Named] = [(n, c) for n, c in own.items() if n == LABEL]
        items += [
            (f"d{i}", Lit(None, WHOLE if banded(self.query, i) else d.type)) for i, d in enumerate(self.query.dims)
        ]
        items += [(n, c) for n, c in own.items() if n.startswith("m")]
        return Project(rows, tuple(items))


def adds_up(measure: Measure) -> bool:
    """Whether the values of disjoint groups of rows add up to the whole."""
    if isinstance(measure, Agg):
        return measure.func in ("sum", "count") and (measure.once is None or measure.split)
    if isinstance(measure, Calc):
        return measure.op in ("+", "-", "neg") and all(adds_up(a) for a in measure.args)
    return isinstance(measure, ShareOf) and adds_up(measure.measure)


def _adds_up_exactly(agg: Agg) -> bool:
    """Whether values that are rounded nowhere add up."""
    return agg.once is None and adds_up(agg) and (agg.func == "count" or agg.type.kind == "money")


def _with_copies(node: Node, copies: Mapping[str, str]) -> Node:
    """The rows with columns again, under other names."""
    own = {c.name: c for c in columns(node)}
    again = tuple((name, own[of]) for name, of in copies.items())
    return Project(node, (*((c.name, c) for c in own.values()), *again)) if again else node

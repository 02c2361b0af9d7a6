"""Binding of query phrases: metrics, dimensions on every grain, subjects, periods, order (language reference, 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import suggest
from patron.engine.model import periods
from patron.engine.model.behaviour import customer_key, row_scope_of
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.canonical import SINGULAR
from patron.engine.model.functions import AGGREGATES
from patron.engine.model.levels import at_level
from patron.engine.model.literals import whole_number
from patron.engine.model.measures import Agg, Metric, aggregates, needs_time
from patron.engine.model.metrics import aggregate, default_format, dimension_key
from patron.engine.model.moments import date_part
from patron.engine.model.names import path_term
from patron.engine.model.queries import (
    TIME_UNITS,
    Comparison,
    Frame,
    Ordering,
    Query,
    QueryDim,
    QueryMetric,
    Subject,
    TopRows,
)  # fmt: skip
from patron.engine.model.spans import bind_period, compared_span
from patron.engine.model.terms import Field, Here, Lit, Rows, Term, all_of
from patron.engine.types import DATE, MOMENT, NUMBER, TEXT, WHOLE

N = TypeVar("N", bound=tree.Node)
T = TypeVar("T")

BEFORE, CHANGE = "_before", "_change"
"""What a comparison adds to the name of a metric."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a report says for all its shows; a phrase overrides it. In a phrase alone: everything is open."""

    subject: tree.Subject | None = None
    period: tree.Period | None = None
    compare: tree.Comparison | None = None
    only: tuple[tree.Expr, ...] = ()
    smallest_group: int | None = None


PLAIN = Defaults()


def bind_phrase(b: Binder, phrase: tree.Phrase, defaults: Defaults = PLAIN) -> Query:
    """The meaning of a phrase. All problems that can be told are told; then Unbound."""
    return _Phrase(b, phrase, defaults).query()


class _Phrase:
    """One phrase being bound; a part that fails does not keep the others from being checked."""

    def __init__(self, b: Binder, phrase: tree.Phrase, defaults: Defaults) -> None:
        self.phrase, self.defaults, self.b = phrase, defaults, b
        self.scope = Scope("")
        self.failed = False
        self.subject_node = phrase.subject or defaults.subject
        self.period_node = phrase.during or defaults.period
        self.compare_node = phrase.compare or defaults.compare
        self.alone = False
        """Whether there is no other side, though the columns of one may be named."""
        span = self._try(self._period)
        self.span = span or periods.ALL_TIME
        self.b = b.variant(period=self.span)
        self.metrics: list[QueryMetric] = []

    def _try(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except Unbound:
            self.failed = True
            return None

    def query(self) -> Query:
        for item in self.phrase.items:
            found = self._try(lambda item=item: self._metric(item))  # type: ignore[misc]
            if found is not None:
                self._try(lambda item=item, found=found: self._add(found, item.span))  # type: ignore[misc]
        if not self.metrics:
            raise Unbound
        dims = self._dims()
        self._check_time(dims)
        having = self._having(dims)
        order, top = self._try(lambda: self._order(dims)), self._try(lambda: self._top(dims))
        frames = self._frames(dims)
        subject = self._try(self._subject) or Subject()
        compare = self._try(self._comparison)
        if self.failed:
            raise Unbound
        smallest = self.defaults.smallest_group
        settings = self.b.settings
        before = self._before(compare) if self.b.period_read[0] else None
        return Query(
            tuple(self.metrics), tuple(dims), frames, subject, self.span, compare, having, order, top,
            self.phrase.rest.value if self.phrase.rest else "", self.phrase.total.value if self.phrase.total else "",
            settings.smallest(smallest), before=before,
            period_at=self.period_node.span if self.period_node is not None else tree.NOWHERE,
        )  # fmt: skip

    def _before(self, compare: Comparison | None) -> Query | None:
        """The same question of the compared period."""
        if compare is None or compare.span is None:
            return None
        quiet = self.b.variant()
        quiet.problems = []
        other = _Phrase(quiet, self.phrase, self.defaults)
        other.b = quiet.variant(period=compare.span)
        other.span, other.alone = compare.span, True
        return other.query()

    # ------------------------------------------------------------ metrics

    def _metric(self, item: tree.Item) -> QueryMetric:
        node = item.value
        if isinstance(node, tree.Call):
            if node.function.key not in AGGREGATES:
                raise self.b.fail("P0201", node.function.span, f"there is no aggregate called `{node.function}`",
                                  suggest(str(node.function), AGGREGATES))  # fmt: skip
            bound = aggregate(self.b, replace(self.scope, use=node.text), node)
            name = " ".join(node.text.split())
            metric = Metric(name, name, bound, bound.type, default_format(bound))
        else:
            metric = at_level(self.b, self.phrase, self.defaults.only, node) or self.b.metric(
                str(node), node.span, self.scope
            )
            name = metric.name
        return QueryMetric(name, item.title or metric.title, metric)

    def _add(self, found: QueryMetric, span: tree.Span) -> None:
        if any(m.name.casefold() == found.name.casefold() for m in self.metrics):
            self.failed = True
            self.b.problem("P0804", span, f"two columns would be called `{found.name}`", "Leave one of them out.")
            return
        self.metrics.append(found)

    def _hidden(self, name: str, span: tree.Span) -> QueryMetric:
        """A metric that serves order or `having` only, unless it is asked anyway."""
        for asked in self.metrics:
            if asked.name.casefold() == name.casefold():
                return asked
        metric = self.b.metric(name, span, self.scope)
        hidden = QueryMetric(metric.name, metric.title, metric, hidden=True)
        if all(m.name != hidden.name for m in self.metrics):
            self.metrics.append(hidden)
        return hidden

    # ------------------------------------------------------------ dimensions

    def _dims(self) -> list[QueryDim]:
        found: list[QueryDim] = []
        for node in self.phrase.by:
            dim = self._dim(node)
            taken = {d.name.casefold() for d in found} | {m.name.casefold() for m in self.metrics}
            if dim.name.casefold() in taken:
                self.failed = True
                self.b.problem(
                    "P0804", node.span, f"two columns would be called `{dim.name}`", "Leave one of them out."
                )
            else:
                found.append(dim)
        return found

    def _dim(self, node: tree.Dimension) -> QueryDim:
        key, name = dimension_key(node), str(node.path)
        if node.of is None and name.lower() in TIME_UNITS:
            unit = name.lower()
            type_ = {"hour": MOMENT, "weekday": WHOLE, "hour_of_day": WHOLE}.get(unit, DATE)
            return QueryDim(unit, node.title or unit.replace("_", " ").capitalize(), type_, unit, unit)
        if node.of is not None:
            name = f"{node.path} of {node.of}"
        title = node.title or self._said_title(node) or _dim_title(name)
        return QueryDim(name, title, TEXT, key, describes_time=node.path.key if node.of is not None else "")

    def _said_title(self, node: tree.Dimension) -> str:
        """The title of the trait or filter that a dimension names: `order.wait`, `lifecycle.stage`."""
        first, *rest = node.path.parts
        table, keys = (SINGULAR[first.key], rest) if first.key in SINGULAR else ("customers", [first, *rest])
        found = self.b.members.get(table, {}).get(".".join(k.key for k in keys))
        statement = found.statement if found is not None and node.of is None else None
        return statement.title or "" if isinstance(statement, (tree.TraitDecl, tree.FilterDecl)) else ""

    def _check_time(self, dims: list[QueryDim]) -> None:
        """Rolling and running need a time dimension (P0406); a time dimension needs a date (P0405)."""
        times = [n for n, d in zip(self.phrase.by, dims, strict=False) if d.unit]
        dated = [m for m in self.metrics if any(a.date is not None for a in aggregates(m.metric.measure))]
        if times and not dated:
            self.failed = True
            self.b.problem(
                "P0405",
                times[0].span,
                f"`{self.metrics[0].name}` has no date",
                "Add `date` to the metric, or ask it beside a dated one.",
            )
        self._check_split(dims)
        for item, metric in zip(self.phrase.items, self.metrics, strict=False):
            word = needs_time(metric.metric.measure)
            if word and not any(d.unit in ("day", "week", "month", "quarter", "year") for d in dims):
                self.failed = True
                self.b.problem(
                    "P0406", item.span, f"`{metric.name}` is {word}: it needs a time dimension", "Add `by day`."
                )

    def _check_split(self, dims: list[QueryDim]) -> None:
        """Numbers that look at no row alone cannot be split (P0402)."""
        if any(a for m in self.metrics for a in aggregates(m.metric.measure)) or self.failed:
            return
        for node in self.phrase.by[: len(dims)]:
            self.failed = True
            self.b.problem("P0402", node.span, f"`{self.metrics[0].name}` is one number for everybody, it has no rows",
                           "Ask it beside a metric that counts something.")  # fmt: skip

    def _frames(self, dims: list[QueryDim]) -> dict[Rows, Frame]:
        frames: dict[Rows, Frame] = {}
        told: set[tuple[str, int]] = set()
        for metric in self.metrics:
            for agg in _all_aggregates(metric.metric):
                if agg.rows not in frames:
                    frames[agg.rows] = self._frame(agg, metric, dims, told)
        known = {d.name: t.type for f in frames.values() for d, t in zip(dims, f.dims, strict=False) if t is not None}
        for place, dim in enumerate(dims):
            if dim.name in known:
                dims[place] = replace(dim, type=known[dim.name])
        return frames

    def _frame(self, agg: Agg, metric: QueryMetric, dims: list[QueryDim], told: set[tuple[str, int]]) -> Frame:
        terms: list[Term | None] = []
        for place, (node, dim) in enumerate(zip(self.phrase.by, dims, strict=False)):
            if dim.unit:
                terms.append(None)
                continue
            before = len(self.b.problems)
            found = self._try(lambda node=node: self._dim_term(agg, metric, node))  # type: ignore[misc]
            for extra in self.b.problems[before:]:
                if (extra.code, place) in told:
                    self.b.problems.remove(extra)
                told.add((extra.code, place))
            terms.append(found)
        conditions = [c for c in (*self.defaults.only, self.phrase.where) if c is not None]
        where: list[Term | None] = []
        for condition in conditions:
            before = len(self.b.problems)
            inner = row_scope_of(self.scope, agg.rows, "P0402", metric.name)
            where.append(self._try(lambda c=condition, s=inner: self.b.condition(s, c)))  # type: ignore[misc]
            for extra in self.b.problems[before:]:
                if extra in self.b.problems[:before]:
                    del self.b.problems[self.b.problems.index(extra, before)]
        return Frame(tuple(terms), all_of(*where), customer_key(self.b, agg.rows))

    def _dim_term(self, agg: Agg, metric: QueryMetric, node: tree.Dimension) -> Term:
        inner = replace(row_scope_of(self.scope, agg.rows, "P0401", metric.name), measured=agg)
        if node.of is None:
            return path_term(self.b, inner, node.path)
        base = path_term(self.b, inner, node.of)
        unit = node.path.key
        if unit not in TIME_UNITS or not base.type.timely:
            raise self.b.fail("P0302", node.span, f"`{node.path} of` takes a time unit and a date",
                              f"Units: {', '.join(TIME_UNITS)}.")  # fmt: skip
        part = {"day": "date", "hour_of_day": "hour"}.get(unit, unit)
        return date_part(base, part)

    # ------------------------------------------------------------ result rows

    def _columns(self, dims: list[QueryDim]) -> dict[str, Term]:
        """The columns of the result; with a comparison also what each metric was before, and its change."""
        found: dict[str, Term] = {d.name.casefold(): Field(Here(), d.name, d.type) for d in dims}
        compared = self._is_compared()
        for metric in self.metrics:
            name, type_ = metric.name, metric.metric.type
            found[name.casefold()] = Field(Here(), name, type_)
            if compared:
                found[f"{name}{BEFORE}".casefold()] = Field(Here(), f"{name}{BEFORE}", type_)
                found[f"{name}{CHANGE}".casefold()] = Field(Here(), f"{name}{CHANGE}", NUMBER)
        return found

    def _is_compared(self) -> bool:
        return self.compare_node is not None and not isinstance(self.compare_node, tree.NoComparison)

    def _beside(self, path: tree.Path, dims: list[QueryDim]) -> bool:
        """Adds a metric that `having` names without its being shown, also by what it was before."""
        if path.key in self._columns(dims):
            return True
        base = compared_metric(str(path))
        if self.b.has("metric", str(path)):
            self._hidden(str(path), path.span)
        elif base and self.b.has("metric", base):
            if not self._is_compared():
                raise self.b.fail("P0201", path.span, f"there is no `{path}`: nothing is compared",
                                  "Add `compare to previous period`.")  # fmt: skip
            self._hidden(base, path.span)
        return True

    def _having(self, dims: list[QueryDim]) -> Term | None:
        node = self.phrase.having
        if node is None:
            return None
        known = [self._try(lambda path=path: self._beside(path, dims)) for path in paths_in(node)]  # type: ignore[misc]
        if None in known:
            return None
        return self._try(lambda: self.b.condition(replace(self.scope, terms=self._columns(dims)), node))

    def _order(self, dims: list[QueryDim]) -> Ordering | None:
        sort = self.phrase.sort
        if sort is None:
            return None
        columns = self._columns(dims)
        if sort.by.key in columns:
            field = columns[sort.by.key]
            assert isinstance(field, Field)
            return Ordering(field.column, bool(sort.ascending))
        return Ordering(self._hidden(str(sort.by), sort.by.span).name, bool(sort.ascending))

    def _top(self, dims: list[QueryDim]) -> TopRows | None:
        top = self.phrase.top
        if top is None:
            return None
        count = whole_number(self.b, self.scope, top.count, "`top`")
        if count < 1:
            raise self.b.fail("P0302", top.count.span, "`top` takes a number from 1")
        of = self._hidden(str(top.of), top.of.span).name if top.of else self.metrics[0].name
        per = []
        for path in top.per:
            dim = next((d for d in dims if d.name.casefold() == path.key or d.key == path.key), None)
            if dim is None:
                raise self.b.fail("P0803", path.span, f"`per` {path}: {path} is not in `by`",
                                  suggest(str(path), [d.name for d in dims]))  # fmt: skip
            per.append(dim.name)
        return TopRows(count, of, tuple(per))

    # ------------------------------------------------------------ whom, when, against what

    def _period(self) -> periods.Span:
        if self.period_node is None:
            return periods.ALL_TIME
        span = bind_period(self.b, self.scope, self.period_node)
        self._note_cut(span)
        return span

    def _note_cut(self, span: periods.Span) -> None:
        if span.start is None or self.period_node is None:
            return
        starts = self.b.settings.week_starts
        for dim in self.phrase.by:
            unit = dim.path.key
            if dim.of is None and unit in ("week", "month", "quarter", "year"):
                if periods.start_of(unit, span.start, starts) != span.start:
                    self.b.problem("P0508", self.period_node.span,
                                   f"the first {unit} is not whole: it begins on {span.start}",
                                   f"`last N full {unit}s` begins with a whole one.")  # fmt: skip

    def _subject(self) -> Subject:
        return bind_subject(self.b, self.scope, self.subject_node)

    def _comparison(self) -> Comparison | None:
        node = self.compare_node
        if self.alone or node is None or isinstance(node, tree.NoComparison):
            return None
        if isinstance(node, tree.OtherAudience):
            return Comparison(subject=bind_subject(self.b, self.scope, tree.ForAudiences((node.name,))))
        if isinstance(node, tree.OtherList):
            return Comparison(subject=bind_subject(self.b, self.scope, tree.ForLists((node.list,))))
        other = compared_span(self.b, self.scope, node, self.span)
        if self.span.bounded and other.bounded and self.span.days != other.days:
            self.b.problem("P0507", node.span, f"comparing {self.span.days} days with {other.days} days")
        return Comparison(span=other)


def bind_subject(b: Binder, scope: Scope, node: tree.Subject | None) -> Subject:
    """Whom a phrase is about; names are looked up (P0201)."""
    if node is None or isinstance(node, tree.ForRecords):
        return Subject()
    if isinstance(node, tree.ForAudiences):
        names = tuple(_named(b, scope, n, "audience") for n in node.names)
        for name in names:
            b.audience(name, scope)
        return Subject("audiences", tuple(n.key for n in names), each=node.each)
    lists = tuple(_named(b, scope, ref.name, "list") for ref in node.lists)
    for name in lists:
        b.find("list", name.text, name.span, scope.prefix)
    return Subject("lists", tuple(n.key for n in lists), tuple(ref.version for ref in node.lists), node.each)


def _named(b: Binder, scope: Scope, node: tree.Name | tree.Param, kind: str) -> tree.Name:
    if isinstance(node, tree.Name):
        return node
    value = b.param(scope, node).values[0]
    if isinstance(value, Lit) and isinstance(value.value, str):
        return tree.Name(value.value, span=node.span)
    raise b.fail("P0301", node.span, f"an {kind} is expected, this is {value.type}" if kind[0] in "aeiou"
                 else f"a {kind} is expected, this is {value.type}")  # fmt: skip


def compared_metric(name: str) -> str:
    """The metric of a column `total_sales_before` or `total_sales_change`; "" for another name."""
    return next((name[: -len(end)] for end in (BEFORE, CHANGE) if name.casefold().endswith(end)), "")


def paths_in(node: object) -> Iterator[tree.Path]:
    """Every path inside an expression."""
    return nodes_in(node, tree.Path)


def nodes_in(node: object, *kinds: type[N]) -> Iterator[N]:
    """The nodes of these kinds inside an expression, not those inside them."""
    if isinstance(node, kinds):
        yield node
        return
    for name in getattr(node, "__dataclass_fields__", {}):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if hasattr(item, "__dataclass_fields__") and not isinstance(item, tree.Span):
                yield from nodes_in(item, *kinds)


def _all_aggregates(metric: Metric) -> Iterator[Agg]:
    yield from aggregates(metric.measure)


def _dim_title(name: str) -> str:
    words = name.rpartition(".")[2].replace("_", " ")
    return words[:1].upper() + words[1:]

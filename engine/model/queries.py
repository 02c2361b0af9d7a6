"""A query phrase, understood: what is counted, by what, for whom, when, against what, in which order."""

from __future__ import annotations

from collections.abc import Mapping

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.engine.model.measures import Metric
from patron.engine.model.periods import ALL_TIME, Span
from patron.engine.model.terms import Rows, Term
from patron.engine.types import Type

TIME_UNITS = ("hour", "day", "week", "month", "quarter", "year", "weekday", "hour_of_day")


@dataclass(frozen=True, slots=True)
class QueryMetric:
    """A metric of the result. Hidden ones serve `having`, `sorted by` and `top` only."""

    name: str
    title: str
    metric: Metric
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class QueryDim:
    """A dimension. `unit` is a time dimension of each metric's own date; else `terms` of the frames give it.

    `key` is its one spelling (see metrics.dimension_key), by which `share ... within` names it.
    """

    name: str
    title: str
    type: Type
    key: str
    unit: str = ""
    describes_time: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """How one kind of rows meets the query: its dimensions (None: a time dimension), condition and customer."""

    dims: tuple[Term | None, ...]
    where: Term | None
    customer: Term | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about. kind: records, audiences or lists. Several names are a union, or side by side (`each`)."""

    kind: str = "records"
    names: tuple[str, ...] = ()
    versions: tuple[int | None, ...] = ()
    each: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The other side: another period, or other people."""

    span: Span | None = None
    subject: Subject | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Ordering:
    """`sorted by` or `top`: a column of the result and a direction."""

    column: str
    ascending: bool


@dataclass(frozen=True, slots=True)
class TopRows:
    count: int
    of: str
    per: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Everything a plan needs to know. `frames` by kind of rows, for every aggregate of every metric."""

    metrics: tuple[QueryMetric, ...]
    dims: tuple[QueryDim, ...] = ()
    frames: Mapping[Rows, Frame] = field(default_factory=dict)
    subject: Subject = Subject()
    period: Span = ALL_TIME
    compare: Comparison | None = None
    having: Term | None = None
    order: Ordering | None = None
    top: TopRows | None = None
    rest: str = ""
    total: str = ""
    smallest_group: int = 0
    each_period: bool = False
    """Audiences are evaluated again at the end of each side (`membership each period`)."""
    before: Query | None = None
    """What is asked of the compared period, where `in the period` makes it another question."""
    period_at: tree.Span = field(default=tree.NOWHERE, compare=False, repr=False)
    """Where the period is written, for problems that only stored lists show."""
    alone: frozenset[str] = frozenset()
    """Metrics that are shown without the other side of the comparison."""
    told: tuple[str, ...] = ()
    """What stored lists changed of the question, in sentences."""

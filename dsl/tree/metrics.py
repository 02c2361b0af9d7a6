"""Filters, traits, events and metrics."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.tree.base import Name, Node, Path
from patron.dsl.tree.conditions import Expr
from patron.dsl.tree.phrases import Dimension
from patron.dsl.tree.values import Count, Duration, Text


class FilterDecl(Node):
    name: Name
    table: Path
    condition: Expr
    title: str | None = None


class TraitDecl(Node):
    name: Name
    table: Path
    value: Expr
    title: str | None = None


class EventDecl(Node):
    name: Name
    table: Path
    at: Path
    per: Path | None = None
    worth: Path | None = None
    where: Expr | None = None
    title: str | None = None


class EventPhrase(Node):
    """`ordered where (...)`, in attributions, rates and conversions."""

    event: Path
    where: Expr | None = None


class Credited(Node):
    """`sum(orders.value) attributed by x` (influenced: the other one)."""

    value: Expr
    attribution: Path
    influenced: bool = False


class Follow(Node):
    """`rate from a to b within D` (rate) and `how many from ...`."""

    rate: bool
    start: EventPhrase
    to: EventPhrase
    within: Duration
    matching: tuple[Path, ...] = ()
    finished_only: bool = False


class Rolling(Node):
    count: Count
    unit: str
    value: Expr


class Running(Node):
    """`running total of m [from start of year]`."""

    value: Expr
    restart: str | None = None


class Share(Node):
    value: Expr
    within: tuple[Dimension, ...] = ()


Measure: TypeAlias = Expr | Credited | Follow | Rolling | Running | Share


class MetricDate(Node):
    path: Path


class MetricFormat(Node):
    """`format money 2`."""

    kind: Name
    digits: int | None = None


class MetricGood(Node):
    """`good when up`."""

    direction: str


class MetricEmpty(Node):
    """`when empty show 0`."""

    value: Expr


class MetricDecl(Node):
    """Both forms: `metric m = measure` (block is False) and `metric m { value ... }`."""

    name: Name
    value: Measure | None
    title: str | None = None
    date: MetricDate | None = None
    format: MetricFormat | None = None
    good: MetricGood | None = None
    empty: MetricEmpty | None = None
    describe: Text | None = None
    block: bool = False

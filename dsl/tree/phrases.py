"""The query phrase: what is asked, by what, for whom, when and against what."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.tree.base import Name, Node, Path
from patron.dsl.tree.conditions import Expr
from patron.dsl.tree.values import Call, Count, Date, Param, Text, Today


class LastPeriod(Node):
    count: Count
    unit: str
    full: bool = False


class ThisPeriod(Node):
    unit: str


class PreviousPeriod(Node):
    unit: str


class ToDate(Node):
    unit: str


class FixedPeriod(Node):
    """`2026-01-01 to 2026-03-31`, or one date (end is None)."""

    start: Date | Today | Param
    end: Date | Today | Param | None = None


class AllTime(Node):
    """`all time`."""


Period: TypeAlias = LastPeriod | ThisPeriod | PreviousPeriod | ToDate | FixedPeriod | AllTime


class PreviousComparison(Node):
    """`previous period`."""


class SamePeriodLast(Node):
    """`same period last year`."""

    unit: str


class SameWeekdays(Node):
    """`same weekdays last year`."""


class NoComparison(Node):
    """`nothing`."""


class ListRef(Node):
    """`spring_vips [version 2]`."""

    name: Name | Param
    version: int | None = None


class OtherAudience(Node):
    name: Name | Param


class OtherList(Node):
    list: ListRef


Comparison: TypeAlias = (
    PreviousComparison | SamePeriodLast | SameWeekdays | NoComparison | OtherAudience | OtherList | Period
)


class ForAudiences(Node):
    """`for audience a`, `for audiences a, b` (union), `for each audience a, b` (each)."""

    names: tuple[Name | Param, ...]
    each: bool = False


class ForLists(Node):
    lists: tuple[ListRef, ...]
    each: bool = False


class ForRecords(Node):
    """`for all records`."""


Subject: TypeAlias = ForAudiences | ForLists | ForRecords


class Item(Node):
    """A metric, field or aggregate of a phrase with its title."""

    value: Path | Call
    title: str | None = None


class Dimension(Node):
    """`customer.gender`, `month`, `month of customer.first_order_at` (of)."""

    path: Path
    of: Path | None = None
    title: str | None = None


class Sort(Node):
    by: Path
    ascending: bool | None = None


class Top(Node):
    count: Count
    of: Path | None = None
    per: tuple[Path, ...] = ()


class Phrase(Node):
    items: tuple[Item, ...]
    by: tuple[Dimension, ...] = ()
    subject: Subject | None = None
    during: Period | None = None
    compare: Comparison | None = None
    where: Expr | None = None
    having: Expr | None = None
    sort: Sort | None = None
    top: Top | None = None
    rest: Text | None = None
    total: Text | None = None
    marks: tuple[Path, ...] = ()

"""Audiences, lists and how often they are taken."""

from __future__ import annotations

from patron.dsl.tree.base import Name, Node
from patron.dsl.tree.conditions import Condition, Expr
from patron.dsl.tree.values import Date, Duration, Moment, Number, Param, Percent, Text


class Every(Node):
    """`every 15 minutes`, `every monday, thursday at 06:00`, `every month on day 1 at 06:00`."""

    count: int = 1
    unit: str | None = None
    weekdays: tuple[str, ...] = ()
    day: int | None = None
    at: str | None = None


class KeepTop(Node):
    """`keep top 5000 of value`."""

    end: str
    amount: Number | Percent | Param
    value: Expr


class AudienceDecl(Node):
    """Both forms: `audience a = condition` is an include of that condition (block is False)."""

    name: Name
    include: Condition | None = None
    exclude: Condition | None = None
    title: str | None = None
    allow_anonymous: bool = False
    keep: KeepTop | None = None
    refresh: Every | None = None
    as_of: Expr | None = None
    describe: Text | None = None
    block: bool = False


class TakeOnce(Node):
    on: Date | Moment


class ListRules(Node):
    """`rules shopline`."""

    name: Name


class AnalyseRange(Node):
    """`analyse from 60 days before to 180 days after`."""

    before: Duration
    after: Duration


class AtMost(Node):
    """`at most 90 days per report`."""

    duration: Duration


class ListRefresh(Node):
    """`refresh every hour for 180 days`."""

    every: Every
    lasting: Duration | None = None


class ListDecl(Node):
    name: Name
    source: Name | None = None
    title: str | None = None
    take: TakeOnce | Every | None = None
    rules: ListRules | None = None
    analyse: AnalyseRange | None = None
    at_most: AtMost | None = None
    refresh: ListRefresh | None = None
    describe: Text | None = None

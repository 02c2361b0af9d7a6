"""Reports: their head, shows, notes, exports and tabs."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.tree.base import Name, Node, Path
from patron.dsl.tree.conditions import Expr
from patron.dsl.tree.files import Setting
from patron.dsl.tree.people import Every
from patron.dsl.tree.phrases import Comparison, Period, Phrase, Subject
from patron.dsl.tree.values import Call, Duration, Text


class ReportParam(Node):
    """`which = spring_vips`: in a report's head (default) and where it is used (value)."""

    name: Name
    value: Expr


class ReportPeriod(Node):
    period: Period
    at_most: Duration | None = None


class ReportCompare(Node):
    comparison: Comparison


class ReportAttribution(Node):
    path: Path


class ReportAsOf(Node):
    point: Expr


class Only(Node):
    condition: Expr


class SmallestGroup(Node):
    count: int


class Membership(Node):
    """mode: fixed or each period."""

    mode: str


class Refresh(Node):
    every: Every


class ReportSubject(Node):
    subject: Subject


class Without(Node):
    """`without "A", "B"`: parts that a report leaves out of the one it is like."""

    titles: tuple[Text, ...]


ReportClause: TypeAlias = (
    ReportSubject | ReportPeriod | ReportCompare | ReportAttribution | ReportAsOf | Only | SmallestGroup | Membership
    | Refresh | Without
)  # fmt: skip


class Show(Node):
    kind: Name
    phrase: Phrase | None = None
    title: str | None = None
    settings: tuple[Setting, ...] = ()


class Note(Node):
    """`note "..." [when condition]`: with a condition on metrics it is said only where that holds."""

    text: Text
    when: Expr | None = None


class Target(Node):
    """`folder(path = "out")` in exports and sends."""

    call: Call


class Export(Node):
    """`export "T" as csv [of order_details | "Show title"] [to folder(...)] [allow owners] [{ settings }]`."""

    title: Text
    formats: tuple[Path, ...]
    of: Path | Text | None = None
    to: Target | None = None
    allow: tuple[Path, ...] = ()
    settings: tuple[Setting, ...] = ()


class Tab(Node):
    """`tab` (section is False) or `section`; `like` a report whose parts it has too."""

    title: Text
    parts: tuple[Part, ...]
    section: bool = False
    collapsed: bool = False
    like: Path | None = None


Part: TypeAlias = Show | Note | Export | Tab


class ReportDecl(Node):
    name: Name
    clauses: tuple[ReportClause, ...] = ()
    parts: tuple[Part, ...] = ()
    title: str | None = None
    params: tuple[ReportParam, ...] = ()
    describe: Text | None = None
    like: Path | None = None

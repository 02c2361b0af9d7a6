"""Runs and tests."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.tree.base import Name, Node, Path
from patron.dsl.tree.conditions import Expr
from patron.dsl.tree.people import Every
from patron.dsl.tree.phrases import Period, Subject
from patron.dsl.tree.reports import ReportParam, Target
from patron.dsl.tree.values import Date, Moment, Money, Number, Param, Percent, Text


class RunCheck(Node):
    names: tuple[Path, ...]


class RunTests(Node):
    titles: tuple[Text, ...]


class MadeReport(Node):
    report: Path
    params: tuple[ReportParam, ...] = ()


class RunReports(Node):
    reports: tuple[MadeReport, ...]
    formats: tuple[Path, ...] = ()


class RunLists(Node):
    names: tuple[Path, ...]


class RunRefresh(Node):
    names: tuple[Path, ...]


class RunSend(Node):
    target: Target
    if_failed: bool = False


class RunMissed(Node):
    """policy: latest, all or skip."""

    policy: str


RunStep: TypeAlias = Every | RunCheck | RunTests | RunReports | RunLists | RunRefresh | RunSend | RunMissed


class RunDecl(Node):
    name: Name
    steps: tuple[RunStep, ...] = ()
    describe: Text | None = None


class Expect(Node):
    """`expect condition [during ...] [for ...] [tolerance ...]`."""

    condition: Expr
    during: Period | None = None
    subject: Subject | None = None
    tolerance: Number | Money | Percent | Param | None = None


class ExpectMember(Node):
    id: Text
    audience: Name
    negated: bool = False


class TestDecl(Node):
    title: Text
    expects: tuple[Expect | ExpectMember, ...] = ()
    on: Text | None = None
    at: Date | Moment | None = None
    describe: Text | None = None

"""What would turn an explanation: the fewest changes, and the date on which time alone does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Col, Expr
from patron.engine.report.changes import Change, Changes, joint_change, together
from patron.engine.report.clauses import KEEP, Clause, Clauses, both, holds
from patron.engine.report.findings import Finding, Known, Told
from patron.engine.report.happened import Happened

DAY = dt.timedelta(days=1)
DAYS_AHEAD = 400
"""How far ahead is looked."""


@dataclass
class Outlook:
    """The findings of an audience for one customer, today and later."""

    clauses: Clauses
    told: Told
    known: Known
    _truths: dict[tuple[str, dt.date], bool | None] = field(default_factory=dict)

    def told_of(self, clause: Clause) -> Finding | None:
        return self.told.findings.get(next(i for i, c in enumerate(self.clauses.lines) if c is clause))

    def detail(self, clause: Clause) -> str:
        """What decided a line, and when it turns if nothing happens."""
        finding = self.told_of(clause)
        if finding is None:
            return ""
        said = finding.tell(self.known)
        day, sure = self._turn(finding)
        turns = f"turns {'on' if sure else 'at the latest on'} {day} if nothing happens" if day is not None else ""
        return "; ".join(s for s in (said, turns) if s)

    def nearest(self, member: bool) -> str:
        """The smallest change that would turn the whole, in words; empty when none is known."""
        ways = []
        changes = self.change_to(not member)
        if changes and not all(c.waits for c in changes):
            ways.append(together(changes) + self._again(changes, member))
        day, sure = self._turning_day(self.member_on, member)
        if day is not None:
            ways.append(f"{'on' if sure else 'at the latest on'} {day} by itself, if nothing happens")
        return "; or ".join(ways)

    def _again(self, changes: tuple[Change, ...], member: bool) -> str:
        """An order breaks `has not bought in the last 30 days`: it must hold again before the change counts."""
        if member or not any(c.buys for c in changes):
            return ""
        broken = [
            line.words
            for line, finding in zip(self.clauses.lines, self._findings, strict=True)
            if isinstance(finding, Happened) and finding.breaks_by_buying and self.known.truth(finding.term)
        ]
        return f", and then once more: {' and '.join(broken)}" if broken else ""

    @property
    def _findings(self) -> list[Finding | None]:
        return [self.told.findings.get(i) for i in range(len(self.clauses.lines))]

    # ------------------------------------------------------------ changes

    def change_to(self, member: bool) -> Changes:
        """The fewest changes that make somebody a member, or none; None when there is no way."""
        return self._change(self._member, member)

    @property
    def _member(self) -> Expr:
        """Membership by what stands before `keep` and by the rank of `keep`, which looks at those people only."""
        *before, last = self.clauses.lines
        if last.side != KEEP:
            return self.clauses.member
        return both(next(c.left for c in reversed(before) if c.depth == 0), last.truth)

    @property
    def _by_column(self) -> Mapping[str, Finding]:
        """The finding of each condition's column."""
        return {
            c.truth.name: f
            for i, c in enumerate(self.clauses.lines)
            if isinstance(c.truth, Col) and (f := self.told.findings.get(i)) is not None
        }

    def _change(self, formula: Expr, wanted: bool) -> Changes:
        """The fewest changes that make a formula so; None when there is no way."""
        if isinstance(formula, Lit):
            return () if bool(formula.value) == wanted else None
        if isinstance(formula, Col):
            finding = self._by_column.get(formula.name)
            return self._change_of(finding, wanted) if finding is not None else None
        assert isinstance(formula, Op)
        if formula.name == "not":
            return self._change(formula.args[0], not wanted)
        return joint_change([self._change(a, wanted) for a in formula.args], (formula.name == "and") == wanted)

    def _change_of(self, finding: Finding, wanted: bool) -> Changes:
        """A condition's own change; where there is none, the time to wait."""
        found = finding.change(self.known, wanted)
        if found is not None:
            return found
        day, sure = self._turn(finding)
        return (Change(f"waiting until {day}", waits=True),) if day is not None and sure else None

    # ------------------------------------------------------------ later

    def member_on(self, day: dt.date) -> bool | None:
        """Whether they are in at the end of a later date if nothing happens; None when that is not known."""
        return holds(self._member, lambda column: self._column_on(column, day))

    def _column_on(self, column: str, day: dt.date) -> bool | None:
        key = (column, day)
        if key not in self._truths:
            finding = self._by_column.get(column)
            self._truths[key] = finding.on(self.known, day) if finding is not None else None
        return self._truths[key]

    def _turn(self, finding: Finding) -> tuple[dt.date | None, bool]:
        """The first later date on which a condition has surely turned, and whether it cannot be earlier."""
        return self._turning_day(lambda d: finding.on(self.known, d), self.known.truth(finding.term))

    def _turning_day(self, on: Callable[[dt.date], bool | None], now: bool) -> tuple[dt.date | None, bool]:
        """The first later date on which something is surely other than now, and whether it cannot be earlier."""
        sure = True
        for ahead in range(1, DAYS_AHEAD + 1):
            day = self.known.today + ahead * DAY
            found = on(day)
            if found is None:
                sure = False
            elif found != now:
                return day, sure
        return None, sure

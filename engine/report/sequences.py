"""The finding about things done one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Term
from patron.engine.report.changes import Changes
from patron.engine.report.findings import Known
from patron.engine.report.happened import Happened
from patron.engine.report.speech import counted


@dataclass(frozen=True, slots=True)
class Steps:
    """`has a then b`: what is known of each step by itself."""

    term: Term
    negated: bool
    steps: tuple[tuple[str, Happened], ...]
    fixed: bool

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield from (step.asked for _, step in self.steps)

    def tell(self, known: Known) -> str:
        said = []
        for words, step in self.steps:
            dates = [r.date for r in known.rows[step.asked] if r.inside and r.date is not None]
            times = counted(len(dates), "time", "times")
            said.append(f"{words} {times}, last on {max(dates)}" if dates else f"{words} never")
        if all(not s.endswith(" never") for s in said) and known.truth(self.term) == self.negated:
            said.append("in this order" if self.negated else "but not one after the other as asked")
        return "; ".join(said)

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        """Without windows nothing changes; a step that has left its window ends it."""
        if self.fixed:
            return known.truth(self.term)
        return self.negated if any(step.over(known, day) for _, step in self.steps) else None

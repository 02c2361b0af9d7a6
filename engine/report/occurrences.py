"""What one customer did, row by row: when, what it counts as, what it is worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.model import periods
from patron.engine.model.moments import local_date
from patron.engine.model.terms import Lit, Term, all_of, compare
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Col, Node, Sorted, SortKey
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, MISSING

MOST_ROWS = 10_000
"""Rows of one customer that are looked at, the latest first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened: its local date, what it counts as, its worth, and whether it lies in the window."""

    date: dt.date | None
    counts_as: object
    worth: Decimal | None
    inside: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows of an event, in the window or not."""

    table: str
    key: Term
    at: Term | None
    counted: Term | None
    worth: Term | None
    where: Term | None
    inside: Term

    def plan(self, p: Planner, customer: Lit) -> Node:
        """One customer's rows, the latest first."""
        nothing = Lit(None, MISSING)
        date = local_date(self.at) if self.at is not None else Lit(None, DATE)
        shown = {
            "date": date,
            "counted": self.counted or nothing,
            "worth": self.worth or nothing,
            "inside": self.inside,
        }
        where = all_of(compare("=", self.key, customer), self.where)
        node = row_plans.evaluate(p, self.table, tuple(shown.items()), where)
        return Sorted(node, (SortKey(Col("date", DATE), descending=True),), MOST_ROWS)

    def read(self, fetched: Sequence[tuple[Any, ...]]) -> tuple[Row, ...]:
        """The rows as they were fetched."""
        found = []
        for number, (date, thing, worth, inside) in enumerate(fetched):
            counts_as = number if self.counted is None else thing
            found.append(Row(date, counts_as, None if worth is None else Decimal(str(worth)), bool(inside)))
        return tuple(found)


# ---------------------------------------------------------------- how many, how much


def reaches(op: str, value: int | Decimal, bound: int | Decimal) -> bool:
    return {">=": value >= bound, ">": value > bound, "<=": value <= bound, "<": value < bound, "=": value == bound}[op]


def count(rows: Sequence[Row]) -> int:
    return len({r.counts_as for r in rows if r.counts_as is not None})


def worth(rows: Sequence[Row]) -> Decimal:
    return sum((r.worth for r in rows if r.worth is not None), Decimal(0))


def each(rows: Sequence[Row]) -> list[Decimal]:
    """The worth of every counted thing: that of all its rows together."""
    found: dict[object, Decimal] = {}
    for row in rows:
        found[row.counts_as] = found.get(row.counts_as, Decimal(0)) + (row.worth or Decimal(0))
    return list(found.values())


def lies(row: Row, span: periods.Span) -> bool:
    if span.start is None or span.end is None:
        return True
    return row.date is not None and span.start <= row.date <= span.end

"""What decided a condition for one customer, in words: the value it looked at, what it asks, what would turn it.

A finding belongs to one condition as written. It names the values and rows to fetch; with them known it tells what
decided, the smallest change that would turn it, and whether it will hold on a later date if nothing happens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.engine.model import canonical
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.periods import AsOf
from patron.engine.model.terms import Field, Followed, Here, Lit, Term, walk
from patron.engine.report.changes import Changes, joint_change
from patron.engine.report.speech import Speaker


class Inner(Protocol):
    """An audience that another refers to, for one customer."""

    def change_to(self, member: bool) -> Changes:
        """The fewest changes that make somebody a member, or none."""

    def member_on(self, day: dt.date) -> bool | None:
        """Whether they are in at the end of a later date if nothing happens."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was fetched about one customer: truths by column, values by term, rows by what was asked, and what is known
    of the audiences that this one refers to."""

    id: str
    speaker: Speaker
    binder: Binder
    truths: Mapping[str, bool]
    values: Mapping[Term, Any]
    rows: Mapping[Any, Any]
    inner: Mapping[str, Inner] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return self.binder.as_of.today

    def truth(self, term: Term) -> bool:
        """Whether a condition holds today."""
        return bool(term.value) if isinstance(term, Lit) else bool(self.values[term])

    def value(self, term: Term) -> Any:
        return term.value if isinstance(term, Lit) else self.values[term]

    def said(self, term: Term) -> str:
        """The value of a term in words."""
        return self.speaker.value(self.value(term), term.type)


class Finding(Protocol):
    """One condition, to be explained."""

    @property
    def term(self) -> Term:
        """Whether it holds."""

    def asks(self) -> Iterator[Term]:
        """The values to fetch, its own truth among them."""

    def rows(self) -> Iterator[Any]:
        """The rows to fetch (happenings.Asked)."""

    def tell(self, known: Known) -> str:
        """What decided, in words."""

    def change(self, known: Known, wanted: bool) -> Changes:
        """The changes that make it so."""

    def on(self, known: Known, day: dt.date) -> bool | None:
        """Whether it holds at the end of a later date if nothing happens; None when that cannot be known."""


@dataclass(frozen=True, slots=True)
class Told:
    """The findings of an audience's lines by the line's place, and all they ask."""

    findings: Mapping[int, Finding]
    asks: tuple[Term, ...]
    rows: tuple[Any, ...]


# ---------------------------------------------------------------- the plainest finding


@dataclass(frozen=True, slots=True)
class Plain:
    """A condition of which only the value it goes by can be told, when there is one."""

    term: Term
    shown: Term | None = None
    words: str = ""

    def asks(self) -> Iterator[Term]:
        yield self.term
        if self.shown is not None:
            yield self.shown

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        if self.shown is None or personal(self.shown):
            return ""
        return f"{self.words} is {known.said(self.shown)}"

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        del known, day
        return None


# ---------------------------------------------------------------- combinations


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by `and` or `or` on one line."""

    term: Term
    every: bool
    parts: tuple[Finding, ...]

    def asks(self) -> Iterator[Term]:
        yield self.term
        for part in self.parts:
            yield from part.asks()

    def rows(self) -> Iterator[Any]:
        for part in self.parts:
            yield from part.rows()

    def tell(self, known: Known) -> str:
        return "; ".join(dict.fromkeys(t for p in self.parts if (t := p.tell(known))))

    def change(self, known: Known, wanted: bool) -> Changes:
        return joint_change([p.change(known, wanted) for p in self.parts], self.every == wanted)

    def on(self, known: Known, day: dt.date) -> bool | None:
        return joint_truth([p.on(known, day) for p in self.parts], self.every)


def joint_truth(parts: list[bool | None], every: bool) -> bool | None:
    """`and` or `or` over truths that may be unknown."""
    if (not every) in parts:
        return not every
    return None if None in parts else every


@dataclass(frozen=True, slots=True)
class Opposite:
    """`not` of a condition."""

    term: Term
    part: Finding

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield from self.part.asks()

    def rows(self) -> Iterator[Any]:
        yield from self.part.rows()

    def tell(self, known: Known) -> str:
        return self.part.tell(known)

    def change(self, known: Known, wanted: bool) -> Changes:
        return self.part.change(known, not wanted)

    def on(self, known: Known, day: dt.date) -> bool | None:
        found = self.part.on(known, day)
        return None if found is None else not found


# ---------------------------------------------------------------- what findings share


def personal(term: Term) -> bool:
    """Whether a value shows what identifies a person: name, email, phone."""
    columns = canonical.TABLES["customers"].by_name

    def of_customer(field: Field) -> bool:
        return not isinstance(field.row, Followed) or field.row.table == "customers"

    shown = {t.column for t in walk(term) if isinstance(t, Field) and of_customer(t)}
    return any(columns[name].personal for name in shown if name in columns)


def later(b: Binder, day: dt.date) -> Binder:
    """The same project seen from the end of another date."""
    return b.variant(as_of=AsOf.end_of(day, b.settings.timezone))


def timeless(b: Binder, scope: Scope, node: tree.Expr) -> bool:
    """Whether an expression means the same on every date: nothing in it moves along with today."""
    a_month_on = later(b, b.as_of.today + dt.timedelta(days=31))
    this_evening = later(b, b.as_of.today)
    return this_evening.term(scope, node) == a_month_on.term(scope, node)


def customer_field(b: Binder, column: str) -> Field:
    return Field(Here(), column, b.ways.columns("customers")[column].type)

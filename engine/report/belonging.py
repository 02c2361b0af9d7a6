"""Findings about belonging: to other audiences and lists, to a share drawn by chance, to the people who count."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.model.population import tracked
from patron.engine.model.terms import YES, Field, Term
from patron.engine.report.changes import Change, Changes
from patron.engine.report.clauses import Clauses
from patron.engine.report.findings import Known, customer_field
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class Membership:
    """In another audience, whose own conditions tell more, or in a list."""

    term: Term
    words: str
    audience: str = ""
    fixed: bool = False

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        del known
        return ""

    def change(self, known: Known, wanted: bool) -> Changes:
        if known.truth(self.term) == wanted:
            return ()
        if self.fixed:
            return None
        found = known.inner[self.audience].change_to(wanted) if self.audience in known.inner else None
        return found or (Change(f"{'into' if wanted else 'out of'} {self.words}"),)

    def on(self, known: Known, day: dt.date) -> bool | None:
        if self.audience in known.inner:
            return known.inner[self.audience].member_on(day)
        return known.truth(self.term) if self.fixed else None


@dataclass(frozen=True, slots=True)
class Bucket:
    """The share of people that chance put somebody into, for good."""

    term: Term
    of: int
    salt: str

    def asks(self) -> Iterator[Term]:
        yield self.term

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        digest = hashlib.md5(f"{self.salt}:{known.id}".encode(), usedforsecurity=False).hexdigest()
        return f"in bucket {int(digest[:8], 16) % self.of} of {self.of}"

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term)


# ---------------------------------------------------------------- who is looked at


@dataclass(frozen=True, slots=True)
class People:
    """Whether somebody is looked at at all: merged, deleted, erased and anonymous people are not."""

    term: Term
    reasons: tuple[tuple[str, Field], ...]

    @classmethod
    def of(cls, clauses: Clauses) -> People:
        b = clauses.binder
        columns = b.ways.columns("customers")
        reasons = {"merged_into": "merged into", "deleted_at": "deleted on", "erased_at": "erased on"}
        reasons["created_at"] = "not there before"
        if not clauses.audience.anonymous:
            reasons["is_anonymous"] = "anonymous"
        found = tuple((said, customer_field(b, name)) for name, said in reasons.items() if columns[name].filled)
        return cls(tracked(b, clauses.audience.anonymous) or YES, found)

    def asks(self) -> Iterator[Term]:
        yield self.term
        yield from (f for _, f in self.reasons)

    def rows(self) -> Iterator[Any]:
        yield from ()

    def tell(self, known: Known) -> str:
        if known.truth(self.term):
            return ""
        return ", ".join(said for words, f in self.reasons if (said := _reason(words, f, known)))

    def change(self, known: Known, wanted: bool) -> Changes:
        return () if known.truth(self.term) == wanted else None

    def on(self, known: Known, day: dt.date) -> bool | None:
        del day
        return known.truth(self.term)


def _reason(words: str, field: Field, known: Known) -> str:
    value = known.value(field)
    if value in (None, False):
        return ""
    if field.column == "is_anonymous":
        return words
    if isinstance(value, dt.datetime):
        now = known.binder.as_of.moment.replace(tzinfo=dt.UTC)
        if (value > now) != (field.column == "created_at"):
            return ""
    return f"{words} {_unquoted(known.speaker.value(value, field.type), field.type)}"


def _unquoted(text: str, type_: Type) -> str:
    return text.strip('"') if type_.kind == "reference" else text

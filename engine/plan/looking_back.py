"""What is a column of a purchase day already: what the day before was, so that following `previous` needs no join,
and traits that packs keep, for the day and the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from patron.dsl.tree import NOWHERE
from patron.engine.model.terms import Field, Followed, Here, Op, Overall, Term, rebase, walk
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, reference

TABLE = "purchase_days"
PREVIOUS = Followed(Field(Here(), "previous", reference(TABLE)), TABLE)
PREVIOUS_ID = Field(PREVIOUS, "id", reference(TABLE))
PREVIOUS_ON = Field(Here(), "previous_on", DATE)
BEFORE, KEPT = "previous.", "kept:"
READ_OFF = frozenset(
    f"{BEFORE}{name}"
    for name in ("number", "first_on", "customer", "order", "created_at", "created_at@date", "next_at", "median_gap")
)
"""Columns of the day before that the row itself holds."""
SURE = frozenset({"id", "customer", "order", "created_at", "created_at@date", "number", "first_on"})
"""Columns that no row lacks."""


def kept(p: Planner) -> Mapping[Term, Field]:
    """The traits that packs keep, of the day and of the one before, and their columns."""
    return p.once("kept traits", lambda: _kept(p))


def _kept(p: Planner) -> Mapping[Term, Field]:
    found: dict[Term, Field] = {}
    for pack in p.b.declared.packs:
        for name in p.b.declared.catalog.packs[pack].kept:
            term = type(p.b).define_trait(p.b, p.b.declared.known("trait")[name], NOWHERE)
            found[term] = Field(Here(), f"{KEPT}{name}", term.type)
            found[rebase(term, PREVIOUS)] = Field(Here(), f"{BEFORE}{KEPT}{name}", term.type)
    return found


def columns_kept(p: Planner, terms: Iterable[Term | None]) -> Mapping[Term, Field]:
    """The kept traits, where some of these terms may be made of them: such a trait asks about everybody."""
    return kept(p) if any(isinstance(t, Overall) for term in terms for t in walk(term)) else {}


def as_columns(term: Term, known: Mapping[Term, Field]) -> Term:
    """A term over one purchase day, in which what is a column of the row is read there."""
    if term in known:
        return known[term]
    if isinstance(term, Field) and term.row == PREVIOUS and f"{BEFORE}{term.column}" in READ_OFF:
        return Field(Here(), f"{BEFORE}{term.column}", term.type)
    if term == PREVIOUS_ID:
        return PREVIOUS.key
    if isinstance(term, Field) and isinstance(term.row, Followed):
        return replace(term, row=replace(term.row, key=as_columns(term.row.key, known)))
    if isinstance(term, Op) and term.name == "is_missing" and term.args[0] in (PREVIOUS.key, PREVIOUS_ID):
        return replace(term, args=(PREVIOUS_ON,))
    if isinstance(term, Op):
        return replace(term, args=tuple(as_columns(a, known) for a in term.args))
    if isinstance(term, Overall) and term.before is not None:
        return replace(term, before=as_columns(term.before, known))
    return term


__all__ = ["BEFORE", "KEPT", "SURE", "TABLE", "as_columns", "columns_kept", "kept"]

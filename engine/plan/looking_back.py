"""What the purchase day before was, as columns of a purchase day itself: following `previous` needs no join."""

from __future__ import annotations

from dataclasses import replace

from patron.engine.model.terms import Field, Followed, Here, Op, Overall, Term
from patron.engine.types import DATE, reference

TABLE = "purchase_days"
PREVIOUS = Followed(Field(Here(), "previous", reference(TABLE)), TABLE)
PREVIOUS_ID = Field(PREVIOUS, "id", reference(TABLE))
PREVIOUS_ON = Field(Here(), "previous_on", DATE)
BEFORE = "previous."
READ_OFF = frozenset(
    f"{BEFORE}{name}"
    for name in ("number", "first_on", "customer", "order", "created_at", "created_at@date", "next_at", "median_gap")
)
"""Columns of the day before that the row itself holds."""
SURE = frozenset({"id", "customer", "order", "created_at", "created_at@date", "number", "first_on"})
"""Columns that no row lacks."""


def looked_back(term: Term) -> Term:
    """A term over one purchase day, in which what the day before was is a column of the row itself."""
    if isinstance(term, Field) and term.row == PREVIOUS and f"{BEFORE}{term.column}" in READ_OFF:
        return Field(Here(), f"{BEFORE}{term.column}", term.type)
    if term == PREVIOUS_ID:
        return PREVIOUS.key
    if isinstance(term, Field) and isinstance(term.row, Followed):
        return replace(term, row=replace(term.row, key=looked_back(term.row.key)))
    if isinstance(term, Op) and term.name == "is_missing" and term.args[0] in (PREVIOUS.key, PREVIOUS_ID):
        return replace(term, args=(PREVIOUS_ON,))
    if isinstance(term, Op):
        return replace(term, args=tuple(looked_back(a) for a in term.args))
    if isinstance(term, Overall) and term.before is not None:
        return replace(term, before=looked_back(term.before))
    return term


__all__ = ["BEFORE", "SURE", "TABLE", "looked_back"]

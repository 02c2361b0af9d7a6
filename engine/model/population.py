"""Who counts as a person at all (language reference, section 9)."""

from __future__ import annotations

from patron.engine.model.binder import Binder
from patron.engine.model.terms import YES, Field, Here, Lit, Op, Term, all_of, any_of, compare, negated
from patron.engine.types import MOMENT, YESNO


def _customer(column: str, b: Binder) -> Field:
    return Field(Here(), column, b.ways.columns("customers")[column].type)


def counted_people(b: Binder) -> Term | None:
    """People who count at all: not merged away, not deleted or erased, and there already."""
    now = Lit(b.as_of.moment, MOMENT)

    def not_yet(column: str) -> Term:
        field = _customer(column, b)
        return any_of(Op("is_missing", (field,), YESNO), compare(">", field, now))

    created = _customer("created_at", b)
    here = any_of(Op("is_missing", (created,), YESNO), compare("<=", created, now))
    merged = Op("is_missing", (_customer("merged_into", b),), YESNO)
    parts = [merged, not_yet("deleted_at"), not_yet("erased_at"), here]
    filled = ["merged_into", "deleted_at", "erased_at", "created_at"]
    columns = b.ways.columns("customers")
    return all_of(*(p for p, name in zip(parts, filled, strict=True) if columns[name].filled))


def tracked(b: Binder, anonymous: bool = False) -> Term | None:
    """All tracked users: people who count, anonymous ones only when allowed."""
    known = None
    if not anonymous and b.ways.columns("customers")["is_anonymous"].filled:
        known = negated(compare("=", _customer("is_anonymous", b), YES))
    return all_of(counted_people(b), known)

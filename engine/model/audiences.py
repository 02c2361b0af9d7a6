"""Audiences: who is in (language reference, section 11)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.conditions import activity, top_amount
from patron.engine.model.files import Declaration
from patron.engine.model.periods import AsOf
from patron.engine.model.population import tracked
from patron.engine.model.terms import NO, YES, Field, Here, Lit, Ranked, Term, all_of, any_of, negated
from patron.engine.types import reference


@dataclass(frozen=True, slots=True)
class Keep:
    """`keep top n of value`: ties by id, missing last."""

    value: Term
    top: bool
    count: int | None
    share: Decimal | None
    active: Term | None


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience: the customers for whom `condition` holds at `as_of`, then cut by `keep`."""

    name: str
    title: str
    condition: Term
    as_of: AsOf
    keep: Keep | None = None
    describe: str = ""
    anonymous: bool = False


def define_audience(b: Binder, declaration: Declaration, span: tree.Span) -> Audience:
    """The meaning of an `audience` statement."""
    return b.define("audience", declaration, span, lambda: _audience(b, declaration))  # type: ignore[no-any-return]


def _audience(b: Binder, declaration: Declaration) -> Audience:
    node = declaration.statement
    assert isinstance(node, tree.AudienceDecl)
    own = _own_moment(b, node)
    scope = Scope("customers", prefix=declaration.prefix)
    failed = False
    conditions: list[Term | None] = [tracked(own, node.allow_anonymous)]
    if node.include is None:
        b.problem(
            "P0601", node.name.span, "an audience needs one `include`", "Write `include everyone`, or a condition."
        )
        failed = True
    for written, wanted in ((node.include, True), (node.exclude, False)):
        if written is None:
            continue
        try:
            found = group(own, scope, written)
            conditions.append(found if wanted else negated(found))
        except Unbound:
            failed = True
    keep = None
    if node.keep is not None:
        value = own.value(Scope("customers", prefix=declaration.prefix), node.keep.value)
        count, share = top_amount(own, scope, node.keep.amount)
        keep = Keep(value, node.keep.end == "top", count, share, activity(value))
    if failed:
        raise Unbound
    title = node.title or declaration.name.replace("_", " ").capitalize()
    return Audience(declaration.name, title, all_of(*conditions) or YES, own.as_of, keep,
                    node.describe.value if node.describe else "", node.allow_anonymous)  # fmt: skip


def _own_moment(b: Binder, node: tree.AudienceDecl) -> Binder:
    """The binder of the audience's own `as of`, when it has one."""
    if node.as_of is None:
        return b
    point = b.value(Scope(""), node.as_of)
    return b.variant(as_of=as_of_term(b, point, node.as_of.span))


def as_of_term(b: Binder, point: Term, span: tree.Span) -> AsOf:
    """An `as of` from a date (its end) or moment."""
    if isinstance(point, Lit) and isinstance(point.value, dt.datetime):
        local = point.value.replace(tzinfo=dt.UTC)
        return AsOf.at(local, b.settings.timezone)
    if isinstance(point, Lit) and isinstance(point.value, dt.date):
        return AsOf.end_of(point.value, b.settings.timezone)
    raise b.fail("P0501", span, "`as of` takes a date or a moment")


def group(b: Binder, scope: Scope, node: tree.Condition) -> Term:
    """A condition or a group of them; every line's problems are told."""
    if isinstance(node, tree.Everyone):
        return YES
    if not isinstance(node, tree.Group):
        return b.condition(scope, node)
    found, failed = [], False
    for item in node.items:
        try:
            found.append(group(b, scope, item))
        except Unbound:
            failed = True
    if failed:
        raise Unbound
    if node.kind == "all":
        return all_of(*found) or YES
    joined = any_of(*found) if found else NO
    return negated(joined) if node.kind == "none" else joined


def kept(audience: Audience) -> Ranked | None:
    """The rank behind `keep`, as a condition on customers."""
    keep = audience.keep
    if keep is None:
        return None
    return Ranked(Here(), "customers", keep.value, keep.top, keep.count, keep.share,
                  all_of(audience.condition, keep.active if keep.share is not None else None))  # fmt: skip


CUSTOMER_ID = Field(Here(), "id", reference("customers"))

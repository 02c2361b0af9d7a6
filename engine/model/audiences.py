"""Audiences and lists: who is in, and how a photograph of them may be read (language reference, section 11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.conditions import activity, top_amount
from patron.engine.model.files import Declaration
from patron.engine.model.periods import AsOf
from patron.engine.model.population import tracked
from patron.engine.model.terms import NO, YES, Field, Here, Lit, Ranked, Term, all_of, any_of, negated
from patron.engine.model.values import length, read_date
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
    own = _own_moment(b, declaration, node)
    scope = Scope("customers", file=declaration.file, prefix=declaration.prefix)
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
        value = own.value(Scope("customers", file=declaration.file, prefix=declaration.prefix), node.keep.value)
        count, share = top_amount(own, scope, node.keep.amount)
        keep = Keep(value, node.keep.end == "top", count, share, activity(value))
    if failed:
        raise Unbound
    title = node.title or declaration.name.replace("_", " ").capitalize()
    return Audience(declaration.name, title, all_of(*conditions) or YES, own.as_of, keep,
                    node.describe.value if node.describe else "", node.allow_anonymous)  # fmt: skip


def _own_moment(b: Binder, declaration: Declaration, node: tree.AudienceDecl) -> Binder:
    """The binder of the audience's own `as of`, when it has one."""
    if node.as_of is None:
        return b
    point = b.value(Scope("", file=declaration.file), node.as_of)
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


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A line of an audience's tree: the condition as written, its depth, and its meaning."""

    node: tree.Condition
    depth: int
    term: Term
    side: str


def lines(b: Binder, scope: Scope, node: tree.Condition, side: str, depth: int = 0) -> Iterator[TreeLine]:
    """Every line of `include` or `exclude`, groups first."""
    yield TreeLine(node, depth, group(b, scope, node), side)
    if isinstance(node, tree.Group):
        for item in node.items:
            yield from lines(b, scope, item, side, depth + 1)


def kept(audience: Audience) -> Ranked | None:
    """The rank behind `keep`, as a condition on customers."""
    keep = audience.keep
    if keep is None:
        return None
    return Ranked(Here(), "customers", keep.value, keep.top, keep.count, keep.share,
                  all_of(audience.condition, keep.active if keep.share is not None else None))  # fmt: skip


# ---------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True)
class ListRules:
    """How a list may be read, in days around the date it was taken; None: no bound."""

    before: int | None = None
    after: int | None = None
    at_most: int | None = None
    lives: int | None = None


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """A list, understood: whose photograph it is, when it is taken, and its rules."""

    name: str
    title: str
    audience: str
    taken_at: dt.datetime | None
    every: tree.Every | None
    rules: ListRules
    describe: str = ""


SHOPLINE = ListRules(60, 180, 90, 180)
RULES = {"shopline": SHOPLINE}


def define_list(b: Binder, declaration: Declaration) -> ListDefinition:
    """The meaning of a `list` statement; P0612 when its clauses contradict each other."""
    return b.define("list", declaration, declaration.span, lambda: _list(b, declaration))  # type: ignore[no-any-return]


def _list(b: Binder, declaration: Declaration) -> ListDefinition:
    node = declaration.statement
    assert isinstance(node, tree.ListDecl)
    scope = Scope("", file=declaration.file)
    if node.source is None:
        raise b.fail("P0101", node.name.span, "a list is taken from an audience", "Add `from audience ...`.")
    b.audience(node.source, scope)
    rules = ListRules()
    if node.rules is not None:
        if node.rules.name.key not in RULES:
            raise b.fail("P0201", node.rules.name.span, f"there are no list rules called `{node.rules.name.text}`",
                         f"Known: {', '.join(RULES)}.")  # fmt: skip
        rules = RULES[node.rules.name.key]
    rules = _said_rules(b, scope, node, rules)
    taken = None
    if isinstance(node.take, tree.TakeOnce):
        on = node.take.on
        if isinstance(on, tree.Date):
            taken = AsOf.at(dt.datetime.combine(read_date(b, on), dt.time()), b.settings.timezone).moment
        else:
            point = b.value(scope, on)
            assert isinstance(point, Lit) and isinstance(point.value, dt.datetime)
            taken = point.value
    every = node.take if isinstance(node.take, tree.Every) else None
    title = node.title or declaration.name.replace("_", " ").capitalize()
    return ListDefinition(declaration.name, title, node.source.key, taken, every, rules,
                          node.describe.value if node.describe else "")  # fmt: skip


def _said_rules(b: Binder, scope: Scope, node: tree.ListDecl, rules: ListRules) -> ListRules:
    def days(duration: tree.Duration) -> int:
        return length(b, scope, duration).days

    said: dict[str, tuple[Any, Callable[[Any], tuple[int | None, ...]], tuple[int | None, ...]]] = {
        "analyse": (node.analyse, lambda n: (days(n.before), days(n.after)), (rules.before, rules.after)),
        "at most": (node.at_most, lambda n: (days(n.duration),), (rules.at_most,)),
        "refresh": (node.refresh, lambda n: (days(n.lasting) if n.lasting else None,), (rules.lives,)),
    }
    values: dict[str, tuple[int | None, ...]] = {}
    for word, (clause, read, ruled) in said.items():
        if clause is None:
            values[word] = ruled
            continue
        values[word] = read(clause)
        if node.rules is not None and values[word] != ruled:
            later = max(clause.span, node.rules.span, key=lambda s: (s.line, s.column))
            first, second = ("rules", word) if later is clause.span else (word, "rules")
            raise b.fail("P0612", later, f"clauses `{first}` and `{second}` contradict each other", "Keep one of them.")
    (before, after), (at_most,), (lives,) = values["analyse"], values["at most"], values["refresh"]
    return ListRules(before, after, at_most, lives)


CUSTOMER_ID = Field(Here(), "id", reference("customers"))

"""Attributions: which action gets the credit for which order (language reference, section 12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import nearest, suggest
from patron.engine.model.behaviour import pair_roots
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.canonical import ACTION_KINDS, TABLES
from patron.engine.model.files import Declaration
from patron.engine.model.literals import length
from patron.engine.model.names import unknown_column
from patron.engine.model.seen import look_for
from patron.engine.model.terms import Field, Followed, Here, Occurrence, Op, Term, all_of, follow, walk
from patron.engine.types import MOMENT, YESNO

DEFAULT_WINDOW = dt.timedelta(days=14)
YEAR = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Override:
    """A window of its own: when `where` holds for the action. `rank` orders them: named campaign, then channel."""

    length: dt.timedelta
    where: Term
    named: bool


@dataclass(frozen=True, slots=True)
class Attribution:
    """An attribution, understood. Terms without an action of their own are on the pair (order, action).

    `kinds` in tie-break order (empty: any). `window` None: only `until` ends it. `own_column` is the campaign column
    that wins over the window. `candidate` is a condition on the action, `conversion` an event on orders, `require`
    conditions on the pair. `lacks` are columns that its clauses need and no source fills: nothing can be credited.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    conversion: Occurrence
    window: dt.timedelta | None
    own_column: str | None = None
    overrides: tuple[Override, ...] = ()
    until: Term | None = None
    at_send: bool = False
    every_purchase: bool = False
    model: str = "last"
    shares: tuple[int, ...] = ()
    half_life: dt.timedelta | None = None
    candidate: Term | None = None
    require: Term | None = None
    of_list: bool = False
    own_unknown: bool = True
    machines: bool = False
    dated_by: str = "order"
    finished_only: bool = False
    describe: str = ""
    lacks: tuple[str, ...] = ()

    @property
    def date(self) -> Field:
        """The moment that pairs are dated by, unless a metric says another."""
        column = "acted_at" if self.dated_by == "action" else "created_at"
        return Field(pair_roots()[self.dated_by][0], column, MOMENT)


def define_attribution(b: Binder, declaration: Declaration, span: tree.Span) -> Attribution:
    """The meaning of an `attribution` statement, clauses of the one it extends included."""
    return b.define("attribution", declaration, span, lambda: _attribution(b, declaration))  # type: ignore[no-any-return]


Clause = tuple[tree.AttributionClause, Declaration]


def all_clauses(b: Binder, declaration: Declaration, trail: Sequence[str] = ()) -> list[Clause]:
    """The clauses in force: own ones replace the other's of the same keyword; `require` and `exclude` add."""
    node = declaration.statement
    assert isinstance(node, tree.AttributionDecl)
    own = [(c, declaration) for c in node.clauses]
    if node.extends is None:
        return own
    if declaration.name in trail:
        raise b.fail("P0207", node.extends.span, f"`{declaration.name}` is defined by itself: "
                     f"{' → '.join([*trail, declaration.name])}")  # fmt: skip
    parent = b.find("attribution", str(node.extends), node.extends.span, declaration.prefix)
    inherited = all_clauses(b, parent, [*trail, declaration.name])
    said = {_keyword(c) for c, _ in own} - {"require", "exclude"}
    return [(c, d) for c, d in inherited if _keyword(c) not in said] + own


def _keyword(clause: tree.AttributionClause) -> str:
    if isinstance(clause, (tree.Within, tree.WithinFor)):
        return "within"
    return {tree.Require: "require", tree.ExcludeActions: "exclude"}.get(type(clause), type(clause).__name__)


def _attribution(b: Binder, declaration: Declaration) -> Attribution:
    node = declaration.statement
    assert isinstance(node, tree.AttributionDecl)
    clauses = all_clauses(b, declaration)
    found: dict[str, object] = {"kinds": None, "overrides": [], "require": [], "candidate": [], "window": None,
                                "lacks": []}  # fmt: skip
    failed = False
    for clause, owner in clauses:
        scope = Scope("", prefix=owner.prefix)
        try:
            _READ[type(clause)](b, scope, clause, found)
        except Unbound:
            failed = True
    if found["kinds"] is None and not any(isinstance(c, tree.Actions) for c, _ in clauses):
        b.problem(
            "P0607",
            node.name.span,
            "the attribution lists no actions",
            "Add `actions clicked, opened`, or `actions any`.",
        )
        failed = True
    if failed:
        raise Unbound
    if "conversion" not in found:
        found["conversion"] = b.event("ordered", node.name.span, Scope(""))
    window, until = found.pop("window"), found.get("until")
    if window is None and until is None:
        window = DEFAULT_WINDOW
    if not declaration.pack:  # a pack's window is not the analyst's to shorten
        _warn_long(b, node, clauses, window if isinstance(window, dt.timedelta) else None, until is not None)
    for listed in ("overrides", "require", "candidate", "lacks"):
        items = found[listed]
        assert isinstance(items, list)
        found[listed] = tuple(dict.fromkeys(items)) if listed in ("overrides", "lacks") else all_of(*items)
    title = node.title or declaration.name.rpartition(".")[2].replace("_", " ").capitalize()
    return Attribution(declaration.name, title, window=window,  # type: ignore[arg-type]
                       describe=node.describe.value if node.describe else "", **found)  # type: ignore[arg-type]  # fmt: skip


def _warn_long(
    b: Binder, node: tree.AttributionDecl, clauses: Sequence[Clause], window: dt.timedelta | None, has_until: bool
) -> None:
    own = [c for c, d in clauses if d.statement is node]
    for clause in own:
        if isinstance(clause, (tree.Within, tree.WithinFor)):
            span = length(b, Scope(""), clause.duration)
            if isinstance(clause, tree.WithinFor) and span > (window or DEFAULT_WINDOW):
                b.problem("P0606", clause.duration.span, "this window is longer than the default",
                          f"The default is {_said(window or DEFAULT_WINDOW)}.")  # fmt: skip
            if span > YEAR:
                b.problem("P0611", clause.duration.span, "this window is longer than a year")
    if has_until and window is None and any(isinstance(c, tree.Until) and _is_open(c) for c in own):
        b.problem("P0611", node.name.span, "this window may be longer than a year: only `until` ends it")


def _is_open(clause: tree.Until) -> bool:
    """`until list.expires_at` and the like may lie years ahead; a campaign's end is its own."""
    return isinstance(clause.value, tree.Path) and clause.value.parts[0].key == "list"


def _said(window: dt.timedelta) -> str:
    return f"{window.days} days" if window.days else f"{window.seconds // 3600} hours"


# ---------------------------------------------------------------- clauses

Found = dict[str, object]


def _actions(b: Binder, scope: Scope, node: tree.Actions, found: Found) -> None:
    kinds = tuple(ACTION_KINDS.get(k.key, k.key) for k in node.kinds)
    seen = b.ways.columns("actions")["kind"].seen
    known = {*ACTION_KINDS.values(), *ACTION_KINDS, *(seen or ())}
    for written, kind in zip(node.kinds, kinds, strict=True):
        if kind not in known and (seen or nearest(kind, known, 0.8) is not None):
            raise b.fail("P0604", written.span, f"there is no action kind `{written}`", suggest(kind, seen or known))
    found["kinds"] = kinds


def _of_the_list(b: Binder, scope: Scope, node: tree.OfTheList, found: Found) -> None:
    _need(b, scope, node.span, "`campaigns of the list`", [("campaigns", "list")], found)
    found["of_list"] = True


def _need(
    b: Binder, scope: Scope, span: tree.Span, clause: str, columns: Iterable[tuple[str, str]], found: Found
) -> None:
    """A clause that would look at nothing: P0609; what a pack says is kept, so that its numbers are source missing."""
    for table, name in columns:
        column = b.ways.columns(table).get(name)
        if column is None or column.filled:
            continue
        if not scope.prefix:
            raise b.fail("P0609", span, f"{clause} needs `{table}.{name}`, which no source fills",
                         "Map the column, or drop the clause.")  # fmt: skip
        lacks = found["lacks"]
        assert isinstance(lacks, list)
        lacks.append(f"{table}.{name}")


def _conversion(b: Binder, scope: Scope, node: tree.Conversion, found: Found) -> None:
    phrase = node.event
    event = b.event(str(phrase.event), phrase.event.span, scope)
    if event.table != "orders":
        raise b.fail("P0605", phrase.event.span, f"{event.name} is not an event on orders",
                     "Credit is given for orders: `ordered`, `first_order`, or an event `on orders`.")  # fmt: skip
    where = None
    if phrase.where is not None:
        where = b.condition(Scope("orders", prefix=scope.prefix), phrase.where)
    found["conversion"] = replace(event, where=all_of(event.where, where))


def _within(b: Binder, scope: Scope, node: tree.Within, found: Found) -> None:
    found["window"] = length(b, scope, node.duration)
    if node.unless is not None:
        column = b.ways.columns("campaigns").get(node.unless.key)
        if column is None:
            raise unknown_column(b, "campaigns", node.unless)
        found["own_column"] = column.name


def _within_for(b: Binder, scope: Scope, node: tree.WithinFor, found: Found) -> None:
    values = [b.value(scope, v) for v in node.values]
    campaign = follow(Here(), "campaign", "campaigns")
    parts = node.path.parts
    named = parts[0].key == "campaign" and (len(parts) == 1 or parts[1].key == "name")
    said = list(zip(values, (v.span for v in node.values), strict=True))
    if named:
        where = _named_campaign(b, campaign, values)
        look_for(b, scope, where.args[0], said)
    else:
        inner = Scope("actions", roots={"campaign": (campaign, "campaigns"), "action": (Here(), "actions")},
                      credited=True, prefix=scope.prefix)  # fmt: skip
        target = b.value(inner, node.path)
        where = Op("one_of", (target, *values), YESNO)
        look_for(b, inner, target, said)
    overrides = found["overrides"]
    assert isinstance(overrides, list)
    overrides.append(Override(length(b, scope, node.duration), where, named))


def _named_campaign(b: Binder, campaign: Followed, values: Sequence[Term]) -> Op:
    name = b.ways.columns("campaigns")["name"]
    label = Field(campaign, "name", name.type) if name.filled else campaign.key
    return Op("one_of", (label, *values), YESNO)


def _until(b: Binder, scope: Scope, node: tree.Until, found: Found) -> None:
    if isinstance(node.value, tree.Path) and node.value.key in ("list.expires_at", "list.created_at"):
        found["until"] = Op(node.value.key, (), MOMENT)
        return
    value = b.value(_pair_scope(scope), node.value)
    if not value.type.timely:
        raise b.fail("P0301", node.value.span, f"`until` takes a date or moment, this is {value.type}")
    _need(b, scope, node.span, "`until`", _columns(value), found)
    found["until"] = value


def _columns(value: Term) -> Iterator[tuple[str, str]]:
    """The columns of other rows that a value of a pair is made of."""
    for part in walk(value):
        if isinstance(part, Field) and isinstance(part.row, Followed) and part.row.table in TABLES:
            yield part.row.table, part.column


def _pair_scope(scope: Scope) -> Scope:
    roots = pair_roots()
    return Scope("orders", roots["order"][0], None, roots, credited=True, prefix=scope.prefix)


def _starts(b: Binder, scope: Scope, node: tree.StartsAt, found: Found) -> None:
    found["at_send"] = node.where == "send"


def _counts(b: Binder, scope: Scope, node: tree.Counts, found: Found) -> None:
    found["every_purchase"] = node.every


def _credit(b: Binder, scope: Scope, node: tree.Credit, found: Found) -> None:
    if node.model == "position" and sum(node.shares) != 100:
        raise b.fail("P0608", node.numbers_span, f"the shares must add up to 100, these make {sum(node.shares)}",
                     "Write `credit by position 40 20 40`.")  # fmt: skip
    found["model"], found["shares"] = node.model, node.shares
    found["half_life"] = length(b, scope, node.half_life) if node.half_life is not None else None


def _dated(b: Binder, scope: Scope, node: tree.DatedBy, found: Found) -> None:
    found["dated_by"] = node.what


def _require(b: Binder, scope: Scope, node: tree.Require, found: Found) -> None:
    items = found["require"]
    assert isinstance(items, list)
    condition = b.condition(_pair_scope(scope), node.condition)
    _need(b, scope, node.span, "`require`", _compared(condition), found)
    items.append(condition)


def _compared(condition: Term) -> Iterator[tuple[str, str]]:
    """The columns whose comparison must hold: without values it never does."""
    if isinstance(condition, Op) and condition.name == "and":
        for part in condition.args:
            yield from _compared(part)
    elif isinstance(condition, Op) and condition.name in ("=", "<", "<=", ">", ">=", "one_of"):
        yield from _columns(condition)


def _exclude(b: Binder, scope: Scope, node: tree.ExcludeActions, found: Found) -> None:
    campaign = follow(Here(), "campaign", "campaigns")
    inner = Scope("actions", roots={"campaign": (campaign, "campaigns")}, credited=True, prefix=scope.prefix)
    items = found["candidate"]
    assert isinstance(items, list)
    items.append(Op("not", (b.condition(inner, node.condition),), YESNO))


def _unknown(b: Binder, scope: Scope, node: tree.UnknownActors, found: Found) -> None:
    found["own_unknown"] = node.mode == "own"


def _machines(b: Binder, scope: Scope, node: tree.MachineActions, found: Found) -> None:
    found["machines"] = node.mode == "count"


def _finished(b: Binder, scope: Scope, node: tree.FinishedOnly, found: Found) -> None:
    found["finished_only"] = True


_READ: Mapping[type, Callable[[Binder, Scope, Any, Found], None]] = {
    tree.Actions: _actions, tree.OfTheList: _of_the_list, tree.Conversion: _conversion, tree.Within: _within,
    tree.WithinFor: _within_for, tree.Until: _until, tree.StartsAt: _starts, tree.Counts: _counts, tree.Credit: _credit,
    tree.DatedBy: _dated, tree.Require: _require, tree.ExcludeActions: _exclude, tree.UnknownActors: _unknown,
    tree.MachineActions: _machines, tree.FinishedOnly: _finished,
}  # fmt: skip

"""The facts behind a measure: which rows count, for whom, when, and in which group (sections 7, 10, 13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.attribution import Pair, dated_by, influenced, picked
from tests.oracle.canon import DEFAULT_DATE
from tests.oracle.follow import first_events
from tests.oracle.functions import date_of, fold, fold_rows, rows_met, table_of
from tests.oracle.moments import part
from tests.oracle.names import look_up
from tests.oracle.people import CUSTOMER_LEAVES, countable, in_window
from tests.oracle.periods import ALL_TIME, Span, holds
from tests.oracle.reading import Shop, lead
from tests.oracle.rows import Row
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import Scope, exact, truth, value

TIME_UNITS = ("hour", "day", "week", "month", "quarter", "year")
TIME_DIMS = (*TIME_UNITS, "weekday", "hour_of_day")
ANY = "*any*"
"""The place of a time dimension in the group of a fact without a date."""
_STEPS = {"JPY": Decimal(1), "TWD": Decimal("0.01"), "KRW": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a measure is asked for: people, period, condition, and rows of the answer it is limited to."""

    shop: Shop
    dims: tuple[Node, ...] = ()
    span: Span = ALL_TIME
    people: frozenset[str] | None = None
    where: Node | None = None
    only: tuple[tuple[Node, ...], frozenset[tuple[object, ...]]] | None = None

    def __hash__(self) -> int:
        return hash((self.dims, self.span, self.where, self.only and self.only[0]))


@dataclass(frozen=True, slots=True)
class Fact:
    """A row that counts: where names are read, its date, its customer, and what it carries."""

    scope: Scope
    moment: object
    dated: bool
    person: str | None
    row: Row
    extra: object = None


def is_time(dim: Node) -> bool:
    return dim[2][0] == "path" and len(dim[2][1]) == 1 and dim[2][1][0] in TIME_DIMS


def dim_value(dim: Node, fact: Fact) -> object:
    """The group of a fact along one dimension."""
    whole = dim[2]
    if is_time(dim):
        return part(fact.moment, whole[1][0], fact.scope.shop.week_starts) if fact.dated else ANY
    if whole[0] == "part":
        found = look_up(whole[2], fact.scope)
        return None if found is None else part(found, whole[1], fact.scope.shop.week_starts)
    return look_up(whole[1], fact.scope)


def group(dims: Sequence[Node], fact: Fact) -> tuple[object, ...]:
    return tuple(dim_value(dim, fact) for dim in dims)


def leaf_groups(
    leaf: Node, date: Node | None, conditions: tuple[Node, ...], asked: Asked
) -> dict[tuple[object, ...], list[Fact]]:
    """The facts of a leaf by group."""
    key = ("groups", leaf, date, conditions, asked.dims, asked.span, asked.people, asked.where, asked.only)
    memory = asked.shop.memory
    if key not in memory:
        found: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        for fact in _leaf_facts(leaf, date, asked.shop, asked.span):
            if _counts(fact, conditions, asked):
                found[group(asked.dims, fact)].append(fact)
        memory[key] = dict(found)
    return memory[key]


def _counts(fact: Fact, conditions: Sequence[Node], asked: Asked) -> bool:
    if asked.people is not None and fact.person not in asked.people:
        return False
    if fact.dated and not holds(asked.span, fact.moment):
        return False
    wanted = [*conditions, *([asked.where] if asked.where else [])]
    if not all(truth(condition, fact.scope) for condition in wanted):
        return False
    if asked.only is None:
        return True
    dims, keys = asked.only
    mine = group(dims, fact)
    return any(all(ANY in (a, b) or a == b for a, b in zip(mine, key, strict=True)) for key in keys)


def _leaf_facts(leaf: Node, date: Node | None, shop: Shop, span: Span) -> list[Fact]:
    match leaf[0]:
        case "aggregate":
            return _plain(leaf, date, shop, span)
        case "attributed" | "influenced":
            return _credited(leaf, shop)
        case "rate" | "how_many":
            return _followed(leaf, shop)
    raise NotExpressible(f"measure {leaf[0]}")


def _plain(leaf: Node, date: Node | None, shop: Shop, span: Span) -> list[Fact]:
    """Rows of the table that meet the aggregate's own condition; a row without its date is in no period."""
    table = table_of(leaf)
    if table not in shop.tables:
        raise NotExpressible(f"no table {table}")
    rows = shop.tables[table]
    if table == "customers":
        rows = [r for r in rows if countable(r)]
    facts = []
    dated = date is not None or table in DEFAULT_DATE
    for row in rows_met(rows, leaf, Scope(shop, period=span)):
        moment = date_of(row, Scope(shop), date)
        if dated and moment is None:
            continue
        person = lead(shop, row, "customers")
        facts.append(Fact(Scope(shop, row, period=span), moment, dated, person.id if person else None, row))
    return facts


def _credited(leaf: Node, shop: Shop) -> list[Fact]:
    """Pairs, dated by the order or the action; conditions see order, action, campaign, customer."""
    kind, inner, name = leaf
    by = dated_by(shop, name)
    facts = []
    for pair in picked(shop, name) if kind == "attributed" else influenced(shop, name):
        scope = Scope(shop, pair.order, (pair.action,))
        moment = pair.order.cells["created_at"] if by == "order" else pair.action.cells["acted_at"]
        row = pair.action if table_of(inner) == "actions" else pair.order
        if rows_met([row], inner, Scope(shop)):
            facts.append(Fact(scope, moment, True, str(pair.order.cells["customer"]), row, pair))
    return facts


def _followed(leaf: Node, shop: Shop) -> list[Fact]:
    return [Fact(Scope(shop, a.row), a.moment, True, person, a.row, won) for person, a, won in first_events(shop, leaf)]


def fold_facts(leaf: Node, facts: Sequence[Fact], shop: Shop) -> object:
    """The value of a leaf over the facts of one group."""
    match leaf[0]:
        case "aggregate":
            return fold_rows(leaf, [f.row for f in facts], Scope(shop))
        case "rate":
            return sum(1 for f in facts if f.extra) / len(facts) if facts else None
        case "how_many":
            return sum(1 for f in facts if f.extra)
        case "attributed" if leaf[1][1] == "sum":
            return _shared(leaf[1], facts, shop)
    distinct = {fact.row.id: fact.row for fact in facts}
    return fold_rows(leaf[1], list(distinct.values()), Scope(shop))


def _shared(inner: Node, facts: Sequence[Fact], shop: Shop) -> object:
    """Step 6: the order's value times the weight, in the smallest unit of the currency."""
    step = _STEPS.get(shop.project.setting("currency", "USD"), Decimal("0.01"))
    parts = []
    for fact in facts:
        pair = fact.extra
        assert isinstance(pair, Pair)
        amount = value(inner[2][0], Scope(shop, fact.row))
        parts.append(None if amount is None else pair.part(exact(amount), step))
    return fold("sum", parts)


def _of_customer(node: Node, windows: Sequence[Node], extra: Sequence[Node], scope: Scope) -> tuple[object, bool]:
    """A measure of pairs or follow-ups for one customer (`their`)."""
    person = scope.row.id if scope.row else ""
    asked = Asked(scope.shop, people=frozenset([person]))
    facts = leaf_groups(node, None, tuple(extra), asked).get((), [])
    kept = [f for f in facts if all(in_window(w, f.row, f.moment, scope) for w in windows)]
    return fold_facts(node, kept, scope.shop), bool(kept)


for _kind in ("rate", "how_many", "attributed", "influenced"):
    CUSTOMER_LEAVES[_kind] = _of_customer

"""Audiences, ranks and `their` metrics (sections 8, 11)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from tests.oracle.canon import DEFAULT_DATE, PLURAL
from tests.oracle.functions import date_of, fold_rows, rows_met, table_of
from tests.oracle.periods import Span, holds, spoken_span
from tests.oracle.reading import Shop, children, lead
from tests.oracle.rows import Row
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import HANDLERS, Scope, compare, truth, value

CUSTOMER_LEAVES: dict[str, Callable[..., tuple[object, bool]]] = {}
"""Metrics that are no plain aggregates, per customer: rate, how_many, attributed, influenced."""


def countable(row: Row) -> bool:
    """Merged, deleted, erased people are never counted (section 9, members)."""
    return all(row.cells.get(name) is None for name in ("merged_into", "deleted_at", "erased_at"))


def tracked(shop: Shop, *, anonymous: bool = False) -> list[Row]:
    """All tracked users, in order of id; anonymous records only when they are let in."""
    rows = [
        r for r in shop.tables["customers"] if countable(r) and (anonymous or r.cells.get("is_anonymous") is not True)
    ]
    return sorted(rows, key=lambda r: shop.id_order("customers", r.id))


def audience(shop: Shop, name: str) -> list[str]:
    """The members, by id: who matches `include` and not `exclude`, capped by `keep`."""
    key = ("audience", name)
    if key not in shop.memory:
        shop.memory[key] = _members(shop, name)
    return shop.memory[key]


def _members(shop: Shop, name: str) -> list[str]:
    if name not in shop.project.declared.audiences:
        raise NotExpressible(f"audience {name}")
    said = shop.project.declared.audiences[name]
    if "include" not in said:
        raise NotExpressible(f"audience {name} could not be read")
    rows = [r for r in tracked(shop, anonymous="anonymous" in said) if truth(said["include"], Scope(shop, r))]
    if "exclude" in said:
        rows = [r for r in rows if not truth(said["exclude"], Scope(shop, r))]
    if "keep" in said:
        _, end, reach, by = said["keep"]
        kept = set(first_of(shop, rows, end, reach, by))
        rows = [r for r in rows if r.id in kept]
    return [row.id for row in rows]


def in_audience(node: Node, scope: Scope) -> bool:
    """Membership; on tables with a customer: of that customer."""
    person = lead(scope.shop, scope.row, "customers")
    return person is not None and person.id in audience(scope.shop, node[1])


def rank(node: Node, scope: Scope) -> bool:
    """`x is in the top 20%` (section 8, Ranks)."""
    _, by, end, reach, group = node
    if scope.row is None or scope.row.table != "customers":
        raise NotExpressible("ranks of other rows")
    key = ("rank", node, scope.period)
    if key not in scope.shop.memory:
        rows = tracked(scope.shop, anonymous=True)
        if group is not None:
            rows = [r for r in rows if r.id in set(audience(scope.shop, group))]
        else:
            rows = tracked(scope.shop)
        scope.shop.memory[key] = set(first_of(scope.shop, rows, end, reach, by, scope.period))
    return scope.row.id in scope.shop.memory[key]


def first_of(shop: Shop, rows: Sequence[Row], end: str, reach: Node, by: Node, period: Span | None = None) -> list[str]:
    """The first of those with a known value (for `their` with a matching row), ties by id."""
    known = []
    for row in rows:
        scope = Scope(shop, row, period=period)
        worth, counts = their_value(by, scope) if by[0] == "their" else (value(by, scope), True)
        if counts and worth is not None:
            known.append((worth, row))
    known.sort(key=lambda pair: shop.id_order("customers", pair[1].id))
    known.sort(key=lambda pair: pair[0], reverse=end == "top")
    number = _how_many(shop, reach, len(known))
    return [row.id for _, row in known[:number]]


def _how_many(shop: Shop, reach: Node, among: int) -> int:
    if reach[0] == "percent":
        return math.ceil(Decimal(reach[1]) * among)
    return int(value(reach, Scope(shop)))


# ---------------------------------------------------------------- their


def their(node: Node, scope: Scope) -> object:
    return their_value(node, scope)[0]


def their_value(node: Node, scope: Scope) -> tuple[object, bool]:
    """A metric over the customer's own rows, and whether there is a matching row."""
    _, metric, windows = node
    if scope.row is None or scope.row.table != "customers":
        raise NotExpressible("their elsewhere than on customers")
    return own(metric, windows, (), None, scope)


def own(
    node: Node, windows: Sequence[Node], extra: Sequence[Node], date: Node | None, scope: Scope
) -> tuple[object, bool]:
    """A measure of one customer, with its windows, conditions added by `where`, and the metric's date."""
    declared = scope.shop.project.declared
    match node:
        case ("path", path) if ".".join(path) in declared.metrics:
            _, measure, dated, empty = declared.metrics[".".join(path)]
            found, rows = own(measure, windows, extra, dated or date, scope)
            return (value(empty, scope) if found is None and empty else found), rows
        case ("narrowed", inner, condition):
            return own(inner, windows, (*extra, condition), date, scope)
        case ("arith", sign, left, right):
            first, some = own(left, windows, extra, date, scope)
            second, more = own(right, windows, extra, date, scope)
            return value(("arith", sign, ("lit", first), ("lit", second)), scope), some or more
        case ("aggregate", *_):
            rows = own_rows(node, windows, extra, date, scope)
            return fold_rows(node, rows, scope), bool(rows)
        case ("lit" | "param", _):
            return value(node, scope), False
    if node[0] in CUSTOMER_LEAVES:
        return CUSTOMER_LEAVES[node[0]](node, windows, extra, scope)
    raise NotExpressible(f"their {node[0]}")


def own_rows(node: Node, windows: Sequence[Node], extra: Sequence[Node], date: Node | None, scope: Scope) -> list[Row]:
    table = table_of(node)
    person = scope.row
    rows = [person] if table == "customers" else children(scope.shop, table, person)
    kept = []
    for row in rows_met(rows, node, scope):
        inner = scope.at(row)
        moment = date_of(row, scope, date)
        if moment is None and table in PLURAL.values() and _dated(table, date):
            continue
        if all(truth(c, inner) for c in extra) and all(in_window(w, row, moment, scope) for w in windows):
            kept.append(row)
    return kept


def _dated(table: str, date: Node | None) -> bool:
    return date is not None or table in DEFAULT_DATE


def in_window(window: Node, row: Row, moment: object, scope: Scope) -> bool:
    """The window words of `has`, on the metric's date; `where` on its rows."""
    match window:
        case ("where", condition):
            return truth(condition, scope.at(row))
        case ("date_in", when):
            return holds(spoken_span(scope.shop, when, lambda n: value(n, scope)), moment)
        case ("in_period",):
            return scope.period is None or holds(scope.period, moment)
        case ("since", point):
            return compare(">=", moment, value(point, scope))
        case ("before", point):
            return compare("<", moment, value(point, scope))
        case ("between", low, high):
            return compare(">=", moment, value(low, scope)) and compare("<=", moment, value(high, scope))
    raise NotExpressible(f"window {window[0]}")


HANDLERS.update({"in_audience": in_audience, "rank": rank, "their": their})

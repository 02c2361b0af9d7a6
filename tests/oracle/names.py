"""What a name means on a row: column, trait, reference, part of a date (sections 3 and 7)."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.canon import PLURAL, REFERENCES, SINGULAR
from tests.oracle.moments import part
from tests.oracle.reading import Shop, chain, children, lead
from tests.oracle.rows import Row
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import HANDLERS, Scope, value

TRAITS: dict[tuple[str, str], Callable[[Shop, Row], object]] = {}
"""The standard traits and filters, by table and name."""
TRAIT_REFERENCES = {("orders", "previous_order"): "orders"}
_PARTS = ("date", "week", "month", "quarter", "year", "hour", "weekday")
_NOT_HERE = object()


def look_up(path: tuple[str, ...], scope: Scope) -> object:
    """A path: on the row, on a row around it, along the chain of references (section 7)."""
    shop = scope.shop
    for row in (scope.row, *scope.outer):
        named = row is not None and (row is scope.row or path[0] == SINGULAR[row.table])
        if named and (found := on_row(shop, row, path)) is not _NOT_HERE:
            return found
    table = PLURAL.get(path[0], "")
    for row in (scope.row, *scope.outer):
        if row is not None and table and chain(shop, row.table, table) is not None:
            return _beyond(shop, lead(shop, row, table), path[1:])
    raise NotExpressible(f"name {'.'.join(path)}")


def _beyond(shop: Shop, row: Row | None, path: tuple[str, ...]) -> object:
    if row is None:
        return None
    if not path:
        return row.id
    found = on_row(shop, row, path)
    if found is _NOT_HERE:
        raise NotExpressible(f"{row.table} has no {path}")
    return found


def on_row(shop: Shop, row: Row, path: tuple[str, ...]) -> object:
    """Column, trait or filter, reference, part of a date; the row's own name."""
    head = path[0]
    if head in row.cells:
        if len(path) == 1:
            return row.cells[head]
        target = REFERENCES.get(row.table, {}).get(head)
        return _beyond(shop, shop.find(target, row.cells[head]), path[1:]) if target else _NOT_HERE
    if (trait := _trait(shop, row, path)) is not _NOT_HERE:
        return trait
    if head in (SINGULAR[row.table], row.table):
        return _beyond(shop, row, path[1:])
    return _part(shop, row, head) if len(path) == 1 else _NOT_HERE


def _trait(shop: Shop, row: Row, path: tuple[str, ...]) -> object:
    key = (row.table, path[0])
    if key in shop.project.declared.traits:
        memory = (*key, row.id)
        if memory not in shop.memory:
            shop.memory[memory] = value(shop.project.declared.traits[key], Scope(shop, row))
        return shop.memory[memory]
    if key == ("customers", "consent") and len(path) == 2:
        return TRAITS[key](shop, row)(path[1])
    if key in TRAITS:
        target = TRAIT_REFERENCES.get(key)
        found = TRAITS[key](shop, row)
        return _beyond(shop, shop.find(target, found), path[1:]) if target and len(path) > 1 else found
    return _NOT_HERE


def _part(shop: Shop, row: Row, name: str) -> object:
    """`created_month` of `created_at`, `birth_year` of `birth_date` and `ends_week` of `ends_on` (section 3, Parts)."""
    stem, _, unit = name.rpartition("_")
    if unit not in _PARTS or not stem:
        return _NOT_HERE
    for ending in ("at", "on"):
        base = on_row(shop, row, (f"{stem}_{ending}",))
        if base is not _NOT_HERE:
            return None if base is None else part(base, _UNITS.get(unit, unit), shop.week_starts)
    return _NOT_HERE


_UNITS = {"hour": "hour_of_day"}


def child_rows(scope: Scope, table: str) -> list[Row]:
    return children(scope.shop, table, scope.row) if scope.row is not None else []


HANDLERS["path"] = lambda node, scope: look_up(node[1], scope)

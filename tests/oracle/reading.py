"""A project read as of a moment: what happened or was known later is invisible (section 3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from tests.oracle.canon import DEFAULT_DATE, MOMENTS, REFERENCES, SINGULAR
from tests.oracle.moments import Moment
from tests.oracle.rows import Project, Row

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KNOWN_BY = {table: path[0] for table, path in DEFAULT_DATE.items() if len(path) == 1 and table != "stock"}


@dataclass(slots=True)
class Shop:
    """The visible rows of every table, and what has been calculated from them."""

    project: Project
    as_of: Moment
    tables: dict[str, list[Row]] = field(default_factory=dict)
    index: dict[str, dict[str, Row]] = field(default_factory=dict)
    memory: dict[object, object] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return self.as_of.date

    @property
    def week_starts(self) -> int:
        return _WEEKDAYS.index(self.project.setting("week_starts", "monday"))

    def find(self, table: str, key: object) -> Row | None:
        return self.index.get(table, {}).get(str(key)) if key is not None else None

    def id_order(self, table: str, key: object) -> tuple[int, object]:
        """How ids sort: as numbers when all of the table are digits without leading zeros (section 2)."""
        name = ("digits", table)
        if name not in self.memory:
            ids = [row.id for row in self.project.tables.get(table, [])]
            self.memory[name] = bool(ids) and all(i.isdigit() and (i == "0" or i[0] != "0") for i in ids)
        if self.memory[name] and str(key).isdigit():
            return (0, int(str(key)))
        return (1, str(key))


def read(project: Project, as_of: Moment) -> Shop:
    """The project as it was known at that moment."""
    shop = Shop(project, as_of)
    for table, rows in project.tables.items():
        shop.tables[table] = [_as_known(row, as_of) for row in rows if _visible(row, as_of)]
    _received_messages(shop)
    for table, rows in shop.tables.items():
        shop.index[table] = {row.id: row for row in rows}
    _forget_unseen(shop)
    _book_parts_on_root(project, shop)
    _coupons(shop)
    return shop


def _visible(row: Row, as_of: Moment) -> bool:
    column = _KNOWN_BY.get(row.table, "created_at" if row.table == "customers" else "")
    moment = row.cells.get(column)
    return not isinstance(moment, Moment) or moment <= as_of


def _as_known(row: Row, as_of: Moment) -> Row:
    """A copy without what came later: deletion, delivery, leaving, cancelling, returning."""
    cells = dict(row.cells)
    for column in MOMENTS.get(row.table, set()):
        moment = cells.get(column)
        if isinstance(moment, Moment) and moment > as_of:
            cells[column] = None
            if row.table == "orders" and (column, cells["status"]) in _LATER:
                cells["status"] = "paid"
    return Row(row.table, row.id, cells, row.number)


_LATER = {("canceled_at", "canceled"), ("returned_at", "returned")}


def _received_messages(shop: Shop) -> None:
    """A delivered message without a matching action counts as an action of kind `received` (section 6)."""
    actions = shop.tables.get("actions")
    messages = [m for m in shop.tables.get("messages", []) if m.cells.get("delivered_at") is not None]
    if not messages:
        return
    actions = shop.tables.setdefault("actions", [])
    matched = {a.cells.get("message") for a in actions if a.cells.get("kind") == "received"}
    for message in messages:
        if message.id not in matched:
            actions.append(_received(message, len(actions)))


def _received(message: Row, number: int) -> Row:
    cells = {name: message.cells.get(name) for name in ("customer", "campaign", "channel")}
    key = f"message:{message.id}"
    more = {"id": key, "kind": "received", "acted_at": message.cells["delivered_at"], "message": message.id}
    return Row("actions", key, {**cells, **more, "is_machine": False, "actor": None, "session": None}, number)


def _forget_unseen(shop: Shop) -> None:
    """What is invisible cannot be pointed to."""
    for table, rows in shop.tables.items():
        for column, target in REFERENCES.get(table, {}).items():
            for row in rows:
                if target in shop.tables and shop.find(target, row.cells.get(column)) is None and column in row.cells:
                    row.cells[column] = None


def _book_parts_on_root(project: Project, shop: Shop) -> None:
    """Parts of a split order are booked at the root's created_at (section 3, Restatement)."""
    created = {row.id: row.cells.get("created_at") for row in project.tables.get("orders", [])}
    for row in shop.tables.get("orders", []):
        root = row.cells.get("root_order")
        if root is not None and created.get(str(root)) is not None:
            row.cells["created_at"] = created[str(root)]


def _coupons(shop: Shop) -> None:
    """orders.coupon, when absent: that of its first redemption with one."""
    orders = shop.tables.get("orders", [])
    if not orders or "coupon" in orders[0].cells or "redemptions" not in shop.tables:
        return
    first: dict[str, list[Row]] = defaultdict(list)
    for row in shop.tables["redemptions"]:
        if row.cells.get("order") is not None and row.cells.get("coupon") is not None:
            first[str(row.cells["order"])].append(row)
    for order in orders:
        mine = sorted(first[order.id], key=lambda r: (r.cells["redeemed_at"], shop.id_order("redemptions", r.id)))
        order.cells["coupon"] = mine[0].cells.get("coupon") if mine else None


def chain(shop: Shop, table: str, target: str) -> tuple[str, ...] | None:
    """The shortest way from a table to another along references named like their table (section 7)."""
    key = ("chain", table, target)
    if key not in shop.memory:
        shop.memory[key] = _chain(shop, table, target)
    return shop.memory[key]


def _chain(shop: Shop, table: str, target: str) -> tuple[str, ...] | None:
    ways: list[tuple[str, tuple[str, ...]]] = [(table, ())]
    seen = {table}
    while ways:
        here, path = ways.pop(0)
        if here == target:
            return path
        for column, there in REFERENCES.get(here, {}).items():
            if SINGULAR[there] == column and there not in seen and _has_column(shop, here, column):
                seen.add(there)
                ways.append((there, (*path, column)))
    return None


def _has_column(shop: Shop, table: str, column: str) -> bool:
    rows = shop.project.tables.get(table)
    return bool(rows) and column in rows[0].cells


def lead(shop: Shop, row: Row | None, target: str) -> Row | None:
    """The row of another table that this row leads to."""
    if row is None:
        return None
    way = chain(shop, row.table, target)
    if way is None:
        return None
    for column in way:
        row = shop.find(REFERENCES[row.table][column], row.cells.get(column))
        if row is None:
            return None
    return row


def children(shop: Shop, table: str, parent: Row) -> list[Row]:
    """The rows of a table that refer to this one, directly or by a chain."""
    key = ("children", table, parent.table)
    if key not in shop.memory:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in shop.tables.get(table, []):
            up = lead(shop, row, parent.table)
            if up is not None:
                found[up.id].append(row)
        shop.memory[key] = found
    return shop.memory[key].get(parent.id, [])

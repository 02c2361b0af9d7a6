"""The standard filters and traits, calculated from their definitions (section 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from tests.oracle.functions import months_between
from tests.oracle.moments import Moment
from tests.oracle.names import TRAITS
from tests.oracle.reading import Shop
from tests.oracle.rows import Row

STANDARD = """
event ordered on orders at created_at worth value
  where valid_order and kind is not "return"
event first_order on orders at created_at worth value
  where order_number = 1
event bought on lines at order.created_at per order worth amount
  where order.valid_order and order.kind is not "return"
event received on actions at acted_at
  where kind is "received"
event opened on actions at acted_at
  where kind is "opened"
event clicked on actions at acted_at
  where kind is "clicked"
event unsubscribed on actions at acted_at
  where kind is "unsubscribed"
event sent on messages at sent_at
event redeemed on redemptions at redeemed_at
event joined on memberships at joined_at
event left on memberships at left_at
event visited on sessions at started_at

metric members = count(customers)
metric total_shoppers = unique(orders.customer where valid_order)
metric total_orders = count(orders where valid_order and kind is not "return")
metric total_sales = sum(orders.value where valid_order)
metric average_order = total_sales / total_orders
metric conversion = total_shoppers / members
metric units = sum(lines.quantity where order.valid_order)
metric product_sales = sum(lines.amount where order.valid_order)
metric items_per_order = units / total_orders
audience all_tracked_users {
  include everyone
}
"""


def valid_order(shop: Shop, row: Row) -> bool:
    """By the project's `order_rule`."""
    status, kind, channel = (row.cells.get(name) for name in ("status", "kind", "channel"))
    match shop.project.setting("order_rule", "shopline"):
        case "all_sales":
            return kind != "return" and status != "deleted"
        case "net_of_returns":
            return status not in ("canceled", "deleted")
    gone = status in ("canceled", "deleted") or kind == "return"
    return not gone and not (channel == "retail" and status == "returned")


def order_value(shop: Shop, row: Row) -> Decimal | None:
    """net_sales or total, negative for kind return."""
    measure = "total" if shop.project.setting("sales", "net_sales") == "total" else "net_sales"
    amount = row.cells.get(measure)
    if not isinstance(amount, Decimal):
        return None
    return -amount if row.cells.get("kind") == "return" else amount


def valid_orders_of(shop: Shop, customer: object) -> list[Row]:
    """A customer's valid orders without return documents, by created_at, then id."""
    if "valid_orders" not in shop.memory:
        found: dict[object, list[Row]] = defaultdict(list)
        for row in shop.tables.get("orders", []):
            is_return = row.cells.get("kind") == "return"
            if row.cells.get("customer") is not None and valid_order(shop, row) and not is_return:
                found[row.cells["customer"]].append(row)
        for rows in found.values():
            rows.sort(key=lambda r: (r.cells["created_at"], shop.id_order("orders", r.id)))
        shop.memory["valid_orders"] = found
    return shop.memory["valid_orders"].get(customer, [])


def _numbered(shop: Shop, row: Row) -> tuple[int, list[Row]] | None:
    """The place of an order among its customer's valid ones; missing for invalid ones and returns."""
    mine = valid_orders_of(shop, row.cells.get("customer"))
    place = next((n for n, r in enumerate(mine) if r.id == row.id), None)
    return None if place is None else (place, mine)


def order_number(shop: Shop, row: Row) -> int | None:
    found = _numbered(shop, row)
    return None if found is None else found[0] + 1


def previous_order(shop: Shop, row: Row) -> str | None:
    found = _numbered(shop, row)
    return found[1][found[0] - 1].id if found and found[0] > 0 else None


def days_since_previous_order(shop: Shop, row: Row) -> int | None:
    """Local dates between the two."""
    before = shop.find("orders", previous_order(shop, row))
    return None if before is None else (_created(row).date - _created(before).date).days


def months_after_first(shop: Shop, row: Row) -> int | None:
    """months_between(customer.first_order_at, created_at)."""
    if _numbered(shop, row) is None:
        return None
    first = valid_orders_of(shop, row.cells["customer"])[0]
    return months_between(_created(first).date, _created(row).date)


def _created(row: Row) -> Moment:
    return row.cells["created_at"]


def first_order_at(shop: Shop, row: Row) -> Moment | None:
    mine = valid_orders_of(shop, row.id)
    return _created(mine[0]) if mine else None


def last_order_at(shop: Shop, row: Row) -> Moment | None:
    mine = valid_orders_of(shop, row.id)
    return _created(mine[-1]) if mine else None


def days_since_last_order(shop: Shop, row: Row) -> int | None:
    """today - local date of the last order."""
    last = last_order_at(shop, row)
    return None if last is None else (shop.today - last.date).days


def purchase_days(shop: Shop, row: Row) -> int:
    """Distinct local dates."""
    return len({_created(order).date for order in valid_orders_of(shop, row.id)})


def consent(shop: Shop, row: Row) -> Callable[[str], bool | None]:
    """Yes when the latest status of the channel is `in`; an undated status holds until a dated one."""

    def of(channel: str) -> bool | None:
        mine = [
            c
            for c in shop.tables.get("consents", [])
            if c.cells.get("customer") == row.id and c.cells.get("channel") == channel
        ]
        if not mine:
            return None
        dated = [c for c in mine if c.cells.get("changed_at") is not None]
        latest = max(dated, key=lambda c: c.cells["changed_at"]) if dated else mine[-1]
        return latest.cells["status"] == "in"

    return of


TRAITS.update({
    ("orders", "valid_order"): valid_order, ("orders", "value"): order_value,
    ("orders", "order_number"): order_number, ("orders", "previous_order"): previous_order,
    ("orders", "days_since_previous_order"): days_since_previous_order,
    ("orders", "months_after_first"): months_after_first,
    ("customers", "first_order_at"): first_order_at, ("customers", "last_order_at"): last_order_at,
    ("customers", "days_since_last_order"): days_since_last_order, ("customers", "purchase_days"): purchase_days,
    ("customers", "consent"): consent,
})  # fmt: skip

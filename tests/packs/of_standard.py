"""The standard library (language reference, section 9), calculated."""

from __future__ import annotations

from tests.packs.members import event, metric, trait
from tests.packs.plain import ratio, total


@metric("members")
def members(view):
    return len(view.customers)


@metric("total_shoppers")
def total_shoppers(view):
    return len(view.shoppers)


@metric("total_orders")
def total_orders(view):
    return len(view.orders)


@metric("total_sales")
def total_sales(view):
    return view.sales


@metric("average_order")
def average_order(view):
    return ratio(view.sales, len(view.orders))


@metric("conversion")
def conversion(view):
    return ratio(len(view.shoppers), len(view.customers))


@metric("units")
def units(view):
    return total(view.lines, "quantity")


@metric("product_sales")
def product_sales(view):
    return total(view.lines, "amount")


@metric("items_per_order")
def items_per_order(view):
    return ratio(units(view), len(view.orders))


# ---------------------------------------------------------------- orders


@trait("orders", "valid_order", "purchase")
def valid_order(shop, order):
    """The same but for return documents in `net_of_returns`, and these shops count by the rule `shopline`."""
    return shop.valid(order)


@trait("orders", "value")
def value(shop, order):
    return shop.value(order)


@trait("orders", "order_number")
def order_number(shop, order):
    return shop.numbers.get(order)


def before(shop, order):
    number = shop.numbers.get(order, 1)
    return shop.orders_of[order.customer][number - 2] if number > 1 else None


@trait("orders", "previous_order")
def previous_order(shop, order):
    found = before(shop, order)
    return found and found.id


@trait("orders", "days_since_previous_order")
def days_since_previous_order(shop, order):
    found = before(shop, order)
    return found and (order.created_at.day - found.created_at.day).days


@trait("orders", "months_after_first")
def months_after_first(shop, order):
    if order not in shop.numbers:
        return None
    day, first = order.created_at.day, shop.orders_of[order.customer][0].created_at.day
    return (day.year - first.year) * 12 + day.month - first.month


# ---------------------------------------------------------------- customers


@trait("customers", "first_order_at")
def first_order_at(shop, customer):
    return shop.orders_of[customer.id][0].created_at if customer.id in shop.orders_of else None


@trait("customers", "last_order_at")
def last_order_at(shop, customer):
    return shop.orders_of[customer.id][-1].created_at if customer.id in shop.orders_of else None


@trait("customers", "days_since_last_order")
def days_since_last_order(shop, customer):
    last = last_order_at(shop, customer)
    return last and (shop.today - last.day).days


@trait("customers", "purchase_days")
def purchase_days(shop, customer):
    return len({o.created_at.day for o in shop.orders_of.get(customer.id, ())})


# ---------------------------------------------------------------- campaigns


@trait("campaigns", "tracked")
def tracked(shop, campaign):
    """Sent when it could be followed, by a channel that is followed."""
    began = campaign.sent_at or campaign.get("scheduled_at") or campaign.get("created_at")
    since, channels = campaign.get("tracked_from"), campaign.get("tracked_channels")
    early = since is not None and began is not None and began < since
    return not early and (not channels or campaign.channel in channels)


# ---------------------------------------------------------------- what customers do


@event("ordered")
def ordered(shop):
    return [customer for customer, orders in shop.orders_of.items() for _ in orders]


@event("first_order")
def first_order(shop):
    return list(shop.orders_of)


@event("bought")
def bought(shop):
    """Once per order."""
    orders = {line.order for line in shop.rows("lines")}
    return [o.customer for o in shop.numbers if o.id in orders]


def happened(name, table, column="customer", when=lambda row: True):
    event(name)(lambda shop: [getattr(row, column) for row in shop.rows(table) if when(row)])


for kind in ("received", "opened", "clicked", "unsubscribed"):
    happened(kind, "actions", when=lambda row, kind=kind: row.kind == kind)
happened("sent", "messages")
happened("reviewed", "reviews")
happened("redeemed", "redemptions")
happened("joined", "memberships")
happened("left", "memberships", when=lambda row: row.left_at is not None)
happened("visited", "sessions")

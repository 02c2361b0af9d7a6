"""The pack `staff` (language reference, section 16), calculated; of all channels unless the shop names some."""

from __future__ import annotations

from fractions import Fraction

from tests.packs.members import metric, trait
from tests.packs.plain import SourceMissing, mean, ratio, total, within


@trait("orders", "staff.in_channels")
def in_channels(shop, order):
    channels = shop.settings.get("channels")
    return not channels or order.channel in channels


@trait("orders", "staff.counted", "staff.sold")
def counted(shop, order):
    return shop.valid(order) and in_channels(shop, order)


def served(view):
    return view.shop.kept(("served", view), lambda: [o for o in view.orders if in_channels(view.shop, o)])


# ---------------------------------------------------------------- reviews


def ratings_in(view):
    return [r.rating for r in view.rows("reviews") if r.rating is not None]


@metric("staff.ratings")
def ratings(view):
    return len(ratings_in(view))


@metric("staff.average_rating")
def average_rating(view):
    return mean(ratings_in(view))


# ---------------------------------------------------------------- people served


@metric("staff.customers_served")
def customers_served(view):
    return len({o.customer for o in served(view)} - {None})


@metric("staff.new_customers")
def new_customers(view):
    return sum(view.shop.numbers.get(o) == 1 for o in served(view))


@metric("staff.signups")
def signups(view):
    """Who joined the club on the day they were served."""
    joined = {(s.customer, s.joined_at.day) for s in view.shop.rows("memberships")}
    return len({o.customer for o in served(view) if (o.customer, o.created_at.day) in joined})


@metric("staff.repeat_rate")
def repeat_rate(view):
    """Of the customers served, those who ordered again within 90 days."""
    people = {o.customer for o in served(view)} - {None}
    again = {o.customer for o in served(view) if came_again(view.shop, o)}
    return ratio(len(again), len(people))


def following(shop, order):
    number, mine = shop.numbers.get(order), shop.orders_of.get(order.customer, ())
    return mine[number] if number is not None and number < len(mine) else None


@trait("orders", "staff.next_order")
def next_order(shop, order):
    found = following(shop, order)
    return found and found.id


@trait("orders", "staff.came_again")
def came_again(shop, order):
    found = following(shop, order)
    return found is not None and within(order.created_at, found.created_at, 90)


# ---------------------------------------------------------------- orders


@metric("staff.units_per_order")
def units_per_order(view):
    orders = {o.id for o in served(view)}
    return ratio(total([line for line in view.lines if line.order in orders], "quantity"), len(orders))


@metric("staff.discount_rate")
def discount_rate(view):
    return ratio(total(served(view), "discount"), total(served(view), "gross"))


def returned(view):
    """Sales that were returned, whole or in part; by document or by status, each once. Nobody tells of any in a shop
    whose orders have neither."""
    if not any({"status", "kind"} & vars(o).keys() for o in view.shop.rows("orders")):
        raise SourceMissing("status")
    mine = [o for o in view.rows("orders") if in_channels(view.shop, o)]
    by_document = {o.get("ref_order") or o.id for o in mine if o.kind == "return"}
    return by_document | {o.id for o in mine if o.kind != "return" and o.status == "returned"}


@metric("staff.returned_sales")
def returned_sales(view):
    return len(returned(view))


@metric("staff.return_rate")
def return_rate(view):
    mine = [o for o in view.rows("orders") if in_channels(view.shop, o)]
    sold = [o for o in mine if o.kind != "return" and o.status not in ("canceled", "deleted")]
    return ratio(len(returned(view)), len(sold))


@metric("staff.counted_sales")
def counted_sales(view):
    return sum(map(view.shop.value, served(view)))


@metric("staff.sales_share")
def sales_share(view):
    return ratio(counted_sales(view), counted_sales(view.whole))


# ---------------------------------------------------------------- time


@metric("staff.days_worked")
def days_worked(view):
    return len({o.created_at.day for o in served(view)})


@metric("staff.hours")
def hours(view):
    seconds = sum((s.ended_at.at - s.started_at.at).total_seconds() for s in view.rows("shifts"))
    return Fraction(int(seconds), 3600)


@metric("staff.sales_per_hour")
def sales_per_hour(view):
    return ratio(counted_sales(view), hours(view))

"""The pack `loyalty` (language reference, section 16), calculated."""

from __future__ import annotations

from tests.packs.members import metric, trait
from tests.packs.plain import DAY, by, ratio

# ---------------------------------------------------------------- who is a member when


def holds(stay, at):
    """Whether a stay has begun and has not ended."""
    return stay.joined_at <= at and (stay.left_at is None or stay.left_at > at)


def open_stays(shop):
    """The stays of today by customer."""
    return shop.kept("stays", lambda: dict(_open_stays(shop)))


def _open_stays(shop):
    """The last one to begin is the one that counts."""
    mine = [s for s in shop.rows("memberships") if s.left_at is None or s.left_at.day > shop.today]
    return [(s.customer, s) for s in sorted(mine, key=lambda s: s.joined_at)]


@trait("customers", "loyalty.member")
def member(shop, customer):
    return customer.id in open_stays(shop)


@trait("memberships", "loyalty.open_stay")
def open_stay(shop, stay):
    return stay.left_at is None or stay.left_at.day > shop.today


@trait("customers", "loyalty.tier")
def tier(shop, customer):
    stay = open_stays(shop).get(customer.id)
    return stay and stay.tier


@trait("customers", "loyalty.joined_at")
def joined_at(shop, customer):
    stay = open_stays(shop).get(customer.id)
    return stay and stay.joined_at


@trait("orders", "loyalty.member_order")
def member_order(shop, order):
    return order in shop.kept("member orders", lambda: set(_member_orders(shop)))


def _member_orders(shop):
    stays = by(shop.rows("memberships"), "customer")
    for order in shop.rows("orders"):
        if any(holds(stay, order.created_at) for stay in stays.get(order.customer, ())):
            yield order


# ---------------------------------------------------------------- stays


@metric("loyalty.signups")
def signups(view):
    return len(view.rows("memberships"))


@metric("loyalty.departures")
def departures(view):
    return sum(s.left_at is not None and view.inside(s.left_at.day) for s in view.undated("memberships"))


@metric("loyalty.net_signups")
def net_signups(view):
    return signups(view) - departures(view)


@metric("loyalty.members_end")
def members_end(view):
    """On the last day, at its end."""
    stays = [s for s in view.undated("memberships") if s.joined_at.day <= view.last]
    return sum(s.left_at is None or s.left_at.day > view.last for s in stays)


# ---------------------------------------------------------------- orders of members


def of_members(view):
    return [o for o in view.orders if member_order(view.shop, o)]


@metric("loyalty.member_orders")
def member_orders(view):
    return len(of_members(view))


@metric("loyalty.member_sales")
def member_sales(view):
    return sum(map(view.shop.value, of_members(view)))


@metric("loyalty.member_share")
def member_share(view):
    return ratio(member_orders(view), len(view.orders))


@metric("loyalty.member_average_order")
def member_average_order(view):
    return ratio(member_sales(view), member_orders(view))


@metric("loyalty.other_average_order")
def other_average_order(view):
    others = [o for o in view.orders if not member_order(view.shop, o)]
    return ratio(sum(map(view.shop.value, others)), len(others))


# ---------------------------------------------------------------- how many members are active


def members(view):
    return {c.id for c in view.customers if member(view.shop, c)}


@metric("loyalty.club_members")
def club_members(view):
    return len(members(view))


for days in (30, 60, 90, 180, 365):

    @metric(f"loyalty.active_rate_{days}")
    def active_rate(view, days=days):
        """With a valid order on one of so many dates that end today."""
        since = view.shop.today - (days - 1) * DAY
        own = members(view)
        active = {c for c in own if any(o.created_at.day >= since for o in view.shop.orders_of.get(c, ()))}
        return ratio(len(active), len(own))


# ---------------------------------------------------------------- points


def entries(view, *kinds):
    """What was written in the ledger in the period."""
    return sum(p.quantity for p in view.rows("points") if p.unit == "points" and p.kind in kinds)


KINDS = ("earn", "boost", "adjust", "legacy", "redeem", "expire")


@metric("loyalty.points_posted")
def points_posted(view):
    return entries(view, *KINDS)


@metric("loyalty.points_earned")
def points_earned(view):
    return entries(view, "earn")


@metric("loyalty.points_boosted")
def points_boosted(view):
    return entries(view, "boost")


@metric("loyalty.points_adjusted")
def points_adjusted(view):
    """What was brought over from before is a correction too, or the sum would not be whole."""
    return entries(view, "adjust", "legacy")


@metric("loyalty.points_redeemed")
def points_redeemed(view):
    return -entries(view, "redeem")


@metric("loyalty.points_expired")
def points_expired(view):
    return -entries(view, "expire")


def balance(view, day):
    """At the end of a day."""
    mine = [p for p in view.undated("points") if p.unit == "points"]
    return sum(p.quantity for p in mine if p.posted_at.day <= day)


@metric("loyalty.points_open")
def points_open(view):
    return balance(view, view.last)


@metric("loyalty.points_opening")
def points_opening(view):
    return balance(view, view.first - DAY) if view.period else 0 * balance(view, view.last)


def balance_of(unit):
    def found(shop, customer):
        return shop.kept(("balance", unit), lambda: _balances(shop, unit)).get(customer.id, 0)

    return found


def _balances(shop, unit):
    found = {}
    for entry in shop.rows("points"):
        if entry.unit == unit:
            found[entry.customer] = found.get(entry.customer, 0) + entry.quantity
    return found


trait("customers", "loyalty.points")(balance_of("points"))
trait("customers", "loyalty.credits")(balance_of("credits"))

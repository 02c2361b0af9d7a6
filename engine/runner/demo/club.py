"""What follows an order: the member club, points, redemptions, reviews, visits of the web shop, shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from patron.engine.runner.demo import days, words
from patron.engine.runner.demo.draws import Draws
from patron.engine.runner.demo.marketing import Marketing
from patron.engine.runner.demo.sales import Order
from patron.engine.runner.demo.shop import Shop


@dataclass(frozen=True, slots=True)
class Stay:
    """A dated membership."""

    customer: str
    joined_at: dt.datetime
    left_at: dt.datetime | None
    tier: str
    store: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the points ledger."""

    customer: str
    kind: str
    points: int
    posted_at: dt.datetime
    order: str


@dataclass(frozen=True, slots=True)
class Redemption:
    customer: str
    order: str
    kind: str
    coupon: str
    amount: int
    redeemed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Review:
    order: Order
    rating: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A visit of the web shop; `action`: the click that opened it."""

    id: str
    customer: str
    started_at: dt.datetime
    action: str
    source: str


@dataclass(frozen=True, slots=True)
class Shift:
    seller: str
    store: int
    started_at: dt.datetime
    ended_at: dt.datetime


def stays(seed: int, shop: Shop) -> Iterator[Stay]:
    """Six in ten join, most of them when they register; some leave again."""
    draws = Draws(seed, "club")
    for customer in shop.customers:
        if not draws.chance(58):
            continue
        joined = days.later(customer.registered, draws, 0, draws.weighted((5, 90_000), (75, 25)))
        left = days.later(joined, draws, 40_000, 700_000) if draws.chance(9) else None
        tier = "gold" if customer.visits > 8 else "silver" if customer.visits > 3 else "basic"
        yield Stay(customer.id, joined, left if left != days.END else None, tier, customer.store)


def entries(orders: tuple[Order, ...], members: tuple[Stay, ...], redeemed: tuple[Redemption, ...]) -> Iterator[Entry]:
    """A point for every dollar of a member's valid order, points taken off when they are redeemed."""
    joined = {m.customer: m for m in members}
    spent = {r.order: r for r in redeemed if r.kind == "points"}
    for order in orders:
        stay = joined.get(order.customer)
        if stay is None or order.visit.when < stay.joined_at or not order.counts:
            continue
        if stay.left_at is not None and order.visit.when > stay.left_at:
            continue
        yield Entry(order.customer, "earn", order.total // 100, order.visit.when, order.id)
        if order.id in spent:
            yield Entry(order.customer, "redeem", -(spent[order.id].amount // 5), order.visit.when, order.id)


def redemptions(seed: int, orders: tuple[Order, ...], members: tuple[Stay, ...]) -> Iterator[Redemption]:
    """The coupon that came with the order; now and then points for a discount."""
    draws, club = Draws(seed, "redemptions"), {m.customer: m for m in members}
    for order in orders:
        if order.customer == "GUEST":
            continue
        if order.visit.coupon:
            yield Redemption(order.customer, order.id, "coupon", order.visit.coupon, order.discount, order.visit.when)
        elif order.customer in club and order.discount and draws.chance(60):
            yield Redemption(order.customer, order.id, "points", "", order.discount, order.visit.when)


def reviews(seed: int, orders: tuple[Order, ...]) -> Iterator[Review]:
    """One order in eight is rated, and one rating in forty cannot be read."""
    draws = Draws(seed, "reviews")
    for order in orders:
        if not order.counts or not draws.chance(13):
            continue
        rating = draws.weighted(("5", "4", "3", "2", "1", "n/a"), (96, 62, 22, 10, 6, 4))
        yield Review(order, rating, days.later(order.visit.when, draws, 300, 8_000))


def sessions(seed: int, orders: tuple[Order, ...], marketing: Marketing) -> Iterator[Session]:
    """Clicks open one each; online orders that came of their own have one without a click."""
    for action in marketing.actions:
        if action.session:
            customer = action.actor or action.message.customer.id
            yield Session(action.session, customer, action.acted_at, action.id, action.message.campaign.channel)
    draws = Draws(seed, "sessions")
    for order in orders:
        if order.channel != "retail" and not order.visit.session:
            started = order.visit.when - dt.timedelta(minutes=draws.between(3, 25))
            source = draws.weighted(("direct", "search", "social"), (45, 35, 20))
            yield Session(own_session(order), order.customer, started, "", source)


def own_session(order: Order) -> str:
    """The visit of the web shop an order belongs to."""
    if order.channel == "retail":
        return ""
    return order.visit.session or f"V{order.id}"


def shifts(seed: int, shop: Shop) -> Iterator[Shift]:
    """The last four months: five days in seven, early or late."""
    draws = Draws(seed, "shifts")
    for number in range(days.DAYS - 120, days.DAYS):
        for seller in shop.sellers:
            if draws.chance(71):
                start = dt.datetime.combine(days.day(number), dt.time(draws.pick((8, 9, 12))))
                yield Shift(seller.id, seller.store, start, start + dt.timedelta(hours=draws.pick((6, 8, 8))))


def store_id(number: int | None) -> str:
    """A store as the files write it."""
    return "" if number is None else words.STORE_NAMES[number].split()[0][:2].upper() + str(number + 1)

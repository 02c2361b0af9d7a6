"""The files: names of columns and rows, as tills, web shops and mail tools write them, with the dirt of every day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from patron.engine.runner.demo import club, days, words
from patron.engine.runner.demo.draws import Draws
from patron.engine.runner.demo.marketing import Marketing
from patron.engine.runner.demo.sales import Order
from patron.engine.runner.demo.shop import Customer, Shop

Cell = str | int | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """The whole shop with what happened in it."""

    shop: Shop
    marketing: Marketing
    orders: tuple[Order, ...]
    stays: tuple[club.Stay, ...]
    redemptions: tuple[club.Redemption, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A CSV file before it is written."""

    name: str
    header: str
    rows: Iterable[Row]


def files(seed: int, made: Everything) -> Iterator[File]:
    """All files of the demo."""
    yield File("stores", "id,name,city,region,postcode,country,latitude,longitude", _stores())
    yield File("staff", "id,name,role,store,started_on", _staff(made.shop))
    yield File("products", "code,title,category,brand,price,cost", _products(made.shop))
    yield File(
        "customers",
        "customer_no,registered,full_name,email,birthday,sex,town,zip,place,favourite_store,tags,changed_at",
        _customers(seed, made.shop),
    )
    yield File("places", "place,latitude,longitude,zip,town", _places(made.shop))
    yield File(
        "orders",
        "order_no,customer_no,store,seller,visit,placed_at,changed_at,state,kind,channel,subtotal,discount,tax,"
        "shipping,total,canceled_at,returned_at,payment,returned_order",
        _orders(made.orders),
    )
    yield File("items", "order_no,product,quantity,amount,list_price,unit_cost", _items(made.orders))
    yield File(
        "campaigns", "id,name,category,channel,status,sent_at,window_days,coupon,cost", _campaigns(made.marketing)
    )
    yield File("messages", "id,campaign,customer,channel,sent_at,delivered_at,failed_reason", _messages(made.marketing))
    yield File(
        "actions",
        "id,customer,campaign,message,event,acted_at,channel,visit,actor,is_machine",
        _actions(made.marketing),
    )
    yield File("visits", "id,customer,started_at,entry_action,source", _visits(seed, made))
    yield File("members", "customer,joined_at,left_at,tier,store", _members(made.stays))
    yield File("points", "customer,kind,quantity,posted_at,order", _points(made))
    yield File("redemptions", "customer,order,kind,coupon,amount,redeemed_at", _redemptions(made.redemptions))
    yield File("reviews", "id,rating,created_at,customer,order,seller,channel", _reviews(seed, made.orders))
    yield File("consents", "customer,channel,status,changed_at", _consents(made.marketing))
    yield File("shifts", "staff,started_at,ended_at,store", _shifts(seed, made.shop))


# ---------------------------------------------------------------- cells


def money(cents: int) -> str:
    """`1234` cents are `12.34`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def degrees(millionths: int) -> str:
    """Six digits behind the point."""
    sign = "-" if millionths < 0 else ""
    return f"{sign}{abs(millionths) // 1_000_000}.{abs(millionths) % 1_000_000:06}"


def local(when: dt.datetime | None) -> str:
    """A moment of the shop's own clock."""
    return "" if when is None else f"{when:%Y-%m-%d %H:%M:%S}"


# ---------------------------------------------------------------- the shop itself


def _stores() -> Iterator[Row]:
    for number, name in enumerate(words.STORE_NAMES):
        latitude, longitude = words.STORE_PLACES[number]
        yield (
            club.store_id(number), name, words.TOWNS[number], words.REGION, words.POSTCODES[number], "US",
            degrees(latitude), degrees(longitude),
        )  # fmt: skip


def _staff(shop: Shop) -> Iterator[Row]:
    for seller in shop.sellers:
        yield seller.id, seller.name, seller.role, club.store_id(seller.store), seller.started_on.isoformat()


def _products(shop: Shop) -> Iterator[Row]:
    """Prices carry their sign, as people type them."""
    for product in shop.products:
        yield (
            product.id, product.name, product.category, product.brand, f"${money(product.price)} ", money(product.cost)
        )  # fmt: skip


def _customers(seed: int, shop: Shop) -> Iterator[Row]:
    """Somebody who moved stands there twice; some birthdays cannot be read."""
    draws = Draws(seed, "customer file")
    for customer in shop.customers:
        born = customer.born.isoformat() if customer.born else ""
        if draws.chance(1):
            born = draws.pick(("unknown", "0000-00-00", "1.4."))
        moved = draws.chance(2)
        if moved:
            yield _customer(customer, born, words.TOWNS[(customer.store + 1) % 4], customer.registered)
        yield _customer(customer, born, words.TOWNS[customer.store], _changed(draws, customer, moved))


def _changed(draws: Draws, customer: Customer, moved: bool) -> dt.datetime:
    return min(customer.registered + dt.timedelta(days=draws.between(30, 90) if moved else 0), days.END)


def _customer(customer: Customer, born: str, town: str, changed_at: dt.datetime) -> Row:
    return (
        customer.id, local(customer.registered), customer.name, customer.email, born, customer.gender, town,
        words.POSTCODES[words.TOWNS.index(town)], f"L{customer.id[1:]}", club.store_id(customer.store), customer.tags,
        local(changed_at),
    )  # fmt: skip


def _places(shop: Shop) -> Iterator[Row]:
    """One customer in five has no position."""
    for customer in shop.customers:
        if int(customer.id[1:]) % 5:
            yield (
                f"L{customer.id[1:]}", degrees(customer.latitude), degrees(customer.longitude),
                words.POSTCODES[customer.store], words.TOWNS[customer.store],
            )  # fmt: skip


# ---------------------------------------------------------------- orders


def _orders(orders: tuple[Order, ...]) -> Iterator[Row]:
    """A return over the counter is a document of its own beside the order."""
    for order in orders:
        changed = order.canceled_at or order.returned_at or order.visit.when
        yield (
            order.id, order.customer, club.store_id(order.store), order.seller, club.own_session(order),
            local(order.visit.when), local(changed), order.status.capitalize(), "sale", order.channel,
            money(order.subtotal), money(order.discount), money(order.tax), money(order.shipping), money(order.total),
            local(order.canceled_at), local(order.returned_at), order.payment, "",
        )  # fmt: skip
        if order.returned_at and order.store is not None:
            yield (
                f"R{order.id}", order.customer, club.store_id(order.store), order.seller, "", local(order.returned_at),
                local(order.returned_at), "Paid", "return", order.channel, money(order.subtotal),
                money(order.discount), money(order.tax), money(0), money(order.total), "", "", order.payment, order.id,
            )  # fmt: skip


def _items(orders: tuple[Order, ...]) -> Iterator[Row]:
    for order in orders:
        for line in order.lines:
            price = line.product.price * line.quantity
            yield (
                order.id, line.product.id, line.quantity, money(line.amount), money(price), money(line.product.cost)
            )  # fmt: skip


# ---------------------------------------------------------------- marketing


def _campaigns(marketing: Marketing) -> Iterator[Row]:
    for c in marketing.campaigns:
        yield (
            c.id, c.name, c.category, c.channel, "Sent successfully", local(c.sent_at), c.window or None, c.coupon,
            money(c.cost),
        )  # fmt: skip


def _messages(marketing: Marketing) -> Iterator[Row]:
    for m in marketing.messages:
        reason = "" if m.delivered_at else "address refused"
        yield m.id, m.campaign.id, m.customer.id, m.campaign.channel, local(m.sent_at), local(m.delivered_at), reason


def _actions(marketing: Marketing) -> Iterator[Row]:
    for a in marketing.actions:
        message, machine = a.message, "yes" if a.is_machine else "no"
        yield (
            a.id, message.customer.id, message.campaign.id, message.id, a.kind, local(a.acted_at),
            message.campaign.channel, a.session, a.actor, machine,
        )  # fmt: skip


def _consents(marketing: Marketing) -> Iterator[Row]:
    for c in marketing.consents:
        yield c.customer, c.channel, c.status, local(c.changed_at)


def _visits(seed: int, made: Everything) -> Iterator[Row]:
    for s in club.sessions(seed, made.orders, made.marketing):
        yield s.id, s.customer, local(s.started_at), s.action, s.source


# ---------------------------------------------------------------- club and staff


def _members(stays: tuple[club.Stay, ...]) -> Iterator[Row]:
    for s in stays:
        yield s.customer, local(s.joined_at), local(s.left_at), s.tier, club.store_id(s.store)


def _points(made: Everything) -> Iterator[Row]:
    for e in club.entries(made.orders, made.stays, made.redemptions):
        yield e.customer, e.kind, e.points, local(e.posted_at), e.order


def _redemptions(redemptions: tuple[club.Redemption, ...]) -> Iterator[Row]:
    for r in redemptions:
        yield r.customer, r.order, r.kind, r.coupon, money(r.amount), local(r.redeemed_at)


def _reviews(seed: int, orders: tuple[Order, ...]) -> Iterator[Row]:
    for number, r in enumerate(club.reviews(seed, orders), 1):
        order = r.order
        customer = "" if order.customer == "GUEST" else order.customer
        yield f"R{number}", r.rating, local(r.created_at), customer, order.id, order.seller, order.channel


def _shifts(seed: int, shop: Shop) -> Iterator[Row]:
    for s in club.shifts(seed, shop):
        yield s.seller, local(s.started_at), local(s.ended_at), club.store_id(s.store)

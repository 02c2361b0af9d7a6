"""Who came when, and what was in the basket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from patron.engine.runner.demo import days, words
from patron.engine.runner.demo.draws import Draws
from patron.engine.runner.demo.shop import Customer, Product, Shop


@dataclass(frozen=True, slots=True)
class Visit:
    """A purchase before it has a number: `session` and `coupon` where a campaign brought somebody."""

    when: dt.datetime
    customer: Customer | None
    online: bool
    session: str = ""
    coupon: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    product: Product
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order; money in cents. `customer` is an id as the till wrote it: also `GUEST`, or a card nobody knows."""

    id: str
    visit: Visit
    customer: str
    store: int | None
    seller: str
    channel: str
    status: str
    lines: tuple[Line, ...]
    discount: int
    tax: int
    shipping: int
    payment: str
    canceled_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None

    @property
    def subtotal(self) -> int:
        return sum(line.product.price * line.quantity for line in self.lines)

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.tax + self.shipping

    @property
    def counts(self) -> bool:
        """Whether it is a valid order by the shop's own rule."""
        return self.status != "canceled" and not (self.status == "returned" and self.channel == "retail")


def habits(seed: int, shop: Shop) -> Iterator[Visit]:
    """Everybody's own visits: one gap after the other, nudged to busy days."""
    for customer in shop.customers:
        draws = Draws(seed, f"visits {customer.id}")
        number = customer.first_day
        for _ in range(customer.visits):
            if number >= days.DAYS:
                break
            yield Visit(days.moment(draws, number), customer, customer.online and draws.chance(80))
            number += max(1, customer.rhythm * draws.between(45, 165) // 100)
            if number < days.DAYS - 4 and draws.chance(60):
                number = days.busy_day(draws, max(0, number - 4), number + 4)


def walk_ins(seed: int, count: int) -> Iterator[Visit]:
    """People who left no name."""
    draws = Draws(seed, "walk-ins")
    for _ in range(count):
        yield Visit(days.moment(draws, days.busy_day(draws)), None, online=False)


def ring_up(seed: int, shop: Shop, visits: list[Visit]) -> tuple[Order, ...]:
    """The orders of all visits, numbered in time."""
    visits = sorted(visits, key=lambda v: (v.when, v.customer.id if v.customer else "", v.session))
    shelf = Shelf(shop)
    return tuple(_order(seed, shelf, number, visit) for number, visit in enumerate(visits, 20_001))


class Shelf:
    """What is bought how often, by taste and month, and who sells where."""

    def __init__(self, shop: Shop) -> None:
        self.products = shop.products
        self.sellers = tuple(tuple(s.id for s in shop.sellers if s.store == store) for store in range(4))
        self._sums: dict[tuple[str, int], list[int]] = {}

    def sums(self, taste: str, month: int) -> list[int]:
        """Running sums of the products' weights."""
        found = self._sums.get((taste, month))
        if found is None:
            weights = (p.weight * (5 if p.category == taste else 1) * _season(p.category, month) for p in self.products)
            found = self._sums[taste, month] = list(accumulate(weights))
        return found


def _order(seed: int, shelf: Shelf, number: int, visit: Visit) -> Order:
    draws = Draws(seed, f"order {number}")
    channel = "retail" if not visit.online else draws.weighted(("online", "social"), (85, 15))
    store = _store(draws, visit) if channel == "retail" else None
    lines = tuple(_lines(draws, shelf, visit))
    net = sum(line.amount for line in lines)
    order = Order(
        id=str(number),
        visit=visit,
        customer=_written_customer(draws, visit),
        store=store,
        seller=draws.pick(shelf.sellers[store]) if store is not None else "",
        channel=channel,
        status=draws.weighted(("paid", "fulfilled", "open"), (70, 28, 2)),
        lines=lines,
        discount=sum(line.product.price * line.quantity for line in lines) - net,
        tax=(net * 8 + 50) // 100,
        shipping=0 if store is not None or net > 5_000 else 490,
        payment=draws.weighted(words.PAYMENTS, (62, 14 if store is not None else 0, 18, 6)),
    )
    return _undone(draws, order)


def _undone(draws: Draws, order: Order) -> Order:
    """Some are canceled within days, some brought back."""
    fate = draws.below(1_000)
    if fate < 42:
        return replace(order, status="canceled", canceled_at=days.later(order.visit.when, draws, 30, 7_200))
    if fate < 72:
        return replace(order, status="returned", returned_at=days.later(order.visit.when, draws, 1_440, 20_000))
    return order


def _store(draws: Draws, visit: Visit) -> int:
    if visit.customer is not None and draws.chance(84):
        return visit.customer.store
    return draws.weighted(range(4), (40, 27, 20, 13))


def _written_customer(draws: Draws, visit: Visit) -> str:
    """The till wrote GUEST, sometimes a card that is not in the customer file."""
    if visit.customer is None:
        return "GUEST"
    return f"C9{draws.between(100, 140)}" if draws.below(1_000) < 8 else visit.customer.id


def _lines(draws: Draws, shelf: Shelf, visit: Visit) -> Iterator[Line]:
    percent_off = draws.between(10, 20) if visit.coupon else draws.weighted((0, 5, 10, 20), (82, 6, 8, 4))
    taste = visit.customer.taste if visit.customer else ""
    sums = shelf.sums(taste, visit.when.month)
    for _ in range(draws.weighted((1, 2, 3, 4, 5), (34, 30, 20, 10, 6))):
        product = shelf.products[draws.place(sums)]
        quantity = draws.weighted((1, 2, 3, 5), (72, 18, 7, 3))
        price = product.price * quantity
        yield Line(product, quantity, price - price * percent_off // 100)


def _season(category: str, month: int) -> int:
    """Seeds and soil in spring, presents in December."""
    if category in ("Seeds", "Soil"):
        return 3 if month in (3, 4, 5) else 1
    if category == "Gifts":
        return 5 if month == 12 else 2
    return 2

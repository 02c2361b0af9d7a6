"""What is there before anybody buys: stores, staff, products, customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from patron.engine.runner.demo import days, words
from patron.engine.runner.demo.draws import Draws


@dataclass(frozen=True, slots=True)
class Product:
    """A product; money in cents. `weight`: how often it is bought."""

    id: str
    name: str
    category: str
    brand: str
    price: int
    cost: int
    weight: int


@dataclass(frozen=True, slots=True)
class Seller:
    id: str
    name: str
    role: str
    store: int
    started_on: dt.date


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with habits. `visits`: how often in these two years; `rhythm`: days between visits."""

    id: str
    name: str
    email: str
    born: dt.date | None
    gender: str
    store: int
    latitude: int
    longitude: int
    registered: dt.datetime
    first_day: int
    visits: int
    rhythm: int
    taste: str
    online: bool
    tags: str


@dataclass(frozen=True, slots=True)
class Shop:
    """All of it."""

    products: tuple[Product, ...]
    sellers: tuple[Seller, ...]
    customers: tuple[Customer, ...]


def open_shop(seed: int, customers: int) -> Shop:
    """Stores are those of `words`; the rest is drawn."""
    return Shop(_products(seed), _sellers(seed), tuple(_customer(seed, n) for n in range(1, customers + 1)))


def _products(seed: int) -> tuple[Product, ...]:
    draws = Draws(seed, "products")
    made: list[Product] = []
    for category, names, low, high, share in words.GOODS:
        for place, name in enumerate(names):
            price = draws.between(low, high) // 50 * 50 + 49
            cost = price * draws.between(38, 62) // 100
            weight = share * 12 // (2 + place) + 1
            made.append(Product(f"P{len(made) + 101}", name, category, draws.pick(words.BRANDS), price, cost, weight))
    return tuple(made)


def _sellers(seed: int) -> tuple[Seller, ...]:
    draws = Draws(seed, "staff")
    made: list[Seller] = []
    for store in range(len(words.STORE_NAMES)):
        for role in words.ROLES[: 3 + draws.below(3)]:
            first = draws.pick(words.FIRST_NAMES_F + words.FIRST_NAMES_M)
            started = dt.date(2021, 1, 4) + dt.timedelta(days=draws.below(1_500))
            made.append(Seller(f"S{len(made) + 11}", f"{first} {_last_name(draws)}", role, store, started))
    return tuple(made)


def _last_name(draws: Draws) -> str:
    return draws.pick(words.LAST_STARTS) + draws.pick(words.LAST_ENDS)


def _customer(seed: int, number: int) -> Customer:
    draws = Draws(seed, f"customer {number}")
    gender = draws.weighted(("F", "M", "other"), (56, 42, 2))
    first = draws.pick({"F": words.FIRST_NAMES_F, "M": words.FIRST_NAMES_M}.get(gender, words.FIRST_NAMES_F))
    last = _last_name(draws)
    store = draws.weighted(range(4), (40, 27, 20, 13))
    latitude, longitude = words.STORE_PLACES[store]
    first_day = days.busy_day(draws, 0, 150 if draws.chance(16) else days.DAYS - 10)
    visits = draws.weighted((1, 2, 3, 4, 6, 9, 14, 24), (36, 20, 13, 10, 9, 6, 4, 2))
    return Customer(
        id=f"C{number + 1000}",
        name=f"{first} {last}",
        email=f"{first}.{last}{number}@example.org".lower(),
        born=_birthday(draws) if draws.chance(72) else None,
        gender=gender if draws.chance(78) else "",
        store=store,
        latitude=latitude + draws.middling(-110_000, 110_000),
        longitude=longitude + draws.middling(-140_000, 140_000),
        registered=days.moment(draws, max(0, first_day - draws.weighted((0, 1, 20, 90), (60, 15, 15, 10)))),
        first_day=first_day,
        visits=visits,
        rhythm=draws.middling(9, 85) if visits > 1 else 0,
        taste=draws.weighted(tuple(g[0] for g in words.GOODS), tuple(g[4] for g in words.GOODS)),
        online=draws.chance(35),
        tags=draws.weighted(("", "newsletter", "trade", "newsletter;workshop", "employee"), (70, 16, 6, 6, 2)),
    )


def _birthday(draws: Draws) -> dt.date:
    return dt.date(1948, 1, 1) + dt.timedelta(days=draws.middling(0, 21_500) + draws.below(900))

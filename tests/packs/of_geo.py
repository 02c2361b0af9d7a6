"""The pack `geo` (language reference, section 16), calculated."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from tests.packs.members import metric, trait
from tests.packs.plain import ratio

EARTH_KM = 6371.0088


def cell(shop, place):
    """The south-western corner of the square, as text."""
    if place is None or place.latitude is None or place.longitude is None:
        return None
    side = Decimal(str(shop.settings.get("cell", "0.1")))
    corner = [math.floor(Decimal(str(n)) / side) * side for n in (place.latitude, place.longitude)]
    return "/".join(format(n.normalize() + 0, "f") for n in corner)


def km(one, other):
    """Along a great circle."""
    a, b, c, d = (math.radians(float(n)) for p in (one, other) for n in (p.latitude, p.longitude))
    chord = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


def home(shop, customer):
    shop.rows("locations")
    return shop.row("locations", customer.home)


@trait("customers", "geo.home_cell")
def home_cell(shop, customer):
    place = home(shop, customer)
    return place and shop.kept(("cell", place), lambda: cell(shop, place))


@trait("orders", "geo.order_cell")
def order_cell(shop, order):
    return cell(shop, shop.row("stores", order.store))


def nearest(shop, customer):
    """(kilometres, store)"""
    place = home(shop, customer)
    return place and shop.kept(("nearest", place), lambda: _nearest(shop, place))


def _nearest(shop, place):
    known = [s for s in shop.rows("stores") if s.latitude is not None]
    return min(((km(place, store), store.id) for store in known), default=None)


@trait("customers", "geo.nearest_store")
def nearest_store(shop, customer):
    found = nearest(shop, customer)
    return found and found[1]


@trait("customers", "geo.km_to_store")
def km_to_store(shop, customer):
    found = nearest(shop, customer)
    return found and found[0]


def located_in(view):
    return [found for c in view.customers if (found := home_cell(view.shop, c)) is not None]


@metric("geo.located")
def located(view):
    return ratio(len(located_in(view)), len(view.customers))


@metric("geo.people_per_cell")
def people_per_cell(view):
    return ratio(len(located_in(view)), len(set(located_in(view))))


@metric("geo.distance")
def distance(view):
    known = [found for c in view.customers if (found := km_to_store(view.shop, c)) is not None]
    return ratio(sum(map(Fraction, known)), len(known))

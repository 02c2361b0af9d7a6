import math

import pytest

from patron.engine.runtime.errors import SpecError

EARTH_KM = 6371.0088


def cell(place, degrees):
    if place is None:
        return None
    south_west = (math.floor(place[name] / degrees) * degrees for name in ("latitude", "longitude"))
    return tuple(round(n, 6) for n in south_west)


def read(text):
    return None if text is None else tuple(round(float(n), 6) for n in text.split("/"))


def homes(shop):
    places = {p["id"]: p for p in shop.locations}
    return {c["id"]: places.get(c["home"]) for c in shop.customers}


def test_home_cells(shop):
    rows = shop.rows("members by customer, geo.home_cell")
    assert {c: read(found) for c, found, _ in rows} == {c: cell(place, 0.1) for c, place in homes(shop).items()}


def test_the_postcode_of_the_home_comes_before_the_customers_own(shop):
    rows = shop.rows("members by customer, geo.home_postcode")
    own = {c["id"]: c["postcode"] for c in shop.customers}
    expected = {c: place["postcode"] if place else own[c] for c, place in homes(shop).items()}
    assert {c: found for c, found, _ in rows} == expected


def test_the_cell_of_an_order_is_its_stores(shop, open_shop):
    whole = open_shop({"orders": shop.orders, "stores": shop.stores}, ["geo {\n  cell 1\n}"])
    rows = whole.rows("count(orders) by order.geo.order_cell")
    assert {text for text, _ in rows} == {"40/-75", "41/-75", "42/-75"}


def test_located_and_people_per_cell(shop):
    known = [place for place in homes(shop).values() if place]
    cells = {cell(place, 0.1) for place in known}
    found = shop.row("geo.located, geo.people_per_cell")
    assert found == (len(known) / len(shop.customers), len(known) / len(cells))


def km(one, other):
    """Along a great circle."""
    a, b, c, d = (math.radians(place[name]) for place in (one, other) for name in ("latitude", "longitude"))
    chord = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


def test_the_nearest_store(shop):
    rows = {c: found for c, *found, _ in shop.rows("members by customer, geo.nearest_store, geo.km_to_store")}
    for customer, home in homes(shop).items():
        ways = sorted((km(home, store), store["id"]) for store in shop.stores) if home else [(None, None)]
        assert rows[customer] == [ways[0][1], pytest.approx(ways[0][0])]


def test_of_stores_as_near_the_smaller_id(open_shop):
    """Nothing lies between s2 and s10 but their numbers; s1 has no position, s3 is farther."""
    positions = {"2": (1, 1), "10": (1, 1), "1": (None, None), "3": (5, 5)}
    tables = {
        "orders": [{"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 1}],
        "customers": [{"id": "c1", "home": "h"}, {"id": "c2", "home": None}],
        "locations": [{"id": "h", "latitude": 1.5, "longitude": 1}],
        "stores": [{"id": i, "name": f"S{i}", "latitude": a, "longitude": o} for i, (a, o) in positions.items()],
    }
    shop = open_shop(tables, ["geo"], "audience near = geo.km_to_store <= 60\n")
    assert shop.rows("members by customer.geo.nearest_store.name") == [("S2", 1), (None, 1)]
    assert shop.row("geo.distance") == (pytest.approx(math.radians(0.5) * EARTH_KM),)
    assert [row[0] for row in shop.project.audience("near").rows] == ["c1"]
    assert shop.project.why("c1", "near").member


@pytest.mark.parametrize("wrong", ["nearest(orders, 1, 1)", "nearest(stores, 1)", 'nearest(stores, "1", 1)'])
def test_what_has_no_position(open_shop, wrong):
    order = {"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 1}
    with pytest.raises(SpecError, match=r"nearest|a number is expected"):
        open_shop({"orders": [order]}, [], f"trait odd on customers = {wrong}\n").row("count(customers.odd)")

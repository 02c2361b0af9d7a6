import math


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

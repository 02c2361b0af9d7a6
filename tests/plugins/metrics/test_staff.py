import datetime as dt

import pytest


def team(shop):
    return [None, *(k["id"] for k in shop.staff)]


def served(shop, who, channel=None):
    return [o for o in shop.purchases if o["staff"] == who and channel in (None, o["channel"])]


def test_ratings_of_the_person_or_of_their_orders(shop):
    seller = {o["id"]: o["staff"] for o in shop.orders}
    expected = {}
    for review in shop.reviews:
        who = review["staff"] or seller.get(review["order"])
        expected.setdefault(who, []).append(review["rating"])
    rows = shop.rows("staff.ratings, staff.average_rating by staff")
    found = {who: (n, average) for who, n, average in rows}
    assert found == {who: (len(r), pytest.approx(sum(r) / len(r))) for who, r in expected.items()}


def test_staff_without_reviews_have_no_rating(shop):
    seller = {o["id"]: o["staff"] for o in shop.orders}
    rated = {r["staff"] or seller.get(r["order"]) for r in shop.reviews}
    rows = shop.rows("total_orders, staff.ratings, staff.average_rating by staff where order.customer is known")
    assert all((n, average) == (0, None) for who, _, n, average in rows if who not in rated)


def test_people_served(shop):
    first = {o["id"] for o, number, _ in shop.numbered() if number == 1}
    expected = {}
    for who in team(shop):
        orders = served(shop, who)
        joined = {(s["customer"], s["joined_at"].date()) for s in shop.memberships}
        signed = {o["customer"] for o in orders if (o["customer"], o["created_at"].date()) in joined}
        expected[who] = (
            len({o["customer"] for o in orders} - {None}),
            sum(o["id"] in first for o in orders),
            len(signed),
        )
    rows = shop.rows("staff.customers_served, staff.new_customers, staff.signups by staff")
    assert {who: tuple(numbers) for who, *numbers in rows} == expected


def test_customers_served_who_ordered_again(shop):
    window = dt.timedelta(days=90)
    after = {}
    for order, _, before in shop.numbered():
        if before is not None:
            after[before["id"]] = order["created_at"] - before["created_at"] <= window
    for who, rate in shop.by("staff.repeat_rate by staff").items():
        people = {o["customer"] for o in served(shop, who)} - {None}
        again = {o["customer"] for o in served(shop, who) if after.get(o["id"])}
        assert rate == pytest.approx(len(again) / len(people))


def test_units_discounts_and_days(shop):
    for who, *found in shop.rows("staff.units_per_order, staff.discount_rate, staff.days_worked by staff"):
        orders = served(shop, who)
        ids = {o["id"] for o in orders}
        units = sum(line["quantity"] for line in shop.lines if line["order"] in ids)
        rate = sum(o["discount"] for o in orders) / sum(o["gross"] for o in orders)
        expected = [units / len(orders), float(rate), len({o["created_at"].date() for o in orders})]
        assert [float(f) for f in found] == pytest.approx(expected)


def test_a_sale_returned_twice_over_counts_once(shop):
    expected = {}
    for order in shop.orders:
        if order["kind"] == "return":
            expected.setdefault(order["staff"], set()).add(order["ref_order"] or order["id"])
        elif order["status"] == "returned":
            expected.setdefault(order["staff"], set()).add(order["id"])
    for who, rate in shop.by("staff.return_rate by staff").items():
        sales = [o for o in shop.orders if o["staff"] == who and o["kind"] != "return" and o["status"] != "canceled"]
        assert rate == pytest.approx(len(expected.get(who, ())) / len(sales))


def test_hours_and_sales_per_hour(shop):
    hours = {}
    for shift in shop.shifts:
        length = (shift["ended_at"] - shift["started_at"]).total_seconds() / 3600
        hours[shift["staff"]] = hours.get(shift["staff"], 0) + length
    rows = {who: found for who, *found in shop.rows("staff.hours, staff.sales_per_hour by staff")}
    for who, total in hours.items():
        sales = sum(o["total"] for o in served(shop, who))
        assert [float(f) for f in rows[who]] == pytest.approx([total, float(sales) / total])
    assert rows["k3"] == [0, None]


def test_shares_of_sales_add_up(shop):
    shares = shop.by("staff.sales_share by staff")
    total = sum(o["total"] for o in shop.purchases)
    assert shares == {w: pytest.approx(float(sum(o["total"] for o in served(shop, w)) / total)) for w in team(shop)}
    assert sum(shares.values()) == pytest.approx(1)


def test_only_orders_of_some_channels(shop, open_shop):
    tables = {name: shop.tables[name] for name in ("orders", "staff", "lines")}
    retail = open_shop(tables, ['staff {\n  channels "retail"\n}'])
    rows = retail.rows("staff.customers_served, staff.days_worked by staff")
    for who, customers, days in rows:
        orders = served(shop, who, "retail")
        assert customers == len({o["customer"] for o in orders} - {None})
        assert days == len({o["created_at"].date() for o in orders})

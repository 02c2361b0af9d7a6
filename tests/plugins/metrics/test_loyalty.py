import datetime as dt

import pytest

END = dt.datetime(2026, 3, 31, 23, 59, 59, tzinfo=dt.UTC)


def stays(shop, at):
    """The stays that hold at a moment: joined by then, and not left yet."""
    return [s for s in shop.memberships if s["joined_at"] <= at and (s["left_at"] is None or s["left_at"] > at)]


def member_orders(shop):
    return [o for o in shop.purchases if o["customer"] in {s["customer"] for s in stays(shop, o["created_at"])}]


def test_members_today_with_tier_and_date(shop):
    expected = {s["customer"]: (True, s["tier"], s["joined_at"]) for s in stays(shop, END)}
    rows = shop.rows("members by customer, loyalty.member, loyalty.tier, loyalty.joined_at")
    found = {c: (member, tier, at) for c, member, tier, at, _ in rows}
    assert found == {c["id"]: expected.get(c["id"], (False, None, None)) for c in shop.customers}


@pytest.mark.parametrize("unit", ["points", "credits"])
def test_balances_of_today(shop, unit):
    rows = shop.rows(f"members by customer, loyalty.{unit}")
    mine = {c["id"]: [p for p in shop.points if p["customer"] == c["id"] and p["unit"] == unit] for c in shop.customers}
    assert {c: n for c, n, _ in rows} == {c: sum(p["quantity"] for p in entries) for c, entries in mine.items()}


def test_a_member_order_is_one_of_a_member_at_its_moment(shop):
    expected = member_orders(shop)
    assert shop.row("total_orders where order.loyalty.member_order") == (len(expected),)
    others = [o for o in shop.purchases if o not in expected]
    sales, other_sales = (sum(o["total"] for o in some) for some in (expected, others))
    found = shop.row("loyalty.member_orders, loyalty.member_sales, loyalty.member_share")
    assert found == (len(expected), sales, pytest.approx(len(expected) / (len(expected) + len(others))))
    averages = shop.row("loyalty.member_average_order, loyalty.other_average_order")
    assert [float(a) for a in averages] == pytest.approx(
        [float(sales) / len(expected), float(other_sales) / len(others)]
    )


def test_joining_later_does_not_rewrite_an_order(open_shop):
    order = {"id": "o1", "customer": "c1", "created_at": "2026-01-10 11:59:59", "total": 10}
    orders = [order, order | {"id": "o2", "created_at": "2026-01-10 12:00:00"}]
    stay = {"customer": "c1", "joined_at": "2026-01-10 12:00:00"}
    shop = open_shop({"orders": orders, "memberships": [stay]}, ["loyalty"])
    assert shop.rows("total_orders by order, order.loyalty.member_order") == [("o1", False, 1), ("o2", True, 1)]


def test_signups_departures_and_members_by_month(shop):
    expected = {}
    for year, month in ((2025, 12), (2026, 1), (2026, 2), (2026, 3)):
        begin = dt.datetime(year, month, 1, tzinfo=dt.UTC)
        end = (begin + dt.timedelta(days=32)).replace(day=1)
        joined = [s for s in shop.memberships if begin <= s["joined_at"] < end]
        left = [s for s in shop.memberships if s["left_at"] and begin <= s["left_at"] < end]
        expected[begin.date()] = (len(joined), len(left), len(stays(shop, end - dt.timedelta(seconds=1))))
    rows = shop.rows(
        "loyalty.signups, loyalty.departures, loyalty.members_end by month during 2025-12-01 to 2026-03-31"
    )
    assert {m: tuple(numbers) for m, *numbers in rows} == expected


def test_members_at_the_end_of_a_period(shop):
    expected = len(stays(shop, dt.datetime(2026, 1, 31, 23, 59, 59, tzinfo=dt.UTC)))
    assert shop.row("loyalty.members_end during 2026-01-10 to 2026-01-31") == (expected,)


@pytest.mark.parametrize("days", [30, 60, 90, 180, 365])
def test_active_rates(shop, days):
    since = END.date() - dt.timedelta(days=days - 1)
    members = {s["customer"] for s in stays(shop, END)}
    active = {o["customer"] for o in shop.purchases if o["created_at"].date() >= since} & members
    assert shop.row(f"loyalty.active_rate_{days}") == (pytest.approx(len(active) / len(members)),)


def test_points_of_a_period_add_up(shop):
    begin, end = dt.date(2025, 11, 1), dt.date(2026, 1, 31)
    mine = [p for p in shop.points if p["unit"] == "points"]

    def total(*kinds):
        inside = [p for p in mine if begin <= p["posted_at"].date() <= end]
        return sum(p["quantity"] for p in inside if p["kind"] in kinds)

    opening = sum(p["quantity"] for p in mine if p["posted_at"].date() < begin)
    closing = sum(p["quantity"] for p in mine if p["posted_at"].date() <= end)
    names = "opening earned boosted adjusted redeemed expired open".split()
    found = shop.row(", ".join(f"loyalty.points_{n}" for n in names) + f" during {begin} to {end}")
    adjusted = total("adjust", "legacy")
    expected = (opening, total("earn"), total("boost"), adjusted, -total("redeem"), -total("expire"), closing)
    assert found == expected
    assert opening + sum(found[1:4]) - found[4] - found[5] == closing

"""What must be true of the packs' numbers on every shop, whatever they are."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from tests.packs.of_lifecycle import days_of, rules, stage, waits
from tests.packs.plain import DAY
from tests.packs.shops import SHOPS

every_shop = pytest.mark.parametrize("shop", SHOPS, indirect=True)
STAGES = ("New", "Active", "Chilling", "Absent", "Highly absent", "Gone")


def number(shop, metric, period, subject="all_tracked_users"):
    (row,) = shop.project.query(f"{metric} for audience {subject} during {period[0]} to {period[1]}").rows
    return row


def month_ends(shop):
    """The last day of every month of the shop's history, and today."""
    month = min(days[0] for days in days_of(shop).values()).replace(day=1)
    while month <= shop.today:
        after = (month + 31 * DAY).replace(day=1)
        yield month, min(after - DAY, shop.today)
        month = after


@every_shop
def test_stages_partition_the_people_of_any_day(shop):
    """Patron's counts of a day are those of a walk to that day, and together everybody who had bought by then."""
    days = dict(month_ends(shop.plain))
    names = ", ".join(f"lifecycle.{n}_end" for n in ("active", "fading", "gone", "buyers"))
    period = f"{min(days)} to {shop.plain.today}"
    rows = shop.project.query(f"{names} by month for audience all_tracked_users during {period}").rows
    assert len(rows) == len(days)
    for month, active, fading, gone, buyers in rows:
        stood = Counter(stage(shop.plain, c, days[month]) for c in shop.plain.tracked)
        assert (active, gone) == (stood["New"] + stood["Active"], stood["Gone"])
        assert fading == stood["Chilling"] + stood["Absent"] + stood["Highly absent"]
        assert buyers == active + fading + gone == sum(stood[s] for s in STAGES)


@every_shop
def test_stages_of_today_are_of_everybody(shop):
    rows = shop.project.query("members by lifecycle.stage for audience all_tracked_users").rows
    assert {row[0]: row[1] for row in rows} == Counter(
        stage(shop.plain, c, shop.plain.today) for c in shop.plain.tracked
    )


@every_shop
def test_won_back_is_gone_before_and_bought(shop):
    """Day by day: the stage on the day before, found by walking there, and a purchase on the day."""
    expected = Counter(
        day for c, days in days_of(shop.plain).items() for day in days
        if c in shop.plain.tracked and stage(shop.plain, c, day - DAY) == "Gone"
    )  # fmt: skip
    rows = shop.project.query("lifecycle.won_back by day for audience all_tracked_users").rows
    assert {row[0]: row[1] for row in rows if row[1]} == expected


def changes(shop):
    """(day, stage before, stage after): each day on which it may change is looked at, and the day before."""
    for wait in waits(shop):
        old = days_of(shop)[wait.customer][0] + (rules(shop).new_days + 1) * DAY
        for day in {wait.day, *wait.ends, old}:
            until = wait.later or shop.today + DAY
            if wait.customer in shop.tracked and wait.day <= day < until:
                before, after = (stage(shop, wait.customer, d) for d in (day - DAY, day))
                if before != after:
                    yield day, before, after


@every_shop
def test_changes_of_stages(shop):
    names = "lifecycle.change.from_stage, lifecycle.change.to_stage"
    phrase = f"count(lifecycle.changes) by day, {names} for audience all_tracked_users"
    found = {(day, before, after): n for day, before, after, n in shop.project.query(phrase).rows if n}
    assert found == Counter(changes(shop.plain))


@every_shop
def test_who_went_less_who_came_back_are_gone(shop):
    ever = (dt.date(1990, 1, 1), shop.plain.today)
    went, back, gone = number(shop, "lifecycle.gone, lifecycle.won_back, lifecycle.gone_end", ever)
    assert went - back == gone


@every_shop
def test_whoever_bought_stays_a_customer_from_hour_to_hour(shop):
    """A wait ends in the hour in which the next one begins, not on its date."""
    rows = shop.project.query("lifecycle.buyers_end by hour during last 3 days for audience all_tracked_users").rows
    stocks = [stock for _, stock in rows]
    assert stocks == sorted(stocks)


@every_shop
def test_categories_are_divided_among_ages_and_genders(shop):
    """The shares of a category add up to 1, people of no known age or gender included."""
    for of in ("demographics.age_band", "customer.gender"):
        if "products" not in shop.plain.tables or "lines" not in shop.plain.tables:
            continue
        rows = shop.project.query(f"share_of_category by product.category, {of} for all records").rows
        sums = Counter()
        for category, _, share in rows:
            if share is not None:  # of a category that sold nothing there are no shares
                sums[category] += share
        assert sums
        assert all(abs(total - 1) < 1e-9 for total in sums.values())


@pytest.mark.parametrize("shop", ["greenhouse"], indirect=True)  # no published shop has points
def test_points_at_the_beginning_and_what_was_moved_are_those_at_the_end(shop):
    names = "opening earned boosted adjusted redeemed expired open"
    for dates in (shop.plain.settings["period"], (shop.plain.today - 30 * DAY, shop.plain.today)):
        found = number(shop, ", ".join(f"loyalty.points_{n}" for n in names.split()), dates)
        opening, earned, boosted, adjusted, redeemed, expired, balance = found
        assert opening + earned + boosted + adjusted - redeemed - expired == balance
        assert earned > 0


@every_shop
def test_a_cohort_shrinks_from_all_of_its_people(shop):
    """Of the customers with a first order in a month, those who bought so many months after it."""
    bought = {}
    for orders in shop.plain.orders_of.values():
        first = orders[0].created_at.day
        for order in orders:
            day = order.created_at.day
            later = (day.year - first.year) * 12 + day.month - first.month
            bought.setdefault((first.replace(day=1), later), set()).add(order.customer)
    phrase = "lifecycle.retention by month of customer.first_order_at, order.months_after_first where order.purchase"
    found = {(month, later): share for month, later, share in shop.project.query(phrase).rows if month}
    everybody = {month: set.union(*(c for (m, _), c in bought.items() if m == month)) for month, _ in bought}
    assert found == {key: pytest.approx(len(c) / len(everybody[key[0]])) for key, c in bought.items()}
    assert all(share == 1 for (_, later), share in found.items() if later == 0)


@pytest.mark.parametrize("shop", ["greenhouse"], indirect=True)  # no published shop has visits
@pytest.mark.parametrize("dims", ["", " by campaign.name", " by campaign.channel"])
def test_fewer_at_every_step_from_message_to_order(shop, dims):
    paid = ("coupon", "points", "credits")
    names = ["sent", "clicked", "placed_order", *(f"placed_with_{how}" for how in paid)]
    rows = shop.project.query(", ".join(f"conversions.{name}" for name in names) + dims).rows
    steps = [[n or 0 for n in row[-len(names) :]] for row in rows]
    assert any(min(numbers[:4]) > 0 for numbers in steps)
    assert all(sent >= clicked >= placed >= max(ways) for sent, clicked, placed, *ways in steps)

import datetime as dt
import statistics
from itertools import pairwise

import pytest

from patron.engine.runtime.errors import SpecError


def days(shop):
    """The purchase days of every customer who bought, in order."""
    found = {}
    for order, _, _ in shop.numbered():
        found.setdefault(order["customer"], set()).add(order["created_at"].date())
    return {customer: sorted(dates) for customer, dates in found.items()}


def gaps(shop):
    return {c: [(b - a).days for a, b in pairwise(d)] for c, d in days(shop).items()}


@pytest.mark.parametrize(
    "trait, of",
    [
        ("gap_first_second", lambda g: g[0]),
        ("mean_gap", statistics.mean),
        ("median_gap", statistics.median),
        ("last_gap", lambda g: g[-1]),
    ],
)
def test_gaps_lie_between_purchase_days(shop, trait, of):
    expected = {c: pytest.approx(of(g)) if g else None for c, g in gaps(shop).items()}
    rows = shop.rows(f"total_orders by customer, lifecycle.{trait} where order.customer is known")
    assert {c: gap for c, gap, _ in rows if c in expected} == expected


def test_two_orders_of_one_day_are_one_purchase_day(open_shop):
    at = ["2026-01-01 09:00:00", "2026-01-01 18:00:00", "2026-01-11 09:00:00", "2026-01-11 20:00:00"]
    orders = [{"id": f"o{n}", "customer": "c1", "created_at": when, "total": 5} for n, when in enumerate(at)]
    shop = open_shop({"orders": orders}, ["lifecycle"])
    traits = "customer.purchase_days, lifecycle.gap_first_second, lifecycle.median_gap, lifecycle.last_gap"
    assert shop.rows(f"total_orders by {traits}, lifecycle.mean_gap") == [(1 + 1, 10, 10, 10, 10, 4)]


def test_new_customers_have_their_first_order_in_the_period(shop):
    firsts = [o["created_at"] for o, number, _ in shop.numbered() if number == 1]
    january = [at for at in firsts if (at.year, at.month) == (2026, 1)]
    assert shop.row("lifecycle.new_customers") == (len(firsts),)
    assert shop.row("lifecycle.new_customers during 2026-01-01 to 2026-01-31") == (len(january),)


@pytest.mark.parametrize("unit", ["month", "day"])
def test_returning_customers_bought_before_the_bucket(shop, unit):
    def bucket(order):
        date = order["created_at"].date()
        return date.replace(day=1) if unit == "month" else date

    first = {o["customer"]: bucket(o) for o, number, _ in shop.numbered() if number == 1}
    expected = {}
    for order, _, _ in shop.numbered():
        who = expected.setdefault(bucket(order), set())
        if first[order["customer"]] < bucket(order):
            who.add(order["customer"])
    found = shop.by(f"lifecycle.returning_customers by {unit}")
    assert {b: n for b, n in found.items() if n} == {b: len(who) for b, who in expected.items() if who}


def test_returning_customers_of_a_period_bought_before_it(shop):
    first = {o["customer"]: o["created_at"] for o, number, _ in shop.numbered() if number == 1}
    bought = {o["customer"] for o, _, _ in shop.numbered() if o["created_at"].isoformat() >= "2026-02"}
    returning = [c for c in bought if first[c].isoformat() < "2026-02"]
    assert shop.row("lifecycle.returning_customers during 2026-02-01 to 2026-03-31") == (len(returning),)


def test_repeat_customers_and_the_days_to_return(shop):
    repeat = [g for g in gaps(shop).values() if g]
    found = shop.row("lifecycle.repeat_customers, lifecycle.repeat_rate, lifecycle.days_to_return")
    mean = statistics.mean(statistics.mean(g) for g in repeat)
    assert found == (len(repeat), pytest.approx(len(repeat) / len(days(shop))), pytest.approx(mean))


def test_repeat_customers_look_at_all_history(shop):
    both = [shop.row(f"lifecycle.repeat_customers{p}") for p in ("", " during 2026-03-01 to 2026-03-31")]
    assert both[0] == both[1]


# ---------------------------------------------------------------- how sure the rhythm is


REPORT = """
report rhythm "Rhythm" {
  for all records
  show cards of lifecycle.house_gap
  show table "Stages" of members by lifecycle.stage
}
"""


def told(open_shop, orders, setting=""):
    """The warnings of a question and of a report about people's stages."""
    shop = open_shop({"orders": orders}, [f"lifecycle {{\n{setting}}}" if setting else "lifecycle"], REPORT)
    result = shop.project.query("members by lifecycle.stage")
    report = shop.project.report("rhythm")
    assert shop.project.query("lifecycle.new_customers").notes == ()
    return [n for n in result.notes if "P0615" in n], [n for n in report.notes if "P0615" in n]


def bought(people, times, apart):
    days = [dt.date(2026, 3, 20) - dt.timedelta(days=apart * n) for n in range(times)]
    rows = [(f"c{who}", f"{day} 09:00:00") for who in range(people) for day in days]
    return [{"id": f"o{n}", "customer": who, "created_at": at, "total": 5} for n, (who, at) in enumerate(rows)]


def test_a_rhythm_of_few_gaps_is_told_once(open_shop):
    asked, shown = told(open_shop, bought(29, 2, 10))
    assert asked == shown
    (said,) = asked
    assert said.startswith(
        "shop.patron:2:1: P0615: the rhythm of the shop is uncertain: 29 gaps between purchases are "
    )
    assert said.endswith("taken to be 90 days. Set `house_gap` in the block of `use lifecycle`.")


def test_a_history_shorter_than_three_house_gaps_is_told(open_shop):
    asked, shown = told(open_shop, bought(30, 2, 10))  # 21 days, three gaps are 30
    assert asked == shown
    assert "the history of 21 days is shorter than three house gaps of 10 days" in asked[0]


GOING = """
audience going = lifecycle.stage is "Chilling"
audience lately = has ordered in the last 30 days
"""


def test_people_of_uncertain_stages_are_told_of_and_so_is_a_check_of_the_data(open_shop):
    project = open_shop({"orders": bought(29, 2, 10)}, ["lifecycle"], GOING).project
    assert ["P0615" in n for n in project.audience("going").notes].count(True) == 1
    assert not any("P0615" in n for n in project.audience("lately").notes)
    (said,) = [p for p in project.check(data=True) if p.code == "P0615"]
    assert (said.span.file, said.span.line, said.severity) == ("shop.patron", 2, "W")
    assert not any(p.code == "P0615" for p in project.check()), "rows are read when they are asked for alone"


def test_what_rests_on_no_rhythm_is_not_told_of_in_a_check(open_shop):
    lately = "audience lately = has ordered in the last 30 days\n"
    project = open_shop({"orders": bought(29, 2, 10)}, ["lifecycle"], lately).project
    assert not any(p.code == "P0615" for p in project.check(data=True))
    sure = open_shop({"orders": bought(40, 3, 10)}, ["lifecycle"], GOING).project
    assert not any(p.code == "P0615" for p in sure.check(data=True))


@pytest.mark.parametrize("times, setting", [(3, ""), (2, "  house_gap 45 days\n"), (2, "  rule fixed_days\n")])
def test_a_rhythm_that_is_sure_or_said_or_not_needed_is_not_told_of(open_shop, times, setting):
    assert told(open_shop, bought(40, times, 10), setting) == ([], [])


# ---------------------------------------------------------------- RFM


def worth(shop):
    """Last order, number of orders and sales of every customer who bought."""
    found = {}
    for customer in days(shop):
        orders = shop.orders_of(customer)
        found[customer] = (orders[-1]["created_at"].date(), len(orders), sum(o["total"] for o in orders))
    return found


def binned(values, bins, together):
    """The bin of every key, by the sentences of the reference."""
    ordered = sorted(values, key=lambda key: (values[key], key))
    size, larger = divmod(len(ordered), bins)
    found, place = {}, 0
    for number in range(1, bins + 1):
        for key in ordered[place : (place := place + size + (number <= larger))]:
            equal = [found[k] for k in found if values[k] == values[key]]
            found[key] = equal[0] if together and equal else number
    return found


@pytest.mark.parametrize("ties, bins", [("together", 5), ("by_id", 5), ("by_id", 3), ("together", 4)])
def test_rfm(shop, open_shop, ties, bins):
    other = open_shop(
        {"customers": shop.customers, "orders": shop.orders},
        [f"lifecycle {{\n  rfm_bins {bins}\n  rfm_ties {ties}\n}}"],
    )
    people = worth(shop)
    for place, trait in enumerate(("recency", "frequency", "monetary")):
        expected = binned({c: w[place] for c, w in people.items()}, bins, ties == "together")
        found = {c: b for c, b, _ in other.rows(f"members by customer, rfm.{trait}")}
        assert found == {c["id"]: expected.get(c["id"]) for c in shop.customers}


# ---------------------------------------------------------------- numbers of everybody

OVERALL = """
metric everyone = overall(total_orders)
metric typical = overall(median(orders.total where purchase))
metric above = total_orders / everyone
trait dear on customers = sum(orders.total where purchase) > 5 * overall(average_order)
audience some {
  include id is one of "c1", "c2", "c3"
}
"""


@pytest.fixture(scope="module")
def everybody(shop, open_shop):
    """The orders of the shop, and numbers of everybody."""
    tables = {"customers": shop.customers, "orders": shop.orders}
    return open_shop(tables, ["lifecycle"], OVERALL)


def test_a_number_of_everybody_is_the_same_everywhere(everybody):
    mine = [o for o in everybody.purchases if o["customer"] is not None]
    typical = statistics.median(o["total"] for o in mine)
    assert everybody.row("everyone, typical for all records") == (len(mine), pytest.approx(typical))
    rows = everybody.rows("above, everyone, typical by month during 2026-01-01 to 2026-03-31 for audience some")
    assert [row[2:] for row in rows] == [(len(mine), pytest.approx(typical))] * 3
    some = [o for o in mine if o["customer"] in ("c1", "c2", "c3") and o["created_at"].month == 1]
    some = [o for o in some if o["created_at"].year == 2026]
    assert rows[0][1] == pytest.approx(len(some) / len(mine))


@pytest.mark.parametrize(
    "phrase, code",
    [
        ("everyone by customer.gender", "P0402"),
        ("count(orders where total > overall(lifecycle.retention))", "P0302"),
        ("count(customers where days_between(lifecycle.first_on, today) > overall(count(orders), 1))", "P0302"),
    ],
)
def test_what_has_no_number_of_everybody(everybody, phrase, code):
    with pytest.raises(SpecError) as failed:
        everybody.rows(phrase)
    assert any(p.code.startswith(code) for p in failed.value.problems)


# ---------------------------------------------------------------- what it takes


def test_a_chain_of_choices_is_one_case_and_days_alone_are_enough(shop):
    said = shop.project.sql("members by lifecycle.stage")
    counted = " ".join(said.rpartition("ORDER BY")[0].split())
    assert "THEN 'Highly absent'" in counted
    assert "ELSE CASE" not in counted
    made = said.partition('"purchase_days" AS')[2].partition(";")[0]
    assert '"id"' not in made
    assert "OVER" not in made

import importlib

import pytest

from patron.engine.testing.packs import check_pack

NAMES = (
    "aiq conversions demographics geo lifecycle loyalty orders personas predictions rfm shopline staff standard".split()
)
MEMBERS = {
    "lifecycle": """new_customers returning_customers repeat_customers repeat_rate days_to_return""",
    "demographics": "known_age known_gender redeemed_share",
    "staff": """average_rating ratings customers_served new_customers signups units_per_order discount_rate return_rate
                days_worked hours sales_per_hour sales_share repeat_rate""",
    "loyalty": """members_end signups departures member_orders member_sales member_share member_average_order
                  other_average_order active_rate_30 active_rate_60 active_rate_90 active_rate_180 active_rate_365
                  points_earned points_redeemed points_expired points_open points_opening""",
    "geo": "located people_per_cell",
    "personas": "of_everybody average_age women club people_share orders_each sales_each gap sales_share order_share",
    "rfm": "people_share sales_share scored",
    "predictions": """expected_orders expected_orders_low expected_orders_high order_value lifetime_value
                      lifetime_value_low lifetime_value_high""",
    "conversions": """sent opened clicked open_rate click_rate conversions revenue influenced revenue_per_message cost
                      return_on_cost placed_order placed_with_coupon placed_with_points placed_with_credits""",
}
SETTINGS = {
    "lifecycle": """rule cuts mix shrink one_time_shift house_gap house_gap_default new_days won_back_from rfm_bins
                    rfm_ties labels""",
    "predictions": "horizon model product_horizon product_model interval discount gate_buyers gate_days",
    "demographics": "bands small",
    "staff": "channels",
    "geo": "cell map points",
}
LEARNED = {"lifecycle", "predictions", "demographics", "geo"}
"""Packs with settings that no sentence of theirs reads yet."""


def pack(name):
    (found,) = importlib.import_module(f"patron.plugins.metrics.{name}").patron_packs()
    return found


@pytest.fixture(scope="module")
def all_packs(open_shop):
    """Every pack, over orders alone."""
    order = {"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 5}
    return open_shop({"orders": [order]}, [n for n in NAMES if n != "standard"]).project


@pytest.mark.parametrize("name", sorted(set(NAMES) - LEARNED - {"standard"}))
def test_a_pack_is_one_the_language_can_read(name):
    check_pack(pack(name))


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_those_of_the_reference(name):
    assert [s.name for s in pack(name).settings] == SETTINGS.get(name, "").split()


def test_every_definition_is_understood_over_orders_alone(all_packs):
    assert all_packs.check() == ()


@pytest.mark.parametrize("name", MEMBERS)
def test_metrics_say_what_they_are(all_packs, name):
    known = all_packs.declared.known("metric")
    for member in MEMBERS[name].split():
        statement = known[f"{name}.{member}"].statement
        assert statement.title
        assert statement.describe
        assert statement.describe.value.endswith(".")


def test_what_nobody_tells_of_was_not_zero(all_packs):
    asked = 'count(orders where status is "returned" and kind is "sale"), count(orders where status is "paid")'
    result = all_packs.query(f"staff.returned_sales, staff.return_rate, {asked}, total_orders")
    assert [result.state(0, place) for place in range(5)] == ["source missing"] * 3 + ["ok"] * 2
    (note,) = [note for note in result.notes if note.startswith("no source fills")]
    assert note.startswith("no source fills `orders.status`: map it to see Returned sales, Return rate")


@pytest.mark.parametrize("told", [{"status": "paid"}, {"kind": "sale"}, {"returned_at": None}])
def test_one_column_is_enough_to_tell_of_returns(open_shop, told):
    order = {"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 5}
    result = open_shop({"orders": [order | told]}, ["staff"]).project.query("staff.return_rate")
    assert (result.rows, result.state(0, 0)) == (((0,),), "ok")


def test_a_table_that_is_absent_switches_off_only_what_uses_it(all_packs):
    names = "loyalty.signups, staff.average_rating, conversions.sent, lifecycle.new_customers"
    result = all_packs.query(names)
    assert [result.state(0, place) for place in range(4)] == ["source missing"] * 3 + ["ok"]
    (note,) = [note for note in result.notes if note.startswith("no source fills")]
    assert note == "no source fills `memberships`, `reviews`, `actions`: map them to see Sign-ups, Average rating, Sent"


ORDER = {"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 5, "tax": 1}


@pytest.mark.parametrize("uses", [["aiq", "demographics {\n  bands 40\n}"], ["demographics {\n  bands 40\n}", "aiq"]])
def test_a_project_says_more_than_a_preset(open_shop, uses):
    person = {"id": "c1", "birth_date": "2000-01-01"}
    shop = open_shop({"orders": [ORDER], "customers": [person]}, uses)
    assert shop.rows("members by demographics.age_band") == [("under 40", 1)]


def test_shopline_counts_what_was_charged(open_shop):
    assert open_shop({"orders": [ORDER]}, ["shopline"]).row("total_sales") == (5,)


def test_a_project_says_which_sales_count(open_shop):
    shop = open_shop({"orders": [ORDER]}, ["shopline"], settings="  sales net_sales\n")
    assert shop.row("total_sales") == (4,)


def test_what_is_told_by_something_that_is_absent_is_told_to_be_missing(open_shop):
    shop = open_shop({"orders": [ORDER], "customers": [{"id": "c1"}]}, ["demographics"])
    result = shop.project.query("members by demographics.generation")
    assert result.lacking == {"demographics.generation": ("customers.birth_date",)}
    each = "total_orders by demographics.generation, customer top 3 of total_orders per demographics.generation"
    best = shop.project.query(each)
    assert best.lacking["total_orders"] == ("customers.birth_date",), "the best of each need to be told apart"
    assert (
        "total_orders"
        not in shop.project.query("total_orders by demographics.generation top 3 of total_orders").lacking
    )

"""`order_details`: the orders behind a report, each with the campaign that earned it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from patron import open_project
from patron.engine.runtime.errors import SpecError

COLUMNS = ["order", "customer", "created_at", "status", "channel", "value", "attributed_category", "attributed_name"]


def rows(result, *names):
    places = [result.column(n) for n in names]
    return [tuple(row[i] for i in places) for row in result.rows]


def test_one_row_per_order_of_the_people_and_period(shop):
    found = shop.detail("month", "order_details")
    assert [c.name for c in found.columns] == COLUMNS
    assert found.rows[0] == (
        "o03", "c1", dt.datetime(2026, 3, 20, 10, tzinfo=dt.UTC), "paid", "online", Decimal(200), "news", "Spring",
    )  # fmt: skip
    assert rows(found, "order", "status", "attributed_name") == [
        ("o03", "paid", "Spring"), ("o05", "paid", "Spring"), ("o07", "paid", None), ("o06", "canceled", None),
        ("o08", "paid", "Win back SMS"),
    ]  # fmt: skip


def test_a_status_that_nobody_tells_is_blank(write_shop, tmp_path):
    orders = write_shop(tmp_path) / "data" / "orders.csv"
    orders.write_text(orders.read_text("utf-8").replace(",status,", ",stage,"), "utf-8")
    with open_project(tmp_path, as_of="2026-05-06") as shop:
        found = shop.detail("month", "order_details")
    assert {*rows(found, "status", "channel")} == {(None, "online"), (None, "retail")}


def test_all_records_keep_orders_without_a_customer(shop):
    found = shop.detail("everybody", "order_details")
    assert rows(found, "order", "customer", "attributed_name") == [("o10", None, None), ("o12", None, None)]


def test_what_only_says_holds_for_the_details_too(shop_with):
    shop = shop_with("""
report online {
  for audience all_tracked_users
  only order.channel is "online"
  show cards of total_sales
}
""")
    assert {r[0] for r in rows(shop.detail("online", "order_details"), "channel")} == {"online"}


def test_of_shared_credit_the_largest_part_is_named(shop_with):
    shop = shop_with(
        """
attribution shared extends marketing {
  credit to by position 10 20 70
  within 60 days of action
  counts every purchase
}
report parts {
  for audience all_tracked_users
  attribution shared
  show cards of total_sales
}
""".replace("credit to by", "credit by")
    )
    found = dict(rows(shop.detail("parts", "order_details"), "order", "attributed_name"))
    assert found["o08"] == "Win back SMS"
    assert len(found) == 8


def test_parameters_of_the_report(shop_with):
    shop = shop_with("""
report chosen (who = win_back) {
  for audience $who
  show cards of total_sales
}
""")
    assert {r[0] for r in rows(shop.detail("chosen", "order_details"), "customer")} == {"c1"}
    assert {r[0] for r in rows(shop.detail("chosen", "order_details", who="employees"), "customer")} == {"c3"}


def test_a_detail_that_nobody_knows(shop):
    with pytest.raises(SpecError) as caught:
        shop.detail("month", "order_detail")
    assert "Did you mean `order_details`?" in caught.value.problems[0].hint


STAGES = """
use lifecycle
report spring {
  for audience all_tracked_users
  period 2026-02-01 to 2026-04-20
  only order.channel is "online"
  show cards of total_sales
}
"""


def test_changes_of_stages_of_the_people_in_the_period(shop_with):
    found = shop_with(STAGES).detail("spring", "lifecycle.changes")
    assert [c.name for c in found.columns] == ["customer", "changed_at", "from_stage", "to_stage"]
    assert list(found.rows) == [
        ("c2", dt.date(2026, 2, 1), "Prospect", "New"), ("c2", dt.date(2026, 4, 3), "New", "Active"),
        ("c3", dt.date(2026, 4, 20), "Prospect", "New"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "extra, problem, hint",
    [
        ("metric moves = count(lifecycle.changes)", "there is no table called `lifecycle.changes`", "`use lifecycle`"),
        ('audience moved = has lifecycle.change where (to_stage is "Gone")', "there is no table", "`use lifecycle`"),
        (STAGES.replace("total_sales\n}", 'total_sales\n  export "D" as csv of lifecycle.change\n}'),
         "there is no detail called `lifecycle.change`", "Did you mean `lifecycle.changes`?"),
    ],
)  # fmt: skip
def test_a_table_of_a_pack_needs_the_pack_and_its_name(shop_with, extra, problem, hint):
    (told,) = [p for p in shop_with(extra).check() if p.stops]
    assert told.code == "P0201"
    assert problem in told.message
    assert hint in told.hint

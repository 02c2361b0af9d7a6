"""What says how things stand now has nothing of another period beside it."""

from __future__ import annotations

import pytest

from tests.report.test_layouts import figures

BOARD = """
filter busy on customers = has ordered in the last 30 days
metric busy_share = count(customers where busy) / members
metric bought = count(customers where has ordered in the period)
report board {
  for audience all_tracked_users
  period 2026-04-01 to 2026-04-30
  compare to previous period
  show cards "Both" of members, total_sales, busy_share, conversion, bought
  show table "Cities" of members, total_orders by customer.city sorted by total_orders_before
  show card "Now" of members
  show cards "People" of members, total_sales compare to audience best
}
"""


def columns(shop, title: str) -> list[str]:
    return next([c.name for c in f.result.columns] for f in figures(shop.report("board").parts) if f.title == title)


@pytest.mark.parametrize(
    "title, compared",
    [("Both", {"total_sales", "conversion", "bought"}), ("Cities", {"total_orders"}), ("Now", set())],
)
def test_a_report_compares_what_has_a_period(shop_with, title: str, compared: set[str]) -> None:
    found = columns(shop_with(BOARD), title)
    assert {name.removesuffix("_before") for name in found if name.endswith("_before")} == compared
    assert {name.removesuffix("_change") for name in found if name.endswith("_change")} == compared


def test_other_people_are_compared_however(shop_with) -> None:
    assert {"members_before", "members_change", "total_sales_before"} <= set(columns(shop_with(BOARD), "People"))


def test_what_is_asked_each_period_is_compared(shop_with) -> None:
    found = columns(shop_with(BOARD.replace("  compare to", "  membership each period\n  compare to", 1)), "Both")
    assert "members_before" in found


def test_a_figure_of_now_says_no_other_dates(shop_with) -> None:
    said = {f.title: f.comparison for f in figures(shop_with(BOARD).report("board").parts)}
    assert said["Now"] == "" and said["Both"] == said["Cities"] != ""


def test_a_question_gets_the_columns_it_asks_for(shop) -> None:
    found = shop.query("members during 2026-04-01 to 2026-04-30 compare to previous period")
    assert [c.name for c in found.columns] == ["members", "members_before", "members_change"]


def test_what_was_before_orders_rows_also_where_a_number_asks_about_the_period(shop) -> None:
    asked = (
        "count(customers where has ordered in the period), total_orders by customer.city for audience all_tracked_users"
    )
    when = "during 2026-04-01 to 2026-04-30 compare to previous period"
    found = shop.query(f"{asked} {when} having total_orders_change is missing sorted by total_orders_before")
    assert [c.name for c in found.columns][-3:] == ["total_orders", "total_orders_before", "total_orders_change"]
    assert len(found.rows) > 1 and [row[-2] for row in found.rows] == sorted((r[-2] for r in found.rows), reverse=True)

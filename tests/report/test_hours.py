"""Heatmaps by the hour of the day, where a source knows days alone."""

import re

import pytest

from patron import open_project
from patron.engine.report.hours import NO_TIMES
from patron.plugins.exporters.html.waiting import waits

REPORT = """
report hours {
  for all records
  show heatmap "When" of total_orders by weekday, hour_of_day
  show table "Hours" of total_orders by hour_of_day
}
"""


@pytest.mark.parametrize("time", ["", " 00:00:00"])
def test_moments_without_a_time_of_day_have_no_heatmap_of_one_hour(write_shop, tmp_path, time):
    orders = write_shop(tmp_path, REPORT) / "data" / "orders.csv"
    orders.write_text(re.sub(r" \d\d:\d\d:\d\d,", f"{time},", orders.read_text("utf-8")), "utf-8")
    with open_project(tmp_path, as_of="2026-05-06") as shop:
        chart, table = shop.report("hours").parts
    assert (chart.result.rows, chart.result.short, waits(chart)) == ((), (NO_TIMES,), "not enough data")
    assert [row[1] for row in table.result.rows] == [10]


def test_moments_with_times_of_day_have_one(shop_with):
    chart, table = shop_with(REPORT).report("hours").parts
    assert not chart.result.short
    assert {row[1] for row in chart.result.rows} >= {10, 11}
    assert len(table.result.rows) == 2

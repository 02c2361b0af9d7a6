"""How long a report is what its `refresh` promises."""

from __future__ import annotations

import datetime as dt

import pytest

HOURLY = """
list fresh {
  from audience best
  take once on 2026-05-01
  rules shopline
}
report hourly {
  for all records
  refresh every 2 hours
  show cards of total_sales
}
report weekly {
  for all records
  refresh every monday, thursday at 06:00
  show cards of total_sales
}
report of_a_list {
  for list fresh
  show cards of total_sales
}
"""
AT = dt.datetime(2026, 5, 6, 11, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "name, until",
    [
        ("hourly", AT + dt.timedelta(hours=2)),
        ("weekly", AT + dt.timedelta(days=7)),
        ("of_a_list", AT + dt.timedelta(hours=1)),
        ("everybody", None),
    ],
)
def test_a_report_is_fresh_as_long_as_it_says(shop_with, name, until):
    assert shop_with(HOURLY, as_of="2026-05-06 11:00").report(name).provenance.fresh_until == until


def test_a_report_that_looks_back_stays_as_it_is(shop_with):
    assert shop_with(HOURLY, as_of="2026-05-06").report("hourly").provenance.fresh_until is None

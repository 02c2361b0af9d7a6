"""Reports on a list look only as far as its rules allow, counted from the day it was taken."""

from __future__ import annotations

import pytest

from patron.engine.runtime.errors import SpecError

MONTHS = """
list months {
  from audience best
  take once on 2026-03-31
  analyse from 1 month before to 1 month after
  at most 2 months per report
}
"""


@pytest.mark.parametrize("period", ["2026-02-28 to 2026-04-30", "2026-03-01 to 2026-03-31"])
def test_months_count_by_the_calendar(shop_with, period):
    assert len(shop_with(MONTHS).query(f"total_sales for list months during {period}").rows) == 1


@pytest.mark.parametrize("period, code", [("2026-02-27 to 2026-03-31", "P0504"), ("2025-12-01 to 2026-05-01", "P0503")])
def test_what_lies_outside_is_refused(shop_with, period, code):
    with pytest.raises(SpecError) as refused:
        shop_with(MONTHS).query(f"total_sales for list months during {period}")
    assert [p.code for p in refused.value.problems] == [code]


def test_a_clause_that_says_otherwise_than_the_rules_is_refused(shop_with):
    shop = shop_with("\nlist both {\n  from audience best\n  rules shopline\n  at most 3 months per report\n}\n")
    found = [p for p in shop.check() if p.stops]
    assert [(p.code, p.message) for p in found] == [("P0612", "clauses `rules` and `at most` contradict each other")]


def test_a_clause_that_repeats_the_rules_is_not(shop_with):
    shop = shop_with("\nlist both {\n  from audience best\n  rules shopline\n  at most 90 days per report\n}\n")
    assert not [p for p in shop.check() if p.stops]

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


BOTH = """
list short {
  from audience employees
  take once on 2026-05-06
  at most 10 days per report
}
list vips {
  from audience employees
  take once on 2026-05-06
  analyse from 60 days before to 180 days after
}
"""


@pytest.mark.parametrize(
    "code, phrase",
    [
        ("P0504", "total_sales for list vips during 2025-01-01 to 2025-02-01"),
        ("P0503", "total_sales for list short during 2026-04-01 to 2026-05-01"),
    ],
)
def test_a_period_outside_is_refused_at_its_words(shop_with, code, phrase):
    with pytest.raises(SpecError) as refused:
        shop_with(BOTH).query(phrase)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert phrase[problem.span.column - 1 : problem.span.end_column - 1] == phrase.partition("during ")[2]


def test_a_report_is_refused_at_its_period(shop_with):
    shop = shop_with(BOTH + "report r {\n  for list vips\n  period 2025-01-01\n  show cards of total_sales\n}\n")
    with pytest.raises(SpecError) as refused:
        shop.report("r")
    (problem,) = refused.value.problems
    assert problem.code == "P0504"
    assert shop.line(problem.span.file, problem.span.line) == "  period 2025-01-01"

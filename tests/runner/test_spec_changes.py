"""What two texts of specs say otherwise of a report, and where."""

from __future__ import annotations

import pytest

from patron.dsl.parse import parse_file
from patron.engine.runner.spec_changes import changes

OLD = """language 1

use demographics {
  bands 18, 25, 35
}

project "Shop" {
  timezone "UTC"
  sales total
}

source s from csv {
  folder "data"
}

table orders from s.orders {
  total = amount
}

filter big on orders = total > $50

trait spent on customers = their total_sales

audience vips {
  include all of {
    spent > $100
    has ordered at least 2 times
  }
}

audience strangers = city = "Rome"

attribution clicks {
  actions clicked
  within 7 days of action
}

metric big_orders = count(orders where big)
metric won = total_sales attributed by clicks

report weekly "Weekly" {
  for audience vips
  period last 4 weeks
  show cards of big_orders, won
  show table "Ages" of total_sales by demographics.age_band
}

report other {
  for audience strangers
  show cards of total_orders
}
"""


def told(before: str, after: str, report: str = "weekly") -> list[str]:
    (old, wrong), (new, faults) = (parse_file(text, "shop.patron") for text in (before, after))
    assert not any(p.stops for p in (*wrong, *faults))
    return [str(change) for change in changes(report, [old], [new])]


@pytest.mark.parametrize(
    "name, line, before, after",
    [
        ("use demographics", 4, "bands 18, 25, 35", "bands 18, 30, 40"),
        ("project", 9, "sales total", "sales net"),
        ("source s", 13, 'folder "data"', 'folder "files"'),
        ("table orders", 17, "total = amount", "total = paid"),
        ("filter big", 20, "filter big on orders = total > $50", "filter big on orders = total > $60"),
        ("trait spent", 22, "trait spent on customers = their total_sales", "trait spent on customers = their units"),
        ("audience vips", 26, "spent > $100", "spent > $200"),
        ("attribution clicks", 35, "within 7 days of action", "within 3 days of action"),
        ("metric big_orders", 38, "metric big_orders = count(orders where big)", "metric big_orders = count(orders)"),
        ("report weekly", 43, "period last 4 weeks", "period last 5 weeks"),
    ],
)
def test_each_kind_of_declaration(name: str, line: int, before: str, after: str) -> None:
    assert before in OLD
    found = told(OLD, OLD.replace(before, after))
    assert found == [f"{name} changed, shop.patron:{line}: `{before}` became `{after}`"]


def test_lines_that_came_and_went() -> None:
    (lost,) = told(OLD, OLD.replace("    spent > $100\n", ""))
    assert lost == "audience vips changed, shop.patron:26: lost `spent > $100`"
    (won,) = told(OLD, OLD.replace("last 4 weeks\n", "last 4 weeks\n  compare to previous period\n"))
    assert won == "report weekly changed, shop.patron:44: has `compare to previous period` now"


@pytest.mark.parametrize(
    "after",
    [
        OLD.replace("> $50", ">   $50  # much"),
        OLD.replace("\n\n", "\n\n\n"),
        OLD.replace('"Rome"', '"Oslo"'),
        OLD
        + 'run nightly {\n  every day at 06:00\n  report weekly as json\n}\ntest "t" {\n  expect total_orders > 1\n}\n',
    ],
)
def test_what_is_no_change_of_the_report(after: str) -> None:
    """Layout, comments, what only another report names, and when it is made."""
    assert told(OLD, after) == []


def test_what_another_report_names() -> None:
    (said,) = told(OLD, OLD.replace('"Rome"', '"Oslo"'), "other")
    assert said.startswith("audience strangers changed, shop.patron:31: ")


def test_what_is_gone_is_told_where_it_was() -> None:
    without = OLD.replace("metric won = total_sales attributed by clicks\n", "").replace(", won", ", units")
    report, metric = told(OLD, without)
    assert report.startswith("report weekly changed, shop.patron:43: ")
    assert metric == "metric won is gone; it was at shop.patron:39"


def test_of_many_places_the_first_are_shown() -> None:
    shows = "".join(f"  show cards of total_orders during last {n} days\n" for n in range(1, 6))
    before = OLD.replace("  show table", shows + "  show table")
    (said,) = told(before, before.replace("of total_orders during", "of units during"))
    assert said.count("became") == 3
    assert said.endswith("; and in 2 more places")

"""Lists whose time is over: what was counted stays, nothing new is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from patron import open_project

EIGHT_DAYS = """
audience some = has ordered
list buyers "Buyers" {
  from audience some
  take once on 2026-04-20
  refresh every hour for 8 days
}
report r {
  for list buyers
  period last 30 days
  show facts of list.size, list.expires_at
  show cards of members, total_shoppers, conversion, total_orders, total_sales
}
"""


@pytest.fixture(scope="module")
def folder(write_shop, tmp_path_factory):
    """Taken on 20 April at 10:00, so it expires on 28 April; an order of 30 April comes too late."""
    folder = write_shop(tmp_path_factory.mktemp("expired") / "shop", EIGHT_DAYS)
    with open_project(folder, as_of="2026-04-20 10:00") as project:
        assert project.take_list("buyers").size == 3
    return folder


@pytest.fixture(scope="module")
def later(folder):
    with open_project(folder, as_of="2026-05-06") as project:
        yield project


@pytest.fixture(scope="module")
def in_time(folder):
    with open_project(folder, as_of="2026-04-27") as project:
        yield project


def test_nothing_new_is_counted(later, in_time):
    asked = "total_orders, total_sales, conversion for list buyers"
    assert later.query(asked).rows == in_time.query(asked).rows == ((6, Decimal(980), 1),)
    assert any("`buyers` expired on 2026-04-28: nothing newer is counted" in note for note in later.query(asked).notes)
    assert not any("expired" in note for note in in_time.query(asked).notes)


def test_a_report_stays_as_it_was_last_computed(later):
    report = later.report("r")
    facts, cards = report.parts
    assert facts.result.rows[0][0] == 3
    assert cards.result.rows == ((3, 2, pytest.approx(2 / 3), 2, Decimal(200)),), "the 30 days before it expired"
    assert report.provenance.as_of == "2026-04-28 10:00"
    assert report.provenance.fresh_until is None
    assert "nothing newer is counted" in report.notes[0]
    orders = later.detail("r", "order_details")
    assert max(row[orders.column("created_at")] for row in orders.rows) <= dt.datetime(2026, 4, 28, 10, tzinfo=dt.UTC)


def test_a_report_that_looks_from_a_moment_of_its_own_sees_the_list_alive(write_shop, tmp_path):
    """It asks from then, like one that is asked with `--as-of`: it follows the specs, and nothing has ended."""
    own = """
report then like r {
  as of 2026-04-27
}
"""
    folder = write_shop(tmp_path / "shop", EIGHT_DAYS + own)
    with open_project(folder, as_of="2026-04-20 10:00") as project:
        project.take_list("buyers")
    with open_project(folder, as_of="2026-04-27") as project:
        lived, orders = project.report("r"), project.detail("r", "order_details")
    with open_project(folder, as_of="2026-05-06") as project:
        then = project.report("then")
        assert then.parts[1].result == lived.parts[1].result
        assert not any("expired" in note for note in then.notes)
        assert project.detail("then", "order_details").rows == orders.rows
        assert project.report("r").parts[1].result.state(0, 0) == "expired"
    (spec,) = (path for path in folder.glob("*.patron") if path.is_file())
    spec.write_text(spec.read_text(encoding="utf-8").replace("cards of members,", "cards of"), encoding="utf-8")
    with open_project(folder, as_of="2026-05-06") as project:
        assert project.report("then").parts[1].result.columns[0].name == "total_shoppers"


def test_a_list_that_was_taken_later_is_not_seen_or_told(write_shop, tmp_path):
    folder = write_shop(tmp_path / "shop", EIGHT_DAYS)
    with open_project(folder, as_of="2026-05-06") as project:
        project.take_list("buyers")
        late = project.query("members for list buyers").rows
    with open_project(folder, as_of="2026-04-25") as project:
        asked, report = project.query("members for list buyers"), project.report("r")
    assert asked.rows == late
    for notes in (asked.notes, report.notes):
        assert any("`buyers` was taken of 2026-05-06, later than what is looked from" in note for note in notes)
    with open_project(folder, as_of="2026-04-20 10:00") as project:
        project.take_list("buyers")
        then = project.query("members for list buyers").rows
    with open_project(folder, as_of="2026-05-05") as project:
        project.take_list("buyers")
    with open_project(folder, as_of="2026-04-25") as project:
        asked = project.query("members for list buyers")
        assert asked.rows == then
        assert not any("later than" in note for note in (*asked.notes, *project.report("r").notes))


def test_others_are_counted_as_ever(later):
    assert later.query("total_orders for audience some").rows == ((7,),)
    assert later.query("count(orders)").rows == ((12,),)


def test_beside_a_list_that_lives_it_is_told(later):
    both = later.query("total_orders for each list buyers, fans")
    later.take_list("fans")
    living = later.query("total_orders for each list buyers, fans")
    said = "the time of the list `buyers` is over; beside lists that live all count on"
    assert said in both.notes
    assert said in living.notes


def test_a_show_about_a_list_of_its_own_ends_with_it(write_shop, tmp_path):
    """The report is about everybody; the show about the list is as of the list's end, before and after other shows."""
    shows = """
report mixed {
  for all records
  show cards of total_orders
  show card "Of the list" of total_orders for list buyers
  show table "By customer" of total_orders by customer for list buyers
  show cards "Again" of total_orders
}
"""
    folder = write_shop(tmp_path / "shop", EIGHT_DAYS + shows)
    with open_project(folder, as_of="2026-04-20 10:00") as project:
        project.take_list("buyers")
        lived = project.report("mixed").parts
        assert lived[1].result.state(0, 0) == "ok"
    with open_project(folder, as_of="2026-05-06") as project:
        first, own, table, again = project.report("mixed").parts
        assert first.result.rows == again.result.rows == project.query("total_orders").rows
        assert own.result.rows == ((6,),)
        assert own.result.state(0, 0) == "expired"
        assert "nothing newer is counted" in own.result.notes[0]
        assert sum(row[1] for row in table.result.rows) == 6

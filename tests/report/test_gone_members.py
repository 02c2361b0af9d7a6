"""Members of a list whose row is gone from the source: the photograph stays, nothing else of them counts."""

from __future__ import annotations

import pytest

from patron import open_project

BUYERS = """
audience some = has ordered
list buyers "Buyers" {
  from audience some
  take once on 2026-05-06
}
report r {
  for list buyers
  show facts of list.size, list.erased
  show cards of members, total_shoppers, conversion, total_orders
}
"""


@pytest.fixture
def without_bob(write_shop, tmp_path):
    """Ann, Bob and Cid were taken; the source has no row of Bob any more, but his orders."""
    folder = write_shop(tmp_path / "shop", BUYERS)
    with open_project(folder, as_of="2026-05-06") as project:
        assert project.take_list("buyers").size == 3
        project.take_list("fans")
    file = folder / "data" / "customers.csv"
    rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(row for row in rows if not row.startswith("c2,")), encoding="utf-8")
    with open_project(folder, as_of="2026-05-06") as project:
        yield project


def test_the_count_of_a_list_stays_and_tells_how_many_are_gone(without_bob):
    facts, cards = without_bob.report("r").parts
    assert facts.result.rows == ((3, 1),)
    assert cards.result.rows == ((3, 2, pytest.approx(2 / 3), 5),)


def test_nothing_is_known_of_who_is_gone(without_bob):
    rows = without_bob.query("members, total_orders by customer.city for list buyers").rows
    assert rows == (("Boulder", 1, 3), ("Denver", 1, 2), (None, 1, 0))
    each = without_bob.query("members for each list buyers, fans").rows
    assert dict(each)["buyers"] == dict(each)["all"] == 3


def test_who_is_gone_is_nobody_to_write_to(without_bob):
    assert [row[0] for row in without_bob.audience("buyers").rows] == ["c1", "c3"]
    assert [row[0] for row in without_bob.detail("r", "people").rows] == ["c1", "c3"]
    assert without_bob.query("members for audience some").rows == ((2,),)

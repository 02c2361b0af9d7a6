"""What a question about a list may cover: relative periods are cut, and that is told; explicit ones are refused."""

from __future__ import annotations

import pytest

from patron import open_project
from patron.engine.runtime.errors import SpecError

LISTS = """
audience some = has ordered
list short {
  from audience some
  take once on 2026-04-20
  analyse from 10 days before to 5 days after
  at most 12 days per report
}
list long {
  from audience some
  take once on 2026-04-20
  analyse from 60 days before to 180 days after
  at most 90 days per report
}
"""
CUT = "the list `short` may be analysed from 2026-04-10 to 2026-04-25: the period is cut to these dates"
NONE = CUT.replace("the period is cut to", "no day of the period is among")


@pytest.fixture(scope="module")
def shop(write_shop, tmp_path_factory):
    """Both lists taken on 20 April; it is 28 April."""
    folder = write_shop(tmp_path_factory.mktemp("bounds") / "shop", LISTS)
    with open_project(folder, as_of="2026-04-20 10:00") as project:
        for name in ("short", "long"):
            project.take_list(name)
    with open_project(folder, as_of="2026-04-28") as project:
        yield project


def orders(shop, period, subject="list short"):
    result = shop.query(f"count(orders) for {subject} {period}".rstrip())
    return result.rows[0][-1], [n for n in result.notes if "may be analysed" in n]


@pytest.mark.parametrize(
    "period, same, notes",
    [
        ("during last 12 days", "during 2026-04-17 to 2026-04-25", [CUT]),
        ("during last 3 days", "", [NONE]),
        ("during last 48 hours", "", [NONE]),
        ("during last 96 hours", "during 2026-04-25", [CUT]),
        ("during all time", "during 2026-04-14 to 2026-04-25", [CUT]),
        ("", "during 2026-04-14 to 2026-04-25", []),
    ],
)
def test_a_relative_period_is_cut_and_that_is_told(shop, period, same, notes):
    counted, told = orders(shop, period)
    assert told == notes
    earlier = orders(shop, "during 2026-04-10 to 2026-04-13")[0] if "04-14" in same else 0
    assert counted == (orders(shop, same)[0] + earlier if same else 0)


def test_inside_nothing_is_told(shop):
    assert orders(shop, "during last 12 days", "list long")[1] == []
    assert orders(shop, "during last 48 hours", "list long")[1] == []


@pytest.mark.parametrize("subject", ["lists short, long", "lists long, short", "each list long, short"])
def test_of_several_lists_all_have_to_allow_it_in_any_order(shop, subject):
    assert orders(shop, "", subject) == orders(shop, "")
    assert orders(shop, "during last 12 days", subject)[1] == [CUT]
    for period, code in (("2026-04-11 to 2026-04-27", "P0503"), ("2026-04-09 to 2026-04-12", "P0504")):
        with pytest.raises(SpecError) as caught:
            orders(shop, f"during {period}", subject)
        assert [p.code for p in caught.value.problems] == [code]

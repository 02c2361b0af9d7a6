"""A report like another: what it takes over, what it says anew, what it leaves out; tabs like reports."""

from __future__ import annotations

import pytest

OTHER = """
report other "The other" (least = 10) {
  describe "Sales and people."
  for all records
  period 2026-03-01 to 2026-04-30
  compare to previous period
  only order.channel is "retail"
  tab "Sales" {
    show cards "Key" of total_sales, total_orders
    show table "Days" of total_orders by day having total_orders >= $least
  }
  tab "People" {
    section "Inner" {
      show cards "Shoppers" of total_shoppers
    }
  }
  export "Out" as csv
}
"""


def titles(parts) -> list[object]:
    return [(p.title, titles(p.parts)) if hasattr(p, "parts") else getattr(p, "title", None) or p.text for p in parts]


def value(report, title: str, row: int = 0, column: int = 0):
    found = [f for f in figures(report.parts) if f.title == title]
    return found[0].result.rows[row][column]


def figures(parts):
    for part in parts:
        if hasattr(part, "parts"):
            yield from figures(part.parts)
        elif hasattr(part, "result"):
            yield part


def test_it_has_the_others_clauses_parts_and_title(shop_with):
    shop = shop_with(OTHER + "report mine like other")
    mine, other = shop.report("mine"), shop.report("other")
    assert mine.title == "The other"
    assert titles(mine.parts) == titles(other.parts)
    assert [f.result.rows for f in figures(mine.parts)] == [f.result.rows for f in figures(other.parts)]
    assert (mine.subject, mine.period, mine.comparison) == (other.subject, other.period, other.comparison)


def test_its_own_clauses_replace_the_others_and_only_narrows(shop_with):
    shop = shop_with(
        OTHER + 'report mine "Mine" like other {\n  for audience all_tracked_users\n'
        "  only order.value > $25\n  compare to nothing\n}"
    )
    mine = shop.report("mine")
    assert (mine.title, mine.subject, mine.comparison) == ("Mine", "All tracked users", "")
    # retail by known people in March and April: 20 and 30, of which one is above 25
    assert value(mine, "Key") == 30
    assert value(shop.report("other"), "Key") == 62


def test_its_parameters_have_its_own_defaults(shop_with):
    shop = shop_with(OTHER + "report mine (least = 1) like other\nreport again like mine")
    days = {name: len(next(f for f in figures(shop.report(name).parts) if f.title == "Days").result.rows)
            for name in ("other", "mine", "again")}  # fmt: skip
    assert days == {"other": 0, "mine": 2, "again": 2}


def test_tabs_of_the_same_title_are_replaced_in_their_place_and_others_come_after(shop_with):
    shop = shop_with(
        OTHER + 'report mine like other {\n  tab "Sales" {\n    show cards "One" of total_sales\n  }\n'
        '  tab "More" {\n    show cards "Two" of total_orders\n  }\n  note "Read on."\n}'
    )
    assert titles(shop.report("mine").parts) == [
        ("Sales", ["One"]),
        ("People", [("Inner", ["Shoppers"])]),
        ("More", ["Two"]),
        "Read on.",
    ]


def test_what_it_does_without_is_left_out_and_so_is_a_tab_that_nothing_is_left_of(shop_with, tmp_path):
    shop = shop_with(OTHER + 'report mine like other {\n  without "Days", "Shoppers", "Out"\n}')
    assert titles(shop.report("mine").parts) == [("Sales", ["Key"])]
    (made,) = shop.run(["mine"], out=tmp_path)
    assert [f.name for f in made.files] == ["mine.html"]  # without the export, as of a report that has none


def test_its_exports_are_made(shop_with, tmp_path):
    shop = shop_with(OTHER + "report mine like other")
    (made,) = shop.run(["mine"], out=tmp_path)
    assert {f.suffix for f in made.files} == {".csv"}


def test_a_tab_takes_the_parts_of_a_report_without_its_clauses_and_exports(shop_with, tmp_path):
    shop = shop_with(
        OTHER + 'report mine {\n  for all records\n  tab "All" like other\n'
        '  section "Folded" collapsed like other {\n    tab "Sales" {\n      note "Nothing."\n    }\n  }\n}'
    )
    mine = shop.report("mine", least=1)
    assert titles(mine.parts) == [
        ("All", [("Sales", ["Key", "Days"]), ("People", [("Inner", ["Shoppers"])])]),
        ("Folded", [("Sales", ["Nothing."]), ("People", [("Inner", ["Shoppers"])])]),
    ]
    assert mine.period == "all time"
    (made,) = shop.run(["mine"], out=tmp_path)
    assert [f.name for f in made.files] == ["mine.html"]


def test_rows_of_a_report_like_another_are_people(shop_with):
    shop = shop_with(
        OTHER + 'report mine (least = 1) like other\naudience shown = in rows of mine "Days" where (day is known)'
    )
    assert [r[0] for r in shop.audience("shown").rows] == ["c3"]


@pytest.mark.parametrize(
    "text, code, hint",
    [
        ("report mine like othre", "P0201", "`other`"),
        ('report mine like other {\n  without "Dayz"\n}', "P0201", "`Days`"),
        ('report mine {\n  for all records\n  without "Days"\n  note "n"\n}', "P0201", "like OTHER"),
        ("report mine like again\nreport again like mine", "P0207", "do without"),
        ('report mine {\n  for all records\n  tab "T" like mine\n}', "P0207", "do without"),
        ("report empty {\n  show cards of total_sales\n}\nreport mine like empty", "P0603", "for"),
    ],
)
def test_what_cannot_be_taken_over_is_told(shop_with, text, code, hint):
    problems = [p for p in shop_with(OTHER + text).check() if p.stops]
    assert {p.code for p in problems} == {code}
    assert all(hint in p.hint for p in problems)


def test_names_are_seen_from_the_file_where_they_are_written(shop_with):
    own = "\nmetric again = fives\n"
    for text, code in (("", set()), (own, {"P0201"})):
        shop = shop_with('import "far.patron"\nreport here like far' + text)
        far = 'language 1\nimport "near.patron"\nreport far {\n  for all records\n  show cards "Own" of fives\n}\n'
        (shop.root / "far.patron").write_text(far)
        (shop.root / "near.patron").write_text("language 1\nmetric fives = count(orders where value > $25)\n")
        assert {p.code for p in shop.check() if p.stops} == code
        if not text:
            assert value(shop.report("here"), "Own") == 7

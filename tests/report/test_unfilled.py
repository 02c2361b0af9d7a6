"""What no source fills: told once below the numbers, with what to map."""

from dataclasses import replace

import pytest

from patron.engine.report.unfilled import lacking_note, tells_nothing, without_lacking
from patron.engine.results import Column, Result
from patron.engine.types import NUMBER, TEXT

STORE = Column("store", "Store", TEXT, role="dimension")
BRAND = Column("product.brand", "Brand", TEXT, role="dimension")
SALES = Column("sales", "Sales", NUMBER)
RATING = Column("rating", "Rating", NUMBER)
RATING_BEFORE = Column("rating_before", "Rating before", NUMBER, "before", "rating")


def result(columns, **lacking):
    row = tuple(f"{c.name}!" for c in columns)
    return Result(tuple(columns), (row,), {(0, len(columns) - 1): "source missing"}, lacking=lacking)


@pytest.mark.parametrize(
    "columns, lacking, table, drawing",
    [
        ([SALES, RATING], {"rating": ("reviews",)}, False, False),
        ([SALES, RATING], {"rating": ("reviews",), "sales": ("orders.total",)}, True, True),
        ([BRAND, SALES], {"product.brand": ("products.brand",)}, True, True),
        ([BRAND, STORE, SALES], {"product.brand": ("products.brand",)}, False, True),
        ([STORE, SALES], {}, False, False),
    ],
)
def test_whether_anything_is_left_to_show(columns, lacking, table, drawing):
    found = Result(tuple(columns), (), lacking=lacking)
    assert (tells_nothing(found, table=True), tells_nothing(found, table=False)) == (table, drawing)


def test_columns_that_nothing_fills_go_with_their_comparison():
    found = without_lacking(result([STORE, RATING, RATING_BEFORE, SALES], rating=("reviews",)))
    assert [c.name for c in found.columns] == ["store", "sales"]
    assert found.rows == (("store!", "sales!"),)
    assert found.states == {(0, 1): "source missing"}


def test_the_note_names_what_to_map_and_what_for():
    assert (
        lacking_note(result([SALES, RATING], rating=("reviews",))) == "no source fills `reviews`: map it to see Rating"
    )
    many = [Column(f"m{n}", f"M{n}", NUMBER) for n in range(7)]
    told = lacking_note(result(many, **{c.name: ("reviews", "orders.tip") for c in many}))
    assert told == "no source fills `reviews`, `orders.tip`: map them to see M0, M1, M2, M3, M4 and 2 more"


REPORT = """
report mine {
  for each audience first, second
  show cards "Key" of total_sales
  show table "By day" of total_sales by day during 2026-03-01 to 2026-03-05
}
audience first "The first" = city = "Boulder"
audience second = city = "Denver"
"""


def test_a_figure_knows_its_tables_and_the_titles_of_its_sides(shop_with):
    figure = shop_with(REPORT).report("mine").parts[0]
    assert figure.tables == ("customers", "orders")
    assert figure.sides == {"first": "The first", "second": "Second"}
    assert [row[0] for row in figure.result.rows] == ["first", "second", "all"]


LATER = """
use rfm
metric soon = rfm.tomorrow * 2
metric sooner = soon + 1
report later {
  for all records
  show cards "To come" of rfm.tomorrow, rfm.next_year, total_sales
  show cards "Now" of total_sales
  show cards "Soon" of soon
  show table "Soon by day" of soon by day
  show cards "Sooner" of sooner
}
"""


def test_what_a_pack_promises_for_later_is_awaited_and_told_in_one_sentence(shop_with):
    shop = shop_with(LATER)
    rfm = replace(shop.catalog.packs["rfm"], later=dict.fromkeys(("rfm.tomorrow", "rfm.next_year"), "it takes time"))
    shop.catalog = replace(shop.catalog, packs={**shop.catalog.packs, "rfm": rfm})
    to_come, now, *others = shop.report("later").parts
    assert (to_come.result, to_come.awaited) == (None, True)
    names, _, reason = to_come.problem.partition(" are not there yet: ")
    assert names == "`rfm.tomorrow`, `rfm.next_year`"
    assert reason
    assert (now.problem, now.awaited) == ("", False)
    for other in others:  # every figure tells it, not only the first that asks for a metric
        assert (other.problem, other.awaited) == ("`rfm.tomorrow` is not there yet: it takes time", True)
    assert len([p for p in shop.check() if "rfm.tomorrow" in p.message]) == 2

"""Mistakes and silent wrongness seen in neighbouring tools: here each is told at its place, or the number is right."""

from __future__ import annotations

import pytest

from patron.engine.runtime.errors import SpecError

BEFORE = 77
"""The lines of the shop's own spec."""

SAID_IN_A_PHRASE = {
    "a metric, misspelt": ("total_salse by month", 1, "`total_sales`"),
    "a metric, misspelt after another": ("total_orders, total_sale by month", 15, "`total_sales`"),
    "a dimension, misspelt": ("total_sales by order.chanel", 22, "`channel`"),
    "a unit of time, misspelt": ("total_sales by mounth", 16, "`month`"),
    "a table in the singular": ("count(order)", 7, "`orders`"),
    "no way from there to here": ("total_sales by campaign.name", 16, ""),
    "a period's unit, misspelt": ("total_sales during last 7 dayz", 20, "`days`"),
    "a column by its number": ("total_sales by month sorted by 1", 32, ""),
    "a row for every line of an order": ("total_sales by product.category", 16, "`product_sales`"),
}

SAID_IN_A_SPEC = {
    "a column that the file has not": (
        'source again from csv {\n  folder "data"\n}\ntable locations from again.orders {\n  name = titel\n}',
        5,
        10,
        "`total`",
    ),
    "a ratio of an unknown metric": ("metric per_order = total_salse / total_orders", 1, 20, "`total_sales`"),
    "a window in an unknown unit": (
        "attribution w {\n  actions clicked\n  within 14 fortnights of action\n}",
        3,
        13,
        "unit",
    ),
    "a filter on another table": ('metric x = sum(orders.total where campaign.name is "Spring")', 1, 35, ""),
    "an unknown aggregate": ("metric x = summ(orders.total)", 1, 12, "`sum`"),
    "an unknown format": ("metric x {\n  value total_sales\n  format mony\n}", 3, 10, "money"),
    "an unknown clause": ("audience z {\n  inclde everyone\n}", 2, 3, "`include`"),
    "a block that is not closed": ("audience z {\n  include everyone\n", 3, 1, "`}`"),
    "a metric declared twice": ("metric x = total_sales\nmetric x = total_orders", 2, 8, "another name"),
    "a condition between quotes": ('filter local_ones on customers = "city is Boulder"', 1, 34, ""),
    "a kind of action between quotes": ('attribution w {\n  actions "clicked"\n}', 2, 11, "without quotes"),
}


@pytest.mark.parametrize("phrase, column, hint", SAID_IN_A_PHRASE.values(), ids=SAID_IN_A_PHRASE)
def test_a_mistake_in_a_phrase_is_told_before_anything_runs(shop, phrase, column, hint):
    with pytest.raises(SpecError) as refused:
        shop.query(phrase)
    (found,) = refused.value.problems
    assert (found.span.line, found.span.column) == (1, column)
    assert hint in found.hint


@pytest.mark.parametrize("text, line, column, hint", SAID_IN_A_SPEC.values(), ids=SAID_IN_A_SPEC)
def test_a_mistake_in_a_spec_is_told_before_anything_runs(shop_with, text, line, column, hint):
    problems = shop_with(text).check()
    placed = {(p.span.line - BEFORE, p.span.column): p.hint for p in problems if p.stops}
    assert hint in placed[line, column]


def only(result):
    return [tuple(row) for row in result.rows]


def test_an_audience_has_a_row_a_customer_whatever_time_its_conditions_look_at(shop_with):
    shop = shop_with("audience twice = has ordered at least 2 times in the last 12 months\n")
    members = [row[0] for row in shop.audience("twice").rows]
    assert members == sorted(set(members)) == ["c1", "c2", "c3"]


def test_a_condition_on_a_category_does_not_cut_the_spend_beside_it(shop_with):
    shop = shop_with('audience gum = has bought category "Edibles" and their total_sales >= $480\n')
    assert [row[0] for row in shop.audience("gum").rows] == ["c1", "c2"]


def test_orders_without_a_customer_make_no_member(shop_with):
    shop = shop_with("audience buyers = has ordered\n")
    assert None not in [row[0] for row in shop.audience("buyers").rows]


def test_a_comparison_reads_the_rows_of_the_period_before(shop):
    (row,) = only(shop.query("total_sales during 2026-04-01 to 2026-04-30 compare to 2026-03-01 to 2026-03-31"))
    assert [float(value) for value in row[:2]] == [242.0, 200.0]


def test_a_day_without_orders_has_a_row(shop):
    assert len(shop.query("total_orders by day during 2026-04-01 to 2026-04-30").rows) == 30

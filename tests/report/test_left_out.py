"""What a question about people leaves out is counted in a note."""

from __future__ import annotations

import pytest

WORTH = "$39.00 without a customer is left out of Total sales"


def notes(shop, phrase):
    return [n for n in shop.query(phrase).notes if "left out" in n]


@pytest.mark.parametrize(
    "phrase, said",
    [
        ("total_sales", []),
        ("total_sales for all records", []),
        ("total_sales for audience all_tracked_users", ["3 orders without a customer are left out (30% of 10)", WORTH]),
        (
            "total_sales for audience best during 2026-05-01",
            [
                "1 order without a customer is left out (100% of 1)",
                "$13.00 without a customer is left out of Total sales",
            ],
        ),
        ("total_orders for audience best", ["3 orders without a customer are left out (30% of 10)"]),
        ("count(orders) for audience best during 2026-05-02", ["1 order without a customer is left out (100% of 1)"]),
        ("total_sales for audience best during 2026-05-02", []),
        ('total_sales by month for audience best where order.channel is "online"', []),
        ("members for audience best", []),
        (
            "total_sales, total_orders, members for each audience best, guests",
            ["3 orders without a customer are left out (30% of 10)", WORTH],
        ),
        (
            "total_orders for audience best during 2026-04-01 to 2026-04-30 compare to 2026-01-01 to 2026-02-28",
            ["1 order without a customer is left out (25% of 4; 33% before)"],
        ),
        (
            "total_orders for audience best during 2026-04-01 to 2026-04-30 compare to audience guests",
            ["1 order without a customer is left out (25% of 4)"],
        ),
        (
            "total_sales, units for audience best",
            [
                "3 orders without a customer are left out (30% of 10)",
                WORTH,
                "1 line without a customer is left out (11% of 9)",
            ],
        ),
    ],
)
def test_facts_without_a_customer(shop, phrase, said):
    assert notes(shop, phrase) == said


FIRSTS = "count(orders where valid_order and order.order_number = 1)"
PAID = 'count(orders where status is "paid" or order.order_number = 1)'
OF_BUYERS = "count(orders where valid_order and customer.purchase_days >= 1)"


@pytest.mark.parametrize(
    "phrase, said",
    [
        (f"total_sales, {FIRSTS}", ["3 orders without a customer are left out (30% of 10)", WORTH]),
        (f"total_sales, {OF_BUYERS}", ["3 orders without a customer are left out (30% of 10)", WORTH]),
        (f"{OF_BUYERS}, {FIRSTS}", []),  # which none without a customer can be
    ],
)
def test_what_looks_at_the_customer_is_asked_of_no_fact_without_one(shop, phrase, said):
    assert notes(shop, f"{phrase} for audience best") == said


def test_where_the_place_of_a_fact_among_its_customers_is_asked_the_whole_is_not_told(shop):
    (note,) = notes(shop, f"{PAID} for audience best")
    assert note.endswith("without a customer are left out")


def test_where_every_fact_has_a_customer_nothing_is_asked(shop_with, monkeypatch):
    from patron.engine.report import unowned

    shop = shop_with()
    data = shop.root / "data" / "orders.csv"
    data.write_text("".join(x for x in data.read_text().splitlines(keepends=True) if x.split(",")[1] != ""))
    asked = []
    monkeypatch.setattr(unowned, "_count", lambda *a: asked.append(a))
    assert notes(shop, "total_sales for audience best") == []
    assert asked == []

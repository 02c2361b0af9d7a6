"""An order with three lines, two coupons and three actions is one order (section 7, Grain)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from tests.oracle.ask import ITSELF, Patron, codes, missing
from tests.oracle.opened import opened
from tests.oracle.world import World

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

_ACTIONS = [
    {"id": f"a{n}", "customer": "c1", "campaign": f"m{n}", "kind": "clicked", "acted_at": f"2026-04-0{n} 09:00:00"}
    for n in (1, 2, 3)
]
_LINES = [
    {"id": f"l{n}", "order": "o1", "product": f"p{n}", "quantity": "1", "amount": amount}
    for n, amount in ((1, "50.00"), (2, "60.00"), (3, "40.00"))
]
_REDEMPTIONS = [
    {"id": f"r{n}", "customer": "c1", "order": "o1", "coupon": "HELLO", "redeemed_at": "2026-04-04 09:00:00"}
    for n in (1, 2)
]
WORLD = World(
    0,
    {"timezone": "UTC", "currency": "USD", "sales": "total"},
    "2026-05-06",
    {
        "customers": [{"id": "c1", "city": "Boulder"}, {"id": "c2", "city": ""}],
        "orders": [{"id": "o1", "customer": "c1", "created_at": "2026-04-04 09:00:00", "total": "150.00"}],
        "products": [{"id": f"p{n}", "name": f"P{n}", "category": "Edibles"} for n in (1, 2, 3)],
        "campaigns": [{"id": f"m{n}", "name": f"M{n}"} for n in (1, 2, 3)],
        "lines": _LINES,
        "redemptions": _REDEMPTIONS,
        "actions": _ACTIONS,
    },
)
SPECS = """
filter edible on orders = has line where (product.category is "Edibles")
filter redeemed_one on orders = has redemption where (coupon is "HELLO")
trait pieces on orders = count(lines)
attribution marketing {
  actions clicked
}
attribution evenly extends marketing {
  credit by equal share
}
metric credited = sum(orders.value) attributed by marketing
metric credited_orders = count(orders) attributed by marketing
metric touched = sum(orders.value) influenced by marketing
metric touched_orders = count(orders) influenced by marketing
metric even_sales = sum(orders.value) attributed by evenly
metric buyers_lines = count(lines)
metric coupons = count(redemptions)
audience bought_once = has bought category "Edibles" once
audience spent_150 = has bought spending at least $150
audience spent_more = has bought spending more than $150
audience theirs = their total_sales = $150
"""


@cache
def _patron() -> Patron:
    return opened(WORLD, SPECS)


@pytest.mark.parametrize("text", [
    "total_sales, total_orders", "total_sales, total_orders where order.edible",
    "total_sales, total_orders where order.redeemed_one", 'total_sales, total_orders where customer.city is "Boulder"',
    "total_sales, total_orders for audience bought_once", "total_sales, total_orders where order.pieces = 3",
    "touched, touched_orders", "credited, credited_orders",
])  # fmt: skip
def test_one_order_of_150(text: str) -> None:
    assert _patron().query(text).rows == ((Decimal(150), 1),)


def test_each_metric_on_its_own_rows() -> None:
    assert _patron().query("total_sales, units, buyers_lines, coupons, total_orders, credited").rows == (
        (Decimal(150), 3, 3, 2, 1, Decimal(150)),
    )


def test_lines_by_product_beside_the_city_of_the_order() -> None:
    rows = _patron().query("product_sales, total_sales by customer.city").rows
    assert rows == (("Boulder", Decimal(150), Decimal(150)),)


def test_shares_of_one_order() -> None:
    assert _patron().query("even_sales by campaign.name").column("even_sales") == [Decimal(50)] * 3
    assert _patron().query("touched by campaign.name").column("touched") == [Decimal(150)] * 3


def test_people_behind_it() -> None:
    asked = _patron()
    assert asked.audience("bought_once") == asked.audience("spent_150") == asked.audience("theirs") == ["c1"]
    assert asked.audience("spent_more") == []


@pytest.mark.skipif(ITSELF, reason="the oracle refuses nothing by code")
def test_an_order_has_no_single_category() -> None:
    with pytest.raises(Exception, match="may have many") as refused:
        _patron().query("total_orders by product.category")
    assert "P0401" in codes(refused.value)


@pytest.mark.skipif(ITSELF, reason="the oracle trusts its data")
def test_a_doubled_id_is_refused() -> None:
    twice = WORLD.changed("orders", lambda rows: rows * 2)
    with pytest.raises(Exception, match="more than once") as refused:
        opened(twice, SPECS).query("total_orders")
    assert "P0706" in codes(refused.value)

"""Looking from a moment before the first load: what cannot be known of orders is told (P0506)."""

from __future__ import annotations

import pytest

UPDATED = "id,customer,created_at,status,total,updated_at\n%s"
ORDERS = UPDATED % "o1,c1,2026-01-01,paid,10,2026-01-01\no2,c1,2026-03-01,canceled,10,%s\n"


def told(project, phrase="total_sales"):
    return [n for n in project.query(phrase).notes if "P0506" in n]


def test_orders_canceled_nobody_knows_when(shop_with):
    shop = shop_with()
    (note,) = told(shop.seen_from(shop.as_of.today.replace(month=1)))
    assert "today's state is used" in note
    assert told(shop) == [], "all that is known happened before"


def test_people_and_reports_are_told_too(shop_with):
    shop = shop_with()
    then = shop.seen_from(shop.as_of.today.replace(month=1))
    assert [n for n in then.audience("guests").notes if "P0506" in n]
    assert [n for n in then.report("everybody").notes if "P0506" in n]


@pytest.mark.parametrize("updated, notes", [("2026-02-01", 0), ("2026-03-05", 1)])
def test_a_date_of_changes_tells_whether_anything_changed_since(shop_with, updated, notes):
    shop = shop_with()
    (shop.root / "data" / "orders.csv").write_text(ORDERS % updated)
    assert len(told(shop.seen_from(shop.as_of.today.replace(month=2, day=20)))) == notes


def test_cancellations_with_a_date_can_be_replayed(shop_with):
    shop = shop_with()
    orders = ORDERS.replace("updated_at", "canceled_at").replace("paid,10,2026-01-01", "paid,10,") % "2026-03-05"
    (shop.root / "data" / "orders.csv").write_text(orders)
    then = shop.seen_from(shop.as_of.today.replace(month=3, day=2))
    assert then.query("total_orders").rows == ((2,),)
    assert told(then) == []

"""Changes that are needed together, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from patron.engine.report.changes import Change, Things, joint_change, together


def orders(number: int, which: str = "", *, more: bool = False) -> Change:
    things = Things(number, "order", "orders", which, more)
    return Change(str(things), buys=True, things=things)


def spent(amount: int) -> Change:
    return Change(f"${amount} more spent", buys=True, money=Decimal(amount))


CITY = Change('city would have to be "Denver"')


@pytest.mark.parametrize(
    "changes, said",
    [
        ([orders(1)], "1 order"),
        ([orders(2), orders(1)], "2 orders"),
        ([orders(1, more=True), orders(3)], "3 orders"),
        ([orders(2), orders(1, "with product x")], "2 orders, 1 of them with product x"),
        ([orders(1), orders(2, "with product x")], "2 orders with product x"),
        ([orders(1, "with a"), orders(1, "with b")], "1 order with a and 1 order with b"),
        ([orders(2, more=True), spent(40), spent(90)], "2 more orders and $90 more spent"),
        ([orders(1), spent(5), CITY], '1 order, $5 more spent and city would have to be "Denver"'),
        ([orders(1), CITY, CITY], '1 order and city would have to be "Denver"'),
    ],
)
def test_one_order_serves_several_clauses(changes: list[Change], said: str) -> None:
    assert together(changes) == said


def test_the_smallest_of_several_ways() -> None:
    assert joint_change([(orders(3),), (orders(1),), (CITY,)], all_needed=False) == (orders(1),)
    assert joint_change([(CITY,), (orders(1), CITY)], all_needed=False) == (CITY,)
    assert joint_change([(CITY,), None], all_needed=False) == (CITY,)
    assert joint_change([(CITY,), None], all_needed=True) is None

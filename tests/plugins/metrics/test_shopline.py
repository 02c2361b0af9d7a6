"""Clicks on the campaigns of a list, and what was bought in the same visit."""

from decimal import Decimal

import pytest

import patron

LIST = """
audience bought = has ordered
list buyers {
  from audience bought
  take once on 2026-02-01 09:00
  rules shopline
}
metric attributed_sales = sum(orders.value) attributed by shopline.attributed
metric performed_sales = sum(orders.value) attributed by shopline.performance
"""


def order(ident, customer, day, total, session=None):
    return {"id": ident, "customer": customer, "created_at": f"{day} 12:00:00", "total": total, "session": session}


def click(ident, customer, campaign, session, actor=None):
    row = {"id": ident, "customer": customer, "campaign": campaign, "kind": "clicked", "session": session}
    return row | {"acted_at": "2026-02-10 11:00:00", "actor": actor or customer}


@pytest.fixture(scope="module")
def listed(open_shop):
    """c1 buys by the link, c2 comes back by another way, c3 got c1's link, c4 clicked for another list."""
    before = [order(f"b{n}", f"c{n}", "2026-01-05", 1) for n in range(1, 5)]
    after = [
        order("o1", "c1", "2026-02-10", 10, "v1"),
        order("o2", "c2", "2026-02-11", 20, "v9"),
        order("o3", "c3", "2026-02-10", 40, "v3"),
        order("o4", "c4", "2026-02-10", 80, "v4"),
        order("o5", "c1", "2026-02-20", 160, "v5"),
    ]
    tables = {
        "orders": before + after,
        "campaigns": [
            {"id": "a1", "name": "Ours", "list": "buyers", "coupon": "SAVE"},
            {"id": "a2", "name": "Theirs", "list": "others", "coupon": "SAVE"},
        ],
        "actions": [
            click("x1", "c1", "a1", "v1"),
            click("x2", "c2", "a1", "v2"),
            click("x3", "c1", "a1", "v3", actor="c3"),
            click("x4", "c4", "a2", "v4"),
        ],
        "sessions": [{"id": f"v{n}", "started_at": "2026-02-10 10:59:00"} for n in range(1, 10)],
        "redemptions": [
            {"customer": c, "order": o, "kind": kind, "coupon": coupon, "redeemed_at": "2026-02-10 12:00:00"}
            for c, o, kind, coupon in (
                ("c1", "o1", "coupon", "SAVE"),
                ("c1", "o1", "points", None),
                ("c2", "o2", "credits", None),
            )
        ],
    }
    uses = ["conversions", "shopline"]
    taken = open_shop(tables, uses, LIST, as_of="2026-02-01T09:00")
    taken.project.take_list("buyers")
    return taken


@pytest.fixture(scope="module")
def ask(listed):
    with patron.open_project(listed.project.root, as_of="2026-03-01") as later:
        yield lambda phrase: tuple(later.query(f"{phrase} for list buyers during 2026-02-01 to 2026-03-01").rows[0])


def test_attributed_is_every_purchase_after_an_own_click(ask):
    assert ask("attributed_sales") == (Decimal(10 + 20 + 160),)


def test_performance_is_what_was_bought_in_the_visit_of_the_click(ask):
    assert ask("performed_sales") == (Decimal(10),)


def test_who_placed_an_order(ask):
    names = "order with_coupon with_points with_credits".split()
    assert ask(", ".join(f"conversions.placed_{name}" for name in names)) == (1, 1, 1, 0)

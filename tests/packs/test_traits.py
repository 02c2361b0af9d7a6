"""Every trait, filter and event of every pack on every shop, row by row."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.packs.asked import EVERYTHING, KEYS, UNNAMED
from tests.packs.members import EVENTS, TRAITS
from tests.packs.of_lifecycle import waits
from tests.packs.plain import SourceMissing
from tests.packs.same import same
from tests.packs.shops import SHOPS

ALIKE = ("completejourney", "online_retail")
"""Shops whose waits go by the rule of `greenhouse`: their customers and orders are enough."""
OF_ALL_PRODUCTS = {"predictions.first_of_category", "predictions.first_of_brand"}
"""Which product is the first, and `completejourney` is read without those that were never sold."""
CASES = [
    (shop, name) for shop in SHOPS for name, (table, _) in TRAITS.items()
    if name not in UNNAMED and not (table == "purchase_days" and shop in ALIKE)
    and not (name in OF_ALL_PRODUCTS and shop == "completejourney")
]  # fmt: skip


@pytest.mark.parametrize("shop, name", CASES, indirect=["shop"])
def test_of_every_row(shop, name):
    table, calculation = TRAITS[name]
    rows = plain_rows(shop.plain, table)
    found = shop.traits(table) if rows else {}
    different = {}
    for row in rows:
        value = found[KEYS[table][2](row)][name]
        try:
            expected = calculation(shop.plain, row)
        except SourceMissing:
            expected = as_of_no_rows(value)
        if not same(value, expected):
            different[KEYS[table][2](row)] = (value, expected)
    assert different == {}


def as_of_no_rows(value):
    """What the shop has no table for is missing, no, or 0."""
    return value if value in (None, False, 0) else None


def plain_rows(shop, table):
    """The rows that Patron counts, but those it made itself."""
    if table == "purchase_days":
        return waits(shop)
    rows = shop.tables.get(table, [])
    if table == "customers":
        return [c for c in rows if not c.deleted_at and not c.erased_at]
    return [r for r in rows if not r.get("made")]


@pytest.mark.parametrize("shop, name", [(shop, name) for shop in SHOPS for name in EVENTS], indirect=["shop"])
def test_who_did_it_how_often(shop, name):
    try:
        times = Counter(EVENTS[name](shop.plain))
    except SourceMissing:
        if shop.plain.name not in EVERYTHING:
            return
        times = Counter()
    people = {c.id for c in plain_rows(shop.plain, "customers")}
    for least in (1, 3):
        rows = shop.project.query(f"members by customer where has {name} at least {least} times").rows
        assert {row[0] for row in rows} == {c for c, n in times.items() if n >= least and c in people}

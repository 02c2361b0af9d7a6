"""Every trait, filter and event of every pack on every shop, row by row."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.packs.asked import KEYS, UNNAMED
from tests.packs.members import EVENTS, TRAITS
from tests.packs.of_lifecycle import waits
from tests.packs.plain import SourceMissing
from tests.packs.same import same
from tests.packs.shops import SHOPS

CASES = [(shop, name) for shop in SHOPS for name in TRAITS if name not in UNNAMED]


@pytest.mark.parametrize("shop, name", CASES, indirect=["shop"])
def test_of_every_row(shop, name):
    table, calculation = TRAITS[name]
    rows = plain_rows(shop.plain, table)
    found = shop.traits(table) if rows else {}
    different = {}
    for row in rows:
        try:
            expected = calculation(shop.plain, row)
        except SourceMissing:
            expected = None
        value = found[KEYS[table][2](row)][name]
        if not same(value, expected):
            different[KEYS[table][2](row)] = (value, expected)
    assert different == {}


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
        times = Counter()
    people = {c.id for c in plain_rows(shop.plain, "customers")}
    for least in (1, 2, 5):
        rows = shop.project.query(f"members by customer where has {name} at least {least} times").rows
        assert {row[0] for row in rows} == {c for c, n in times.items() if n >= least and c in people}

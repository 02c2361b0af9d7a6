"""What no source ever records is not tracked, and not 0."""

from __future__ import annotations

import pytest

OPENED, CLICKED = 'count(actions where kind is "opened")', 'count(actions where kind is "clicked")'


@pytest.fixture
def silent(shop_with):
    """A shop whose source records no opening."""
    shop = shop_with()
    data = shop.root / "data" / "actions.csv"
    data.write_text("".join(line for line in data.read_text().splitlines(keepends=True) if "opened" not in line))
    return shop


def told(shop, phrase):
    result = shop.query(phrase)
    return [(value, result.state(0, n)) for n, value in enumerate(result.rows[0])]


def test_a_kind_that_no_source_records(silent):
    assert told(silent, f"{OPENED}, {CLICKED}") == [(None, "not tracked"), (1, "ok")]


def test_what_to_map_is_told_beside_it(silent):
    (note,) = silent.query(f"{OPENED}, {CLICKED}").notes
    assert note == f"no source records `opened`: map it to `actions.kind` to see {OPENED}"


def test_what_it_is_compared_with(silent):
    found = told(silent, f"{OPENED} during last 60 days compare to previous period")
    assert [state for _, state in found] == ["not tracked", "not tracked", "empty"]


def test_a_kind_that_is_recorded_may_be_0(shop):
    assert told(shop, f"{OPENED} during 2026-05-01") == [(0, "ok")]

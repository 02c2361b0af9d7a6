"""Suppression: values about 1 to n - 1 people are hidden, and never alone (section 13, States)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.oracle.ask import Patron, differences, missing
from tests.oracle.opened import FEW, folder_of, pair
from tests.oracle.reading import Shop
from tests.oracle.world_at import ask, open_shop

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

PHRASES = (
    "members by customer.city",
    "members by customer.gender",
    "total_orders by customer.city",
    "total_sales by customer.home_store.name",
    "total_orders by staff.name during last 30 days",
    "total_shoppers by month during last 6 full months",
    "members by customer.habit",
    "share_of_all by customer.city",
)
_OPEN: dict[int, tuple[Patron, Shop]] = {}


def both(seed: int) -> tuple[Patron, Shop]:
    if seed not in _OPEN:
        made = pair(seed).world
        folder = folder_of(replace(made, settings={**made.settings, "smallest_group": "4"}))
        _OPEN[seed] = (Patron(folder, made.as_of), open_shop(folder, made.as_of))
    return _OPEN[seed]


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("text", PHRASES)
def test_small_groups_are_hidden(seed: int, text: str) -> None:
    patron, shop = both(seed)
    answer, table = ask(shop, text), patron.query(text)
    assert differences(answer, table, dims=1) == []
    assert {place for place, state in table.states.items() if state == "suppressed"} == answer.suppressed

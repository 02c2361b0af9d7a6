"""Laws of changed data: another order, other names, twice the money, later facts (laws 9 to 13, 17, 24, 28)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pytest

from tests.oracle.ask import ITSELF, Patron, Table, missing, same
from tests.oracle.catalogue import PHRASES, for_currency
from tests.oracle.declared import AUDIENCES, DECLARATIONS
from tests.oracle.opened import opened, pair, patron
from tests.oracle.world import World
from tests.properties.changes import (
    RENAMED,
    doubled,
    permuted,
    renamed,
    shifted,
    with_idle_customer,
    with_later_facts,
)

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

_SOME = PHRASES[::3]
_PEOPLE = [name for name, text in AUDIENCES.items() if "bucket" not in text][::3]
_OPEN: dict[tuple[str, int], Patron] = {}


def changed(seed: int, name: str, change: Callable[[World], World]) -> Patron:
    if (name, seed) not in _OPEN:
        _OPEN[name, seed] = opened(change(pair(seed).world))
    return _OPEN[name, seed]


def alike(mine: Sequence[Sequence[object]], theirs: Sequence[Sequence[object]]) -> bool:
    return len(mine) == len(theirs) and all(
        same(a, b) for left, right in zip(mine, theirs, strict=True) for a, b in zip(left, right, strict=True)
    )


def asked(one: Patron, seed: int, text: str) -> Table:
    return one.query(for_currency(text, pair(seed).currency))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("text", _SOME)
def test_the_order_of_rows_and_columns_means_nothing(seed: int, text: str) -> None:
    other = changed(seed, "permuted", lambda w: permuted(w, seed))
    assert alike(asked(patron(seed), seed, text).rows, asked(other, seed, text).rows)


@pytest.mark.parametrize("name", _PEOPLE)
def test_the_order_of_rows_means_nothing_for_people(name: str) -> None:
    assert patron(0).audience(name) == changed(0, "permuted", lambda w: permuted(w, 0)).audience(name)


@pytest.mark.parametrize("text", _SOME)
def test_other_ids_change_nothing_but_ids(text: str) -> None:
    table = asked(changed(0, "renamed", renamed), 0, text)
    rows = [[c.removeprefix(RENAMED) if isinstance(c, str) else c for c in row] for row in table.rows]
    assert alike(asked(patron(0), 0, text).rows, rows)


@pytest.mark.parametrize("name", _PEOPLE)
def test_other_ids_are_the_same_people(name: str) -> None:
    people = changed(0, "renamed", renamed).audience(name)
    assert [p.removeprefix(RENAMED) for p in people] == patron(0).audience(name)


_PLAIN = (
    "total_sales, total_orders, total_shoppers by order.channel",
    "product_sales, units by product.category",
    "credited, credited_orders by campaign.name",
    "total_sales, conversion by customer.city",
    "so_far by month",
    "least_order, most_order, middle_order",
    "touched, touched_actions by campaign",
    "second_rate, again, click_rate",
    "category_share by product.category, customer.gender",
    "net, grown, last_paid by store",
    "online_share by month",
    "rolling_week, rolling_shoppers by day during last 20 days",
    "total_sales during last 30 days compare to previous period",
)


@pytest.mark.skipif(ITSELF, reason="the oracle does not tell its types")
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("text", _PLAIN)
def test_twice_the_amounts_twice_the_money(seed: int, text: str) -> None:
    once, twice = asked(patron(seed), seed, text), asked(changed(seed, "doubled", doubled), seed, text)
    types = [column.type.kind for column in patron(seed).project.query(text).columns]
    rows = [
        [c * 2 if kind == "money" and c is not None else c for kind, c in zip(types, row, strict=True)]
        for row in once.rows
    ]
    assert alike(rows, twice.rows)


_WEEKLY = (
    "total_sales, total_orders by day during last 30 days",
    "total_sales by week during last 4 full weeks",
    "total_shoppers by weekday",
    "total_orders by hour_of_day",
    "total_orders by order.days_since_previous_order",
    "total_sales by order.channel during last 90 days compare to previous period",
    "credited by campaign.name",
    "even_sales, position_sales, decay_sales",
    "second_rate, second_finished, again, same_again",
    "click_rate by campaign.name",
    "rolling_week by day during last 10 days",
    "total_sales for audience recent during last 60 days",
    "total_sales, conversion for audience recent",
    "life_sales by campaign.name",
)


@pytest.mark.parametrize("seed", [2, 3, 5])
@pytest.mark.parametrize("text", _WEEKLY)
def test_a_week_later_everything_is_a_week_later(seed: int, text: str) -> None:
    table = asked(changed(seed, "shifted", lambda w: shifted(w, 7)), seed, text)
    rows = [[c - dt.timedelta(days=7) if isinstance(c, dt.date) else c for c in row] for row in table.rows]
    assert alike(asked(patron(seed), seed, text).rows, rows)


@pytest.mark.parametrize("text", _SOME)
def test_a_customer_without_orders_changes_only_the_denominator(text: str) -> None:
    if any(word in text for word in ("members", "conversion", "customer", "count(")):
        pytest.skip("this phrase counts or lists people")
    other = changed(0, "idle", with_idle_customer)
    assert alike(asked(patron(0), 0, text).rows, asked(other, 0, text).rows)


def test_a_customer_without_orders_is_a_member() -> None:
    text = "members, total_shoppers, conversion for audience all_tracked_users"
    before, after = (asked(one, 0, text).rows[0] for one in (patron(0), changed(0, "idle", with_idle_customer)))
    assert after[:2] == (before[0] + 1, before[1])
    assert same(float(after[2]), before[1] / after[0])


@pytest.mark.parametrize("text", _SOME)
def test_what_comes_later_is_invisible(text: str) -> None:
    other = changed(0, "later", with_later_facts)
    assert alike(asked(patron(0), 0, text).rows, asked(other, 0, text).rows)


@pytest.mark.parametrize("name", _PEOPLE)
def test_what_comes_later_moves_nobody(name: str) -> None:
    assert patron(0).audience(name) == changed(0, "later", with_later_facts).audience(name)


_LATEST = {"orders": "created_at", "customers": "created_at", "lines": "amount", "actions": "acted_at"}


@pytest.mark.skipif(ITSELF, reason="the oracle does not speak of keep latest")
@pytest.mark.parametrize("text", _SOME[::2])
def test_rows_sent_twice_count_once(text: str) -> None:
    if ("twice", 0) not in _OPEN:
        made = pair(0).world
        for table in _LATEST:
            made = made.changed(table, lambda rows: rows * 2)
        blocks = {table: f" {{\n  keep latest by {column}\n}}" for table, column in _LATEST.items()}
        _OPEN["twice", 0] = opened(made, mappings=blocks)
    assert alike(asked(patron(0), 0, text).rows, asked(_OPEN["twice", 0], 0, text).rows)


@pytest.mark.parametrize("text", _SOME[::2])
def test_a_pack_that_is_not_used_changes_nothing(text: str) -> None:
    if ("pack", 0) not in _OPEN:
        _OPEN["pack", 0] = opened(pair(0).world, f"use lifecycle\n{DECLARATIONS}")
    assert alike(asked(patron(0), 0, text).rows, asked(_OPEN["pack", 0], 0, text).rows)

"""Laws of sums, splits and shares (laws 6 to 8, 14 to 16, 19 to 21 and 26)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.oracle.ask import Patron, Table, missing
from tests.oracle.catalogue import for_currency
from tests.oracle.declared import DECLARATIONS
from tests.oracle.opened import FEW, opened, pair

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

SEEDS = FEW
WINDOWS = (1, 3, 7, 14, 30)
_MORE = """
trait age_group on customers = band(age(birth_date), 18, 30, 50)
audience converted = their credited_orders >= 1
metric valid_orders = count(orders where valid_order)
""" + "".join(
    f"""
attribution window{n} {{
  actions any
  within {n} days of action
}}
attribution all{n} extends window{n} {{
  counts every purchase
}}
metric window{n}_touched = count(orders) influenced by window{n}
metric window{n}_credited = count(orders) attributed by window{n}
metric all{n}_credited = count(orders) attributed by all{n}
"""
    for n in WINDOWS
)
_OPEN: dict[int, Patron] = {}


def query(seed: int, text: str) -> Table:
    if seed not in _OPEN:
        _OPEN[seed] = opened(pair(seed).world, DECLARATIONS + _MORE)
    return _OPEN[seed].query(for_currency(text, pair(seed).currency))


def only(seed: int, text: str) -> object:
    return query(seed, text).rows[0][0]


def total(values: list[object]) -> object:
    return sum(v for v in values if v is not None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("metric", ["total_sales", "total_orders", "units", "product_sales", "credited", "again"])
@pytest.mark.parametrize("middle", ["2025-10-26", "2026-03-08", "2026-03-29"])
def test_a_period_is_the_sum_of_its_halves(seed: int, metric: str, middle: str) -> None:
    after = middle[:-2] + f"{int(middle[-2:]) + 1:02d}"
    first = only(seed, f"{metric} during 2025-08-15 to {middle}")
    second = only(seed, f"{metric} during {after} to 2026-04-30")
    assert first + second == only(seed, f"{metric} during 2025-08-15 to 2026-04-30")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("period", ["2025-10-20 to 2025-11-05", "2026-03-01 to 2026-03-31", "last 3 full months"])
def test_hours_days_weeks_months_add_up_to_the_same(seed: int, period: str) -> None:
    whole = only(seed, f"total_sales during {period}")
    for unit in ("hour", "day", "week", "month", "quarter", "year", "weekday", "hour_of_day"):
        assert total(query(seed, f"total_sales by {unit} during {period}").column("total_sales")) == whole, unit


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dim", ["month", "order.channel", "store", "weekday"])
def test_distinct_people_of_parts(seed: int, dim: str) -> None:
    parts = query(seed, f"total_shoppers by {dim}").column("total_shoppers")
    assert max(parts) <= only(seed, "total_shoppers") <= sum(parts)


_PARTS = {
    "total_sales": (
        "customer.city",
        "store.name",
        "order.channel",
        "month",
        "customer",
        "order.size",
        "customer.habit",
    ),
    "total_orders": ("order.status", "staff.name", "order.order_number", "hour_of_day", "order.wait"),
    "product_sales": ("product.category", "product", "customer.gender", "order.channel"),
    "members": ("customer.gender", "customer.age_group", "customer.city", "customer.favourite", "customer.habit"),
    "credited": ("campaign.name", "action.kind", "action", "order.channel", "month", "customer.city"),
    "even_sales": ("campaign.name", "action", "action.channel", "month"),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("metric, dim", [(m, d) for m, dims in _PARTS.items() for d in dims])
def test_parts_add_up_to_the_whole(seed: int, metric: str, dim: str) -> None:
    assert total(query(seed, f"{metric} by {dim}").column(metric)) == only(seed, metric)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("inner, outer", [("product.name", "product.category"), ("customer.gender", "store")])
def test_shares_within_a_group_add_up_to_one(seed: int, inner: str, outer: str) -> None:
    metric = "category_share" if outer == "product.category" else "store_share"
    table = query(seed, f"{metric} by {outer}, {inner}")
    sums: dict[object, float] = {}
    for group, _, share in table.rows:
        sums[group] = sums.get(group, 0.0) + (share or 0.0)
    assert all(abs(found - 1) < 1e-9 for found in sums.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("credit", ["even_sales", "position_sales", "decay_sales"])
def test_parts_of_shared_credit_are_the_order(seed: int, credit: str) -> None:
    for order, mine, whole in query(seed, f"{credit}, repeat_sales by order.id").rows:
        assert mine == whole, order
    assert total(query(seed, f"{credit} by action").column(credit)) == only(seed, "repeat_sales")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["window{}_touched", "window{}_credited", "all{}_credited"])
def test_a_shorter_window_adds_no_conversions(seed: int, kind: str) -> None:
    counts = [only(seed, kind.format(n)) for n in WINDOWS]
    assert counts == sorted(counts)


@pytest.mark.parametrize("seed", SEEDS)
def test_credit_is_part_of_the_sales(seed: int) -> None:
    assert only(seed, "credited_orders") <= only(seed, "touched_orders") <= only(seed, "valid_orders")
    assert only(seed, "visit_orders") <= only(seed, "repeat_orders") <= only(seed, "valid_orders")
    if pair(seed).world.settings["order_rule"] != "net_of_returns":
        mine = only(seed, "credited for audience converted")
        assert Decimal(0) <= mine <= only(seed, "total_sales for audience converted")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("period", ["last 60 days", "2026-01-01 to 2026-03-31", "this month", "previous week"])
def test_compared_with_itself_nothing_changed(seed: int, period: str) -> None:
    metrics = ["total_sales", "total_orders", "average_order", "conversion", "credited", "units"]
    table = query(seed, f"{', '.join(metrics)} during {period} compare to {period}")
    for metric in metrics:
        now, then, change = (table.cell(0, metric + ending) for ending in ("", "_before", "_change"))
        assert now == then
        assert change == (0 if now else None)

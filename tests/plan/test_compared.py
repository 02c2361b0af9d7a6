"""A question beside another period means there what it would mean alone."""

import itertools
from pathlib import Path

import pytest

import patron

SPEC = """language 1
project "Two periods" {
  timezone "UTC"
  currency EUR
  sales total
}
source shop from csv { folder "data" }
table customers from shop.customers
table orders from shop.orders

metric buyers = count(customers where has ordered in the period)
metric keen = count(customers where has ordered at least 2 times in the period) / count(customers)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.patron").write_text(SPEC)
    data = tmp_path / "data"
    data.mkdir()
    (data / "customers.csv").write_text("id,created_at\n" + "".join(f"c{n},2025-01-01\n" for n in range(6)))
    rows = ["id,customer,created_at,total"]
    for month, people in ((1, (0, 0, 1, 2, 2, 3, 3)), (2, (1, 1)), (3, (0, 4, 4, 5, 5))):
        rows += [f"o{month}{n},c{who},2025-{month:02d}-1{n},{10 * month + n}" for n, who in enumerate(people)]
    (data / "orders.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


@pytest.mark.parametrize("metric", ["buyers", "keen"])
def test_in_the_period_is_that_of_each_side(shop: Path, metric: str) -> None:
    months = {1: "2025-01-01 to 2025-01-31", 2: "2025-02-01 to 2025-02-28", 3: "2025-03-01 to 2025-03-31"}
    with patron.open_project(shop, as_of="2025-04-01") as project:
        alone = {n: project.query(f"{metric} during {span}").rows[0][0] for n, span in months.items()}
        assert len(set(alone.values())) == 3
        for now, before in itertools.product(months, months):
            both = project.query(f"{metric} during {months[now]} compare to {months[before]}")
            assert (both.rows[0][0], both.rows[0][1]) == (alone[now], alone[before])


def test_a_number_without_a_date_is_counted_once(shop: Path) -> None:
    asked = "members, keen, total_orders by customer.id during 2025-01-01 to 2025-01-31 compare to previous period"
    with patron.open_project(shop, as_of="2025-04-01") as project:
        found = project.query(asked)
        text = project.sql(
            "members, total_orders by customer.id during 2025-01-01 to 2025-01-31 compare to previous period"
        )
    names = [c.name for c in found.columns]
    here, before = names.index("members"), names.index("members_before")
    assert [(row[here], row[before]) for row in found.rows] == [(1, 1)] * 6
    keen, keen_before = names.index("keen"), names.index("keen_before")
    assert any(row[keen] != row[keen_before] for row in found.rows)
    assert '"x0_before"' not in text

"""A metric with a date of its own is asked about dates that say nothing of when its rows came about."""

from pathlib import Path

import pytest

import patron

SPEC = """language 1
project "Dates of their own" {
  timezone "UTC"
  currency EUR
  sales total
}
source shop from csv { folder "data" }
table customers from shop.customers
table orders from shop.orders
table campaigns from shop.campaigns
table actions from shop.actions
attribution reach {
  actions clicked
  conversion ordered
  within 7 days of action
}
metric again {
  value rate from ordered to ordered within 10 days
  date orders.updated_at
}
metric won {
  value count(orders) attributed by reach
  date order.updated_at
}
metric by_click {
  value count(orders) attributed by reach
  date action.acted_at
}
"""
ROWS = {
    "customers": ("id", "c1", "c2"),
    "orders": (
        "id,customer,created_at,updated_at,total",
        "o1,c1,2025-01-10 10:00,2025-05-05 10:00,10",
        "o2,c1,2025-01-15 10:00,2025-05-06 10:00,10",
        "o3,c2,2025-01-10 10:00,2025-05-05 10:00,10",
    ),
    "campaigns": ("id,name,sent_at", "k1,One,2025-01-09 08:00"),
    "actions": (
        "id,customer,campaign,kind,acted_at",
        "a1,c1,k1,clicked,2025-01-09 10:00",
        "a2,c2,k1,clicked,2025-01-09 10:00",
    ),
}


@pytest.mark.parametrize(
    "metric, period, expected",
    [
        ("again", "2025-05-01 to 2025-05-31", 1 / 3),
        ("again", "2025-05-06", 0),
        ("won", "2025-05-01 to 2025-05-31", 2),
        ("won", "2025-01-01 to 2025-01-31", 0),
        ("by_click", "2025-01-09", 2),
    ],
)
def test_a_date_of_its_own(tmp_path: Path, metric: str, period: str, expected: float) -> None:
    (tmp_path / "shop.patron").write_text(SPEC)
    (tmp_path / "data").mkdir()
    for name, lines in ROWS.items():
        (tmp_path / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    with patron.open_project(tmp_path, as_of="2025-06-30") as project:
        (row,) = project.query(f"{metric} during {period}").rows
        days = project.query(f"{metric} by day during {period}").rows
    assert row[0] == pytest.approx(expected)
    if metric != "again":
        assert sum(count for _, count in days) == expected

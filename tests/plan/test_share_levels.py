"""Shares of a whole and of a level: what stands in the rows, over the sum of the rows that belong together."""

from collections import defaultdict
from pathlib import Path

import pytest

import patron
from tests.plan.test_rules import SPEC, shop

METRICS = """
metric of_all = share of total_orders
metric of_city = share of total_sales within customer.city
metric of_people = share of total_shoppers within customer.city
"""
"""People may be in several rows: their whole is counted anew."""


@pytest.mark.parametrize("of", ["", " for audience regulars", " for audiences regulars, quiet"])
def test_shares(tmp_path: Path, of: str) -> None:
    shop(tmp_path, 1)
    (tmp_path / "shop.patron").write_text(SPEC + METRICS, "utf-8")
    phrase = (
        f"total_orders, of_all, total_sales, of_city, total_shoppers, of_people by customer.city, order.channel{of}"
    )
    with patron.open_project(tmp_path, as_of="2025-03-31") as project:
        rows = project.query(phrase).rows
        people = {tuple(r[:-1]): r[-1] for r in project.query(f"total_shoppers by customer.city{of}").rows}
    assert len(rows) > 8
    labels = [r[0] if len(r) == 9 else "" for r in rows]
    orders: dict[object, int] = defaultdict(int)
    sales: dict[object, float] = defaultdict(float)
    for label, row in zip(labels, rows, strict=True):
        orders[label] += row[-6]
        sales[label, row[-8]] += float(row[-4])
    for label, row in zip(labels, rows, strict=True):
        city = row[-8]
        assert row[-5] == pytest.approx(row[-6] / orders[label])
        assert row[-3] == pytest.approx(float(row[-4]) / sales[label, city])
        assert row[-1] == pytest.approx(row[-2] / people[(label, city) if label else (city,)])

"""A sum never counts the value of one row once for every row that leads to it (section 7)."""

from __future__ import annotations

from decimal import Decimal

import pytest

import patron
from patron.engine.runtime.errors import SpecError

SPEC = """language 1
project "Doubling" {
  timezone "UTC"
  currency USD
  sales total
}
source shop from csv {
  folder "data"
}
table orders from shop.orders
table lines from shop.lines
table products from shop.products
trait ordered_twice on customers = sum(orders.total) / 2
"""
FILES = {
    "orders": "id,customer,created_at,total,tip\n1,a,2026-05-01,10,1\n2,a,2026-05-02,20,1\n",
    "lines": "id,order,product,amount,quantity\nl1,1,p,4,1\nl2,1,q,6,1\nl3,2,p,20,5\n",
    "products": "id,price\np,4\nq,6\n",
}


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "data").mkdir()
    for name, text in FILES.items():
        (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "shop.patron").write_text(SPEC, encoding="utf-8")
    with patron.open_project(tmp_path, as_of="2026-05-06") as project:
        yield project


@pytest.mark.parametrize(
    "doubling",
    ["sum(lines.order.total)", "sum(lines.order.value)", "sum(lines.order.total - order.tip)",
     "sum(lines.order.customer.ordered_twice)", "sum(orders.customer.ordered_twice)"],
)  # fmt: skip
def test_a_sum_of_another_rows_column_is_refused(shop, doubling):
    with pytest.raises(SpecError) as refused:
        shop.query(doubling)
    (problem,) = refused.value.problems
    assert (problem.code, problem.span.column) == ("P0401", 5)
    assert "once for every" in problem.message


@pytest.mark.parametrize(
    "sound, answer",
    [("sum(lines.amount)", 30), ("sum(lines.product.price)", 14), ("sum(lines.product.price * quantity)", 30),
     ("sum(orders.total)", 30), ("sum(lines.amount / order.total * order.tip)", 2),
     ("average(lines.order.total)", Decimal("13.333333")), ("max(lines.order.total)", 20)],
)  # fmt: skip
def test_what_each_row_has_of_its_own_is_added(shop, sound, answer):
    assert shop.query(sound).rows == ((answer,),)


def test_a_trait_may_not_double_either(shop, tmp_path):
    (tmp_path / "more.patron").write_text(
        'language 1\nimport "shop.patron"\ntrait spent on customers = sum(lines.order.total)\n', encoding="utf-8"
    )
    with patron.open_project(tmp_path) as project:
        assert [p.code for p in project.check()] == ["P0401"]

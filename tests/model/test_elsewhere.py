"""A name or a way that a question does not have: the hint is what to write instead."""

from __future__ import annotations

import pytest

import patron
from patron.engine.runtime.errors import SpecError

SPEC = """language 1
project "Elsewhere" {
  timezone "UTC"
  currency USD
}
source shop from csv {
  folder "data"
}
table customers from shop.customers
table orders from shop.orders
table lines from shop.lines
table products from shop.products
table stores from shop.stores
trait big_spender on customers = sum(orders.total) > $100
metric sold_dear = sum(lines.amount where amount > $5)
metric margin = product_sales - sold_dear
"""
FILES = {
    "customers": "id,gender,city\na,F,Rome\n",
    "orders": "id,customer,created_at,total,store\n1,a,2026-05-01,10,north\n",
    "lines": "id,order,product,amount,quantity\nl1,1,p,10,1\n",
    "products": "id,category\np,Tea\n",
    "stores": "id,city\nnorth,Oslo\n",
}


@pytest.fixture
def hint(tmp_path):
    (tmp_path / "data").mkdir()
    for name, text in FILES.items():
        (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "shop.patron").write_text(SPEC, encoding="utf-8")
    with patron.open_project(tmp_path, as_of="2026-05-06") as project:

        def asked(phrase, code):
            with pytest.raises(SpecError) as refused:
                project.query(phrase)
            (problem,) = refused.value.problems
            assert problem.code == code
            return problem.hint

        yield asked


@pytest.mark.parametrize(
    "phrase, meant",
    [("total_sales by gender", "`customer.gender`"), ("product_sales by category", "`product.category`"),
     ("total_sales where gender is F", "`customer.gender`"), ("units by city", "`customer.city` or `store.city`"),
     ("total_sales by big_spender", "`customer.big_spender`")],
)  # fmt: skip
def test_a_bare_column_is_looked_for_in_the_tables_that_the_rows_lead_to(hint, phrase, meant):
    assert hint(phrase, "P0201") == f"Did you mean {meant}?"


def test_a_column_of_finer_rows_comes_with_the_metric_that_has_it(hint):
    found = hint("total_sales by category", "P0201")
    assert found.startswith("Did you mean `product.category`? Use a metric that counts lines: `product_sales`")


def test_money_is_told_the_money_of_the_finer_rows(hint):
    assert hint("total_sales by product.category", "P0401") == (
        "Use a metric that counts lines: `product_sales` or `sold_dear`; "
        "or ask a question about the order: `has line where (...)`."
    )


def test_a_count_is_told_how_to_count_the_finer_rows(hint):
    found = hint("total_orders by product.category", "P0401")
    assert found.startswith("Use a metric that counts lines: `unique(lines.order)` or `units`;")


@pytest.mark.parametrize(
    "written, meant",
    [("05/06/1998", "`1998-05-06` or `1998-06-05`"), ('"31/12/1998"', "`1998-12-31`"), ("5-5-1998", "`1998-05-05`")],
)
@pytest.mark.parametrize("phrase", ["order.created_at > {}", "order.created_at is between {} and 2026-01-01"])
def test_a_date_of_another_form_is_told_as_it_is_written_here(hint, phrase, written, meant):
    found = hint(f"total_sales where {phrase.format(written)}", "P0301")
    assert found == f"Write {meant}: the year first, then month and day."


def test_what_is_no_date_either_way(hint):
    assert hint("total_sales where order.created_at > 5", "P0301") == "A date is written 2026-05-31."

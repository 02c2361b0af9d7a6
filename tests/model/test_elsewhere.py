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


GROUPED = """language 1
project "Grouped" {
  timezone "UTC"
  currency USD
}
source shop from csv {
  folder "data"
}
table orders from shop.lines {
  group by order
  id = order
  customer = lookup(shop.heads.buyer, nr = order)
  created_at = lookup(shop.heads.day, nr = order)
  total = sum(price)
}
table products from shop.goods {
  id = code
  name = label
}
"""
SALES = {
    "heads": "nr,buyer,day,freight,ship via\n1,a,2026-05-01,3,DHL\n",
    "lines": "order,price,colour\n1,10,red\n",
    "goods": "code,label,shelf\np,Tea,4\n",
    "suppliers": "id,name\n1,Ann\n",
}


@pytest.fixture
def hint(tmp_path, request):
    spec, files = getattr(request, "param", (SPEC, FILES))
    (tmp_path / "data").mkdir()
    for name, text in files.items():
        (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "shop.patron").write_text(spec, encoding="utf-8")
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


LACKING = "`{0}` is there, and no column is filled from it: write `{1}` in `table orders`."
FREIGHT = LACKING.format("shop.heads.freight", "freight = lookup(shop.heads.freight, nr = order)")
SHIP_VIA = LACKING.format("shop.heads.`ship via`", "`ship via` = lookup(shop.heads.`ship via`, nr = order)")
COLOUR = LACKING.format("shop.lines.colour", "colour = first(colour)")
NOT_READ = "`shop.suppliers` is there, and no statement reads it: take what you need with `lookup(shop.suppliers.column"


@pytest.mark.parametrize("hint", [(GROUPED, SALES)], indirect=True)
@pytest.mark.parametrize(
    "phrase, code, meant",
    [
        ("sum(orders.Freight)", "P0203", FREIGHT),
        ("total_sales by freight", "P0201", FREIGHT),
        ("total_sales by order.`ship via`", "P0203", SHIP_VIA),
        ("total_sales where order.colour is red", "P0203", COLOUR),
        ("total_sales by order.buyer", "P0203", "`shop.heads.buyer` is `customer` here."),
        ("count(products where label is Tea)", "P0203", "`shop.goods.label` is `name` here."),
        ("count(suppliers)", "P0201", NOT_READ + ", key = value)` in a table."),
        ("total_sales by supplier.name", "P0201", NOT_READ + ", key = value)` in a table."),
    ],
)
def test_what_a_source_has_and_no_table(hint, phrase, code, meant):
    assert hint(phrase, code) == meant


@pytest.mark.parametrize("hint", [(GROUPED, SALES)], indirect=True)
def test_what_no_source_has(hint):
    assert "Known: " in hint("total_sales by order.weight", "P0203")
    assert "Known: " in hint("count(carriers)", "P0201")
    assert hint("sum(products.shelve)", "P0203").startswith("Did you mean `shelf`?")

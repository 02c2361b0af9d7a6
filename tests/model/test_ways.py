"""Ways between tables (section 7): which chain counts, and which are two."""

from __future__ import annotations

import pytest

import patron
from patron.engine.runtime.errors import SpecError

SPEC = """language 1
project "Two stores" {
  timezone "UTC"
  currency USD
}
source shop from csv {
  folder "data"
}
table orders from shop.orders
table lines from shop.lines
table staff from shop.staff
table stores from shop.stores
"""
FILES = {
    "orders": "id,customer,created_at,total,store,staff\n1,a,2026-05-01,10,north,kim\n2,a,2026-05-02,20,south,kim\n",
    "lines": "id,order,amount,quantity\nl1,1,10,1\nl2,2,20,3\n",
    "staff": "id,store\nkim,north\nlee,south\n",
    "stores": "id\nnorth\nsouth\n",
}


@pytest.fixture
def shop(tmp_path):
    opened = []

    def make(**files):
        (tmp_path / "data").mkdir()
        for name, text in {**FILES, **files}.items():
            (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
        (tmp_path / "shop.patron").write_text(SPEC, encoding="utf-8")
        opened.append(patron.open_project(tmp_path, as_of="2026-05-06"))
        return opened[-1]

    yield make
    for project in opened:
        project.close()


def test_staff_taken_from_the_order_is_no_shorter_way(shop):
    found = shop()
    assert found.query("units by store").rows == (("north", 1), ("south", 3))
    assert found.query("units by store").rows == found.query("units by order.store").rows
    assert found.query("units by staff, staff.store").rows == (("kim", "north", 4),)


def test_staff_of_its_own_makes_two_ways(shop):
    found = shop(lines="id,order,amount,quantity,staff\nl1,1,10,1,lee\nl2,2,20,3,\n")
    with pytest.raises(SpecError) as refused:
        found.query("units by store")
    (problem,) = refused.value.problems
    assert problem.code == "P0403"
    assert "order.store and staff.store" in problem.message
    assert found.query("units by staff.store").rows == (("north", 3), ("south", 1))


def test_without_a_store_on_orders_the_way_goes_by_staff(shop):
    found = shop(orders="id,customer,created_at,total,staff\n1,a,2026-05-01,10,kim\n2,a,2026-05-02,20,lee\n")
    assert found.query("units by store").rows == (("north", 1), ("south", 3))


def test_a_time_dimension_that_is_misspelt(shop):
    with pytest.raises(SpecError) as refused:
        shop().query("total_sales by mounth")
    (problem,) = refused.value.problems
    assert (problem.code, problem.span.column) == ("P0201", 16)
    assert "`month`" in problem.hint

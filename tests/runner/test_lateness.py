"""An export while the lines of the last orders have not come (P0806): no file, and the report all the same."""

from __future__ import annotations

import os

import pytest

import patron

SPEC = """language 1
project "Late" {
  timezone "UTC"
  currency USD
}
source shop from csv {
  folder "data"
}
table orders from shop.orders
table lines from shop.lines
report sales {
  for all records
  show table "Sales" of total_sales, units
  export "Sales" as csv
}
report plain {
  for all records
  show table "Sales" of total_sales
}
"""
ORDERS = """id,customer,created_at,total,status
o1,a,2026-05-01,10,paid
o2,b,2026-05-02,20,paid
o3,b,2026-05-03,30,%s
"""


@pytest.fixture
def shop(tmp_path):
    opened = []

    def make(lines="id,order,amount,quantity\nl1,o1,10,1\nl2,o2,20,1\n", status="paid", later="orders", spec=SPEC,
             as_of="2026-05-06"):  # fmt: skip
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / "orders.csv").write_text(ORDERS % status, encoding="utf-8")
        (tmp_path / "data" / "lines.csv").write_text(lines, encoding="utf-8")
        for name in ("orders", "lines"):
            when = 2_000_000_000 if name == later else 1_900_000_000
            os.utime(tmp_path / "data" / f"{name}.csv", (when, when))
        (tmp_path / "shop.patron").write_text(spec, encoding="utf-8")
        opened.append(patron.open_project(tmp_path, as_of=as_of))
        return opened[-1]

    yield make
    for project in opened:
        project.close()


def test_an_export_waits_for_its_lines(shop):
    project = shop()
    (made,) = project.run(["sales"])
    (problem,) = made.skipped
    assert (problem.code, made.files, made.exit_code) == ("P0806", (), 4)
    assert project.line(problem.span.file, problem.span.line) == '  export "Sales" as csv'
    assert problem.message == (
        "lines are older than orders: they end on 2026-05-02; try again after those of 2026-05-03 have come"
    )
    assert project.query("total_sales, units").rows[0][1] == 2, "counts are shown"


def test_what_is_no_export_is_made(shop):
    (made,) = shop().run(["plain"], ["csv"])
    assert made.files
    assert made.exit_code == 0


def test_without_any_line_there_is_no_export(shop):
    (made,) = shop(lines="id,order,amount,quantity\n").run(["sales"])
    assert [p.message.partition(";")[0] for p in made.skipped] == ["lines are older than orders: there are none"]


@pytest.mark.parametrize(
    "given",
    [
        {"lines": "id,order,amount,quantity\nl1,o1,10,1\nl3,o3,30,1\n"},  # the last order has a line
        {"status": "canceled"},  # the last order is no sale
        {"later": "lines"},  # lines were written after the orders: more will not come
        {"as_of": "2026-05-02"},  # the last order is not looked at
        {"spec": SPEC.replace("table lines from shop.lines\n", "").replace(", units", "")},  # a shop without lines
    ],
)
def test_lines_are_there_when(shop, given):
    (made,) = shop(**given).run(["sales"])
    assert (made.skipped, made.exit_code) == ((), 0)
    assert made.files

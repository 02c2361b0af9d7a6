"""The people behind rows of a report: first metric, kept rows, condition on the show's dimensions, rings."""

from __future__ import annotations

import pytest

from patron import open_project
from patron.engine.runtime.errors import PatronError

FILES = {
    "customers": """id,name,city,birth_date
c1,Ann,Boulder,1990-05-20
c2,Bob,,1985-01-01
c3,Cid,Denver,
c4,Dee,Boulder,2000-02-29
c5,Eve,,
""",
    "orders": """id,customer,created_at,status,channel,total
o1,c1,2026-03-20 10:00:00,paid,online,200.00
o2,c1,2026-04-10 10:00:00,paid,retail,50.00
o3,c2,2026-04-03 10:00:00,paid,online,180.00
o4,c2,2026-04-28 10:00:00,canceled,phone,500.00
o5,c3,2026-04-20 10:00:00,paid,retail,20.00
o6,,2026-04-30 11:00:00,paid,phone,12.00
o7,c4,2026-02-02 11:00:00,paid,retail,900.00
""",
    "products": "id,name,category\np1,Gum,Edibles\np2,Pipe,Gear\n",
    "lines": "id,order,product,quantity,amount\nl1,o1,p1,1,200\nl2,o2,p2,1,50\nl3,o3,p2,1,180\nl4,o5,p1,1,20\n",
}
SPEC = """language 1

project "Tiny" {
  currency "USD"
  timezone "UTC"
}
use demographics
source shop from csv {
  folder "data"
}
table customers from shop.customers
table orders from shop.orders
table products from shop.products
table lines from shop.lines
report sales {
  for audience all_tracked_users
  period 2026-03-01 to 2026-04-30
  show table "Channels" of total_sales, total_orders by order.channel
  show table "Best channel" of total_sales by order.channel top 1
  show table "Small channels" of total_sales by order.channel having total_sales < $100
  show table "Categories" of sum(lines.amount) by product.category
  show line "Months" of total_sales by month
  show card "Sales" of total_sales
  show table "Products" of count(products) by product.category
  show table "Ages" of total_sales by demographics.age_band
}
"""


def asked(tmp_path, condition, more=""):
    data = tmp_path / "data"
    data.mkdir()
    for name, text in FILES.items():
        (data / f"{name}.csv").write_text(text, "utf-8")
    spec = f"{SPEC}{more}\naudience asked {{\n  include {condition}\n}}\n"
    (tmp_path / "main.patron").write_text(spec, "utf-8")
    project = open_project(tmp_path, as_of="2026-05-06")
    return [row[0] for row in project.audience("asked").rows]


@pytest.mark.parametrize(
    "show,ids",
    [
        ('"Sales"', "c1 c2 c3"),  # c4 ordered before the period; o6 is nobody's
        ('"Channels"', "c1 c2 c3"),
        ('"Channels" where (order.channel is "retail")', "c1 c3"),
        ('"Channels" where (order.channel is not "retail")', "c1 c2"),
        ('"Channels" where (order.channel is "phone")', ""),  # canceled, or nobody's
        ('"Best channel"', "c1 c2"),
        ('"Best channel" where (order.channel is "retail")', ""),
        ('"Small channels"', "c1 c3"),
        ('"Categories" where (product.category is "Gear")', "c1 c2"),
        ('"Months" where (month is 2026-03-01)', "c1"),
        ('"Months" where (month is after 2026-03-15)', "c1 c2 c3"),
        ('"Ages" where (demographics.age_band is missing)', "c3"),
    ],
)
def test_who_is_behind(tmp_path, show, ids):
    assert asked(tmp_path, f"in rows of sales {show}") == ids.split()


LIST = """
audience buyers = has ordered
list known {
  from audience buyers
  take once on 2026-04-08
  analyse from 3 days before to 3 days after
}
report listed {
  for list known
  %s
  show table "Channels" of total_sales by order.channel
}
"""


@pytest.mark.parametrize("period", ["", "period last 3 months"])
def test_a_list_is_looked_at_as_far_as_its_rules_say(tmp_path, period):
    data = tmp_path / "data"
    data.mkdir()
    for name, text in FILES.items():
        (data / f"{name}.csv").write_text(text, "utf-8")
    behind = 'audience asked = in rows of listed "Channels"\n'
    (tmp_path / "main.patron").write_text(SPEC + LIST % period + behind, "utf-8")
    with open_project(tmp_path, as_of="2026-04-08") as then:
        then.take_list("known")
    with open_project(tmp_path, as_of="2026-05-06") as project:
        assert [row[0] for row in project.audience("asked").rows] == ["c1"]  # c2's order is 5 days before


def test_a_period_that_the_list_forbids_is_refused_behind_its_rows_too(tmp_path):
    with pytest.raises(PatronError) as raised:
        asked(tmp_path, 'in rows of listed "Channels"', LIST % "period 2026-03-01 to 2026-04-30")
    assert [p.code for p in raised.value.problems] == ["P0504"]


def test_the_others_and_two_at_once(tmp_path):
    condition = 'not in rows of sales "Channels" where (order.channel is "online") and in rows of sales "Sales"'
    assert asked(tmp_path, condition) == ["c3"]


@pytest.mark.parametrize(
    "condition,code",
    [
        ('in rows of sales "Chanels"', "P0201"),
        ('in rows of sails "Channels"', "P0201"),
        ('in rows of sales "Channels" where (city is "Boulder")', "P0201"),
        ('in rows of sales "Products"', "P0402"),
    ],
)
def test_what_cannot_be_asked(tmp_path, condition, code):
    with pytest.raises(PatronError) as raised:
        asked(tmp_path, condition)
    assert code in [p.code for p in raised.value.problems]


def test_a_report_about_the_people_in_its_own_rows(tmp_path):
    ring = 'report ring {\n  for audience asked\n  show card "Sales" of total_sales\n}\n'
    with pytest.raises(PatronError) as raised:
        asked(tmp_path, 'in rows of ring "Sales"', ring)
    assert {p.code for p in raised.value.problems} & {"P0207", "P0602"}


def test_a_ring_through_another_moment(tmp_path):
    ring = 'report ring {\n  for audience asked\n  as of 2026-04-30\n  show card "Sales" of total_sales\n}\n'
    with pytest.raises(PatronError) as raised:
        asked(tmp_path, 'in rows of ring "Sales"', ring)
    assert {p.code for p in raised.value.problems} & {"P0207", "P0602"}

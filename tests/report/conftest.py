"""A small shop: seven customers, a dozen orders, two campaigns, and people to ask about."""

from __future__ import annotations

from pathlib import Path

import pytest

from patron import open_project

FILES = {
    "customers": """id,name,email,city,birth_date,tags,is_anonymous,merged_into,deleted_at
c1,Ann,ann@example.com,Boulder,1990-05-20,vip,no,,
c2,Bob,bob@example.com,,1985-01-01,,no,,
c3,Cid,cid@example.com,Denver,,employee;vip,no,,
c4,Dee,dee@example.com,Boulder,2000-02-29,,no,,
c5,Eve,,Austin,,,no,c1,
c6,Fay,,Denver,,,no,,2026-01-15 12:00:00
c7,,,,,,yes,,
""",
    "orders": """id,customer,created_at,status,channel,total
o01,c1,2025-08-01 10:00:00,paid,online,80.00
o02,c1,2026-01-10 10:00:00,paid,retail,200.00
o03,c1,2026-03-20 10:00:00,paid,online,200.00
o04,c2,2026-02-01 10:00:00,paid,online,300.00
o05,c2,2026-04-03 10:00:00,paid,online,180.00
o06,c2,2026-04-28 10:00:00,canceled,online,500.00
o07,c3,2026-04-20 10:00:00,paid,retail,20.00
o08,c3,2026-04-30 10:00:00,paid,retail,30.00
o09,,2026-04-30 11:00:00,paid,retail,12.00
o10,,2026-05-01 11:00:00,paid,retail,13.00
o11,,2026-02-02 11:00:00,paid,retail,14.00
o12,,2026-05-02 11:00:00,canceled,retail,15.00
""",
    "lines": """id,order,product,quantity,amount
l1,o01,p1,1,80.00
l2,o02,p1,1,150.00
l3,o02,p2,2,50.00
l4,o03,p1,4,200.00
l5,o04,p2,1,300.00
l6,o05,p1,2,180.00
l7,o07,p2,1,20.00
l8,o08,p1,1,30.00
l9,o09,p1,1,12.00
""",
    "products": """id,name,category
p1,Gum,Edibles
p2,Pipe,Gear
""",
    "campaigns": """id,name,category,sent_at
m1,Spring,news,2026-03-15 08:00:00
m2,Win back SMS,offer,2026-04-25 08:00:00
""",
    "actions": """id,customer,campaign,kind,acted_at
a1,c1,m1,clicked,2026-03-16 09:00:00
a2,c2,m1,opened,2026-03-30 09:00:00
a3,c3,m2,received,2026-04-29 08:00:00
a4,c4,m2,received,2026-05-04 08:00:00
""",
}

SPEC = """language 1

project "Corner shop" {
  timezone "UTC"
  currency USD
  sales total
}
source shop from csv {
  folder "data"
}
table customers from shop.customers
table orders from shop.orders
table lines from shop.lines
table products from shop.products
table campaigns from shop.campaigns
table actions from shop.actions

param spent = $500

filter local on customers = city is "Boulder"

audience employees = tags contains "employee"

audience win_back "Lapsed fans" {
  include all of {
    has bought category "Edibles" at least 2 times in the last 12 months
    has not bought in the last 30 days
    any of {
      their total_sales in the last 12 months >= $spent
      city is "Boulder"
    }
  }
  exclude any of {
    in audience employees
    has received campaign "Win back SMS" in the last 7 days
  }
}

audience best "Best" {
  include everyone
  exclude none of {
    has ordered
    local
  }
  keep top 2 of their total_sales
}

audience guests {
  allow anonymous
  include city is missing
}

list fans "Fans" {
  from audience win_back
  take once on 2026-05-06
}
list later {
  from audience win_back
  take once on 2026-06-06
}

attribution marketing {
  actions clicked, opened, received
}

report month "This month" (who = win_back) {
  for audience all_tracked_users
  period 2026-03-01 to 2026-05-06
  attribution marketing
  only order.channel is not "social"
  show cards of total_sales
}
report everybody {
  for all records
  period 2026-05-01 to 2026-05-06
  show cards of total_sales
}
"""


def written(folder: Path, extra: str = "") -> Path:
    """The shop as a project folder, with further declarations."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "shop.patron").write_text(SPEC + extra, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def write_shop():
    """Writes the shop with further declarations."""
    return written


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("corner") / "shop")


@pytest.fixture(scope="session")
def shop(folder):
    """The shop on 6 May 2026."""
    with open_project(folder, as_of="2026-05-06") as project:
        yield project


@pytest.fixture
def shop_with(tmp_path):
    """A shop of its own with further declarations; closed at the end."""
    opened = []

    def make(extra="", as_of="2026-05-06"):
        project = open_project(written(tmp_path / f"shop{len(opened)}", extra), as_of=as_of)
        opened.append(project)
        return project

    yield make
    for project in opened:
        project.close()

"""The project that `patron init` makes without data: small, whole, and ready to be changed."""

from __future__ import annotations

from collections.abc import Mapping

from patron.engine.runner.proposal.names import text

_MODEL = """# {title}: where the data are and what they mean.
language 1

project {quoted} {{
  timezone "{timezone}"    # the shop's own zone: days begin and end there
  currency {currency}
}}

# one table per file: data/orders.csv is files.orders
source files from csv {{
  folder "data"
}}

# columns with the usual names (id, customer, created_at, total) are taken as they are; others are mapped:
#   table orders from files.orders {{
#     id         = order_no
#     customer   = buyer
#     created_at = parse_date(day, "%m/%d/%Y")
#     total      = amount
#   }}
table customers from files.customers
table orders from files.orders
table lines from files.lines
table products from files.products
"""

_WORDS = """# What the shop means by its words. Every report and every audience uses them.
language 1
import "model.patron"

metric large_orders "Large orders" = count(orders where valid_order and value >= {sign}50)
metric orders_per_person "Orders per person" = total_orders / total_shoppers

audience came_back "Came back" = has ordered at least 2 times

audience lapsed "Gone quiet" {{
  describe "Bought before, and nothing for two months."
  include all of {{
    has ordered
    has not ordered in the last 60 days
  }}
}}
"""

_REPORT = """# The first report: `patron run overview` makes the page.
language 1
import "model.patron"
import "words.patron"

report overview "Overview" {{
  for all records
  period 2026-01-01 to 2026-03-31

  tab "Key numbers" {{
    show cards of total_sales, total_orders, average_order, large_orders
    show line "Sales" of total_sales by month
  }}
  tab "Products" {{
    show table "Best sellers" of product_sales, units by product, product.name top 10 of product_sales
  }}
  tab "People" {{
    show table of total_shoppers, total_sales, orders_per_person for each audience came_back, lapsed
  }}
  export "Overview" as html
}}
"""

_TEST = """# What must hold. `patron test` says whether it does.
language 1
import "model.patron"
import "words.patron"

test "the numbers of the first quarter" at 2026-03-31 {{
  expect total_orders = 6 during 2026-01-01 to 2026-03-31
  expect total_sales = {sign}217.50 during 2026-01-01 to 2026-03-31
  expect "1" in audience came_back
}}
"""

_TOML = """# What belongs to this machine and not to the meaning of the specs. Every line may be left out.
# backend = "duckdb"
# threads = 4
# memory = "4GB"
# output_folder = "out"
{more}"""

_DATA: Mapping[str, str] = {
    "data/customers.csv": (
        "id,name,city\n1,Ana Ruiz,Denver\n2,Bo Lind,Boulder\n3,Chen Wei,Denver\n4,Dee Okafor,Golden\n"
    ),
    "data/orders.csv": (
        "id,customer,created_at,total\n"
        "o1,1,2026-01-05 10:15:00,42.00\no2,2,2026-01-19 16:40:00,18.50\no3,1,2026-02-02 09:05:00,60.00\n"
        "o4,3,2026-02-20 12:30:00,25.00\no5,1,2026-03-11 18:20:00,54.00\no6,,2026-03-12 11:00:00,18.00\n"
    ),
    "data/lines.csv": (
        "order,product,quantity,amount\n"
        "o1,p1,2,42.00\no2,p2,1,18.50\no3,p1,1,21.00\no3,p3,3,39.00\no4,p3,1,13.00\no4,p2,1,12.00\n"
        "o5,p1,2,42.00\no5,p2,1,12.00\no6,p3,1,18.00\n"
    ),
    "data/products.csv": (
        "id,name,category,price\np1,Linen shirt,Clothes,21.00\np2,Mug,Kitchen,18.50\np3,Candle,Home,13.00\n"
    ),
}


def template(title: str, timezone: str, currency: str) -> Mapping[str, str]:
    """The files of a small project with its own rows."""
    words = {"title": title, "quoted": text(title), "timezone": timezone, "currency": currency}
    sign = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(currency, "$")
    specs = {"model": _MODEL, "words": _WORDS, "overview": _REPORT, "tests": _TEST}
    files = {f"{name}.patron": body.format(**words, sign=sign) for name, body in specs.items()}
    return {**files, "patron.toml": settings(), **_DATA}


def settings(allow: str | None = None) -> str:
    """`patron.toml`, with a folder outside the project when the data lie there."""
    more = (
        f"allow_paths = [{text(allow)}]    # the data lie outside this folder\n"
        if allow
        else '# allow_paths = ["../data"]\n'
    )
    return _TOML.format(more=more)

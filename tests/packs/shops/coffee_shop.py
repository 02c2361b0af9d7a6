"""A coffee shop: people with birthdays and genders, a club, sellers, outlets on the map."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.packs.plain import Row, Shop, by, moment
from tests.packs.shops.published import made
from tests.packs.shops.reading import DATA, money, text_rows
from tests.plugins.metrics.rhythm import Rules

TODAY = dt.date(2019, 4, 30)
ZONE = "America/New_York"
RHYTHM = Rules(rule="own", new_days=10)
SPEC = """
project "Coffee shop" {
  timezone "America/New_York"
  currency USD
}
source pos from csv {
  folder "data"
  files {
    receipts "sales_receipts_201904.csv.gz"
  }
}
table stores from pos.sales_outlet {
  id        = sales_outlet_id
  name      = Neighorhood
  latitude  = store_latitude
  longitude = store_longitude
}
# nobody says where people live: the outlet they chose stands for it
table locations from pos.sales_outlet {
  id        = sales_outlet_id
  postcode  = store_postal_code
  latitude  = store_latitude
  longitude = store_longitude
}
table staff from pos.staff {
  id   = staff_id
  name = text_join(" ", first_name, last_name)
}
table products from pos.product {
  id       = product_id
  name     = product
  category = product_category
}
table customers from pos.customer {
  id         = customer_id
  birth_date = birthdate
  home       = home_store
}
table memberships from pos.customer {
  customer  = customer_id
  joined_at = customer_since
  tier      = "card"
}
table orders from pos.receipts {
  where sales_outlet_id is "3"
  group by sales_outlet_id, transaction_date, transaction_id
  id         = text_join("|", sales_outlet_id, transaction_date, transaction_id)
  customer   = missing_if(first(customer_id), "0", "5000")
  store      = sales_outlet_id
  staff      = first(staff_id)
  channel    = if (first(instore_yn) is "Y") then "retail" else "online"
  created_at = moment(transaction_date, min(transaction_time))
  total      = sum(line_item_amount)
  gross      = sum(money(unit_price) * number(quantity))
  discount   = sum(money(unit_price) * number(quantity)) - sum(line_item_amount)
}
table lines from pos.receipts {
  where sales_outlet_id is "3"
  order    = text_join("|", sales_outlet_id, transaction_date, transaction_id)
  product  = product_id
  quantity = quantity
  amount   = line_item_amount
}
"""
FILES = ("sales_receipts_201904.csv.gz", "customer.csv", "sales_outlet.csv", "product.csv", "staff.csv")


def project(folder):
    made(folder, SPEC, RHYTHM.written, *(f"coffee_shop/{name}" for name in FILES))


def read(_):
    files = {name.partition(".")[0]: text_rows(DATA / "coffee_shop" / name) for name in FILES}
    receipts = [row for row in files["sales_receipts_201904"] if row.sales_outlet_id == "3"]  # one of two is enough
    tickets = by(receipts, "sales_outlet_id", "transaction_date", "transaction_id")
    tables = {
        "customers": [customer(row) for row in files["customer"]],
        "memberships": [stay(row) for row in files["customer"]],
        "locations": [place(row) for row in files["sales_outlet"]],
        "stores": [place(row) for row in files["sales_outlet"]],
        "staff": [Row(id=row.staff_id) for row in files["staff"]],
        "products": [Row(id=row.product_id, category=row.product_category) for row in files["product"]],
        "orders": [order(key, rows) for key, rows in tickets.items()],
        "lines": [line(row) for row in receipts],
    }
    period = (dt.date(2019, 3, 20), dt.date(2019, 4, 18))
    dims = ("customer.gender", "staff")
    return Shop("coffee_shop", ZONE, TODAY, tables, settings={"lifecycle": RHYTHM, "period": period, "dims": dims})


def customer(row):
    return Row(id=row.customer_id, birth_date=dt.date.fromisoformat(row.birthdate), gender=row.gender,
               home=row.home_store)  # fmt: skip


def stay(row):
    return Row(customer=row.customer_id, joined_at=moment(row.customer_since, ZONE), left_at=None, tier="card")


def place(row):
    return Row(id=row.sales_outlet_id, name=row.Neighorhood, postcode=row.store_postal_code,
               latitude=Decimal(row.store_latitude), longitude=Decimal(row.store_longitude))  # fmt: skip


def order(key, rows):
    first, total = rows[0], sum(money(row.line_item_amount) for row in rows)
    gross = sum(money(row.unit_price) * int(row.quantity) for row in rows)
    time = min(row.transaction_time for row in rows)
    return Row(
        id="|".join(key), customer=None if first.customer_id in ("0", "5000") else first.customer_id, store=key[0],
        staff=first.staff_id, channel="retail" if first.instore_yn == "Y" else "online", total=total, gross=gross,
        discount=gross - total, created_at=moment(f"{key[1]} {time}", ZONE),
    )  # fmt: skip


def line(row):
    return Row(order=f"{row.sales_outlet_id}|{row.transaction_date}|{row.transaction_id}",
               product=row.product_id, quantity=int(row.quantity), amount=money(row.line_item_amount))  # fmt: skip

"""A trading company: sellers, discounts, dates without hours, and American customers on the map by their postcodes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.packs.plain import Row, Shop, by, moment
from tests.packs.shops.published import made
from tests.packs.shops.reading import DATA, text_rows
from tests.plugins.metrics.rhythm import Rules

TODAY = dt.date(1998, 5, 6)
ZONE = "America/New_York"
RHYTHM = Rules(rule="first_two", new_days=20)
SPEC = """
project "Northwind" {
  timezone "America/New_York"
  currency USD
}
source nw from csv {
  folder "data"
}
table staff from nw.employees {
  id   = EmployeeID
  name = text_join(" ", FirstName, LastName)
}
table locations from nw.zipcodes {
  id       = zip_code
  postcode = zip_code
}
table customers from nw.customers {
  id       = CustomerID
  name     = CompanyName
  city     = City
  postcode = PostalCode
  country  = Country
  home     = if (Country is "USA") then PostalCode else missing
}
table products from nw.products {
  id       = ProductID
  name     = ProductName
  category = lookup(nw.categories.CategoryName, CategoryID = CategoryID)
}
table orders from nw.order_details {
  group by OrderID
  id         = OrderID
  customer   = lookup(nw.orders.CustomerID, OrderID = OrderID)
  staff      = lookup(nw.orders.EmployeeID, OrderID = OrderID)
  created_at = left(lookup(nw.orders.OrderDate, OrderID = OrderID), 10)
  shipping   = lookup(nw.orders.Freight, OrderID = OrderID)
  total      = sum(money(UnitPrice) * number(Quantity) * (1 - number(Discount)))
  gross      = sum(money(UnitPrice) * number(Quantity))
  discount   = sum(money(UnitPrice) * number(Quantity) * number(Discount))
}
table lines from nw.order_details {
  order    = OrderID
  product  = ProductID
  quantity = Quantity
  amount   = money(UnitPrice) * number(Quantity) * (1 - number(Discount))
}
"""
NAMES = "employees customers products categories orders order_details".split()


def project(folder):
    made(folder, SPEC, RHYTHM.written, "geo/zipcodes.csv.gz", *(f"northwind/{name}.csv" for name in NAMES))


def read(_):
    files = {name: text_rows(DATA / "northwind" / f"{name}.csv") for name in NAMES}
    heads = {row.OrderID: row for row in files["orders"]}
    categories = {row.CategoryID: row.CategoryName for row in files["categories"]}
    tables = {
        "customers": [customer(row) for row in files["customers"]],
        "locations": [place(row) for row in text_rows(DATA / "geo" / "zipcodes.csv.gz")],
        "staff": [Row(id=row.EmployeeID) for row in files["employees"]],
        "products": [Row(id=row.ProductID, category=categories.get(row.CategoryID)) for row in files["products"]],
        "orders": [order(heads[key], rows) for key, rows in by(files["order_details"], "OrderID").items()],
        "lines": [line(row) for row in files["order_details"]],
    }
    period = (dt.date(1997, 11, 10), dt.date(1998, 2, 20))
    dims = ("staff", "product.category")
    return Shop("northwind", ZONE, TODAY, tables, settings={"lifecycle": RHYTHM, "period": period, "dims": dims})


def customer(row):
    return Row(id=row.CustomerID, postcode=row.PostalCode, country=row.Country,
               home=row.PostalCode if row.Country == "USA" else None)  # fmt: skip


def place(row):
    return Row(id=row.zip_code, postcode=row.zip_code, latitude=Decimal(row.latitude), longitude=Decimal(row.longitude))


def gross(row):
    return Decimal(row.UnitPrice) * int(row.Quantity)


def order(head, rows):
    off = sum(gross(row) * Decimal(row.Discount) for row in rows)
    whole = sum(map(gross, rows))
    return Row(id=head.OrderID, customer=head.CustomerID, staff=head.EmployeeID, total=whole - off, gross=whole,
               discount=off, shipping=Decimal(head.Freight), created_at=moment(head.OrderDate[:10], ZONE))  # fmt: skip


def line(row):
    return Row(order=row.OrderID, product=row.ProductID, quantity=int(row.Quantity),
               amount=gross(row) * (1 - Decimal(row.Discount)))  # fmt: skip

"""A wholesaler of gifts: invoice lines, cancellations, a quarter of them of nobody."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache

from tests.packs.plain import Row, Shop, by, moment
from tests.packs.shops.published import made
from tests.packs.shops.reading import DATA, parquet_rows

TODAY = dt.date(2011, 6, 26)
ZONE = "Europe/London"
FILE = "online_retail/online_retail_2010_2011h1.parquet"
SPEC = """
project "Online Retail" {
  timezone "Europe/London"
  currency GBP
}
source data from parquet {
  folder "data"
  files {
    retail "online_retail_2010_2011h1.parquet"
  }
}
table customers from data.retail {
  where CustomerID is known
  group by CustomerID
  id      = CustomerID
  country = first(Country)
}
table orders from data.retail {
  where InvoiceNo matches "^C?[0-9]+$"
  group by InvoiceNo
  id         = InvoiceNo
  customer   = first(CustomerID)
  channel    = "online"
  status     = if (InvoiceNo starts with "C") then "canceled" else "paid"
  created_at = min(parse_time(InvoiceDate, "%m/%d/%y %H:%M"))
  total      = sum(Quantity * UnitPrice)
}
"""


def project(folder):
    made(folder, SPEC, "lifecycle {\n  rfm_bins 4\n  rfm_ties by_id\n}", FILE)


def read(_):
    every = parquet_rows(DATA / FILE, "InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    rows = [row for row in every if re.fullmatch("C?[0-9]+", row.InvoiceNo)]
    everybody = [row for row in every if row.CustomerID is not None]
    tables = {
        "customers": [Row(id=str(int(c)), country=of[0].Country) for c, of in by(everybody, "CustomerID").items()],
        "orders": [order(key, lines) for key, lines in by(rows, "InvoiceNo").items()],
    }
    period = (dt.date(2011, 2, 12), dt.date(2011, 4, 30))
    settings = {"rfm": (4, "by_id"), "period": period, "dims": ("customer.country",)}
    return Shop("online_retail", ZONE, TODAY, tables, settings=settings)


def amount(row):
    return row.Quantity * price(row.UnitPrice)


@cache
def price(number):
    return Decimal(str(number))


def order(key, rows):
    known = next((row.CustomerID for row in rows if row.CustomerID is not None), None)
    texts = {row.InvoiceDate for row in rows}
    at = min(dt.datetime.strptime(text, "%m/%d/%y %H:%M") for text in texts).isoformat()  # noqa: DTZ007
    return Row(id=key, customer=known and str(int(known)), channel="online", total=sum(map(amount, rows)),
               status="canceled" if key.startswith("C") else "paid", created_at=moment(at, ZONE))  # fmt: skip

"""A shop of CDs: eighteen months of purchases, enough gaps to learn the cuts of stages from."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal

from tests.packs.plain import Row, Shop, by, moment
from tests.packs.shops.published import made
from tests.packs.shops.reading import DATA
from tests.plugins.metrics.rhythm import Rules

TODAY = dt.date(1998, 6, 30)
ZONE = "America/New_York"
FILE = "cdnow/CDNOW_sample.txt.gz"
RHYTHM = Rules(rule="blended")
SPEC = """
project "CDNOW" {
  timezone "America/New_York"
  currency USD
}
source files from csv {
  folder    "data"
  header    no
  delimiter " "
  columns   "master", "id", "day", "cds", "dollars"
  files {
    purchases "CDNOW_sample.txt.gz"
  }
}
table orders from files.purchases {
  group by id, day
  id         = text_join("|", id, day)
  customer   = id
  created_at = parse_date(day, "%Y%m%d")
  total      = sum(dollars)
}
table lines from files.purchases {
  order    = text_join("|", id, day)
  quantity = cds
  amount   = dollars
}
"""


def project(folder):
    made(folder, SPEC, RHYTHM.written, FILE)


def read(_):
    with gzip.open(DATA / FILE, "rt") as file:
        cells = [line.split() for line in file]
    rows = [Row(id=c[1], day=c[2], cds=int(c[3]), dollars=Decimal(c[4])) for c in cells]
    tables = {
        "customers": [Row(id=c) for c in {row.id: None for row in rows}],
        "orders": [order(*key, of) for key, of in by(rows, "id", "day").items()],
        "lines": [Row(order=f"{row.id}|{row.day}", quantity=row.cds, amount=row.dollars) for row in rows],
    }
    period = (dt.date(1997, 6, 10), dt.date(1997, 9, 20))
    settings = {"lifecycle": RHYTHM, "period": period, "dims": ()}
    return Shop("cdnow", ZONE, TODAY, tables, settings=settings)


def order(customer, day, rows):
    return Row(id=f"{customer}|{day}", customer=customer, total=sum(row.dollars for row in rows),
               created_at=moment(f"{day[:4]}-{day[4:6]}-{day[6:]}", ZONE))  # fmt: skip

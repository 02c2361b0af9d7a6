"""A tiny shop: what was returned over the counter does not count, and two orders of a day are common."""

from __future__ import annotations

import datetime as dt

from tests.packs.plain import Row, Shop, by, moment, total
from tests.packs.shops.published import made
from tests.packs.shops.reading import DATA, money, text_rows
from tests.plugins.metrics.rhythm import Rules

TODAY = dt.date(2018, 4, 9)
ZONE = "UTC"
RHYTHM = Rules(rule="fixed_days", won_back_from=("Highly absent", "Gone"))
SPEC = """
project "Jaffle shop" {
  timezone "UTC"
  currency USD
}
source raw from csv {
  folder "data"
}
table customers from raw.raw_customers {
  name = text_join(" ", first_name, last_name)
}
table orders = sql \"\"\"
  SELECT o.id, o.user_id AS customer, CAST(o.order_date AS DATE) AS created_at, 'retail' AS channel,
         CASE o.status WHEN 'returned' THEN 'returned' ELSE 'fulfilled' END AS status,
         COALESCE(SUM(CAST(p.amount AS DECIMAL(18, 2))), 0) / 100 AS total
  FROM raw.raw_orders AS o LEFT JOIN raw.raw_payments AS p ON p.order_id = o.id
  GROUP BY o.id, o.user_id, o.order_date, o.status
\"\"\"
"""
NAMES = ("raw_customers", "raw_orders", "raw_payments")


def project(folder):
    made(folder, SPEC, RHYTHM.written, *(f"jaffle_shop/{name}.csv" for name in NAMES))


def read(_):
    files = {name: text_rows(DATA / "jaffle_shop" / f"{name}.csv") for name in NAMES}
    paid = by([Row(order=row.order_id, cents=money(row.amount)) for row in files["raw_payments"]], "order")
    tables = {
        "customers": [Row(id=row.id) for row in files["raw_customers"]],
        "orders": [order(row, total(paid[row.id], "cents") / 100) for row in files["raw_orders"]],
    }
    period = (dt.date(2018, 1, 20), dt.date(2018, 3, 10))
    settings = {"lifecycle": RHYTHM, "period": period, "dims": ("order.channel",)}
    return Shop("jaffle_shop", ZONE, TODAY, tables, settings=settings)


def order(row, amount):
    return Row(id=row.id, customer=row.user_id, created_at=moment(row.order_date, ZONE), channel="retail",
               status="returned" if row.status == "returned" else "fulfilled", total=amount)  # fmt: skip

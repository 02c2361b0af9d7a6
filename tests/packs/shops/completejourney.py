"""A grocery chain: baskets, campaigns that households received, coupons they redeemed; ages are bands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.packs.plain import Row, Shop, by, instant, moment
from tests.packs.shops.published import made
from tests.packs.shops.reading import DATA, parquet_rows

TODAY = dt.date(2017, 12, 31)
ZONE = "America/New_York"
SPEC = """
project "Complete Journey" {
  timezone "America/New_York"
  currency USD
}
source data from parquet {
  folder "data"
}
table products from data.products {
  id       = product_id
  name     = product_type
  category = product_category
}
table customers from data.demographics {
  where household_id matches "[02]$"
  id       = household_id
  age_band = age
  add missing from orders.customer, actions.customer
}
table orders from data.transactions_sample {
  where household_id matches "[02]$"
  group by basket_id
  id         = basket_id
  customer   = first(household_id)
  created_at = min(transaction_timestamp)
  total      = sum(sales_value)
  discount   = sum(retail_disc + coupon_disc + coupon_match_disc)
}
table lines from data.transactions_sample {
  where household_id matches "[02]$"
  order    = basket_id
  product  = product_id
  quantity = quantity
  amount   = sales_value
}
table campaigns from data.campaign_descriptions {
  id       = campaign_id
  name     = text_join(" ", "Campaign", campaign_id)
  category = campaign_type
  sent_at  = start_date
}
table actions from data.campaigns {
  where household_id matches "[02]$"
  id       = text_join("/", "received", campaign_id, household_id)
  customer = household_id
  campaign = campaign_id
  kind     = "received"
  acted_at = campaign.sent_at
}
# who redeemed a coupon has opened what it came with
table actions from data.coupon_redemptions {
  where household_id matches "[02]$"
  group by campaign_id, household_id, redemption_date
  id       = text_join("/", "opened", campaign_id, household_id, redemption_date)
  customer = household_id
  campaign = campaign_id
  kind     = "opened"
  acted_at = redemption_date
}
table redemptions from data.coupon_redemptions {
  where household_id matches "[02]$"
  customer    = household_id
  campaign    = campaign_id
  coupon      = coupon_upc
  redeemed_at = redemption_date
}
"""
COLUMNS = {
    "campaign_descriptions": "campaign_id start_date", "campaigns": "campaign_id household_id",
    "coupon_redemptions": "household_id coupon_upc campaign_id redemption_date", "demographics": "household_id age",
    "products": "product_id product_category brand",
    "transactions_sample": """household_id basket_id product_id quantity sales_value retail_disc coupon_disc
                              coupon_match_disc transaction_timestamp""",
}  # fmt: skip


def project(folder):
    made(folder, SPEC, "lifecycle", *(f"completejourney/{name}.parquet" for name in COLUMNS))


def read(_):
    files = {n: parquet_rows(DATA / "completejourney" / f"{n}.parquet", *c.split()) for n, c in COLUMNS.items()}
    for rows in files.values():  # two households of five are enough
        rows[:] = [row for row in rows if row.get("household_id", "0").endswith(("0", "2"))]
    sent = {row.campaign_id: date_only(row.start_date) for row in files["campaign_descriptions"]}
    orders = [order(key, rows) for key, rows in by(files["transactions_sample"], "basket_id").items()]
    actions = [received(row, sent) for row in files["campaigns"]] + [*opened(files["coupon_redemptions"])]
    sold = {row.product_id for row in files["transactions_sample"]}
    ages = {row.household_id: row.age for row in files["demographics"]}
    people = {*ages, *(o.customer for o in orders), *(a.customer for a in actions)}
    tables = {
        "customers": [Row(id=c, age_band=ages.get(c)) for c in sorted(people)],
        "orders": orders,
        "lines": [line(row) for row in files["transactions_sample"]],
        "products": [
            Row(id=p.product_id, category=p.product_category, brand=p.brand)
            for p in files["products"]
            if p.product_id in sold
        ],
        "campaigns": [campaign(row, sent) for row in files["campaign_descriptions"]],
        "actions": actions,
        "redemptions": [redemption(row) for row in files["coupon_redemptions"]],
    }
    period = (dt.date(2017, 3, 10), dt.date(2017, 6, 20))
    dims = ("customer.age_band", "campaign.name")
    return Shop(
        "completejourney", ZONE, TODAY, tables, settings={"period": period, "dims": dims, "text_ids": ("products",)}
    )


def date_only(day):
    return moment(str(day)[:10], ZONE)


def cents(value):
    return Decimal(str(value)).quantize(Decimal("0.0001"))


def order(key, rows):
    off = sum(cents(row.retail_disc + row.coupon_disc + row.coupon_match_disc) for row in rows)
    at = min(row.transaction_timestamp for row in rows).to_pydatetime()
    return Row(id=key, customer=rows[0].household_id, total=sum(cents(row.sales_value) for row in rows), discount=off,
               created_at=instant(at, ZONE))  # fmt: skip


def line(row):
    return Row(order=row.basket_id, product=row.product_id, quantity=int(row.quantity), amount=cents(row.sales_value))


def campaign(row, sent):
    return Row(id=row.campaign_id, name=f"Campaign {row.campaign_id}", sent_at=sent[row.campaign_id])


def received(row, sent):
    return Row(id=f"received/{row.campaign_id}/{row.household_id}", customer=row.household_id,
               campaign=row.campaign_id, kind="received", acted_at=sent[row.campaign_id])  # fmt: skip


def opened(rows):
    for campaign, household, day in {(r.campaign_id, r.household_id, str(r.redemption_date)[:10]) for r in rows}:
        yield Row(id=f"opened/{campaign}/{household}/{day}", customer=household, campaign=campaign, kind="opened",
                  acted_at=date_only(day))  # fmt: skip


def redemption(row):
    return Row(customer=row.household_id, campaign=row.campaign_id, kind="coupon", coupon=row.coupon_upc,
               redeemed_at=date_only(row.redemption_date))  # fmt: skip

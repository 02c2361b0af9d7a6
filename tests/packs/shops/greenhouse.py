"""The generated shop, read from its files: every table there is, with all that is wrong in them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from patron.engine.runner.demo import make_shop
from tests.packs.plain import Row, Shop, moment
from tests.packs.shops.reading import money, text_rows

TODAY = dt.date(2026, 5, 31)
ZONE = "America/Denver"
PERIOD = (dt.date(2026, 2, 10), dt.date(2026, 4, 20))
DIMS = ("customer.gender", "store.name", "staff", "order.channel", "campaign.name", "action.kind", "product.category")
SETTINGS = {
    "cell": "0.05", "period": PERIOD, "dims": DIMS, "predictions": {"gate_buyers": 300, "horizon": 180},
}  # fmt: skip
MORE = """language 1
import "model.patron"
use personas
audience half = in bucket 0 to 4 of 10 salted "half"
metric share_of_category = share of product_sales within product.category
"""
FOLDED = {"text_received": "received", "Open": "opened", "email_click": "clicked", "text_click": "clicked",
          "Google_review": "reviewed"}  # fmt: skip


def project(folder):
    """The shop as `patron demo` makes it, and what a test adds."""
    make_shop(folder)
    (folder / "more.patron").write_text(MORE, encoding="utf-8")


def at(text):
    return moment(text, ZONE)


def date(text):
    """A date that can be read; `unknown`, `1.4.` and a year 0000 cannot."""
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def read(folder):
    files = {path.stem: text_rows(path) for path in (folder / "data").glob("*.csv")}
    customers = newest(files["customers"])
    same = {c.customer_no: c.same_person_as for c in customers if c.same_person_as}

    def person(number):
        return same.get(number, number)

    orders = [order(row, person) for row in files["orders"]]
    by_id = {o.id: o for o in orders}
    for parcel in orders:  # a second parcel counts on the day of the order
        parcel.created_at = by_id[parcel.root_order or parcel.id].created_at
    known = {c.customer_no for c in customers}
    cards = sorted({o.customer for o in orders if o.customer} - known - set(same))
    messages = [message(row, person) for row in files["messages"]]
    tables = {
        "customers": [customer(c) for c in customers if c.customer_no not in same] + [blank_card(c) for c in cards],
        "orders": orders,
        "lines": [line(row) for row in files["items"]],
        "products": [Row(id=p.code, name=p.title, category=p.category, brand=p.brand) for p in files["products"]],
        "stock": [
            Row(product=s.product, store=s.store, counted_on=date(s.counted_on), on_hand=int(s.on_hand))
            for s in files["stock"]
        ],
        "stores": [place(row, row.id, row.name) for row in files["stores"]],
        "locations": [place(row, row.place) for row in files["places"]],
        "staff": [Row(id=row.id, name=row.name) for row in files["staff"]],
        "shifts": [shift(row) for row in files["shifts"]],
        "reviews": [review(row, by_id, person) for row in files["reviews"]],
        "campaigns": [campaign(row) for row in files["campaigns"]],
        "messages": messages,
        "actions": with_receipts([action(row, person) for row in files["actions"]], messages),
        "sessions": [Row(id=row.id, customer=person(row.customer)) for row in files["visits"]],
        "memberships": [stay(row, person) for row in files["members"]],
        "points": [entry(row, person) for row in files["points"]],
        "redemptions": [redemption(row, person) for row in files["redemptions"]],
        "consents": files["consents"],
        "census": [count(row) for row in files["census"]],
    }
    return Shop("greenhouse", ZONE, TODAY, tables, "total", SETTINGS)


def newest(rows):
    """Somebody who moved stands in the file twice."""
    found = {}
    for row in sorted(rows, key=lambda row: row.changed_at):
        found[row.customer_no] = row
    return list(found.values())


def customer(row):
    return Row(
        id=row.customer_no, birth_date=date(row.birthday_on_id) or date(row.birthday), age_band=row.age_ticked,
        gender=row.sex, city=row.town, postcode=row.zip, home=row.place, is_anonymous=row.guest == "yes",
        deleted_at=at(row.closed_on), erased_at=at(row.erased_at), home_store=row.favourite_store,
    )  # fmt: skip


def blank_card(number):
    """A card that only the till knows."""
    return Row(id=number, birth_date=None, age_band=None, gender=None, city=None, postcode=None, home=None)


def order(row, person):
    return Row(
        id=row.order_no, customer=None if row.customer_no == "GUEST" else person(row.customer_no),
        created_at=at(row.placed_at), total=money(row.total), gross=money(row.subtotal), discount=money(row.discount),
        status=row.state.lower(), kind=row.kind, channel=row.channel, store=row.store, staff=row.seller,
        session=row.visit, ref_order=row.returned_order, root_order=row.first_parcel,
    )  # fmt: skip


def line(row):
    return Row(order=row.order_no, product=row.product, quantity=int(row.quantity), amount=money(row.amount))


def place(row, key, name=None):
    return Row(id=key, name=name, latitude=Decimal(row.latitude), longitude=Decimal(row.longitude),
               postcode=row.get("zip") or row.get("postcode"))  # fmt: skip


def shift(row):
    return Row(staff=row.staff, store=row.store, started_at=at(row.started_at), ended_at=at(row.ended_at))


def review(row, orders, person):
    """Of the person named, else of the one on the order; `n/a` is no rating."""
    about = orders.get(row.order)
    rating = int(row.rating) if row.rating and row.rating.isdigit() else None
    day = date(row.created_at[:10])
    return Row(
        id=row.id, rating=rating, created_at=day and at(row.created_at), order=row.order,
        customer=row.customer and person(row.customer), staff=row.seller or (about and about.staff),
    )  # fmt: skip


def campaign(row):
    return Row(
        id=row.id, name=row.name, category=row.category, channel=row.channel, created_at=at(row.created_at),
        scheduled_at=at(row.scheduled_at), sent_at=at(row.sent_at), cost=money(row.cost), coupon=row.coupon,
        attribution_window=int(row.window_days) if row.window_days else None, list=row.list,
        tracked_from=at(row.tracked_from), tracked_channels=row.tracked_channels and row.tracked_channels.split(";"),
    )  # fmt: skip


def message(row, person):
    return Row(
        id=row.id, campaign=row.campaign, customer=person(row.customer), channel=row.channel, sent_at=at(row.sent_at),
        delivered_at=at(row.delivered_at), cost=money(row.cost),
    )  # fmt: skip


def action(row, person):
    return Row(
        id=row.id, customer=person(row.customer), campaign=row.campaign, message=row.message,
        kind=FOLDED.get(row.event, row.event), acted_at=at(row.acted_at), session=row.visit,
        actor=row.actor and person(row.actor), is_machine=row.is_machine == "yes",
    )  # fmt: skip


def with_receipts(actions, messages):
    """A delivered message without an action `received` counts as one."""
    told = {a.message for a in actions if a.kind == "received"}
    return actions + [
        Row(id=m.id, customer=m.customer, campaign=m.campaign, message=m.id, kind="received", acted_at=m.delivered_at,
            session=None, actor=None, made=True)
        for m in messages if m.delivered_at is not None and m.id not in told
    ]  # fmt: skip


def stay(row, person):
    return Row(customer=person(row.customer), joined_at=at(row.joined_at), left_at=at(row.left_at), tier=row.tier,
               store=row.store)  # fmt: skip


def entry(row, person):
    return Row(customer=person(row.customer), kind=row.kind, quantity=int(row.quantity), unit=row.unit,
               posted_at=at(row.posted_at), store=row.store, order=row.order, campaign=row.campaign)  # fmt: skip


def redemption(row, person):
    return Row(customer=person(row.customer), order=row.order, campaign=row.campaign, kind=row.kind, coupon=row.coupon,
               redeemed_at=at(row.redeemed_at))  # fmt: skip


def count(row):
    return Row(area=row.area, year=int(row.year), income=int(row.income), median_age=Decimal(row.median_age))

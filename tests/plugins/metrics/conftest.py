"""A small shop with every table, opened once with every pack; the same rows are at hand as plain values."""

import csv
import datetime as dt
import random
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

import patron

sys.path.insert(0, str(Path(__file__).parent))  # makes `rhythm` importable

FIRST, LAST = dt.datetime(2025, 9, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 31, 23, 59, 59, tzinfo=dt.UTC)
PACKS = "lifecycle demographics staff loyalty geo conversions".split()


@dataclass(frozen=True)
class Shop:
    """The rows by table, and the project that answers."""

    tables: dict
    project: object

    def __getattr__(self, table):
        return self.tables[table]

    def rows(self, phrase):
        return [tuple(row) for row in self.project.query(phrase).rows]

    def row(self, phrase):
        (found,) = self.rows(phrase)
        return found

    def by(self, phrase):
        """Rows of one dimension and one metric."""
        return dict(self.rows(phrase))

    @property
    def purchases(self):
        return [o for o in self.orders if is_purchase(o)]

    def orders_of(self, customer):
        """Purchases of one customer, the first first."""
        mine = [o for o in self.purchases if o["customer"] == customer]
        return sorted(mine, key=lambda o: (o["created_at"], o["id"]))

    def numbered(self):
        """(order, its number, the one before) of all purchases with a customer."""
        for customer in {o["customer"] for o in self.orders} - {None}:
            before = None
            for number, order in enumerate(self.orders_of(customer), 1):
                yield order, number, before
                before = order


def is_purchase(order):
    """A valid order by the rule `shopline`."""
    left_out = order["status"] in ("canceled", "deleted") or order["kind"] == "return"
    return not left_out and not (order["channel"] == "retail" and order["status"] == "returned")


def written(value):
    """A value as a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, dt.datetime) else str(value)


def make_project(folder, tables, uses, more="", settings=""):
    """A project over these rows."""
    (folder / "data").mkdir(parents=True)
    for name, rows in tables.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(rows[0])
            writer.writerows([written(v) for v in row.values()] for row in rows)
    mapped = "\n".join(f"table {name} from shop.{name}" for name in tables)
    used = "\n".join(f"use {pack}" for pack in uses)
    text = (
        f'language 1\n{used}\nproject "Packs" {{\n  timezone "UTC"\n  currency USD\n{settings}}}\n'
        f'source shop from csv {{\n  folder "data"\n}}\n{mapped}\n{more}'
    )
    (folder / "shop.patron").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def open_shop(tmp_path_factory):
    """Opens a project over given rows; closed at the end."""
    opened = []

    def make(tables, uses=PACKS, more="", as_of="2026-03-31", settings=""):
        folder = make_project(tmp_path_factory.mktemp("packs") / "shop", tables, uses, more, settings)
        opened.append(patron.open_project(folder, as_of=as_of))
        return Shop(tables, opened[-1])

    yield make
    for project in opened:
        project.close()


@pytest.fixture(scope="session")
def shop(open_shop):
    """The one world that most tests ask."""
    return open_shop(world(7))


# ---------------------------------------------------------------- rows by chance


def world(seed):
    """Every table, with blanks, canceled and returned orders, and customers who never bought."""
    chance = random.Random(seed)
    some = chance.choice

    def moment():
        return FIRST + dt.timedelta(seconds=chance.randrange(int((LAST - FIRST).total_seconds())))

    places = [
        {"id": f"p{n}", "latitude": 40 + n / 7, "longitude": -74 - n / 9, "postcode": f"1000{n}"} for n in range(6)
    ]
    customers = [
        {
            "id": f"c{n}",
            "birth_date": some([None, dt.date(some(range(1935, 2014)), some(range(1, 13)), some(range(1, 28)))]),
            "gender": some(["F", "M", None]),
            "age_band": some([None, "25-34", "65+"]),
            "postcode": some([None, "10001", "20002"]),
            "home": some([None, *(p["id"] for p in places)]),
        }
        for n in range(40)
    ]
    stores = [{"id": f"s{n}", "name": f"Store {n}", "latitude": 40 + n, "longitude": -74.5} for n in range(3)]
    staff = [{"id": f"k{n}", "name": f"Staff {n}"} for n in range(4)]
    people = [c["id"] for c in customers[:30]]
    campaigns = [
        {
            "id": f"a{n}",
            "name": f"Campaign {n}",
            "sent_at": some([None, moment()]),
            "created_at": moment(),
            "cost": some([None, Decimal("12.50"), Decimal(40)]),
            "coupon": f"SAVE{n}",
            "attribution_window": some([None, 3]),
        }
        for n in range(5)
    ]
    actions = [
        {
            "id": f"x{n}",
            "customer": (who := some(people)),
            "campaign": some(campaigns)["id"],
            "kind": some(["received", "received", "opened", "clicked", "unsubscribed"]),
            "acted_at": moment(),
            "session": f"v{some(range(60))}",
            "actor": some([None, who, who, some(people)]),
            "is_machine": chance.random() < 0.1,
        }
        for n in range(150)
    ]
    sessions = [{"id": f"v{n}", "started_at": moment()} for n in range(60)]
    orders = []
    for n in range(220):
        kind = some(["sale"] * 9 + ["return"])
        gross = Decimal(chance.randrange(500, 20_000)) / 100
        discount = (gross * some([0, 0, 10, 25]) / 100).quantize(Decimal("0.01"))
        orders.append(
            {
                "id": f"o{n}",
                "customer": some([None, *people, *people]),
                "created_at": moment(),
                "total": gross - discount,
                "gross": gross,
                "discount": discount,
                "status": some(["paid"] * 6 + ["canceled", "returned"]),
                "kind": kind,
                "channel": some(["retail", "online"]),
                "ref_order": some(orders)["id"] if kind == "return" and n > 20 else None,
                "store": some(stores)["id"],
                "staff": some([None, *(k["id"] for k in staff)]),
                "session": f"v{some(range(60))}",
            }
        )
    lines = [
        {
            "id": f"l{n}",
            "order": some(orders)["id"],
            "quantity": some([1, 2, 5]),
            "amount": Decimal(chance.randrange(100, 5000)) / 100,
        }
        for n in range(400)
    ]
    stays = []
    for person in chance.sample([c["id"] for c in customers], 25):
        joined = moment()
        left = some([None, None, min(LAST, joined + dt.timedelta(days=some([5, 40, 90])))])
        stays.append({"customer": person, "joined_at": joined, "left_at": left, "tier": some(["gold", "basic"])})
        if left is not None and left < LAST - dt.timedelta(days=10) and chance.random() < 0.5:
            again = left + dt.timedelta(days=3)
            stays.append({"customer": person, "joined_at": again, "left_at": None, "tier": "again"})
    signs = {"earn": 1, "boost": 1, "adjust": -1, "redeem": -1, "expire": -1, "legacy": 1}
    points = [
        {
            "id": f"q{n}",
            "customer": some(people),
            "kind": (kind := some(list(signs))),
            "quantity": signs[kind] * chance.randrange(1, 100),
            "unit": some(["points", "points", "credits"]),
            "posted_at": moment(),
        }
        for n in range(200)
    ]
    redemptions = [
        {
            "id": f"r{n}",
            "customer": some(people),
            "order": some([None, some(orders)["id"]]),
            "kind": some(["coupon", "points", "credits"]),
            "coupon": f"SAVE{some(range(5))}",
            "redeemed_at": moment(),
        }
        for n in range(80)
    ]
    reviews = [
        {
            "id": f"w{n}",
            "rating": some([1, 3, 4, 5]),
            "created_at": moment(),
            "order": some([None, some(orders)["id"]]),
            "staff": some([None, "k0", "k1"]),
        }
        for n in range(40)
    ]
    shifts = [
        {"staff": some(staff[:3])["id"], "started_at": (begin := moment()), "ended_at": begin + dt.timedelta(minutes=m)}
        for m in range(60, 540, 17)
    ]
    return {
        "customers": customers, "orders": orders, "lines": lines, "stores": stores, "staff": staff, "shifts": shifts,
        "reviews": reviews, "campaigns": campaigns, "actions": actions, "sessions": sessions, "memberships": stays,
        "points": points, "redemptions": redemptions, "locations": places,
    }  # fmt: skip

"""Random small worlds: a folder of CSV files and a project file, full of edges (section 6)."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.oracle.catalogue import for_currency
from tests.oracle.declared import DECLARATIONS

Cells = dict[str, str]

_ZONES = ("America/Denver", "Europe/Berlin", "UTC", "Asia/Taipei", "America/New_York", "Asia/Kathmandu")
_NIGHTS = {
    "Europe/Berlin": ("2025-10-26 02:30:00", "2026-03-29 02:30:00", "2026-03-29 01:59:59", "2026-03-29 03:00:00"),
    "America/New_York": ("2025-11-02 01:30:00", "2026-03-08 02:30:00", "2026-03-08 01:59:59"),
    "America/Denver": ("2025-11-02 01:30:00", "2026-03-08 02:30:00", "2026-03-08 03:00:00"),
}
_FIRST_DAY, _LAST_DAY = map(dt.datetime.fromisoformat, ("2025-06-01", "2026-05-20"))
_CLOCKS = ("00:00:00", "23:59:59", "09:00:00", "12:00:00", "18:30:15")
_CITIES = ("Boulder", "Denver", "Austin", "")
_CHANNELS = ("online", "retail", "social")
_KINDS = ("received", "opened", "clicked", "text_click", "Open", "unsubscribed")


@dataclass(frozen=True, slots=True)
class World:
    """Rows of a shop as its CSV files hold them, the settings of its project, and the moment to read it."""

    seed: int
    settings: dict[str, str]
    as_of: str
    tables: dict[str, list[Cells]] = field(default_factory=dict)

    def changed(self, table: str, change: Callable[[list[Cells]], list[Cells]]) -> World:
        """The same world with other rows of one table."""
        rows = change([dict(row) for row in self.tables[table]])
        return replace(self, tables={**self.tables, table: rows})


def write(
    world: World, folder: Path, declarations: str = DECLARATIONS, mappings: Mapping[str, str] | None = None
) -> Path:
    """A project folder that `patron` and the oracle can open; `mappings` are the blocks of tables by name."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for table, rows in world.tables.items():
        with (folder / "data" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    settings = "\n".join(f"  {name} {_quoted(name, text)}" for name, text in world.settings.items())
    blocks = mappings or {}
    mapped = "\n".join(f"table {table} from shop.{table}{blocks.get(table, '')}" for table in world.tables)
    head = (
        f'language 1\n\nproject "World {world.seed}" {{\n{settings}\n}}\nsource shop from csv {{\n  folder "data"\n}}'
    )
    told = for_currency(declarations, world.settings["currency"])
    (folder / "world.patron").write_text(f"{head}\n{mapped}\n\n{told}", encoding="utf-8")
    return folder


def _quoted(name: str, text: str) -> str:
    return f'"{text}"' if name == "timezone" else text


def world(seed: int) -> World:
    """A world of its own for every seed; the first ones go through the settings in turn."""
    chance = random.Random(seed)
    made = _Maker(chance, _settings(chance, seed), digits=seed % 3 == 1, dates=seed % 4 == 3, stores=seed % 2 == 1)
    as_of = "2026-05-06" if seed % 5 < 3 else "2026-05-06T14:30"
    return World(seed, made.settings, as_of, made.tables())


def _settings(chance: random.Random, seed: int) -> dict[str, str]:
    return {
        "timezone": _ZONES[seed % len(_ZONES)],
        "currency": "JPY" if seed % 7 == 6 else "USD",
        "week_starts": ("monday", "sunday", "saturday")[seed % 3],
        "order_rule": ("shopline", "all_sales", "net_of_returns")[chance.randrange(3) if seed > 2 else seed],
        "sales": ("net_sales", "total")[seed % 2],
    }


class _Maker:
    """Makes the tables of one world, one after the other, from one source of chance."""

    def __init__(
        self, chance: random.Random, settings: dict[str, str], *, digits: bool, dates: bool, stores: bool
    ) -> None:
        self.chance = chance
        self.settings = settings
        self.digits = digits
        self.dates = dates
        self.zoned = stores
        self.people: list[str] = []
        self.orders: list[Cells] = []
        self.messages: list[Cells] = []
        self.written_to: set[tuple[str, str]] = set()

    def key(self, letter: str, number: int) -> str:
        """Ids of digits (which sort as numbers) in some worlds, texts in others."""
        return str(number) if self.digits else f"{letter}{number:03d}"

    def moment(self) -> str:
        """Often at an edge of the day, sometimes in a night when the clock changes."""
        nights = _NIGHTS.get(self.settings["timezone"], ())
        if nights and self.chance.random() < 0.05:
            return self.chance.choice(nights)
        day = _FIRST_DAY + dt.timedelta(days=self.chance.randrange((_LAST_DAY - _FIRST_DAY).days))
        if self.chance.random() < 0.6:
            return f"{day:%Y-%m-%d} {self.chance.choice(_CLOCKS)}"
        return f"{day + dt.timedelta(seconds=self.chance.randrange(86400)):%Y-%m-%d %H:%M:%S}"

    def near(self, moment: str, *, before: bool) -> str:
        """A moment at a telling distance from another: the edges of windows."""
        days = self.chance.choice((0, 0, 1, 2, 3, 5, 7, 10, 14, 14, 20, 30))
        seconds = self.chance.choice((0, 0, 0, 1, -1, 3600, 43200))
        away = dt.timedelta(days=days, seconds=seconds)
        at = dt.datetime.fromisoformat(moment)
        return f"{at - away if before else at + away:%Y-%m-%d %H:%M:%S}"

    def some(self, values: tuple[str, ...], missing: float = 0.15) -> str:
        return "" if self.chance.random() < missing else self.chance.choice(values)

    def person(self, missing: float = 0.0) -> str:
        """Somebody; the first are met more often, the last four never."""
        if self.chance.random() < missing:
            return ""
        return self.people[int((len(self.people) - 4) * self.chance.random() ** 1.5)]

    def amount(self, top: int = 120) -> str:
        if self.settings["currency"] == "JPY":
            return str(self.chance.randrange(1, top) * 10)
        return f"{self.chance.choice((self.chance.randrange(100, top * 100), 1000, 2000, 5000)) / 100:.2f}"

    def tables(self) -> dict[str, list[Cells]]:
        made: dict[str, list[Cells]] = {}
        for name in (
            "stores", "staff", "customers", "products", "campaigns", "sessions", "orders", "lines", "redemptions",
            "messages", "actions", "memberships", "consents",
        ):  # fmt: skip
            made[name] = getattr(self, f"_{name}")()
        return made

    def _stores(self) -> list[Cells]:
        zones = ("Asia/Taipei", "America/Denver", "") if self.zoned else ("", "", "")
        return [
            {"id": self.key("s", n), "name": name, "city": city, "timezone": zone}
            for n, (name, city, zone) in enumerate(zip(("North", "South", "West"), _CITIES, zones, strict=False), 1)
        ]

    def _staff(self) -> list[Cells]:
        return [{"id": self.key("k", n), "name": name} for n, name in enumerate(("Kim", "Lee", "Max"), 1)]

    def _customers(self) -> list[Cells]:
        self.people = [self.key("c", n) for n in range(1, 25)]
        rows = [self._customer(key) for key in self.people]
        rows[3]["merged_into"] = rows[0]["id"]
        rows[4]["merged_into"] = rows[3]["id"]
        rows[5]["deleted_at"] = "2026-01-15 12:00:00"
        rows[6]["deleted_at"] = "2026-05-10 12:00:00"
        rows[7]["erased_at"] = "2026-02-01 09:00:00"
        for number in (8, 9):
            rows[number]["is_anonymous"] = "yes"
        return rows

    def _customer(self, key: str) -> Cells:
        born = f"{self.chance.randrange(1950, 2008)}-{self.chance.choice(('02-29', '05-06', '05-07', '11-30'))}"
        if born.endswith("02-29") and int(born[:4]) % 4:
            born = born.replace("02-29", "02-28")
        return {
            "id": key, "created_at": f"2025-0{self.chance.randrange(1, 6)}-01 08:00:00", "name": f"Name {key}",
            "birth_date": self.some((born,)), "gender": self.some(("F", "M", "other"), 0.2),
            "city": self.chance.choice(_CITIES), "region": self.some(("Boulder", "West")),
            "home_store": self.some(tuple(self.key("s", n) for n in (1, 2, 3))),
            "tags": self.some(("vip", "vip;employee", "employee;new")), "points": self.some(("5", "10", "10", "30")),
            "is_blocked": self.some(("yes", "no")), "is_anonymous": "no", "merged_into": "", "deleted_at": "",
            "erased_at": "",
        }  # fmt: skip

    def _products(self) -> list[Cells]:
        rows = (("Gum", "Edibles"), ("Pipe", "Gear"), ("Tea", "Edibles"), ("Hat", ""), ("Mug", "Gear"), ("", "Edibles"))
        return [
            {"id": self.key("p", n), "name": name, "category": category, "brand": self.some(("Acme", "Best"))}
            for n, (name, category) in enumerate(rows, 1)
        ]

    def _campaigns(self) -> list[Cells]:
        rows = (
            ("Spring", "email", "news", ""), ("Flash", "sms", "news", "3"), ("Control", "email", "control group", ""),
            ("Long", "email", "offer", "30"), ("Named", "sms", "offer", "20"),
        )  # fmt: skip
        return [
            {
                "id": self.key("m", n), "name": name, "channel": channel, "category": category,
                "attribution_window": window, "sent_at": self.moment()[:8] + "01 08:00:00",
                "ends_on": self.some(("2026-01-31", "2026-04-30")), "coupon": self.some(("HELLO", "SPRING")),
            }
            for n, (name, channel, category, window) in enumerate(rows, 1)
        ]  # fmt: skip

    def _sessions(self) -> list[Cells]:
        return [
            {"id": self.key("v", n), "customer": self.person(0.1), "started_at": self.moment()} for n in range(1, 41)
        ]

    def _orders(self) -> list[Cells]:
        self.orders = [self._order(number) for number in range(1, 111)]
        for number in (20, 40, 60):
            self._split(self.orders[number], self.orders[number + 1])
        return self.orders

    def _order(self, number: int) -> Cells:
        chance = self.chance
        created = chance.choice(self.orders)["created_at"] if self.orders and chance.random() < 0.1 else self.moment()
        total = self.amount()
        row = {
            "id": self.key("o", number), "customer": self.person(0.08), "created_at": created, "total": total,
            "tax": self.some(("1.00", "0.50"), 0.3), "tip": self.some(("0.25",), 0.7), "shipping": "",
            "status": "paid", "kind": "sale", "channel": self.some(_CHANNELS, 0.05),
            "store": self.some(tuple(self.key("s", n) for n in (1, 2, 3)), 0.2),
            "staff": self.some(tuple(self.key("k", n) for n in (1, 2)), 0.3),
            "session": self.key("v", chance.randrange(1, 41)) if chance.random() < 0.5 else "", "canceled_at": "",
            "returned_at": "", "root_order": "", "ref_order": "",
        }  # fmt: skip
        if self.settings["currency"] == "JPY":
            row |= {"tax": "", "tip": ""}
        self._fate(row)
        return row

    def _fate(self, row: Cells) -> None:
        """Most orders stay; others are cancelled, returned, deleted, or are return documents."""
        luck = self.chance.random()
        later = self.near(row["created_at"], before=False)
        if luck < 0.08:
            row |= {"status": "canceled", "canceled_at": self.chance.choice((later, later, ""))}
        elif luck < 0.15:
            row |= {"status": "returned", "returned_at": self.chance.choice((later, later, ""))}
        elif luck < 0.18:
            row["status"] = "deleted"
        elif luck < 0.25:
            row["kind"] = "return"
        elif luck < 0.3:
            row["status"] = self.chance.choice(("open", "fulfilled"))

    def _split(self, root: Cells, part: Cells) -> None:
        """The part is another order of the same person and store, made later."""
        same = {name: root[name] for name in ("customer", "store", "channel")}
        created = self.near(root["created_at"], before=False)
        part |= {**same, "root_order": root["id"], "created_at": created, "kind": "sale", "status": "paid"}
        part |= {"canceled_at": "", "returned_at": ""}
        root |= {"kind": "sale"}

    def _lines(self) -> list[Cells]:
        rows = []
        for order in self.orders:
            for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
                product = self.some(tuple(self.key("p", n) for n in range(1, 7)), 0.05)
                rows.append({
                    "id": self.key("l", len(rows) + 1), "order": order["id"], "product": product,
                    "quantity": self.chance.choice(("1", "1", "2", "4")), "amount": self.amount(60),
                })  # fmt: skip
        return rows

    def _redemptions(self) -> list[Cells]:
        rows = []
        for number in range(1, 31):
            order = self.chance.choice([o for o in self.orders if o["customer"]])
            rows.append({
                "id": self.key("r", number), "customer": order["customer"], "order": order["id"],
                "kind": self.chance.choice(("coupon", "points")), "coupon": self.some(("HELLO", "SPRING")),
                "amount": self.amount(20), "redeemed_at": order["created_at"],
            })  # fmt: skip
        return rows

    def _messages(self) -> list[Cells]:
        """At most one of a campaign to one person, so that it is plain which message an action answers."""
        rows = []
        for number in range(1, 41):
            sent, person, campaign = self.moment(), self.person(), self.key("m", self.chance.randrange(1, 6))
            pair = (self.survivor(person), campaign)
            if pair in self.written_to:
                continue
            self.written_to.add(pair)
            delivered = f"{dt.datetime.fromisoformat(sent) + dt.timedelta(minutes=5):%Y-%m-%d %H:%M:%S}"
            rows.append({
                "id": self.key("g", number), "campaign": campaign, "customer": person, "sent_at": sent,
                "channel": self.chance.choice(("sms", "email")),
                "delivered_at": "" if self.chance.random() < 0.4 else delivered,
            })  # fmt: skip
        self.messages = rows
        return rows

    def survivor(self, person: str) -> str:
        """Whom a person is merged into."""
        return self.people[0] if person in self.people[3:5] else person

    def _actions(self) -> list[Cells]:
        rows: list[Cells] = []
        for number in range(1, 121):
            order = self.chance.choice([o for o in self.orders if o["customer"]])
            acted = self.near(order["created_at"], before=self.chance.random() < 0.9)
            if rows and self.chance.random() < 0.15:
                acted = self.chance.choice(rows)["acted_at"]
            if self.dates and self.chance.random() < 0.5:
                acted = acted[:10]
            person, campaign = order["customer"], self.some(tuple(self.key("m", n) for n in range(1, 6)), 0.1)
            written_to = (self.survivor(person), campaign) in self.written_to
            rows.append({
                "id": self.key("a", number), "customer": person, "campaign": campaign, "acted_at": acted,
                "kind": self.chance.choice(_KINDS[written_to:]),
                "actor": self.chance.choice((person, person, "", self.person())), "message": "",
                "session": self.chance.choice((order["session"], self.key("v", self.chance.randrange(1, 41)))),
                "channel": self.some(("sms", "email"), 0.2), "is_machine": self.chance.choice(("no", "no", "", "yes")),
            })  # fmt: skip
        delivered = [message for message in self.messages if message["delivered_at"]][::2]
        return rows + [self._answer(number, rows[0], message) for number, message in enumerate(delivered, 200)]

    def _answer(self, number: int, like: Cells, message: Cells) -> Cells:
        """The action `received` of a delivered message."""
        same = {name: message[name] for name in ("customer", "campaign", "channel")}
        more = {"id": self.key("a", number), "kind": "received", "acted_at": message["delivered_at"]}
        return {**dict.fromkeys(like, ""), **same, **more, "message": message["id"]}

    def _memberships(self) -> list[Cells]:
        rows = []
        for _ in range(10):
            joined = self.moment()
            left = self.near(joined, before=False) if self.chance.random() < 0.4 else ""
            rows.append({"customer": self.person(), "joined_at": joined, "left_at": left, "tier": self.some(("gold",))})
        return rows

    def _consents(self) -> list[Cells]:
        seen: set[tuple[str, str]] = set()
        rows = []
        for number in range(24):
            cells = {
                "customer": self.person(),
                "channel": self.chance.choice(("sms", "email")),
                "status": self.chance.choice(("in", "out", "pending")),
                "changed_at": f"2026-0{1 + number % 6}-{10 + number % 18} 0{number % 9}:00:0{number % 7}",
            }
            undated = (cells["customer"], cells["channel"])
            if number % 4 == 0 and undated not in seen:
                seen.add(undated)
                cells["changed_at"] = ""
            rows.append(cells)
        return rows

"""Loads made by adding new files to the load before: always what reading everything gives."""

from __future__ import annotations

import datetime as dt
import os
import random
from pathlib import Path

import duckdb
import pytest

from patron.engine.load import Loaded, load, replayed
from tests.load.support import World

SOURCE = """source shop from csv {
  folder "data"
  files {
    orders "orders-*.csv"
    lines "lines-*.csv"
    customers "customers-*.csv"
    actions "actions-*.csv"
    points "points-*.csv"
    memberships "memberships-*.csv"
    staff "staff.csv"
    stores "stores.csv"
  }
}
"""
SPEC = """table orders from shop.orders {
  keep latest by updated_at
}
table lines from shop.lines
table customers from shop.customers {
  keep latest by updated
  updated = number(updated)
  add missing from orders.customer
}
table actions from shop.actions
table points from shop.points
table memberships from shop.memberships
table staff from shop.staff
"""
OTHERS = {
    "everything": SPEC,
    "nobody said": """table orders from shop.orders {
  keep latest by updated_at
}
table lines from shop.lines
table actions from shop.actions
table points from shop.points
""",
    "two statements": """table orders from shop.orders {
  where staff is "s1"
  channel = "retail"
  keep latest by updated_at
}
table orders from shop.orders {
  where staff is not "s1"
  channel = "online"
}
table lines from shop.lines
table lines from shop.lines {
  where amount is missing
}
table customers from shop.customers {
  keep latest by updated
  updated = number(updated)
}
""",
    "zones": """table orders from shop.orders {
  store = weight
  keep latest by updated_at
}
table stores from shop.stores
table lines from shop.lines
table actions from shop.actions
""",
    "groups": """table orders from shop.orders {
  group by id
  id = id
  customer = last(customer)
  created_at = last(created_at)
  total = last(total)
}
table customers from shop.customers {
  keep latest by updated
  updated = number(updated)
  add missing from orders.customer
  add missing from memberships.customer
}
table memberships = sql """
    '"""'
    """
  select customer, min(joined_at) as joined_at from shop.memberships group by customer
"""
    '"""'
    """
table actions from shop.actions
table points from shop.points
""",
}
"""Specs over the same files."""
NAMES = {
    "orders": "id,customer,created_at,total,gross,discount,status,staff,updated_at,weight",
    "lines": "order,product,amount",
    "customers": "id,city,merged_into,updated",
    "actions": "id,customer,campaign,kind,acted_at",
    "points": "customer,kind,quantity,posted_at",
    "memberships": "customer,joined_at",
}
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def content(loaded: Loaded) -> dict[str, list[tuple]]:
    """All rows of a load."""
    with duckdb.connect(str(loaded.path), read_only=True) as connection:
        names = [n for (n,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {n: sorted(connection.table(f'"{n}"').fetchall(), key=repr) for n in names}


class Growing:
    """A shop whose folder gets new files; now and then something happens that cannot be added."""

    def __init__(self, root: Path, seed: int, zone: str = "UTC", spec: str = SPEC) -> None:
        self.root, self.chance, self.hour = root, random.Random(seed), 0
        (root / "data").mkdir()
        (root / "spec.patron").write_text("language 1\n" + SOURCE + spec)
        (root / "data" / "staff.csv").write_text("id,name\ns1,Ada\ns2,Bo\n")
        (root / "data" / "stores.csv").write_text("id,timezone\n1,Europe/Paris\n2,Asia/Kathmandu\n3,\n")
        self.world = World(root, zone)
        self.orders: dict[int, list] = {}
        self.customers = 6
        self.write("customers", [(f"c{i}", "Bath", "", i) for i in range(6)])
        self.write("orders", [self.order(i) for i in range(1, 30)])
        self.write("lines", [(i, f"p{i % 4}", self.orders[i][3]) for i in range(1, 30)])
        self.write("actions", [(f"a{i}", f"c{i % 6}", f"m{i % 2}", "click", self.moment()) for i in range(20)])
        self.write("points", [(f"c{i % 6}", "earn", i, self.moment()) for i in range(9)])
        self.write("memberships", [(f"c{i % 3}", "2026-02-01") for i in range(5)])

    def moment(self) -> str:
        return (
            f"2026-0{self.chance.randrange(1, 4)}-{self.chance.randrange(1, 29):02} {self.chance.randrange(24):02}:30"
        )

    def order(self, number: int, who: str = "") -> list:
        total = self.chance.randrange(1, 90)
        who = who or f"c{self.chance.randrange(self.customers)}"
        self.orders[number] = [
            number, who, self.moment(), total, total, 0, "paid", "s1", f"2026-04-01 00:{self.hour:02}", 1 + number % 3,
        ]  # fmt: skip
        return self.orders[number]

    def write(self, table: str, rows: list) -> Path:
        path = self.root / "data" / f"{table}-{self.hour:03}.csv"
        path.write_text(NAMES[table] + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
        return path

    def grow(self) -> None:
        """An hour in which some tables get a file."""
        self.hour += 1
        chance, new = self.chance, max(self.orders) + 1
        orders = [self.order(new + i) for i in range(chance.randrange(3))]
        if chance.random() < 0.4:  # edited and cancelled ones come again, perhaps with what was true before
            for number in chance.sample([*self.orders], 3):
                again = [*self.orders[number]]
                again[3] += 1
                again[6] = chance.choice(["paid", "canceled"])
                again[8] = f"2026-04-01 00:{max(self.hour - chance.randrange(3), 0):02}"
                orders.append(again)
        if chance.random() < 0.3:
            orders.append(self.order(new + 9, f"guest{chance.randrange(4)}"))
        if chance.random() < 0.4:
            rows = [(f"c{self.customers}", "Ely", "", self.hour), ("c1", "York", "", self.hour - 2)]
            self.customers += 1
            self.write("customers", rows)
        if chance.random() < 0.5:
            rows = [(f"a{self.hour}x{i}", f"c{i}", "m9", "open", self.moment()) for i in range(3)]
            self.write("actions", rows)
        if chance.random() < 0.5:
            self.write("points", [("c1", "redeem", -1, self.moment())])
        if chance.random() < 0.5:
            self.write("memberships", [("c4", "2026-02-02"), ("c4", "2026-02-02")])
        self.upset(orders)
        if orders:
            self.write("orders", orders)
            self.write("lines", [(row[0], f"p{self.hour}", row[3] - chance.randrange(2)) for row in orders])

    def upset(self, orders: list) -> None:
        """Seldom, something that needs everything to be read."""
        chance, data = self.chance, self.root / "data"
        match chance.randrange(22):
            case 0:
                (data / "staff.csv").write_text(f"id,name\ns1,Ada\ns2,Bo\ns{self.hour}x,Cy\n")
            case 1 if orders:
                orders[-1][9] = 2.5
            case 2:
                self.write("customers", [("c2", "Hove", "c3", self.hour)])
            case 3:
                max(data.glob("orders-*.csv")).unlink()
            case 4:
                path = min(data.glob("points-*.csv"))
                path.write_text(path.read_text() + "c2,earn,7,2026-02-03\n")
            case 5 if orders:
                orders[0][7] = "s2"
            case 8 if orders:
                orders[0][9] = 1 + orders[0][9] % 3
            case 6 if orders:
                orders[0][0] = f"{orders[0][0]}b"
            case 7:
                self.write("actions", [(f"z{self.hour}", "nobody", "m1", "click", "2026-02-02")])

    def both(self) -> tuple:
        """The load made on top of the one before, and one of all rows."""
        bound, problems = self.world.bind()
        assert not [p for p in problems if p.stops]
        now = START + self.hour * dt.timedelta(hours=1)
        added = load(bound, self.root / "state" / "loads", now=now, keep=dt.timedelta(days=9))
        whole = load(bound, self.root / f"whole-{self.hour}" / "loads", now=now)
        return added, whole


def differences(added, whole) -> list[str]:
    told = [] if (added.notes, added.ledger) == (whole.notes, whole.ledger) else ["told"]
    told += [] if added.problems == whole.problems else ["problems"]
    if added.path is None or whole.path is None:  # refused, for the same reasons
        return told if added.path is whole.path else ["path"]
    one, other = content(added), content(whole)
    found = [f"rows of {t}" for t in other if one.get(t) != other[t]]
    for t, table in whole.store.tables.items():
        mine = added.store.tables[t]
        found += [f"{t}.{n}" for n, c in table.columns.items() if mine.columns.get(n) != c]
        found += [] if mine == table else [t]
    found += [] if (added.store.newest, added.store.busiest) == (whole.store.newest, whole.store.busiest) else ["store"]
    return found + told


HISTORIES = int(os.environ.get("PATRON_HISTORIES", "1"))
"""How many shops grow; more of them than a suite has time for show more."""


@pytest.mark.parametrize("spec", OTHERS)
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_adding_gives_what_reading_everything_gives(tmp_path: Path, seed: int, spec: str) -> None:
    zone = ("UTC", "America/New_York")[seed % 2]
    shop = Growing(tmp_path, seed, zone, OTHERS[spec])
    was, manners = [], []
    for _ in range(5 if seed or spec == "everything" else 3):
        added, whole = shop.both()
        assert differences(added, whole) == [], (seed, shop.hour, added.manner)
        if added.path is not None:
            manners.append(added.manner)
            was.append((added.made_at, content(added)))
        shop.grow()
    assert seed or spec == "groups" or any("were added" in m for m in manners), manners
    for moment, rows in was[:-1]:
        then = replayed(shop.world.bind()[0], tmp_path / "state" / "loads", moment)
        assert then is None or content(then) == rows


def test_what_is_read_again_on_purpose_is_read_whole(tmp_path: Path) -> None:
    from patron.engine.load import forget

    shop = Growing(tmp_path, 0)
    shop.both()
    forget(tmp_path / "state" / "loads", ["shop"])
    shop.hour += 1
    shop.write("memberships", [("c4", "2026-02-02")])
    assert "all rows were read" in shop.both()[0].manner
    shop.hour += 1
    shop.write("memberships", [("c4", "2026-02-02")])
    added, whole = shop.both()
    assert added.manner == "1 rows of new files were added to the load before"
    assert differences(added, whole) == []


def test_a_damaged_load_is_not_added_to(tmp_path: Path) -> None:
    """Damage in a part of the file that adding would not read must not go on into the next load."""
    shop = Growing(tmp_path, 0)
    before = shop.both()[0].path
    content = bytearray(before.read_bytes())
    content[len(content) // 2] ^= 1
    before.write_bytes(content)
    shop.hour += 1
    shop.write("memberships", [("c4", "2026-02-02")])
    bound, _ = shop.world.bind()
    loaded = load(bound, tmp_path / "state" / "loads")
    assert loaded.manner == "all rows were read: the load before it was damaged"


def test_a_file_that_has_grown_much_is_put_in_order_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patron.engine.load.growth.ROOM", -(1 << 30))
    shop = Growing(tmp_path, 0)
    shop.both()
    shop.hour += 1
    shop.write("memberships", [("c4", "2026-02-02")])
    assert shop.both()[0].manner == "all rows were read: its file has grown much; rows are put in order again"

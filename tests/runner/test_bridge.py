"""Why a number changed: every cause by itself, and parts that add up whatever happened together."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.runner.bridging import CAUSES
from patron.engine.runner.schedule import ticking
from patron.engine.runtime.clock import FixedClock, read_when
from tests.reliability.support import Shop

SPEC = """language 1

project "Shop" {
  timezone "UTC"
  currency USD
}

source s from csv {
  folder "data"
}

table orders from s.orders
table customers from s.customers

metric spent = sum(orders.total)

report weekly "Weekly" {
  for all records
  period last 10 days
  show cards "Sales" of spent, total_orders, total_shoppers, average_order
  show table "Who" of spent by customer
}
"""
THEN = dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 5, 7, 9, tzinfo=dt.UTC)
HEADER = "id,customer,created_at,total,status,canceled_at\n"


class Books:
    """A shop whose rows are written anew each time."""

    def __init__(self, root: Path) -> None:
        self.shop = Shop.at(root)
        (root / "shop.patron").write_text(SPEC)
        self.orders = {i: [f"c{i % 4}", f"2026-05-0{1 + i % 4} 10:00", 10, "paid", ""] for i in range(1, 9)}
        self.merged: dict[str, str] = {}

    def write(self) -> None:
        rows = "".join(f"{i},{','.join(map(str, row))}\n" for i, row in self.orders.items())
        people = "".join(f"c{i},{self.merged.get(f'c{i}', '')}\n" for i in range(4))
        (self.shop.root / "data" / "orders.csv").write_text(HEADER + rows)
        (self.shop.root / "data" / "customers.csv").write_text("id,merged_into\n" + people)

    def load(self, now: dt.datetime) -> None:
        self.write()
        with open_project(self.shop.root, clock=FixedClock(now)) as project:
            assert project.loaded.path is not None

    def bridge(self) -> dict[str, tuple]:
        """The parts of each card."""
        with open_project(self.shop.root, clock=FixedClock(NOW)) as project:
            found = project.bridge("weekly", THEN.replace(tzinfo=None), NOW.replace(tzinfo=None))
        for m in found.numbers:
            assert sum(m.parts) == (Decimal(str(m.after or 0)) - Decimal(str(m.before or 0)))
        self.notes = found.notes
        return {
            m.column.name: {c: p for c, p in zip(CAUSES, m.parts, strict=True) if p} for m in found.numbers if not m.row
        }


@pytest.fixture
def books(tmp_path: Path) -> Books:
    made = Books(tmp_path / "shop")
    made.load(THEN)
    return made


RUN = """
run nightly {
  every day at 06:00
  report weekly as json
}
"""


@pytest.mark.parametrize(
    "since, until, sides",
    [
        ("2026-05-07T09:00", "2026-05-08T09:00", ("2026-05-07 09:00", "2026-05-08 09:00")),
        ("2026-05-07T06:00", "2026-05-08T06:00", ("2026-05-07 06:00", "2026-05-08 06:00")),
        ("2026-05-07", "2026-05-08", ("2026-05-07 06:00", "2026-05-08 06:00")),
        ("2026-05-07", "2026-05-09", ("2026-05-07 06:00", "2026-05-09 23:59")),
    ],
)
def test_what_was_published_is_compared(books: Books, since: str, until: str, sides: tuple[str, str]) -> None:
    """Asked with the moments of the runs, some hours after them, or with their days; each side says what it is."""
    root = books.shop.root
    (root / "shop.patron").write_text(SPEC + RUN)

    def tick(day: int, hour: int = 6) -> int:
        now = dt.datetime(2026, 5, day, hour, 4, tzinfo=dt.UTC)
        with open_project(root, clock=FixedClock(now)) as project:
            return len([p for p in ticking.tick(project) if p.exit_code == 0])

    assert tick(6, 12) == 0
    for path in root.glob(".patron/[lhs][op]*"):
        shutil.rmtree(path)  # nothing was read before the first run
    assert tick(7) == 1
    books.orders[1][3] = "canceled"
    books.write()
    assert tick(8) == 1
    with open_project(root, clock=FixedClock(dt.datetime(2026, 5, 10, tzinfo=dt.UTC))) as project:
        found = project.bridge("weekly", read_when(since), read_when(until))
    (spent,) = [m for m in found.numbers if m.column.name == "total_orders" and not m.row]
    assert {c: p for c, p in zip(CAUSES, spent.parts, strict=True) if p} == {"restated": -1}
    assert found.sides == tuple(
        f"{side} {moment}, rows read 2026-05-0{day} 06:04"
        for side, moment, day in zip(("from", "to"), sides, (7, 8), strict=True)
    )
    assert found.notes == ()


def test_nothing_changed(books: Books) -> None:
    assert books.bridge() == {"spent": {}, "total_orders": {}, "total_shoppers": {}, "average_order": {}}
    assert books.notes == ()


def test_an_order_with_another_amount_is_restated(books: Books) -> None:
    books.orders[1][2] = 15
    books.load(NOW)
    assert books.bridge()["spent"] == {"restated": 5}


def test_an_order_that_is_gone_is_restated(books: Books) -> None:
    del books.orders[1]
    books.load(NOW)
    assert books.bridge()["total_orders"] == {"restated": -1}


def test_an_order_cancelled_since_is_restated_though_its_date_tells(books: Books) -> None:
    books.orders[1][3:] = ["canceled", "2026-05-06 12:00"]
    books.load(NOW)
    assert books.bridge()["total_orders"] == {"restated": -1}


def test_an_order_of_then_that_came_since_is_late(books: Books) -> None:
    books.orders[90] = ["c1", "2026-05-05 10:00", 7, "paid", ""]
    books.load(NOW)
    assert books.bridge()["spent"] == {"late": 7}


def test_an_order_made_since_is_time(books: Books) -> None:
    books.orders[90] = ["c1", "2026-05-06 19:00", 7, "paid", ""]
    books.load(NOW)
    assert books.bridge()["spent"] == {"time": 7}


def test_merged_customers(books: Books) -> None:
    books.merged["c1"] = "c2"
    books.load(NOW)
    found = books.bridge()
    assert found["total_shoppers"] == {"merged customers": -1}
    assert found["spent"] == {}


def test_another_spec(books: Books) -> None:
    text = SPEC.replace("sum(orders.total)", "sum(orders.total) * 2")
    (books.shop.root / "shop.patron").write_text(text)
    books.load(NOW)
    assert books.bridge()["spent"] == {"spec": 80}


def test_what_the_specs_say_otherwise_is_named_where_it_stands(books: Books) -> None:
    """Whatever the report is made of; not what it does not name, nor comments, layout, or a file that was moved."""
    text = SPEC.replace("sum(orders.total)", "sum(orders.total where spent_much)").replace("last 10", "last 9")
    text = text.replace('  show table "Who" of spent by customer\n', "")
    more = "language 1\n# a note\nfilter   spent_much on orders = total > $8\nmetric unused = count(orders)\n"
    (books.shop.root / "shop.patron").write_text(text)
    (books.shop.root / "more.patron").write_text(more)
    books.load(NOW)
    args = ("bridge", "weekly", "--from", "2026-05-06T09:00", "--to", "2026-05-07T09:00")
    told = books.shop(*args)
    assert told.code == 0, told.err
    now = "metric spent = sum(orders.total where spent_much)"
    period, show = "`period last 10 days` became `period last 9 days`", 'show table "Who" of spent by customer'
    assert [line.partition("spec: ")[2] for line in told.err.splitlines() if "spec: " in line] == [
        "filter spent_much is new, at more.patron:3",
        f"metric spent changed, shop.patron:15: `metric spent = sum(orders.total)` became `{now}`",
        f"report weekly changed, shop.patron:19: {period}; shop.patron:21: lost `{show}`",
    ]
    (first, second, third) = json.loads(books.shop(*args, "--json").out)["changes"]
    assert first == {"name": "filter spent_much", "how": "new", "file": "more.patron", "line": 3, "places": []}
    assert second["places"] == [{"line": 15, "before": ["metric spent = sum(orders.total)"], "after": [now]}]
    assert (third["how"], len(third["places"])) == ("changed", 2)


def test_what_is_gone_is_named_where_it_was(books: Books) -> None:
    text = SPEC.replace("metric spent = sum(orders.total)\n", "").replace("of spent", "of total_sales")
    (books.shop.root / "shop.patron").write_text(text)
    books.load(NOW)
    told = books.shop("bridge", "weekly", "--from", "2026-05-06T09:00", "--to", "2026-05-07T09:00")
    assert "spec: metric spent is gone; it was at shop.patron:15" in told.err


def test_a_report_that_was_not_there_is_told_with_since_when_it_is(books: Books) -> None:
    spec = books.shop.root / "shop.patron"
    later = SPEC.replace("report weekly", "report newer")
    for minutes, text in (10, later), (20, later + "# changed"), (30, later.replace("last 10", "last 9")):
        spec.write_text(text)
        books.load(THEN + dt.timedelta(minutes=minutes, seconds=1))
    told = books.shop("bridge", "newer", "--from", "2026-05-06T09:05")
    assert told.code == 2
    assert "the report newer was not there yet 2026-05-06 09:05: it is there since 2026-05-06 09:11" in told.err
    assert "ask with --from 2026-05-06T09:11 or later" in told.err
    assert books.shop("bridge", "newer", "--from", "2026-05-06T09:11").code == 0
    spec.write_text(later + later.replace("report newer", "report newest").partition("sum(orders.total)")[2])
    told = books.shop("bridge", "newest", "--from", "2026-05-06T09:11")
    assert "the report newest was not there yet" in told.err
    assert "nothing is known of it" in told.err


@pytest.mark.parametrize("seed", [0, 2])
def test_the_parts_add_up_whatever_happened(books: Books, seed: int) -> None:
    chance = random.Random(seed)
    for number in chance.sample([*books.orders], 4):
        books.orders[number] = [f"c{chance.randrange(4)}", "2026-05-03 10:00", chance.randrange(99), "paid", ""]
    for number in range(20, 25):
        books.orders[number] = [f"c{chance.randrange(4)}", f"2026-05-0{chance.randrange(3, 8)} 08:00", 3, "paid", ""]
    del books.orders[chance.choice([*books.orders])]
    books.merged = {"c3": "c0"}
    books.load(NOW)
    assert books.bridge()


def test_what_is_not_kept_is_told(tmp_path: Path) -> None:
    books = Books(tmp_path / "shop")
    books.load(NOW)
    books.bridge()
    assert [n.partition(": ")[0] for n in books.notes] == [
        "no rows are kept before 2026-05-07 09:00", "the specs of then are not kept",
    ]  # fmt: skip


def test_on_the_command_line(books: Books) -> None:
    books.orders[1][2] = 15
    books.load(NOW)
    args = ("bridge", "weekly", "--from", "2026-05-06T09:00", "--to", "2026-05-07T09:00", "--quiet")
    told = books.shop(*args, "--format", "csv")
    assert told.code == 0, told.err
    first, card, *others = told.out.splitlines()
    assert first == "figure,row,number,from,spec,merged_customers,restated,late,time,to"
    assert card == "weekly/Sales,,Spent,$80.00,,,$5.00,,,$85.00"
    assert [line for line in others if line.startswith("weekly/Who")] == ["weekly/Who,c1,Spent,$20.00,,,$5.00,,,$25.00"]
    body = json.loads(books.shop(*args, "--json").out)
    assert body["numbers"][0]["parts"] == {c: "5" if c == "restated" else "0" for c in CAUSES}
    assert books.shop("bridge", "weekly", "--from", "2026-05-08", "--to", "2026-05-07").code == 2


def test_specs_that_are_kept_are_looked_at(books: Books) -> None:
    kept = [p for p in (books.shop.root / ".patron" / "specs").rglob("*") if p.is_file() and p.name != "lock"]
    assert len(kept) == 2
    for file in kept:
        whole = file.read_bytes()
        file.write_bytes(whole[:-1])
        assert books.shop("doctor").code == 9
        assert books.shop("bridge", "weekly", "--from", "2026-05-06T09:00", "--to", "2026-05-07T09:00").code == 9
        file.write_bytes(whole)

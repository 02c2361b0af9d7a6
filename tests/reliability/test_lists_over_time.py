"""Lists through months of a shop: taken, refreshed, restated, expired, erased; beside a plain calculation in Python."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.runner.project import Project
from patron.engine.runtime.clock import FixedClock
from tests.reliability.support import HEADER

SPEC = """language 1

project "Shop" {
  timezone "UTC"
  currency USD
}

source s from csv {
  folder "data"
}

table orders from s.orders

audience regulars = has ordered at least 2 times

list photo {
  from audience regulars
  take every month on day 1
  refresh every hour for 20 days
}

report seen (which = photo) {
  for list $which
  show cards of members, total_orders, total_sales
  show table "Who" of total_sales by customer
}
"""
ASKED = "members, total_orders, total_sales for list photo"
LIFE = dt.timedelta(days=20)
START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


@dataclass
class Order:
    id: int
    customer: str
    at: dt.datetime
    total: int


@dataclass
class Version:
    """What a version is, calculated plainly."""

    at: dt.datetime
    size: int
    people: set[str]
    erased: int = 0
    last: tuple[object, ...] | None = None
    table: dict[str, Decimal] | None = None

    @property
    def ends(self) -> dt.datetime:
        return self.at + LIFE


@dataclass
class World:
    """A shop as it is at a moment, and what is true of its lists."""

    root: Path
    chance: random.Random
    now: dt.datetime = START
    orders: list[Order] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)

    def write(self) -> None:
        rows = (f"{o.id},{o.customer},{o.at:%Y-%m-%d %H:%M:%S},{o.total}\n" for o in self.orders)
        (self.root / "data").mkdir(exist_ok=True)
        (self.root / "data" / "orders.csv").write_text(HEADER + "".join(rows))

    def opened(self) -> Project:
        return open_project(self.root, clock=FixedClock(self.now))

    # ------------------------------------------------------------ what happens

    def trade(self) -> None:
        """New orders, late ones of some days ago too; totals that are put right; orders that vanish."""
        ids = max((o.id for o in self.orders), default=0)
        for number in range(self.chance.randint(2, 6)):
            ago = dt.timedelta(hours=self.chance.choice((1, 3, 30, 200)))
            who = f"c{self.chance.randint(1, 14)}"
            if who not in self.forgotten:
                self.orders.append(Order(ids + number + 1, who, self.now - ago, self.chance.randint(1, 90)))
        for order in self.chance.sample(self.orders, min(2, len(self.orders))):
            order.total += 7
        if len(self.orders) > 12:
            self.orders.remove(self.chance.choice(self.orders))
        self.write()

    def take(self) -> None:
        people = {c for c in {o.customer for o in self.orders} if sum(o.customer == c for o in self.orders) >= 2}
        with self.opened() as project:
            taken = project.take_list("photo")
            assert (taken.version, taken.size) == (len(self.versions) + 1, len(people))
            again = project.take_list("photo")
            assert again == taken, "the same moment is one version"
        self.versions.append(Version(self.now, len(people), people))

    def erase(self) -> None:
        known = sorted({c for v in self.versions for c in v.people})
        if not known:
            return
        who = self.chance.choice(known)
        with self.opened() as project:
            done = project.erase(who)
        assert done.versions == sum(who in v.people for v in self.versions)
        for version in self.versions:
            if who in version.people:
                version.people.remove(who)
                version.erased += 1
            if version.table is not None:
                version.table = {("" if c == who else c): n for c, n in version.table.items()}
        self.forgotten.add(who)
        self.orders = [o for o in self.orders if o.customer != who]
        self.write()
        for file in (self.root / ".patron" / "kept").glob("*/*"):
            assert f'"{who}"' not in file.read_text(), "nothing that is kept names who was erased"

    def look(self) -> None:
        """Every version is what it was; the latest answers from the shop as it is, or as it was at its end."""
        with self.opened() as project:
            (facts,) = project.list_facts()
            if not self.versions:
                assert facts.state == "pending"
                return
            stored = project.lists.versions("photo")
            assert [(t.created_at, t.size, t.erased) for t in stored] == [
                (v.at, v.size, v.erased) for v in self.versions
            ]
            for number, version in enumerate(self.versions, 1):
                assert set(project.lists.members("photo", number)) == version.people
            self.changes(project)
            latest = self.versions[-1]
            over = self.now > latest.ends
            assert facts.state == ("expired" if over else "live")
            self.answers(project, latest, over)

    def answers(self, project: Project, latest: Version, over: bool) -> None:
        if not over or latest.last is None:
            latest.last, latest.table = self.counted(latest, min(self.now, latest.ends))
        asked, (cards, who) = project.query(ASKED), project.report("seen").parts
        assert asked.rows == cards.result.rows == (latest.last,)
        assert {(c or ""): n for c, n in who.result.rows} == latest.table
        assert {asked.state(0, column) for column in range(3)} == {"expired" if over else "ok"}

    def changes(self, project: Project) -> None:
        if len(self.versions) > 1:
            old, new = (v.people for v in self.versions[-2:])
            found = project.list_changes("photo")
            assert (set(found.entered), set(found.left), found.stayed) == (new - old, old - new, len(old & new))

    def counted(self, version: Version, at: dt.datetime) -> tuple[tuple[object, ...], dict[str, Decimal]]:
        """The numbers of a version's people as of a moment, of what is known now."""
        mine = [o for o in self.orders if o.customer in version.people and o.at <= at]
        each = {c: Decimal(sum(o.total for o in mine if o.customer == c)) for c in {o.customer for o in mine}}
        return (version.size, len(mine), Decimal(sum(each.values()))), each


@pytest.mark.parametrize("seed", range(2))
def test_lists_are_what_a_plain_calculation_says(tmp_path: Path, seed: int) -> None:
    (tmp_path / "shop.patron").write_text(SPEC)
    world = World(tmp_path, random.Random(seed))
    world.trade()
    for step in range(26):
        world.now += dt.timedelta(days=world.chance.choice((1, 2, 5)), hours=world.chance.randint(0, 9))
        world.trade()
        if step % 9 == 2:
            world.take()
        if world.chance.random() < 0.15:
            world.erase()
        world.look()
    assert len(world.versions) == 3

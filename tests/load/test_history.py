"""Former loads: made again row by row, found by what was known when, and told when they are damaged."""

from __future__ import annotations

import datetime as dt
import random
from contextlib import contextmanager
from pathlib import Path

import pytest

from patron.engine.load import load, replayed, stored
from patron.engine.load.history import History, histories
from patron.engine.load.keys import shape_of
from patron.engine.runtime.errors import Damaged
from patron.engine.sql.load import differing
from tests.load.test_damaged import damaged
from tests.load.test_growth import HISTORIES, content

SPEC = """table orders from shop.orders {
  add_note = note
  weight = number(weight)
}
table lines from shop.lines
table customers from shop.customers
table memberships from shop.memberships
"""
START = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
KEEP = dt.timedelta(days=400)


class Shop:
    """A shop whose files change; `lines` have no ids and `memberships` may be there twice."""

    def __init__(self, make, seed: int) -> None:
        self._make, self._chance = make, random.Random(seed)
        self.orders = {i: [f"c{i % 5}", f"2026-01-{1 + i % 28:02}", 10 + i, "note", 1] for i in range(1, 40)}
        self.customers = [f"c{i}" for i in range(6)]
        self.memberships = [(f"c{i % 6}", f"2026-02-{1 + i:02}") for i in range(8)] * 2
        self.now = START

    def change(self) -> None:
        chance = self._chance
        for _ in range(chance.randrange(4)):
            match chance.randrange(8):
                case 0 | 1:
                    self.orders[max(self.orders) + 1] = [chance.choice(self.customers), "2026-02-11", 7, "late", 2]
                case 2 | 3:
                    self.orders[chance.choice([*self.orders])][2] += 1
                case 4 if len(self.orders) > 3:
                    del self.orders[chance.choice([*self.orders])]
                case 5:
                    self.customers.append(f"c{len(self.customers)}")
                case 6:
                    self.memberships.insert(0, chance.choice(self.memberships))
                case 7:
                    chance.choice([*self.orders.values()])[4] = chance.choice([1.5, 3])

    def load(self, keep: dt.timedelta | None = KEEP):
        self.now += HOUR
        orders = "".join(f"{i},{','.join(map(str, row))}\n" for i, row in self.orders.items())
        lines = "".join(f"{i},p{i % 3},{row[2]}\n" for i, row in self.orders.items() for _ in range(i % 3))
        files = {
            "orders.csv": "id,customer,created_at,total,note,weight\n" + orders,
            "lines.csv": "order,product,amount\n" + lines,
            "customers.csv": "id\n" + "".join(f"{c}\n" for c in self.customers),
            "memberships.csv": "customer,joined_at\n" + "".join(f"{c},{d}\n" for c, d in self.memberships),
        }
        self.world = self._make(SPEC, files)
        bound, _ = self.world.bind()
        return load(bound, self.folder, now=self.now, keep=keep)

    @property
    def folder(self) -> Path:
        return self.world.root / ".patron" / "loads"

    def then(self, moment: dt.datetime):
        return replayed(self.world.bind()[0], self.folder, moment)

    def history(self) -> History:
        return History(self.folder, shape_of(self.world.bind()[0]))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_former_load_is_made_again_row_by_row(world, seed):
    shop = Shop(world, seed)
    was = []
    for _ in range(6):
        loaded = shop.load()
        assert loaded.path is not None, loaded.problems
        was.append((shop.now, loaded, content(loaded)))
        shop.change()
    assert len(list(shop.folder.glob("*.duckdb"))) <= 4
    for moment, loaded, rows in was:
        then = shop.then(moment) or was[-1][1]
        assert content(then) == rows
        assert (then.store.tables, then.ledger, then.notes) == (loaded.store.tables, loaded.ledger, loaded.notes)


def test_which_load_tells_what_was_known(world):
    """The one that was there: what changed since was not known then."""
    shop = Shop(world, 0)
    first = shop.load()  # made at 13:00
    shop.load()  # still good at 14:00
    shop.orders[99] = ["c1", "2026-01-11", 7, "late", 2]
    second = shop.load()  # made at 15:00
    shop.orders[99][2] = 8
    third = shop.load()  # made at 16:00
    found = {hours: shop.then(START + hours * HOUR) for hours in (0.9, 1, 2, 2.5, 3, 3.5, 4, 9)}
    assert [h for h, then in found.items() if then is None] == [0.9, 4, 9], "before the first; the newest"
    assert {h: then.store.key for h, then in found.items() if then} == {
        1: first.store.key, 2: first.store.key, 2.5: first.store.key, 3: second.store.key, 3.5: second.store.key,
    }  # fmt: skip
    assert third.known_from == found[1].known_from == START + HOUR
    assert (first.alone, third.alone, found[1].alone) == (True, False, False)


def test_a_load_that_lacks_what_happened_up_to_the_moment_is_not_asked(world):
    """The next one is, though it also tells what was known only later; rows of the future are not what happened."""
    shop = Shop(world, 0)
    shop.orders[98] = ["c1", "2026-12-24", 7, "ahead", 2]
    first = shop.load()  # made at 13:00
    shop.orders[99] = ["c1", "2026-03-01T13:10", 7, "new", 2]
    second = shop.load()  # made at 14:00
    shop.orders[1][2] += 1
    shop.load()  # made at 15:00
    found = {minutes: shop.then(START + minutes * HOUR / 60) for minutes in (60, 65, 75, 110, 150)}
    assert {m: then.store.key for m, then in found.items() if then} == {
        60: first.store.key, 65: first.store.key, 75: second.store.key, 110: second.store.key, 150: second.store.key,
    }  # fmt: skip


def test_which_load_was_there(world):
    shop = Shop(world, 0)
    first = shop.load()
    shop.orders[99] = ["c1", "2026-03-01T13:10", 7, "new", 2]
    shop.load()
    then = [shop.history().there_at(START + hours * HOUR) for hours in (0, 1, 1.9, 2)]
    assert [t and t.key for t in then] == [first.store.key] * 3 + [None], "the first when none was; the newest"


@pytest.mark.parametrize(
    "other, same",
    [
        ("CREATE TABLE t(a DATE GENERATED ALWAYS AS(CAST('x, y' AS DATE)), b DECIMAL(18,4));", True),
        ("CREATE TABLE t(a DATE GENERATED ALWAYS AS(CAST('x,y' AS DATE)), b DECIMAL(18,4));", False),
        ("CREATE TABLE t(a DATE GENERATED ALWAYS AS(CAST('x, y' AS DATE)), b DECIMAL(18,3));", False),
        (None, False),
    ],
)
def test_tables_are_the_same_however_their_statements_are_written(other, same):
    """DuckDB 1.5 tells of types in another way before a table is stored."""
    one = "CREATE TABLE t(a DATE GENERATED ALWAYS AS(CAST('x, y' AS \"DATE\")), b DECIMAL(18, 4));"
    assert differing.alike(one, other) is same


def test_rows_that_did_not_change_are_no_new_load(world):
    shop = Shop(world, 0)
    shop.load()
    shop.orders = dict(reversed(shop.orders.items()))
    shop.load()
    assert len(shop.history().entries) in (1, 2)  # places of lines in their source may differ
    before = len(shop.history().entries)
    shop.memberships.reverse()
    shop.load()
    assert len(shop.history().entries) == before


def test_what_is_older_than_it_is_kept_is_forgotten(world):
    shop = Shop(world, 1)
    for total in range(4):
        shop.orders[1][2] = total
        shop.load(keep=1.5 * HOUR)
    assert [e.made_at for e in shop.history().entries] == [START + h * HOUR for h in (3, 4)]
    shop.now += 9 * HOUR
    shop.orders[1][2] = 9
    assert shop.load(keep=HOUR).known_from == shop.now
    assert len(shop.history().entries) == 1


def test_loads_are_compared_once_while_the_new_one_is_open(world, monkeypatch):
    """What leads back is known before the load has its name; nothing is opened again for it."""
    shop = Shop(world, 3)
    first = shop.load()
    monkeypatch.setattr("patron.engine.load.changes.write", None)
    shop.orders[1][2] += 1
    second = shop.load()
    assert [e.key for e in shop.history().entries] == [first.store.key, second.store.key]
    assert shop.history().load(shop.history().entries[0]).store.tables == first.store.tables


def test_nothing_is_kept_unless_asked(world):
    shop = Shop(world, 1)
    assert shop.load(keep=None).known_from is None
    assert not (shop.folder.parent / "history").exists()


def test_other_mappings_have_a_history_of_their_own(world):
    shop = Shop(world, 1)
    shop.load()
    shop.orders[1][2] = 5
    shop.load()
    other = world(SPEC.replace("number(weight)", "number(weight) * 2"), {})
    load(other.bind()[0], shop.folder, now=shop.now + HOUR, keep=KEEP)
    assert len(histories(shop.folder)) == 2
    for rounds in range(4):
        world(SPEC.replace("number(weight)", f"number(weight) * {rounds + 3}"), {}).load()
    world(SPEC, {})
    assert stored.read(stored.place(shop.folder, shop.history().entries[-1].key)), "others are made again from it"
    assert shop.then(START + HOUR) is not None


def test_a_newest_load_that_is_gone_takes_its_history_along(world):
    shop = Shop(world, 1)
    shop.load()
    shop.orders[1][2] = 5
    newest = shop.load()
    for path in (newest.path, stored.place(shop.folder, shop.history().entries[0].key)):
        stored.remove(path)
    with pytest.raises(Damaged, match="the newest load is not what was written"):
        shop.then(START + HOUR)
    shop.orders[1][2] = 6
    assert shop.load().known_from == shop.now
    assert list((shop.folder.parent / "history").glob("*.lost"))


def test_two_that_remember_one_load_write_one_history(world, monkeypatch):
    """The second found nothing, waited, and finds what the first has written; who reads then finds that, too."""
    shop = Shop(world, 1)
    loaded, history, held = shop.load(), shop.history(), History._held
    (only,) = history.entries
    (file,) = (shop.folder.parent / "history").glob("*.json")
    said = file.read_bytes()
    file.unlink()
    assert (history.at(START), history.there_at(START)) == (None, None)

    @contextmanager
    def after_another(self):
        file.write_bytes(said)
        with held(self):
            yield

    monkeypatch.setattr(History, "_held", after_another)
    monkeypatch.setattr(stored, "read", lambda path: None)  # which is being written
    assert history.remember(loaded, START + HOUR, dt.timedelta(days=9)) == (only,)
    assert not list(file.parent.glob("*.lost"))


def test_every_damage_of_a_history_is_found(world):
    """200 damages of everything kept for it: named by the doctor, and refused where it is used."""
    shop = Shop(world, 2)
    for total in range(3):
        shop.orders[1][2] = total
        shop.load()
    history, chance = shop.history(), random.Random(7)
    assert list(history.faults()) == []
    for path in shop.folder.glob("*"):
        if path.stem != history.entries[-1].key:
            path.unlink()  # former loads are made again
    files = [p for p in (shop.folder.parent / "history").rglob("*") if p.is_file() and p.name != "lock"]
    assert len(files) == 3
    for file in files:
        whole = file.read_bytes()
        for _ in range(67):
            file.write_bytes(damaged(whole, chance))
            assert list(shop.history().faults())
            with pytest.raises(Damaged):
                shop.then(START + HOUR)
        file.write_bytes(whole)
    assert shop.then(START + HOUR) is not None

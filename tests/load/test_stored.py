"""Stored loads: used again, made anew, safe from others and from sudden ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace

import duckdb
import pytest

from patron.engine.backends.duckdb import open_session
from patron.engine.contracts import Limits
from patron.engine.load import forget, load
from patron.engine.load.loaded import decode, encode
from patron.engine.runtime.errors import Damaged, InternalError, IoFailed, LimitReached
from patron.engine.runtime.progress import Silent
from tests.load.support import rows

ORDERS = "id,customer,created_at,total\n1,a,2026-01-01,10\n2,b,2026-01-02,20\n"
SPEC = "table orders from shop.orders\n"


def test_nothing_is_read_again_when_nothing_changed(world):
    made = world(SPEC, {"orders.csv": ORDERS})
    first, again = made.load(), made.load()
    assert (first.reused, again.reused) == (False, True)
    assert first == replace(again, reused=False) == decode(encode(first), first.path)


def test_a_changed_file_makes_another_load(world):
    first = world(SPEC, {"orders.csv": ORDERS}).load()
    second = world(SPEC, {"orders.csv": ORDERS.replace(",20\n", ",21\n")}).load()
    third = world(
        SPEC.rstrip() + " {\n  total = total\n  double = money(total) * 2\n}\n", {"orders.csv": ORDERS}
    ).load()
    assert len({first.path, second.path, third.path}) == 3
    assert world(SPEC, {"orders.csv": ORDERS}).load().path == first.path


def test_three_loads_are_kept(world):
    for total in range(6):
        world(SPEC, {"orders.csv": ORDERS.replace(",20\n", f",{total}\n")}).load()
        time.sleep(0.02)
    folder = world(SPEC, {"orders.csv": ORDERS}).root / ".patron" / "loads"
    assert len(list(folder.glob("*.duckdb"))) == 3
    assert len(list(folder.iterdir())) == 6


def test_forgetting_a_source(world):
    made = world(SPEC, {"orders.csv": ORDERS})
    path = made.load().path
    forget(path.parent, ["other"])
    assert made.load().reused
    forget(path.parent, ["Shop"])
    assert not made.load().reused
    assert made.load().reused, "it was made again"


def test_a_load_that_breaks_its_contract_leaves_nothing(world):
    made = world(SPEC, {"orders.csv": ORDERS + "3,a,never,1\n"})
    assert made.load().path is None
    assert list((made.root / ".patron" / "loads").iterdir()) == []


def test_a_damaged_load_is_made_anew(world):
    made = world(SPEC, {"orders.csv": ORDERS})
    path = made.load().path
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(Damaged):
        open_session(path)
    assert rows(made.load(), "SELECT count(*) FROM orders") == [(2,)]


_LOADER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.load.support import World
loaded = World(Path({project!r})).load()
print(loaded.path.name)
"""


def _start(made):
    code = _LOADER.format(root=".", project=str(made.root))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_two_loaders_at_once_are_both_right(world):
    made = world(
        SPEC, {"orders.csv": "id,customer,created_at,total\n" + "".join(f"{i},a,2026-01-01,1\n" for i in range(20_000))}
    )
    both = [_start(made), _start(made)]
    names = {p.communicate(timeout=120)[0].strip() for p in both}
    assert len(names) == 1
    assert rows(made.load(), "SELECT count(*) FROM orders") == [(20_000,)]


def test_a_killed_loader_leaves_no_half_load(world):
    made = world(
        SPEC,
        {"orders.csv": "id,customer,created_at,total\n" + "".join(f"{i},a,2026-01-01,1\n" for i in range(100_000))},
    )
    folder = made.root / ".patron" / "loads"
    for wait in (0.4, 0.8, 1.2):
        process = _start(made)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert [p for p in folder.glob("*.duckdb") if p.stat().st_size == 0] == []
    assert rows(made.load(), "SELECT count(*) FROM orders") == [(100_000,)]
    assert [p.name for p in folder.iterdir() if p.suffix == ".part"] == []


# ---------------------------------------------------------------- sessions


@pytest.fixture
def session(world):
    with open_session(world(SPEC, {"orders.csv": ORDERS}).load().path, Limits("500MB", 2, None, 2.0)) as opened:
        yield opened


def test_a_session_reads_and_makes_temporary_tables(session):
    session.run("step", "CREATE TEMP TABLE x AS SELECT * FROM orders")
    assert session.fetch("SELECT count(*) FROM x") == [(2,)]
    assert session.fetch("SELECT current_setting('threads'), current_setting('TimeZone')") == [(2, "UTC")]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
        "SELECT * FROM read_blob('/etc/passwd')", "SELECT 1; DROP TABLE orders", "DROP TABLE orders",
        "CREATE TABLE y AS SELECT 1",
        "INSERT INTO orders SELECT * FROM orders", "ATTACH '/tmp/x.db'", "COPY orders TO '/tmp/x'", "SET threads = 1",
        "RESET enable_external_access", "INSTALL httpfs", "LOAD httpfs", "EXPORT DATABASE '/tmp/x'",
        "CREATE SECRET s (TYPE s3)",
        "CREATE TEMP MACRO m() AS 1", "PRAGMA database_list", "SELECT getenv('HOME')",
        "SELECT * FROM read_parquet('http://x/y')", "",
    ],
)  # fmt: skip
def test_a_session_reaches_nothing_else(session, sql):
    for ask in (session.fetch, lambda s: session.run("step", s)):
        with pytest.raises(Exception):  # noqa: B017, PT011 -- whichever of the locks is first
            ask(sql)
    assert session.fetch("SELECT count(*) FROM orders") == [(2,)]


def test_a_session_ends_in_time(session):
    began = time.monotonic()
    with pytest.raises(LimitReached):
        session.fetch("SELECT count(*) FROM range(100000000) a, range(100000) b")
    assert time.monotonic() - began < 4
    assert session.fetch("SELECT 1") == [(1,)]


def test_a_closed_session(session):
    session.close()
    session.close()
    with pytest.raises(InternalError):
        session.fetch("SELECT 1")


def test_a_session_uses_half_a_gibibyte_a_thread_unless_told(world):
    path = world(SPEC, {"orders.csv": ORDERS}).load().path
    ask = "SELECT current_setting('memory_limit'), current_setting('enable_progress_bar')"
    with open_session(path, Limits(threads=2)) as opened:
        assert opened.fetch(ask) == [("1.0 GiB", False)]
    with open_session(path, Limits(memory="700MB", threads=2)) as opened:
        assert opened.fetch(ask) == [("667.5 MiB", False)]


def test_what_is_spilled_is_removed(world, tmp_path):
    path = world(SPEC, {"orders.csv": ORDERS}).load().path
    with open_session(path, Limits(memory="60MB", threads=1, temp_folder=tmp_path / "temp")) as opened:
        opened.run("step", "CREATE TEMP TABLE x AS SELECT i, hash(i) AS h FROM range(6000000) t(i)")
        assert [p for p in (tmp_path / "temp").rglob("*") if p.is_file()]
        assert opened.fetch("SELECT count(h) FROM x") == [(6_000_000,)]
    assert list((tmp_path / "temp").iterdir()) == []


# ---------------------------------------------------------------- files that know their types are read where they lie

PARQUET = """source shop from parquet {
  folder "data"
  files { orders "orders*.parquet" }
}
table orders from shop.orders
"""


def _parquet(made, name, select):
    duckdb.execute(f"COPY ({select}) TO '{made.root}/data/{name}.parquet' (ROW_GROUP_SIZE 2048)")


def _orders(first, count, more=""):
    return (
        f"SELECT i AS id, 'c' || i % 7 AS customer, TIMESTAMP '2026-01-01' + INTERVAL (i % 1000) MINUTE AS created_at,"
        f" (i % 300 / 4)::DECIMAL(12,2) AS total{more} FROM range({first}, {first + count}) t(i)"
    )


def test_several_files_are_one_table_in_their_order(world):
    made = world(PARQUET, {}, source="")
    _parquet(made, "orders-a", _orders(0, 5000))
    _parquet(made, "orders-b", _orders(5000, 5000))
    several = rows(made.load(), "SELECT * FROM orders")
    (made.root / "data" / "orders-b.parquet").unlink()
    _parquet(made, "orders-a", _orders(0, 10_000))
    assert several == rows(made.load(), "SELECT * FROM orders")
    assert len(several) == 10_000


def test_the_first_of_a_doubled_id_is_told_in_its_file(world):
    made = world(PARQUET, {}, source="")
    _parquet(made, "orders-a", _orders(0, 5000))
    _parquet(made, "orders-b", _orders(4999, 10))
    (problem,) = made.load().problems
    assert problem.code == "P0706"
    assert "1 id of orders occurs more than once, first `4999` (shop.orders, row 5001)" in problem.message


def test_columns_with_names_of_ours_are_kept(world):
    spec = PARQUET.replace("shop.orders\n", "shop.orders {\n  x = rowid\n  y = file_row_number\n}\n")
    made = world(spec, {}, source="")
    _parquet(made, "orders", _orders(0, 3000, ", 7 AS rowid, 8 AS file_row_number"))
    assert rows(made.load(), "SELECT count(*), min(x), max(x), min(y), max(y) FROM orders") == [(3000, 7, 7, 8, 8)]


def test_damage_in_the_middle_of_a_file_is_the_sources_fault(world):
    made = world(PARQUET, {}, source="")
    _parquet(made, "orders", _orders(0, 50_000))
    path = made.root / "data" / "orders.parquet"
    content = bytearray(path.read_bytes())
    for at in range(20_000, len(content) - 20_000, 97):
        content[at] ^= 0xFF
    path.write_bytes(content)
    loaded = made.load()
    assert loaded.path is None
    assert [p.code for p in loaded.problems] == ["P0702"]
    assert "cannot open `shop`: orders cannot be read" in loaded.problems[0].message


def test_rows_lie_the_same_whatever_the_threads_and_the_memory(world):
    made = world(PARQUET, {}, source="")
    _parquet(made, "orders", _orders(0, 150_000) + " ORDER BY hash(i)")
    bound, _ = made.bind()
    several = [
        load(bound, made.root / f"loads-{threads}", limits=Limits(memory, threads))
        for threads, memory in ((1, "80MB"), (2, None), (4, "300MB"))
    ]
    ask = "SELECT count(*), bit_xor(hash(rowid, orders)) FROM orders"
    assert len({str(rows(loaded, ask)) for loaded in several}) == 1


def test_a_file_that_changes_while_it_is_read_is_noticed(world):
    made = world(PARQUET, {}, source="")
    _parquet(made, "orders", _orders(0, 3000))

    class Writer(Silent):
        def step(self, words):
            if words == "storing orders":
                _parquet(made, "orders", _orders(0, 2999))

    with pytest.raises(IoFailed, match=r"files of shop\.orders changed while they were read"):
        load(made.bind()[0], made.root / "loads", progress=Writer())
    assert list((made.root / "loads").iterdir()) == []

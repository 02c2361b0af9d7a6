"""Stored loads: used again, made anew, safe from others and from sudden ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from patron.engine.backends.duckdb import open_session
from patron.engine.contracts import Limits
from patron.engine.load import forget
from patron.engine.load.loaded import decode, encode
from patron.engine.runtime.errors import Damaged, InternalError, LimitReached
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
    assert path.exists()
    forget(path.parent, ["Shop"])
    assert not path.exists()


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

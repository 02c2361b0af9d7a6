"""Several ticks at once on one project: one winner for each interval, whatever happens to it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.reliability.forked import Ticks, ended

if sys.platform != "linux":
    pytest.skip("needs Linux", allow_module_level=True)

SPEC = """language 1

project "Shop" {
  timezone "UTC"
  currency USD
}

source s from csv {
  folder "data"
}

table orders from s.orders

audience everybody {
  include everyone
}

list hourly_photo {
  from audience everybody
  take every hour
}

report daily {
  for all records
  show cards of total_orders
  export "Daily" as json
}

run hourly {
  every hour
  report daily
  send to folder(path = "out/sent")
  if failed send to folder(path = "out/alarm")
}
"""
NINE = dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def shop(tmp_path: Path) -> Ticks:
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "shop.patron").write_text(SPEC)
    (root / "patron.toml").write_text('heartbeat = "1 seconds"\n')
    (root / "data" / "orders.csv").write_text("id,customer,created_at,total\n1,a,2026-05-01,10\n")
    made = Ticks(root)
    assert made(NINE) == 0
    return made


def test_eight_at_once(shop: Ticks) -> None:
    """PATRON_ROUNDS says how often; two rounds without it."""
    rounds = int(os.environ.get("PATRON_ROUNDS", "2"))
    for number in range(1, rounds + 1):
        processes = [shop.begin(NINE + number * HOUR) for _ in range(8)]
        codes = Counter(ended(p) for p in processes)
        assert set(codes) <= {0, 6} and codes[0] >= 1, shop.told()
    done = Counter((t["task"], t["due"]) for t in shop.told() if "task" in t)
    assert len(done) == 2 * rounds and set(done.values()) == {1}
    refused = [t for t in shop.told() if "error" in t]
    assert all(t["seconds"] < 5 and "process " in t["error"] and " since " in t["error"] for t in refused)
    assert shop.state("SELECT DISTINCT state FROM intervals") == [("done",)]
    assert shop.state("SELECT count(*) FROM list_versions") == [(rounds,)]


@pytest.fixture
def asleep(shop: Ticks) -> Iterator[Callable[[dt.datetime, str], BaseProcess]]:
    """Begins a process that stops, as if its machine slept, at a point."""
    begun: list[BaseProcess] = []

    def stopped(when: dt.datetime, point: str) -> BaseProcess:
        process = shop.begin(when, f"{point}:1:stop")
        begun.append(process)
        deadline = time.monotonic() + 60
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] not in "Tt":
            assert time.monotonic() < deadline and process.is_alive()
            time.sleep(0.02)
        if is_writable(shop):
            return process
        process.kill()  # its heart was writing down a beat: SQLite lets nobody else write until it is awake
        process.join()
        return stopped(when, point)

    yield stopped
    for process in begun:
        with suppress(ValueError):
            process.kill()


def is_writable(shop: Ticks) -> bool:
    """Whether somebody else may write the state."""
    connection = sqlite3.connect(shop.root / ".patron" / "state.sqlite", timeout=0.2, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.parametrize("point", ["run.step", "make.computed", "deliver.folder", "tick.before end"])
def test_a_holder_that_sleeps_is_replaced_and_does_no_harm(
    shop: Ticks, asleep: Callable[[dt.datetime, str], BaseProcess], point: str
) -> None:
    """Stopped in the middle; another takes over after three beats; the first wakes up and may do nothing more."""
    ten = NINE + HOUR
    sleeper = asleep(ten, point)
    assert sleeper.pid is not None
    assert shop(ten) == 6, "it is alive, for all that is known"
    begun = time.monotonic()
    while (code := shop(ten)) == 6:
        assert time.monotonic() - begun < 30, shop.told()[-1]
        time.sleep(0.2)
    assert code == 0
    sent = (shop.root / "out" / "sent" / "Daily.json").read_bytes()
    before = [p.stat().st_mtime_ns for p in sorted((shop.root / "out").rglob("*.json"))]
    os.kill(sleeper.pid, signal.SIGCONT)
    assert ended(sleeper) == 6
    assert [p.stat().st_mtime_ns for p in sorted((shop.root / "out").rglob("*.json"))] == before
    assert (shop.root / "out" / "sent" / "Daily.json").read_bytes() == sent
    assert shop.state("SELECT task, state FROM intervals ORDER BY 1") == [
        ("run hourly", "done"), ("take hourly_photo", "done"),
    ]  # fmt: skip
    assert "taken over" in shop.told()[-1]["error"]


def test_a_dead_holder_is_replaced_at_once(shop: Ticks) -> None:
    assert shop(NINE + HOUR, "make.computed:1") == -signal.SIGKILL
    begun = time.monotonic()
    assert shop(NINE + HOUR) == 0
    assert time.monotonic() - begun < 20
    assert shop.state("SELECT count(*) FROM intervals WHERE state = 'done'") == [(2,)]
    assert shop.state("SELECT state, count(*) FROM runs GROUP BY 1 ORDER BY 1") == [("done", 2), ("lost", 1)]


def test_who_dies_each_time_is_given_up(shop: Ticks) -> None:
    for _ in range(3):
        assert shop(NINE + HOUR, "make.computed:1") == -signal.SIGKILL
    assert shop(NINE + HOUR) == 1
    assert "died 3 times" in (shop.root / "out" / "alarm" / "failed.txt").read_text()
    assert shop(NINE + HOUR) == 0
    assert shop.state("SELECT state FROM intervals WHERE task = 'run hourly' ORDER BY decided_at")[-1] == ("failed",)
    assert shop(NINE + 2 * HOUR) == 0, "the next one is tried"

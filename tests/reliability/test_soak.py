"""Months of a shop, hour by hour: late orders, edits, cancellations, files sent again, outages, both clock changes.

Every report is compared with a sum in plain Python, some with a project that has no memory at all; every interval is
done once; memory, open files and the state stay as large as they have to be. `PATRON_SOAK=180` is the long form.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from patron.engine.cli import MANY
from patron.engine.runner.project import open_project
from patron.engine.runner.schedule.ticking import Performed, tick
from patron.engine.runtime.clock import FixedClock
from tests.reliability.forked import Ticks
from tests.reliability.support import figures

if sys.platform != "linux":
    pytest.skip("needs Linux", allow_module_level=True)

DAYS = float(os.environ.get("PATRON_SOAK", "2"))
HOUR = dt.timedelta(hours=1)
RESTART, CHECKS = 50, 20 if DAYS > 10 else 5
BEGIN = dt.datetime(2025, 10, 31, 6, tzinfo=dt.UTC) if DAYS < 150 else dt.datetime(2025, 10, 1, 6, tzinfo=dt.UTC)
SPEC = """language 1

project "Shop" {
  timezone "America/Denver"
  currency USD
}

source s from csv {
  folder "data"
}

table orders from s.orders {
  keep latest by sent
}

audience regulars {
  include all of {
    has ordered at least 2 times
  }
}

list daily_photo {
  from audience regulars
  take every day at 01:30
}

report hourly_numbers {
  for all records
  show cards of total_sales, total_orders
  export "Numbers" as json
}

run hourly {
  every hour
  report hourly_numbers
}
"""


class Sold:
    """The orders of a shop, and what happens to them."""

    def __init__(self, root: Path, draw: random.Random) -> None:
        self.root, self.draw = root, draw
        self.rows: dict[int, list[str]] = {}
        self.sent = 0

    def live(self, now: dt.datetime) -> None:
        """An hour of a shop: most often nothing, sometimes a few orders of now or of days ago, an edit, a cancel."""
        happens = self.draw.random()
        if happens < 0.55 and self.rows:
            return
        self.sent += 1
        for _ in range(self.draw.randint(1, 4)):
            late = self.draw.choice([0, 0, 0, 5, 50]) * HOUR
            number = len(self.rows) + 1
            customer = f"c{self.draw.randint(1, 20)}"
            total = f"{self.draw.randint(1, 9_999) / 100:.2f}"
            self.rows[number] = [str(number), customer, _iso(now - late), total, "paid", "", str(self.sent)]
        for number in self.draw.sample(sorted(self.rows), min(2, len(self.rows))):
            row = self.rows[number]
            if happens > 0.9 and row[4] == "paid":
                row[4:7] = ["canceled", _iso(now), str(self.sent)]
            elif happens > 0.8:
                row[3], row[6] = f"{self.draw.randint(1, 9_999) / 100:.2f}", str(self.sent)
        self.write(again=happens > 0.95)

    def write(self, *, again: bool) -> None:
        """All orders; with `again` some of them twice, as a file that was sent a second time."""
        rows = [
            *self.rows.values(),
            *(self.draw.sample(list(self.rows.values()), len(self.rows) // 3) if again else []),
        ]
        text = "id,customer,created_at,total,status,canceled_at,sent\n" + "".join(",".join(r) + "\n" for r in rows)
        (self.root / "data" / "orders.csv").write_text(text)

    def sum(self, as_of: dt.datetime) -> tuple[Decimal, int]:
        """What the report of a moment has to say."""
        moment = _iso(as_of)
        counted = [r for r in self.rows.values() if r[2] <= moment and not (r[4] == "canceled" and r[5] <= moment)]
        return sum((Decimal(r[3]) for r in counted), Decimal()), len(counted)


def _iso(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ticked(root: Path, now: dt.datetime) -> list[Performed]:
    with open_project(root, clock=FixedClock(now)) as project:
        return list(tick(project))


def in_a_process_of_its_own(root: Path, now: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """As after a restart: nothing is remembered but what is written down."""
    ticks = Ticks(root)
    ticks.said.unlink(missing_ok=True)
    assert ticks(now) == 0, ticks.told()
    return [(told["task"], dt.datetime.fromisoformat(told["due"])) for told in ticks.told()]


def published(root: Path) -> tuple[Decimal, int]:
    """The numbers as they stand in the published file."""
    cards = json.loads((root / "out" / "hourly_numbers" / "Numbers.json").read_text())
    found = dict(_numbers(cards))
    return Decimal(str(found["total_sales"])), int(found["total_orders"])


def _numbers(node: object) -> list[tuple[str, object]]:
    """Every value below a name, wherever the exporter puts it."""
    found: list[tuple[str, object]] = []
    if isinstance(node, dict):
        columns, rows = node.get("columns"), node.get("rows")
        if isinstance(columns, list) and isinstance(rows, list) and rows:
            found += [(c["name"], v) for c, v in zip(columns, rows[0], strict=True)]
        for value in node.values():
            found += _numbers(value)
    elif isinstance(node, list):
        for value in node:
            found += _numbers(value)
    return found


def recomputed(root: Path, as_of: dt.datetime) -> tuple[Decimal, int]:
    """The same from a project that remembers nothing."""
    other = root.with_name("without-memory")
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(root, other, ignore=shutil.ignore_patterns(".patron", "out"))
    with open_project(other, as_of=as_of) as project:
        ((sales, orders),) = project.query("total_sales, total_orders").rows
    return Decimal(str(sales)), int(orders)  # type: ignore[arg-type]


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture
def as_the_command() -> Iterator[None]:
    """Circles are looked for as seldom as the command does."""
    before = gc.get_threshold()
    gc.set_threshold(MANY, 20, 20)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("as_the_command")
def test_hour_by_hour(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "shop.patron").write_text(SPEC)
    draw = random.Random(7)
    sold = Sold(root, draw)
    sold.live(BEGIN)
    in_a_process_of_its_own(root, BEGIN)  # the server of such processes is there from the beginning
    hours = int(DAYS * 24)
    checks = {int(hours * n / CHECKS) for n in range(1, CHECKS + 1)}
    done: list[tuple[str, dt.datetime]] = []
    outage = 0
    weights: list[tuple[int, int]] = []
    begun, spent = 0, time.process_time()
    for hour in range(1, hours + 1):
        due = BEGIN + hour * HOUR
        now = due + dt.timedelta(minutes=draw.randint(0, 20))
        sold.live(now)
        outage = outage - 1 if outage else draw.choice([0] * 60 + [3, 10])
        if outage and hour not in checks:
            continue
        if hour % RESTART:
            performed = ticked(root, now)
            assert [p.exit_code for p in performed] == [0] * len(performed), performed
            done += [(p.task.key, p.due_at) for p in performed]
        else:
            done += in_a_process_of_its_own(root, now)
        assert ("run hourly", due) in done
        assert published(root) == sold.sum(due), due
        if hour in checks:
            assert recomputed(root, due) == sold.sum(due)
            gc.collect()
            weights.append((resident(), len(list(Path("/proc/self/fd").iterdir()))))
            took = (time.process_time() - spent) / (len(done) - begun)
            begun, spent = len(done), time.process_time()
            figures(f"{hour} hours: {weights[-1][0] >> 20} MB, {weights[-1][1]} files, {took:.3f} s of CPU an interval")
    figures(f"{hours} hours, {len(done)} intervals, {len(sold.rows)} orders")
    assert len(done) == len(set(done))
    photos = [due for task, due in done if task == "take daily_photo"]
    days = {(BEGIN + n * HOUR).astimezone(dt.timezone(-7 * HOUR)).date() for n in range(hours)}
    assert len(days) - 2 <= len(photos) <= len(days), "one a day, on the day of 25 hours, too"
    late = weights[len(weights) // 2 :]
    assert {files for _, files in late} == {late[0][1]}, weights
    assert late[-1][0] < 1.25 * late[0][0], weights
    state = (root / ".patron" / "state.sqlite").stat().st_size
    figures(f"state {state:,} bytes; {time.process_time():.0f} s of CPU")
    assert state < 200_000 + 2_000 * len(done), state

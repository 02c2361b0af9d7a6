"""A scheduled project killed at every named point of failure, and anywhere: nothing lost, nothing double, all whole."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from patron.engine.runtime.files import sha256
from tests.reliability.forked import Ticks, ended
from tests.runner.scheduled import SHOP

if sys.platform != "linux":
    pytest.skip("needs Linux", allow_module_level=True)

SPEC = """
list hourly_photo {
  from audience regulars
  take every hour
}

list photo {
  from audience regulars
  take once on 2026-05-06 09:00
  refresh every hour for 30 days
}

report daily "Daily" {
  for all records
  show cards of total_sales, total_orders
  show table of total_sales by customer
  export "Daily" as csv
  export "Raw" as json
}

report on_photo "Photo" {
  for list photo
  period 2026-05-01 to 2026-05-06
  show cards of total_sales, members
  export "Photo" as json
}

run hourly {
  every hour
  refresh s
  report daily
  send to folder(path = "out/sent")
}
"""
NINE = dt.datetime(2026, 5, 6, 15, tzinfo=dt.UTC)  # 09:00 in Denver
HOUR = dt.timedelta(hours=1)
VARIES = re.compile(rb'"(?:made|loaded|computed)_at": *"[^"]*"')
LONG = int(os.environ.get("PATRON_KILLS", "0"))
"""Random kills in the long form, `PATRON_KILLS=200`; without it a minute has to be enough."""
POINTS = re.compile(r'\bpoint\("([^"]+)"\)')


def orders(root: Path, rows: int) -> None:
    lines = (f"{i},c{i % 9},2026-05-{1 + i % 6:02}T0{i % 9}:00,{i % 50}\n" for i in range(1, rows + 1))
    (root / "data" / "orders.csv").write_text("id,customer,created_at,total\n" + "".join(lines))


def new_shop(root: Path) -> Ticks:
    (root / "data").mkdir(parents=True)
    (root / "shop.patron").write_text(SHOP + SPEC)
    orders(root, 100)
    return Ticks(root)


def products(root: Path) -> dict[str, bytes]:
    """What people see, without when it was made."""
    files = sorted(p for p in (root / "out").rglob("*") if p.is_file())
    return {str(p.relative_to(root)): VARIES.sub(b"", p.read_bytes()) for p in files}


def whole(root: Path) -> None:
    """Every file of every report is the one that its manifest lists."""
    for manifest in (root / "out").glob("[!.]*/manifest.json"):
        for file in json.loads(manifest.read_text())["files"]:
            assert sha256(manifest.parent / file["name"]) == file["sha256"], file


def decided(shop: Ticks) -> dict[str, Any]:
    """What is written down: intervals with their outcome, versions with their people."""
    return {
        "intervals": shop.state("SELECT task, due_at, state FROM intervals WHERE state <> 'begun' ORDER BY 1, 2"),
        "versions": shop.state("SELECT list, version, created_at, due_at, members FROM list_versions ORDER BY 1, 2"),
    }


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Ticks:
    """A shop that has been at work for an hour; new orders have come since."""
    shop = new_shop(tmp_path_factory.mktemp("kills") / "before")
    assert shop(NINE - HOUR / 2) == 0
    assert shop(NINE + HOUR / 60) == 0
    orders(shop.root, 160)
    return shop


TEN = NINE + HOUR + HOUR / 60


@pytest.fixture(scope="module")
def undisturbed(before: Ticks) -> tuple[dict[str, bytes], dict[str, Any], list[str]]:
    """What the tick of ten makes when nothing happens to it, and the points that it passes."""
    shop = copied(before, "undisturbed")
    passed = shop.root.with_suffix(".passed")
    assert shop(TEN, f":0:{passed}") == 0, shop.told()
    return products(shop.root), decided(shop), passed.read_text().splitlines()


def copied(before: Ticks, name: str) -> Ticks:
    root = before.root.with_name(name)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(before.root, root)
    return Ticks(root)


def recovers(shop: Ticks, right: tuple[dict[str, bytes], dict[str, Any], list[str]], where: str) -> None:
    """After whatever happened: what is seen is old or new and whole, and the next tick makes everything right."""
    assert shop(TEN + HOUR / 60) == 0, (where, shop.told()[-3:])
    whole(shop.root)
    assert products(shop.root) == right[0], where
    assert decided(shop) == right[1], where
    left = [p.name for p in shop.root.rglob("*") if p.name.endswith(".part") or ".making-" in p.name]
    assert left == [], where


def test_there_are_many_points_and_most_are_passed(undisturbed: tuple[Any, Any, list[str]]) -> None:
    names = {n for f in Path("patron/engine").glob("**/*.py") for n in POINTS.findall(f.read_text())}
    if not names:
        names = {n for f in Path("engine").glob("**/*.py") for n in POINTS.findall(f.read_text())}
    assert len(names) >= 40, sorted(names)
    assert len(set(undisturbed[2])) >= 30, sorted(set(undisturbed[2]))


def test_killed_at_every_point(before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]]) -> None:
    """At a drawn passing of each; with PATRON_KILLS at the first, the last and ten others."""
    draw = random.Random(5)
    for name, count in sorted(Counter(undisturbed[2]).items()):
        drawn = {draw.randint(1, count) for _ in range(10 if LONG else 1)}
        for at in sorted(drawn | ({1, count} if LONG else set())):
            shop = copied(before, "killed")
            assert shop(TEN, f"{name}:{at}") == -signal.SIGKILL, (name, at, shop.told()[-3:])
            if not name.startswith(
                "move in"
            ):  # there files move one by one, and the manifest tells that it is not over
                whole(shop.root)
            recovers(shop, undisturbed, f"{name}:{at}")


def test_killed_anywhere(before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]]) -> None:
    """At any moment, in the middle of SQLite's and DuckDB's own writing too."""
    draw = random.Random(11)
    hit = 0
    for _ in range(LONG or 6):
        shop = copied(before, "anywhere")
        process = shop.begin(TEN)
        time.sleep(draw.uniform(0.05, 1.2))
        process.kill()
        hit += ended(process) == -signal.SIGKILL
        recovers(shop, undisturbed, "anywhere")
    assert hit > 0


@pytest.mark.parametrize(
    "name", ["state.before commit", "publish.before flush", "move in.before move", "deliver.folder"]
)
def test_a_full_disk_at_a_point(
    before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]], name: str
) -> None:
    """The tick ends with an error, the next one makes everything right: now, or when it is time to try again."""
    count = Counter(undisturbed[2])[name]
    for at in {1, count} if LONG else {count}:
        shop = copied(before, "full")
        code = shop(TEN, f"{name}:{at}:error")
        assert code in (0, 1, 8), (name, at, shop.told()[-3:])
        whole(shop.root)
        assert shop(TEN + HOUR / 2) == 0
        assert products(shop.root) == undisturbed[0], (name, at)
        assert decided(shop) == undisturbed[1], (name, at)

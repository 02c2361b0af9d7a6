"""A scheduled project killed at every named point of failure, and anywhere: nothing lost, nothing double, all whole."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import pwd
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from patron.engine.runner.audit import verify
from patron.engine.runner.schedule import repeating
from patron.engine.runtime.files import sha256
from tests.letterbox import Letterbox, serving
from tests.reliability.faults import NUMBERS, fails, fault
from tests.reliability.forked import Ticks, ended, perform
from tests.reliability.support import figures, small_disk
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
  send to email(address = "ops@example.com")
}
"""
ROLES = """role = "owners"

[roles.owners]
may = ["export", "see_pii"]
users = ["{user}"]
"""
"""With roles there is an audit log."""
NINE = dt.datetime(2026, 5, 6, 15, tzinfo=dt.UTC)  # 09:00 in Denver
HOUR = dt.timedelta(hours=1)
VARIES = re.compile(rb'"(?:made|loaded|computed)_at": *"[^"]*"')
LONG = int(os.environ.get("PATRON_KILLS", "0"))
"""Random kills in the long form, `PATRON_KILLS=200`; without it a minute has to be enough."""
ELSEWHERE = {"list.before erasure", "list.swept", "state.migration"}
"""Points that no tick passes: erasing is killed in `test_lists_killed`, a state is made once."""
POINTS = re.compile(r'\bpoint\("([^"]+)"\)')


def orders(root: Path, rows: int) -> None:
    lines = (f"{i},c{i % 9},2026-05-{1 + i % 6:02}T0{i % 9}:00,{i % 50}\n" for i in range(1, rows + 1))
    (root / "data" / "orders.csv").write_text("id,customer,created_at,total\n" + "".join(lines))


def new_shop(root: Path, env: Mapping[str, str]) -> Ticks:
    (root / "data").mkdir(parents=True)
    (root / "shop.patron").write_text(SHOP + SPEC)
    (root / "patron.toml").write_text(ROLES.format(user=pwd.getpwuid(os.geteuid()).pw_name))
    orders(root, 100)
    return Ticks(root, env)


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
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture(scope="module")
def env(letterbox: Letterbox) -> Iterator[Mapping[str, str]]:
    with serving(letterbox) as settings:
        yield settings


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, env: Mapping[str, str]) -> Ticks:
    """A shop that has been at work for an hour; new orders have come since."""
    shop = new_shop(tmp_path_factory.mktemp("kills") / "before", env)
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


def copied(before: Ticks, name: str, folder: Path | None = None) -> Ticks:
    root = (folder or before.root.parent) / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(before.root, root)
    return Ticks(root, before.env)


def recovers(shop: Ticks, right: tuple[dict[str, bytes], dict[str, Any], list[str]], where: str) -> None:
    """After whatever happened: what is seen is old or new and whole, and the next tick makes everything right."""
    assert shop(TEN + HOUR / 60) == 0, (where, shop.told()[-3:])
    whole(shop.root)
    assert products(shop.root) == right[0], where
    assert decided(shop) == right[1], where
    assert verify(shop.root / ".patron").findings == (), where
    left = [p.name for p in shop.root.rglob("*") if p.name.endswith(".part") or ".making-" in p.name]
    assert left == [], where


def test_there_are_many_points_and_most_are_passed(undisturbed: tuple[Any, Any, list[str]]) -> None:
    names = {n for f in Path("patron/engine").glob("**/*.py") for n in POINTS.findall(f.read_text())}
    if not names:
        names = {n for f in Path("engine").glob("**/*.py") for n in POINTS.findall(f.read_text())}
    assert len(names) >= 50, sorted(names)
    assert names - set(undisturbed[2]) == ELSEWHERE


def test_killed_while_the_state_is_made(tmp_path: Path, env: Mapping[str, str]) -> None:
    shop = new_shop(tmp_path / "shop", env)
    assert shop(NINE - HOUR, "state.migration:1") == -signal.SIGKILL
    assert shop(NINE - HOUR) == 0
    assert shop.state("SELECT name, number FROM about") == [("version", 1)]


def test_killed_at_every_point(
    before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]], letterbox: Letterbox
) -> None:
    """At a drawn passing of each; with PATRON_KILLS at the first, the last and ten others."""
    draw = random.Random(5)
    for name, count in sorted(Counter(undisturbed[2]).items()):
        drawn = {draw.randint(1, count) for _ in range(10 if LONG else 1)}
        for at in sorted(drawn | ({1, count} if LONG else set())):
            shop = copied(before, "killed")
            letterbox.letters.clear()
            assert shop(TEN, f"{name}:{at}") == -signal.SIGKILL, (name, at, shop.told()[-3:])
            if not name.startswith(
                "move in"
            ):  # there files move one by one, and the manifest tells that it is not over
                whole(shop.root)
            recovers(shop, undisturbed, f"{name}:{at}")
            assert len({mail["Message-ID"] for _, mail in letterbox.letters}) == 1, (name, at)


def test_killed_anywhere(
    before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]], letterbox: Letterbox
) -> None:
    """At any moment, in the middle of SQLite's and DuckDB's own writing too."""
    draw = random.Random(11)
    hit = 0
    for _ in range(LONG or 6):
        shop = copied(before, "anywhere")
        letterbox.letters.clear()
        process = shop.begin(TEN)
        time.sleep(draw.uniform(0.05, 1.2))
        process.kill()
        hit += ended(process) == -signal.SIGKILL
        recovers(shop, undisturbed, "anywhere")
        assert len({mail["Message-ID"] for _, mail in letterbox.letters}) == 1
    figures(f"{hit} of {LONG or 6} killed")
    assert hit > 0


# ---------------------------------------------------------------- no room


def comes_right(shop: Ticks, right: tuple[dict[str, bytes], dict[str, Any], list[str]], where: object) -> None:
    """What is seen after a tick that could not write is whole, and with room everything is made: now, or when it is
    time to try again."""
    whole(shop.root)
    assert in_this_process(shop, TEN + HOUR / 2) == 0, where
    assert products(shop.root) == right[0], where
    assert decided(shop) == right[1], where
    assert verify(shop.root / ".patron").findings == (), where


def in_this_process(shop: Ticks, when: dt.datetime) -> int:
    """A tick without a process of its own, which takes much less long."""
    with redirect_stdout(io.StringIO()):
        return perform(shop.root, when)


@pytest.fixture
def here(before: Ticks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticks of this process find the mail server, and wait little before they try again."""
    for name, value in before.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(repeating, "LONGEST", 0)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("how", ["full", "broken"])
def test_writes_fail_in_turn(
    before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]], how: str
) -> None:  # fmt: skip
    """Opening for writing, flushing, renaming, making a folder: every n-th under a tick; with PATRON_KILLS each."""
    codes = Counter[int]()
    for at in range(1 if LONG else {"full": 3, "broken": 11}[how], 10_000, 1 if LONG else 41):
        shop = copied(before, "failing")
        with fault(shop.root, at, fails(NUMBERS[how])) as failing:
            code = in_this_process(shop, TEN)
        if failing.calls < at:
            break
        assert code in (0, 8), at
        codes[code] += 1
        comes_right(shop, undisturbed, at)
    figures(f"{how}: {failing.calls} writes; ended with {dict(codes)}")
    assert codes[8] > 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB."""
    with small_disk(tmp_path / "disk", 16) as place:
        yield place


@pytest.mark.usefixtures("here")
def test_a_disk_that_is_full(
    before: Ticks, undisturbed: tuple[dict[str, bytes], dict[str, Any], list[str]], disk: Path
) -> None:  # fmt: skip
    """A real one, which SQLite and DuckDB meet as well: so much is left of it, by kilobytes."""
    codes = Counter[int]()
    for left in (0, 4, 30, 100, 200, 400, 800, 1600, 3200) if LONG else (0, 100, 800):
        shop = copied(before, "full", disk)
        filler = disk / "filler"
        filler.write_bytes(bytes(max(shutil.disk_usage(disk).free - left * 1024, 0)))
        code = in_this_process(shop, TEN)
        filler.unlink()
        assert code in (0, 8), left
        codes[code] += 1
        comes_right(shop, undisturbed, left)
    figures(f"ended with {dict(codes)}")
    assert codes[8] > 1

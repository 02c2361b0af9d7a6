"""Processes that die while a load is kept: before or after, never between, and what was known before is still known."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.load.history import History
from patron.engine.load.keys import shape_of
from tests.reliability.support import Shop

REPOSITORY = Path(__file__).resolve().parents[2]
POINTS = ("load.made", "load.named", "history.kept", "history.written")


def asked(shop: Shop, as_of: dt.datetime | None = None) -> int:
    with open_project(shop.root, as_of=as_of) as project:
        return int(project.query("total_sales").rows[0][0])


@pytest.mark.parametrize("point, how", [*((p, "kill") for p in POINTS), ("history.kept", "error")])
def test_a_load_is_kept_whole_or_not_at_all(tmp_path: Path, point: str, how: str) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    assert asked(shop) == 1000
    then = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    shop.orders(100, total=11)
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PATRON_FAULT": f"{point}:1:{how}"}
    command = [
        sys.executable,
        "-m",
        "patron.engine.cli",
        "query",
        "total_sales",
        "--quiet",
        "--project",
        str(shop.root),
    ]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == (-9 if how == "kill" else 8), ended.stderr
    assert asked(shop) == 1100
    assert asked(shop, then) in (1000, 1100), "the first load that was made after it"
    with open_project(shop.root) as project:
        entries = History(shop.loads, shape_of(project.bound)).entries
    assert [e.changes != "" for e in entries] == [True, False]
    assert asked(shop, entries[0].made_at.replace(tzinfo=None)) == 1000
    doctor = shop("doctor")
    assert (doctor.code, [line for line in doctor.out.splitlines() if line.startswith("broken")]) == (0, [])
    assert shop.half_made() == []

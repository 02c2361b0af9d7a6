"""Taking, refreshing and erasing, killed at every named point on the way: before or after, never between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.support import AS_OF, Shop, clear

REPOSITORY = Path(__file__).parent.parent.parent
TAKE = ("lists", "take", "photo", "--as-of", "2026-04-01")
REFRESH = ("query", "total_sales for list photo", *AS_OF)
ERASE = ("lists", "erase", "c1")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with a list that was taken once, and asked once."""
    shop = Shop.at(tmp_path_factory.mktemp("taken") / "shop")
    path = shop.root / "shop.patron"
    once = "take once on 2026-03-01 09:00"
    path.write_text(path.read_text().replace(once, once + "\n  refresh every hour for 600 days"))
    for command in (("lists", "take", "photo", "--as-of", "2026-03-01"), REFRESH):
        assert shop(*command).code == 0
    return shop


def process(shop: Shop, fault: str, *args: str) -> int:
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PATRON_FAULT": fault}
    command = [sys.executable, "-m", "patron.engine.cli", *args]
    return subprocess.run(command, cwd=shop.root, env=env, capture_output=True, check=False).returncode


def seen(shop: Shop) -> dict[str, str]:
    """What is told of the lists; nothing that is asked here is damaged."""
    asked = {
        "versions": ("lists", "show", "photo", "--format", "csv"),
        "members": ("lists", "export", "photo", "--version", "1"),
        "counts": ("query", "members for list photo version 1", *AS_OF),
    }
    told = {name: shop(*command) for name, command in asked.items()}
    assert {t.code for t in told.values()} == {0}, told
    return {name: t.out for name, t in told.items()}


@pytest.mark.parametrize("command", [TAKE, REFRESH, ERASE], ids=lambda c: " ".join(c[:2]))
def test_killed_at_every_point(taken: Shop, tmp_path: Path, command: tuple[str, ...]) -> None:
    done = taken.copied(tmp_path / "done")
    if command is REFRESH:
        done.orders(300, total=11)
    before = seen(done)
    assert process(done, f":0:{tmp_path}/points", *command) == 0
    after = seen(done)
    points = [p for p in (tmp_path / "points").read_text().splitlines() if not p.startswith("publish")]
    assert {"state.before commit", "state.after commit"} <= {*points}
    for number, point in enumerate(sorted({*points} - {"state.migration"})):
        shop = taken.copied(tmp_path / str(number))
        if command is REFRESH:
            shop.orders(300, total=11)
        assert process(shop, f"{point}:{points.count(point)}", *command) == -signal.SIGKILL, point
        for name, told in seen(shop).items():
            assert told in (before[name], after[name]), (point, name)
        clear(shop(*command))
        assert seen(shop) == after, point
        if command is ERASE:
            named = [f for f in (shop.root / ".patron" / "kept").glob("*/*") if b'"c1"' in f.read_bytes()]
            assert named == [], f"after {point} the erasure was brought to its end"


def test_several_at_once(taken: Shop, tmp_path: Path) -> None:
    """The same moment is one version, whoever takes it; nobody's erasure is lost."""
    shop = taken.copied(tmp_path / "shop")
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    commands = [TAKE, ERASE, TAKE, ("lists", "erase", "c2"), TAKE, ("lists", "erase", "c3")]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "patron.engine.cli", *c], cwd=shop.root, env=env, stderr=subprocess.PIPE
        )
        for c in commands
    ]
    told = [(p.communicate(timeout=120)[1], p.returncode) for p in running]
    assert {code for _, code in told} <= {0, 6}, told
    for command in commands:  # whoever was told to try again does so
        clear(shop(*command))
    assert seen(shop)["versions"].count("\nphoto,") == 2
    for version in ("1", "2"):
        assert {"c1", "c2", "c3"}.isdisjoint(shop("lists", "export", "photo", "--version", version).out.split())

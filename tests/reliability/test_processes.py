"""Real processes: killed anywhere, several at once, on a full disk, in a folder that may not be written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.support import AS_OF, Shop, Told, clear, kept, small_disk
from tests.reliability.test_faults import COMMANDS, made_once, products

REPOSITORY = Path(__file__).parent.parent.parent


def started(shop: Shop, *command: str, first: str = "") -> subprocess.Popen[str]:
    """The command as a process of its own; `first` is Python that changes what the process may do."""
    begin = f"import os, sys\n{first}\nos.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    python = [sys.executable, "-c", begin, "-m"] if first else [sys.executable, "-m"]
    return subprocess.Popen(
        [*python, *command], cwd=shop.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"},
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> Told:
    out, err = process.communicate(timeout=120)
    return Told(process.returncode, out, err)


def command(shop: Shop, *args: str, first: str = "") -> Told:
    return ended(started(shop, "patron.engine.cli", *args, first=first))


# ---------------------------------------------------------------- killed


@pytest.mark.parametrize("what", ["report", "list"])
def test_killed_at_every_fourth_write(tmp_path: Path, what: str) -> None:
    """What is seen after a kill is what was there before or what would have been made; the next run is good."""
    new = made_once(Shop.at(tmp_path / "undisturbed"), what)
    before = Shop.at(tmp_path / "before", rows=200)
    old = made_once(before, what)
    for at in range(2, 200, 4):
        shop = before.copied(tmp_path / str(at))
        shop.orders(300)
        told = ended(started(shop, "tests.reliability.killed", str(shop.root), str(at), *COMMANDS[what]))
        if told.code == 0:
            break
        assert told.code == -signal.SIGKILL, told
        for name, content in products(shop).items():
            if not name.endswith("manifest.json") and ".part" not in name and ".making" not in name:
                assert content in (old.get(name), new.get(name)), (at, name)
        again = made_once(shop, what)
        assert {n: c for n, c in again.items() if n in new} == new, at
        shop("doctor")
        assert shop.half_made() == [], at
        if what == "report":
            shop.published()
    else:
        pytest.fail("it never ended")


def test_killed_while_it_loads(tmp_path: Path) -> None:
    """At any moment, in the middle of DuckDB's own writing too."""
    shop = Shop.at(tmp_path / "shop", rows=200)
    before = kept(shop.root / ".patron") if shop(*COMMANDS["load"]).code == 0 else {}
    shop.orders(40_000)
    for step in range(6):
        process = started(shop, "patron.engine.cli", *COMMANDS["load"])
        deadline = time.monotonic() + 60
        while not list(shop.loads.glob(".scratch-*/load.duckdb")) and time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()
        time.sleep(0.02 * step)
        process.kill()
        told = ended(process)
        assert told.code in (0, -signal.SIGKILL)
        left = {n: c for n, c in kept(shop.root / ".patron").items() if ".part" not in n}
        assert left == before or told.code == 0
        if told.code == 0:
            break
    assert shop(*COMMANDS["load"]).out == "total_sales\n400000.00\n"
    assert shop.half_made() == []


# ---------------------------------------------------------------- several at once


def test_several_runners_at_once(tmp_path: Path) -> None:
    """Each is done or says that another holds the project; what is published is one of them, whole."""
    shop = Shop.at(tmp_path / "shop")
    runs = [COMMANDS["report"], COMMANDS["report"], COMMANDS["list"], COMMANDS["list"]]
    for told in [ended(p) for p in [started(shop, "patron.engine.cli", *run) for run in runs]]:
        clear(told)
        assert told.code in (0, 6), told
    assert set(shop.published()) >= {"Raw.json", "manifest.json"}
    assert shop("lists", "show", "photo", "--format", "csv").out.count("\nphoto,") == 1
    assert len(list((shop.root / ".patron" / "kept").glob("*/*"))) == 1
    assert shop.half_made() == []


def test_whoever_waits_is_told_who_holds_the_project(tmp_path: Path) -> None:
    from patron.engine.runner.lock import held

    shop = Shop.at(tmp_path / "shop")
    with held(shop.root / ".patron"):
        begun = time.monotonic()
        told = command(shop, *COMMANDS["report"])
        assert time.monotonic() - begun < 15
    assert told.code == 6
    assert f"process {os.getpid()}" in told.err
    assert command(shop, *COMMANDS["report"]).code == 0


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop")
    hold = (
        "from pathlib import Path; import time; from patron.engine.runner.lock import held\n"
        "with held(Path('.patron')): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], cwd=shop.root, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.communicate()
    assert command(shop, *COMMANDS["report"]).code == 0


# ---------------------------------------------------------------- no room


def at_most(size: int) -> str:
    """No file may become larger: what DuckDB writes itself fails like that too."""
    return f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


@pytest.mark.parametrize("what", ["load", "report", "files", "export", "list"])
@pytest.mark.parametrize("size", [0, 300, 4_000, 100_000, 600_000])
def test_files_may_not_grow(tmp_path: Path, what: str, size: int) -> None:
    shop = Shop.at(tmp_path / "shop", rows=200)
    old = made_once(shop, what)
    shop.orders(4000)
    told = command(shop, *COMMANDS[what], first=at_most(size))
    clear(told)
    assert told.code in (0, 8), told
    assert shop.half_made() == []
    if told.code == 8:
        assert products(shop) == old
    made_once(shop, what)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    with small_disk(tmp_path / "disk", 4) as place:
        yield place


@pytest.mark.parametrize("what", ["load", "report", "export", "list"])
def test_a_full_disk(disk: Path, what: str) -> None:
    shop = Shop.at(disk / "shop", rows=200)
    old = made_once(shop, what)
    shop.orders(3000)
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    for left in (0, 8_000, 300_000):
        filler.write_bytes(bytes(max(free - left, 0)))
        told = command(shop, *COMMANDS[what])
        clear(told)
        assert told.code in (0, 8), (left, told)
        assert shop.half_made() == []
        if told.code == 8:
            assert products(shop) == old
        filler.unlink()
    made_once(shop, what)


# ---------------------------------------------------------------- no right to write


POWERLESS = "import ctypes\nfor power in (1, 2): ctypes.CDLL(None).prctl(24, power, 0, 0, 0)"
"""Root has to obey the rights of files too: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH are not handed on."""


@pytest.mark.parametrize("what", ["load", "report", "export", "list"])
def test_a_folder_that_may_only_be_read(tmp_path: Path, what: str) -> None:
    shop = Shop.at(tmp_path / "shop", rows=200)
    folders = [shop.root, *(p for p in shop.root.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    before = kept(shop.root)
    try:
        told = command(shop, *COMMANDS[what], first=POWERLESS)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    clear(told)
    assert told.code == 8, told
    assert "permission denied" in told.err
    assert kept(shop.root) == before


def test_json_tells_the_same(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop")
    told = command(shop, "query", "total_sales", "--json", *AS_OF, first=at_most(0))
    assert told.code == 8
    body = json.loads(told.out)
    assert body["error"]["kind"] == "io", body

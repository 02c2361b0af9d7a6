"""Every writing call fails in turn: the error is clear, what was there stays whole, the next run is good."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path

import pytest

from tests.reliability.faults import NUMBERS, fails, fault
from tests.reliability.support import AS_OF, Shop, clear, kept

if sys.platform != "linux":  # the name of an open file is asked of /proc
    pytest.skip("needs Linux", allow_module_level=True)

_VARIES = re.compile(rb"[0-9a-f]{12,64}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+]+")
COMMANDS = {
    "load": ("query", "total_sales", "--quiet", *AS_OF),
    "report": ("run", "weekly", "--quiet", *AS_OF),
    "files": ("run", "weekly", "--quiet", "--format", "xlsx,parquet,markdown,svg", *AS_OF),
    "export": ("audience", "regulars", "--out", "out/regulars.csv", "--quiet", *AS_OF),
    "parquet": ("audience", "regulars", "--out", "out/regulars.parquet", "--quiet", *AS_OF),
    "list": ("lists", "take", "photo", "--quiet", "--as-of", "2026-03-01T09:00"),
}


def made_once(shop: Shop, what: str) -> dict[str, bytes]:
    """What the command leaves when nothing fails."""
    told = shop(*COMMANDS[what])
    assert told.code == 0, told.err
    return products(shop)


def products(shop: Shop) -> dict[str, bytes]:
    """What people see: reports, exports, lists; but for moments and digests, which differ from one shop to the next."""
    seen = {n: c for n, c in kept(shop.root).items() if n.startswith(("out/", ".patron/kept/"))}
    return {n: _VARIES.sub(b"#", c) for n, c in seen.items()}


TURNS = [  # how often: a whole round costs a second for each write
    ("load", "full", 1), ("report", "full", 2), ("export", "full", 2), ("parquet", "full", 3), ("list", "full", 2),
    ("report", "broken", 5), ("report", "forbidden", 7),
]  # fmt: skip


@pytest.mark.parametrize("what, how, step", TURNS)
def test_every_write_fails_in_turn(tmp_path: Path, what: str, how: str, step: int) -> None:
    new = made_once(Shop.at(tmp_path / "undisturbed"), what)
    before = Shop.at(tmp_path / "before", rows=200)
    old = made_once(before, what)
    seen = set()
    for at in range(1, 200, step):
        shop = before.copied(tmp_path / str(at))
        shop.orders(300)
        with fault(shop.root, at, fails(NUMBERS[how])) as failing:
            told = shop(*COMMANDS[what])
        if failing.calls < at:
            assert at > 3, "nothing was written"
            break
        clear(told)
        assert told.code in (0, 8), (at, told)
        seen.add(told.code)
        assert shop.half_made() == [], (at, told.err)
        if what == "report":
            shop.published()
        for name, content in products(shop).items():
            assert content in (old.get(name), new.get(name)), (at, name)
        if at % 3 == 1:
            again = made_once(shop, what)
            assert {n: c for n, c in again.items() if n in new} == new
    else:
        pytest.fail("it never ended")
    assert 8 in seen


@pytest.mark.parametrize("how", ["full", "broken"])
def test_files_of_other_formats_are_whole_or_not_there(tmp_path: Path, how: str) -> None:
    before = Shop.at(tmp_path / "before", rows=200)
    assert before(*COMMANDS["files"]).code == 0
    seen = set()
    for at in range(1, 400, 6):
        shop = before.copied(tmp_path / str(at))
        shop.orders(300)
        with fault(shop.root, at, fails(NUMBERS[how])) as failing:
            told = shop(*COMMANDS["files"])
        if failing.calls < at:
            break
        clear(told)
        assert told.code in (0, 8), (at, told)
        seen.add(told.code)
        assert shop.half_made() == [], (at, told.err)
        assert zipfile.ZipFile(io.BytesIO(shop.published()["weekly.xlsx"])).testzip() is None
    else:
        pytest.fail("it never ended")
    assert seen == {0, 8}

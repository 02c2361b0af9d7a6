"""Damage in stored loads: told before use, or made anew; never another number."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from patron.engine.load import stored
from patron.engine.load.loaded import Loaded

ROWS = "".join(f"{i},c{i % 97},2026-0{1 + i % 4}-{1 + i % 28:02},{i % 900}\n" for i in range(1, 3001))
ORDERS = "id,customer,created_at,total\n" + ROWS
SPEC = "table orders from shop.orders\n"


@pytest.fixture
def kept(world) -> Loaded:
    return world(SPEC, {"orders.csv": ORDERS}).load()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content with a flipped bit, cut, with a stretch of zeros, or with more behind it."""
    made, at = bytearray(content), chance.randrange(len(content))
    match chance.randrange(8):
        case 0:
            return content[:at]
        case 1:
            made[at : at + 512] = bytes(len(made[at : at + 512]))
            return bytes(made) if made != content else content + b"\0"
        case 2:
            return content + bytes(chance.randrange(1, 9))
    made[at] ^= 1 << chance.randrange(8)
    return bytes(made)


def test_every_damage_is_found_by_the_doctor(kept):
    """200 damages of a load and its description."""
    chance = random.Random(5)
    assert stored.fault(kept.path) == ""
    for file in (kept.path, kept.path.with_suffix(".json")):
        whole = file.read_bytes()
        for _ in range(100):
            file.write_bytes(damaged(whole, chance))
            assert stored.fault(kept.path) != ""
        file.write_bytes(whole)
    assert stored.fault(kept.path) == ""


@pytest.mark.parametrize("gone, told", [(".duckdb", "is gone"), (".json", "has no description")])
def test_a_part_that_is_gone_is_named(kept, gone, told):
    kept.path.with_suffix(gone).unlink()
    assert stored.fault(kept.path) == told
    assert stored.read(kept.path) is None


def test_a_file_put_back_from_elsewhere_is_not_taken_for_the_load(world, tmp_path: Path):
    """Whole by itself, and of the same size: its head tells that it is another."""
    made = world(SPEC, {"orders.csv": ORDERS})
    other = shutil.copy(made.load().path, tmp_path / "other")
    load = world(SPEC, {"orders.csv": ORDERS.replace(",2026-01-", ",2026-02-")}).load()
    assert Path(other).stat().st_size == load.path.stat().st_size
    shutil.copy(other, load.path)
    assert stored.read(load.path) is None
    assert not made.load().reused

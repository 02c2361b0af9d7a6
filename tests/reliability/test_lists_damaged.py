"""Flipped bits in what is kept of lists: told before use, or harmless; never another person or number."""

from __future__ import annotations

import random
from pathlib import Path

from tests.reliability.support import Shop, clear

ASKED = (
    ("lists", "show", "photo", "--format", "csv"),
    ("lists", "export", "photo"),
    ("query", "total_sales for list photo", "--as-of", "2026-04-01", "--quiet"),
)
DAMAGES = 30


def test_a_flipped_bit_is_never_silent(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop")
    path = shop.root / "shop.patron"
    path.write_text(path.read_text().replace("09:00\n", "09:00\n  refresh every hour for 10 days\n"))
    for day in (1, 2):
        assert shop("lists", "take", "photo", "--as-of", f"2026-03-0{day}").code == 0
    right = [shop(*command) for command in ASKED]
    right = [shop(*command).out for command in ASKED]
    state = shop.root / ".patron" / "state.sqlite"
    kept = sorted((shop.root / ".patron" / "kept").glob("*/*"))
    assert len(kept) == 2, "the members of both versions, and one result"
    chance, found = random.Random(1), 0
    for number in range(DAMAGES):
        file = state if number % 2 else chance.choice(kept)
        whole = file.read_bytes()
        made = bytearray(whole)
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
        for left in state.parent.glob("state.sqlite-*"):
            left.unlink()
        file.write_bytes(made)
        for command, out in zip(ASKED, right, strict=True):
            told = shop(*command)
            clear(told)
            assert told.code == 9 or (told.code, told.out) == (0, out), (number, file.name, told)
            found += told.code == 9
        file.write_bytes(whole)
    assert found >= DAMAGES / 2, "every flip in what is kept is met by one command or two"

"""The same specs, data and `as of` give the same bytes, whatever the machine and the order of the rows; and whatever
the data holds, a terminal shows it instead of obeying it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from tests.hostile.payloads import KEPT, PAYLOADS
from tests.hostile.support import FILES, as_csv, asked, written

SPEC = """
attribution mine { actions any
  credit by equal share }
metric credited = sum(orders.total) attributed by mine
metric favourite = most_common(orders.channel)
audience fans { include has bought at least 1 times
  keep top 200 of their total_sales }
report r {
  for audience fans
  show table of total_orders, total_sales, credited by order.channel, order.store_name
  show line of total_sales by day
  show pie of total_sales by customer.city
}
"""
PLACES = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C"},
    {"PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu", "LANG": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "11", "TZ": "America/Sao_Paulo", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "1"},
)


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    chance = random.Random(3)
    customers = [(f"c{n}", f"Name {n}", chance.choice(("Rome", "Oslo", "İzmir", ""))) for n in range(400)]
    orders = [
        (f"o{n}", f"c{chance.randrange(420)}", f"2026-0{chance.randint(1, 4)}-{chance.randint(10, 28)} 1{chance.randrange(10)}:00:00",
         f"{chance.randrange(1, 9999) / 100:.2f}", chance.choice(("online", "retail", "")), chance.choice(("é", "z", "Z", "")))
        for n in range(4_000)
    ]  # fmt: skip
    made = []
    for number, (place, threads) in enumerate(zip(PLACES, (1, 2, 8), strict=True)):
        chance.shuffle(customers)
        chance.shuffle(orders)
        files = {**FILES, "customers": as_csv(("id", "name", "city"), customers),
                 "orders": as_csv(("id", "customer", "created_at", "total", "channel", "store_name"), orders)}  # fmt: skip
        root = written(tmp_path / str(number), SPEC, files, zone="Europe/Berlin")
        for file in (root / "data").iterdir():
            os.utime(file, (1_767_000_000, 1_767_000_000))  # a report tells how new its files are
        (root / "patron.toml").write_text(f"threads = {threads}\n", encoding="utf-8")
        said = b""
        for args in (
            ["query", "total_sales, credited, favourite by customer.city, month"],
            ["run", "r", "--format", "json", "--quiet"],
        ):
            done = subprocess.run([sys.executable, "-m", "patron.engine.cli", "--project", str(root), "--as-of", "2026-05-06", *args],
                                  capture_output=True, check=False, timeout=120, env={**os.environ, **place})  # fmt: skip
            assert done.returncode == 0, done.stderr
            said += done.stdout if args[0] == "query" else b""
        report = (root / "out" / "r" / "r.json").read_bytes()
        made.append((said, report))
    assert len(set(made)) == 1


def test_a_terminal_shows_what_it_would_obey(tmp_path: Path) -> None:
    """Control and direction characters in data reach no terminal: tables, trees, reasons, problems."""
    evil = [p for p in PAYLOADS if not any("\ud800" <= c <= "\udfff" or c in "\0\r" for c in p)]
    rows = [(f"c{n}", text, text, "1990-01-01") for n, text in enumerate(evil)]
    files = {**FILES, "customers": as_csv(("id", "name", "city", "birth_date"), rows)}
    root = written(tmp_path, 'audience named = name is known and city is not "x"\n', files)
    said = ""
    for args in (["query", "count(customers) by customer.name", "--format", "table"], ["audience", "named", "--tree"],
                 ["query", "count(customers) by customer.city", "--format", "markdown"],
                 *(["why", f"c{n}", "named"] for n, text in enumerate(evil) if not text.isprintable())):  # fmt: skip
        done = asked(root, "--as-of", "2026-05-06", *args)
        assert done.exit_code == 0, done.output
        said += done.output
    assert not {c for c in said if ord(c) < 32 and c not in "\n\t"}
    assert not set("\x1b\x7f\x85\x9b\u202e\u2066\u061c") & set(said)
    assert len(KEPT) > 500

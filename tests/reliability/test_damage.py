"""Flipped bytes and cut files, in sources and in what is kept: told before use, or harmless; never another number."""

from __future__ import annotations

import bz2
import gzip
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.reliability.support import AS_OF, HEADER, Shop, clear

ROWS = [(i, f"c{i % 97}", f"2026-0{1 + i % 4}-{1 + i % 28:02}", i % 900) for i in range(1, 3001)]
TEXT = HEADER + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
SELECT = (
    "SELECT i AS id, 'c' || (i % 97) AS customer, DATE '2026-01-01' + (i % 100)::INTEGER AS created_at,"
    " (i % 900)::DECIMAL(9,2) AS total FROM range(1, 3001) t(i)"
)


def zst(folder: Path) -> Path:
    arrow = pytest.importorskip("pyarrow")
    return put(folder / "orders.csv.zst", arrow.compress(TEXT.encode(), codec="zstd", asbytes=True))


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def parquet(folder: Path) -> Path:
    duckdb.execute(f"COPY ({SELECT}) TO '{folder}/orders.parquet'")
    return folder / "orders.parquet"


def in_duckdb(folder: Path) -> Path:
    with duckdb.connect(str(folder / "orders.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS " + SELECT)
    return folder / "orders.duckdb"


def in_sqlite(folder: Path) -> Path:
    connection = sqlite3.connect(folder / "orders.sqlite")
    with connection:
        connection.execute("CREATE TABLE orders (id INTEGER, customer TEXT, created_at TEXT, total TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS)
    connection.close()
    return folder / "orders.sqlite"


KINDS: dict[str, Callable[[Path], Path]] = {
    "gzip": lambda folder: put(folder / "orders.csv.gz", gzip.compress(TEXT.encode())),
    "bzip2": lambda folder: put(folder / "orders.csv.bz2", bz2.compress(TEXT.encode())),
    "zst": zst, "parquet": parquet, "duckdb": in_duckdb, "sqlite": in_sqlite,
}  # fmt: skip
CHECKED = ("gzip", "bzip2", "duckdb")
"""Kinds of files with a check sum of their own."""


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Shop, Path]:
    """A shop whose orders lie in a file of this kind."""
    kind = request.param
    shop = Shop.at(tmp_path / "shop", 1)
    (shop.root / "data" / "orders.csv").unlink()
    file = KINDS[kind](shop.root / "data")
    connector = {"parquet": "parquet", "duckdb": "duckdb", "sqlite": "sqlite"}.get(kind, "csv")
    where = f'file "data/{file.name}"' if connector in ("duckdb", "sqlite") else 'folder "data"'
    text = (shop.root / "shop.patron").read_text()
    (shop.root / "shop.patron").write_text(
        text.replace('from csv {\n  folder "data"', f"from {connector} {{\n  {where}")
    )
    return kind, shop, file


ASK = ("query", "total_sales, total_orders", "--quiet", *AS_OF)


def flips(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(count):
        made = bytearray(content)
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
        yield bytes(made)


def test_a_source_that_is_cut(source: tuple[str, Shop, Path]) -> None:
    _, shop, file = source
    whole = file.read_bytes()
    right = shop(*ASK)
    assert right.code == 0, right.err
    for length in (0, 1, 17, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        told = shop(*ASK)
        clear(told)
        assert told.code in (3, 4, 8), (length, told)
        assert file.name in told.err or "orders" in told.err
    file.write_bytes(whole)
    assert shop(*ASK) == right


def test_a_source_with_a_flipped_bit(source: tuple[str, Shop, Path]) -> None:
    """A kind with a check sum never gives another number. Parquet and SQLite have none: they only must not break us."""
    kind, shop, file = source
    whole = file.read_bytes()
    right = shop(*ASK)
    silent = 0
    for made in flips(whole, 8, len(kind)):
        file.write_bytes(made)
        told = shop(*ASK)
        clear(told)
        silent += told.code == 0 and told.out != right.out
    assert kind not in CHECKED or silent == 0


def test_a_kept_load_with_a_flipped_bit(tmp_path: Path) -> None:
    """Damage in what a load is kept in is found where it is read, or the load is made anew; no number changes."""
    shop = Shop.at(tmp_path / "shop", 3000)
    right = shop(*ASK)
    (path,) = shop.loads.glob("*.duckdb")
    about = path.with_suffix(".json")
    codes = set()
    for file in (path, about):
        whole = file.read_bytes()
        for made in flips(whole, 20, 1):
            file.write_bytes(made)
            told = shop(*ASK)
            clear(told)
            codes.add(told.code)
            assert told.code == 9 or told == right, told
            file.write_bytes(whole)
    for length in (0, 100, 5000, len(whole) // 2):
        path.write_bytes(path.read_bytes()[:length])
        assert shop(*ASK) == right, "what cannot be opened is made anew"


def test_a_description_of_a_load_that_somebody_changed(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    right = shop(*ASK)
    (about,) = shop.loads.glob("*.json")
    head, body = about.read_text().split("\n", 1)
    said = json.loads(body)
    said["store"]["tables"]["orders"][0] = 7
    about.write_text(head + "\n" + json.dumps(said, separators=(",", ":")))
    assert shop(*ASK) == right


def test_published_files_that_somebody_changed_are_told(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop")
    shop("run", "weekly", *AS_OF)
    (file,) = (shop.root / "out" / "weekly").glob("Raw.json")
    for made in flips(file.read_bytes(), 3, 5):
        file.write_bytes(made)
        assert "Raw.json changed since it was made" in shop("doctor").out
        shop("run", "weekly", *AS_OF)
        assert "changed since" not in shop("doctor").out

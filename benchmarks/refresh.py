"""An hour's new files, added to the load before and, for comparison, read with everything else.

    python -m benchmarks.refresh --data /tmp/bench/1 [--hours 3] [--edits 200]

Every hour has 250 orders with their lines, 200 older orders with another amount, actions, points and memberships. The
last load is compared with one of all rows, table by table: number of rows, sum of their hashes, and description.
"""
# ruff: noqa: S608 - statements over files and tables of the benchmark's own

from __future__ import annotations

import argparse
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from benchmarks.measure import Spent, timed
from benchmarks.patron_side import SPEC
from benchmarks.printing import say

if TYPE_CHECKING:
    from patron.engine.load import Loaded

GROWING = {"orders": 250, "lines": 0, "actions": 520, "points": 100, "memberships": 30}
"""Tables that get a file every hour, with so many rows; lines those of the orders."""
LARGE = 1000
"""More than any table gets in an hour."""


def project(data: Path, root: Path) -> Path:
    """The benchmark's shop in a folder that may grow; the latest row of an order counts."""
    (root / "data").mkdir(parents=True)
    for file in data.glob("*.parquet"):
        target = root / "data" / file.name
        try:
            target.hardlink_to(file)
        except OSError:  # on another disk
            copyfile(file, target)
    model = (SPEC / "model.patron").read_text(encoding="utf-8")
    files = "".join(f'    {t} "{t}*.parquet"\n' for t in GROWING)
    model = model.replace('  folder "data"\n', f'  folder "data"\n  files {{\n{files}  }}\n')
    model = model.replace("from shop.orders\n", "from shop.orders {\n  keep latest by updated_at\n}\n")
    (root / "model.patron").write_text(model, encoding="utf-8")
    return root


def hour(root: Path, number: int, edits: int) -> None:
    """The files of one more hour, made of the last rows there are."""
    with duckdb.connect() as connection:
        ends = {t: connection.execute(f"SELECT max(id) FROM {_file(root, t)}").fetchall()[0][0] for t in _WITH_ID}
        for table, rows in GROWING.items():
            target = root / "data" / f"{table}.z{number:04}.parquet"
            connection.sql(_rows(root, table, rows, ends, number, edits)).write_parquet(str(target))


_WITH_ID = ("orders", "lines", "actions", "points")


def _file(root: Path, table: str) -> str:
    return f"'{root}/data/{table}.parquet'"


def _rows(root: Path, table: str, rows: int, ends: dict[str, int], number: int, edits: int) -> str:
    source, step, later = _file(root, table), number * LARGE, f"+ INTERVAL {number} HOUR"
    first = ends["orders"] - GROWING["orders"]
    match table:
        case "orders":
            new = f"id + {ends[table] + step} AS id, created_at {later} AS created_at, updated_at {later} AS updated_at"
            again = f"(total - 1)::DECIMAL(18,4) AS total, updated_at + INTERVAL {number + 9} DAY AS updated_at"
            return (
                f"SELECT * REPLACE ({new}) FROM {source} WHERE id > {first} UNION ALL "
                f"SELECT * REPLACE ({again}) FROM {source} WHERE id % {max(ends[table] // edits, 1)} = {number}"
            )
        case "lines":
            new = f'id + {ends[table] + step * 9} AS id, "order" + {ends["orders"] + step} AS "order"'
            return f'SELECT * REPLACE ({new}) FROM {source} WHERE "order" > {first}'
        case "memberships":
            return f"SELECT * FROM {source} LIMIT {rows}"
    return f"SELECT * REPLACE (id + {ends[table] + step} AS id) FROM {source} WHERE id > {ends[table] - rows}"


def loaded(root: Path) -> tuple[Loaded, Spent]:
    """The load of what lies there now, and what it took."""
    from patron import open_project

    with open_project(root) as opened:
        return timed(lambda: opened.loaded)


def differences(one: Loaded, other: Loaded) -> list[str]:
    """The tables in which two loads differ."""
    found = [t for t in other.store.tables if one.store.tables[t] != other.store.tables[t]]
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        for name, load in (("a", one), ("b", other)):
            connection.execute(f"ATTACH '{load.path}' AS {name} (READ_ONLY)")
        for table in other.store.tables:
            sums = f'SELECT count(*), sum(hash("{table}")::HUGEINT) FROM'
            both = [connection.execute(f'{sums} {name}.main."{table}"').fetchall() for name in ("a", "b")]
            found += [] if both[0] == both[1] else [table]
    return sorted({*found})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--hours", type=int, default=3)
    parser.add_argument("--edits", type=int, default=200)
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.data.parent) as folder:
        shop = project(asked.data, Path(folder) / "shop")
        _, whole = loaded(shop)
        say(f"all rows   {whole.wall:8.2f} s  {whole.cpu:8.2f} s of all cores")
        for number in range(1, asked.hours + 1):
            hour(shop, number, asked.edits)
            last, spent = loaded(shop)
            share = whole.cpu / spent.cpu
            say(f"hour {number:<6}{spent.wall:8.2f} s  {spent.cpu:8.2f} s  1/{share:.1f}  {last.manner}")
        (shop / "patron.toml").write_text('state_folder = "whole"\n', encoding="utf-8")
        again, _ = loaded(shop)
        say(f"differing tables: {', '.join(differences(last, again)) or 'none'}")


if __name__ == "__main__":
    main()

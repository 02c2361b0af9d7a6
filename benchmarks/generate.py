"""The benchmark data: a shop of two years in Parquet files, the same bytes for the same scale everywhere.

    python -m benchmarks.generate --scale 0.1 --out /tmp/bench/0.1
    python -m benchmarks.generate --skew 100000 --out /tmp/bench/skew

The rows are those of section "The data" in the README beside this file.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks import shape
from benchmarks.printing import say

SQL = Path(__file__).parent / "tables"
ROW_GROUP = 122_880

SCRIPTS = ("shop", "people", "orders", "marketing", "loyalty")
TABLES = (
    "products", "stores", "staff", "campaigns", "customers", "locations", "memberships", "orders", "lines", "reviews",
    "actions", "redemptions", "points",
)  # fmt: skip
SKEW_TABLES = ("customers", "campaigns", "orders", "actions")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the generator may use; the rows do not depend on it."""

    threads: int = 2
    memory: str = "7GB"
    temp: Path | None = None

    def connect(self) -> duckdb.DuckDBPyConnection:
        """An empty database in memory with the macros of the draws."""
        connection = duckdb.connect()
        connection.execute(f"SET threads = {self.threads}")
        connection.execute(f"SET memory_limit = '{self.memory}'")
        connection.execute("SET preserve_insertion_order = true")
        if self.temp is not None:
            connection.execute(f"SET temp_directory = '{self.temp}'")
        run_script(connection, "macros")
        return connection


def run_script(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run one of the files beside this one."""
    connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def make_slots(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables that turn a slot into a number of orders, a day or a product."""
    slots = pa.array(range(shape.SLOTS), pa.int64())
    columns = {
        "order_counts": ("n", pa.array(shape.order_counts(), pa.int64())),
        "day_slots": ("day", pa.array(shape.day_slots(), pa.date32())),
        "product_slots": ("product", pa.array(shape.product_slots(), pa.int64())),
    }
    for table, (column, values) in columns.items():
        connection.register("made", pa.table({"u": slots, column: values}))
        connection.execute(f"CREATE TABLE {table} AS FROM made")
        connection.unregister("made")


def write(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], out: Path) -> Iterator[tuple[str, int, int]]:
    """Write tables as Parquet in the order they were made in; gives name, rows and bytes."""
    out.mkdir(parents=True, exist_ok=True)
    for table in tables:
        path = out / f"{table}.parquet"
        connection.execute(f"COPY {table} TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")
        yield table, connection.table(table).shape[0], path.stat().st_size


def generate(scale: float, out: Path, machine: Machine | None = None) -> list[tuple[str, int, int]]:
    """The whole shop at a scale (1: a million customers)."""
    connection = (machine or Machine()).connect()
    customers = round(1_000_000 * scale)
    connection.execute(f"SET VARIABLE customers = {customers}")
    connection.execute(f"SET VARIABLE walk_ins = {customers}")
    make_slots(connection)
    for script in SCRIPTS:
        run_script(connection, script)
    return list(write(connection, TABLES, out))


def generate_skew(rows: int, out: Path, machine: Machine | None = None) -> dict[str, list[tuple[str, int, int]]]:
    """Two folders with as many actions as orders: `one` customer has them all, or they are `spread` over 10,000."""
    written = {}
    for name, customers in (("one", 1), ("spread", 10_000)):
        connection = (machine or Machine()).connect()
        connection.execute(f"SET VARIABLE customers = {customers}")
        connection.execute(f"SET VARIABLE skew_rows = {rows}")
        run_script(connection, "skew")
        written[name] = list(write(connection, SKEW_TABLES, out / name))
    return written


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.1, help="1 is a million customers")
    parser.add_argument("--skew", type=int, help="make the skew set instead, with so many actions and orders")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="7GB", help="memory limit of DuckDB")
    args = parser.parse_args()
    machine = Machine(args.threads, args.memory, args.out / "tmp")
    started = time.perf_counter()
    if args.skew:
        for name, written in generate_skew(args.skew, args.out, machine).items():
            show(name, written)
    else:
        show(f"scale {args.scale}", generate(args.scale, args.out, machine))
    say(f"{time.perf_counter() - started:.1f} s")


def show(title: str, written: list[tuple[str, int, int]]) -> None:
    """Print what was written."""
    say(title)
    for table, rows, size in written:
        say(f"  {table:12} {rows:>12,} rows {size / 1e6:>9.1f} MB")
    say(f"  {'':12} {sum(r for _, r, _ in written):>12,} rows {sum(s for _, _, s in written) / 1e6:>9.1f} MB")


if __name__ == "__main__":
    main()

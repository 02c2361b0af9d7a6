"""Stage, orders, the value of an order and lifetime value of very many customers, asked of a whole project.

    python -m benchmarks.many_customers --customers 10000000 --data /tmp/bench/many

What every figure means is in the README beside this file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from benchmarks import printing
from benchmarks.measure import Spent, peak_bytes, timed
from benchmarks.predictions import large

SPEC = """language 1

project "Many customers" {{
  timezone "UTC"
  currency USD
}}

source shop from parquet {{
  folder "data"
}}

table orders from shop.orders
use lifecycle
use predictions {{
  model {model}
}}
"""
COPY = """
    COPY (SELECT row_number() OVER (ORDER BY seconds, customer, total) AS id, customer,
      make_timestamp(seconds * 1000000) AS created_at, total::DECIMAL(12, 2) AS total FROM drawn ORDER BY id)
    TO $1 (FORMAT parquet)"""
AS_OF = "2024-10-05"  # the day after the last that `large` makes
FIGURES = "predictions.expected_orders, predictions.order_value, predictions.lifetime_value"
PHRASE = f"count(customers), {FIGURES} by lifecycle.stage during all time"
HEADER = ("model", "what", "wall, s", "cpu, s", "peak, MB")


def make(customers: int, data: Path) -> int:
    """Raw orders in Parquet, in the order in which they were placed, on some days two of a customer; how many."""
    path = data / "orders.parquet"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=data) as spill:
            connection = duckdb.connect(config={"threads": 2, "memory_limit": "6GB", "temp_directory": spill})
            connection.register("drawn", drawn(customers))
            connection.execute(COPY, [str(path)])
    return int(pa.parquet.read_metadata(path).num_rows)


def drawn(customers: int) -> pa.Table:
    """The orders by chance, the same every time."""
    bought = large(customers)
    random = np.random.default_rng(customers)
    again = np.flatnonzero(random.random(len(bought.day)) < 0.07)
    rows = np.concatenate([np.arange(len(bought.day)), again])
    seconds = bought.day[rows].astype(np.int64) * 86_400 + random.integers(8 * 3600, 22 * 3600, len(rows))
    return pa.table({"customer": bought.person[rows] + 1, "seconds": seconds, "total": bought.amount[rows]})


def project(root: Path, data: Path, model: str, threads: int, memory: str) -> None:
    """A project over the orders."""
    root.mkdir(exist_ok=True)
    (root / "model.patron").write_text(SPEC.format(model=model), encoding="utf-8")
    if not (root / "data").exists():
        (root / "data").symlink_to(data.resolve(), target_is_directory=True)
    said = f'threads = {threads}\nmemory = "{memory}"\nallow_paths = ["{data.resolve()}"]\n'
    (root / "patron.toml").write_text(said, encoding="utf-8")


def alone(root: Path, what: str) -> tuple[Spent, int]:
    """What a process takes that does nothing else, and its largest size."""
    command = [sys.executable, "-m", "benchmarks.many_customers", "--project", str(root), "--what", what]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - this very program
    found = json.loads(done.stdout.splitlines()[-1])
    return Spent(found["wall"], found["cpu"]), found["peak"]


def one(root: Path, what: str) -> None:
    """The process: `load` or `ask`; prints what it took."""
    from patron import open_project

    with open_project(root, as_of=AS_OF) as opened:
        if what == "load":
            _, spent = timed(lambda: opened.loaded)
        else:
            _ = opened.loaded
            result, spent = timed(lambda: opened.query(PHRASE))
            for row in result.rows:
                printing.say("  ".join(map(str, row)))
    printing.say(json.dumps({"wall": spent.wall, "cpu": spent.cpu, "peak": peak_bytes()}))


def row(model: str, what: str, found: tuple[Spent, int]) -> tuple[str, ...]:
    spent, peak = found
    return model, what, f"{spent.wall:.1f}", f"{spent.cpu:.1f}", f"{peak / 1e6:,.0f}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="folder for the orders; made where there are none")
    parser.add_argument("--models", default="bg,auto")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="1200MB", help="of the query engine; the models come on top")
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--what", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.project:
        one(args.project, args.what)
        return
    orders, rows = make(args.customers, args.data), []
    with TemporaryDirectory(prefix="patron-benchmark-") as name:
        root = Path(name)
        for model in args.models.split(","):
            project(root, args.data, model, args.threads, args.memory)
            if not rows:
                rows.append(row("", "load", alone(root, "load")))
            rows += [row(model, what, alone(root, "ask")) for what in ("nothing kept", "from what was kept")]
    printing.say(f"{args.customers:,} customers, {orders:,} orders, {args.threads} threads, {args.memory}")
    printing.table(HEADER, rows)


if __name__ == "__main__":
    main()

"""What a command costs before it does anything, beside the imports it cannot do without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Spent, cpu_seconds, median, timed

IMPORTS = {
    "check": "import click, pluggy, lark",
    "query": "import duckdb, sqlglot",
    "compile": "import sqlglot",
}
SMALL = """language 1

project "Kiosk" {
  timezone "UTC"
  currency USD
}

source files from csv {
  folder "data"
}

table orders from files.orders

metric large_orders = count(orders where valid_order and value >= $50)
audience regulars = their total_orders >= 2
"""
ORDERS = """id,customer,created_at,total
1,a,2025-12-01T10:00:00,20.00
2,a,2025-12-05T10:00:00,70.00
3,b,2025-12-09T10:00:00,35.50
"""


def child(command: Sequence[str], folder: Path) -> Spent:
    """A process of its own: wall, and cpu of the child."""
    import resource

    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    done, spent = timed(lambda: subprocess.run(command, cwd=folder, capture_output=True, check=False))  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return Spent(spent.wall, cpu_seconds(resource.RUSAGE_CHILDREN) - before)


def small_project(folder: Path) -> None:
    """A spec of a few lines and three orders."""
    (folder / "data").mkdir()
    (folder / "data" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "kiosk.patron").write_text(SMALL, encoding="utf-8")


def measure(repeats: int) -> dict[str, tuple[Spent, Spent]]:
    """By command: what it took, and what its imports alone took; interleaved."""
    patron = [sys.executable, "-m", "patron.engine.cli"]
    commands = {
        "check": [*patron, "check"],
        "query": [*patron, "query", "total_sales", "--as-of", "2025-12-31"],
        "compile": [*patron, "sql", "total_sales"],
    }
    found: dict[str, tuple[Spent, Spent]] = {}
    with TemporaryDirectory(prefix="patron-benchmark-") as name:
        folder = Path(name)
        small_project(folder)
        for what, command in commands.items():
            imports = [sys.executable, "-c", IMPORTS[what]]
            child(command, folder)  # bytecode and the stored load are there from now on
            pairs = [(child(command, folder), child(imports, folder)) for _ in range(repeats)]
            found[what] = (median(p[0] for p in pairs), median(p[1] for p in pairs))
    return found

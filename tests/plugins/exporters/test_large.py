"""200,000 rows, each format in a process of its own: what it needs beside the rows themselves is bounded."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = 200_000
MOST = {"csv": 40, "parquet": 200, "xlsx": 80, "markdown": 60, "pdf": 200}
"""MB that an export may need beside the report."""
CODE = """
import datetime as dt, importlib, resource, sys
from decimal import Decimal
from pathlib import Path
from patron.engine.contracts import ExportJob
from patron.engine.results import Column, Figure, Provenance, Report, Result
from patron.engine.types import DATE, MONEY, TEXT, Format
name, folder, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
exporter = importlib.import_module(f"patron.plugins.exporters.{name}")
day, money = dt.date(2026, 1, 1), [Decimal(n) / 100 for n in range(1000)]
columns = (Column("customer", "Customer", TEXT, "dimension"),
           Column("day", "Day", DATE, "dimension", format=Format("date")),
           Column("sales", "Sales", MONEY, metric="sales", format=Format("money", 2)))
result = Result(columns, tuple((f"C{n}", day, money[n % 1000]) for n in range(rows)))
source = Provenance("x", "2026-05-06", "UTC", "USD", "", "", None)
made = Report("big", "Big", "Shop", "all", "May", "", (Figure("table", "Rows", "big/rows", result),), source)
begun = Figure("table", "Rows", "few/rows", Result(columns, result.rows[:5]))
few = Report("few", "Few", "Shop", "all", "May", "", (begun,), source)
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
exporter.export(few, ExportJob(folder, "few"))  # whatever the libraries themselves need
before = used()
exporter.export(made, ExportJob(folder, "big"))
print(used() - before)
"""


@pytest.mark.parametrize("name", MOST)
def test_memory_is_bounded(name, tmp_path):
    asked = [sys.executable, "-c", CODE, name, str(tmp_path), str(ROWS)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= MOST[name]
    READ.get(name, lambda _folder: None)(tmp_path)


def of_csv(folder: Path) -> None:
    with (folder / "big-rows.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert (len(rows), rows[-1]) == (ROWS + 1, ["C199999", "2026-01-01", "9.99"])


def of_parquet(folder: Path) -> None:
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT count(*), max(customer), sum(sales) FROM read_parquet(?)", [str(folder / "big-rows.parquet")]
        ).fetchone()
    assert found is not None
    assert [found[0], found[1], float(found[2])] == [ROWS, "C99999", 999_000.0]


def of_xlsx(folder: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(folder / "big.xlsx", read_only=True)
    count, last = 0, ()
    for row in book["Rows"].iter_rows(values_only=True):
        count, last = count + 1, row
    book.close()
    assert (count, last) == (ROWS + 1, ("C199999", dt.datetime(2026, 1, 1), 9.99))


READ = {"csv": of_csv, "parquet": of_parquet, "xlsx": of_xlsx}

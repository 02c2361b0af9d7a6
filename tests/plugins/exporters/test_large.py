"""Much, long and nothing: 200,000 rows in bounded memory, texts of any length, reports without a number."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import importlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from patron.engine.results import Result

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


NASTY = (
    "x" * 40_000,
    "=cmd()|' /C calc'!A0",
    "<script>alert(1)</script>",
    "a\nb\r\nc\td",
    "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd",
    "\U0001f389\U0001f469\u200d\U0001f469\u200d\U0001f467" * 500,
    "\x00\x07\ud800 half a sign",
    "word " * 8_000,
    "\u540d\u55ae" * 5_000,
    "&amp;<![CDATA[ var(--ink) var(--nothing) {{ t }} {% x %}",
)


@pytest.mark.parametrize("name", ["csv", "json", "markdown", "parquet", "pdf", "png", "svg", "xlsx"])
def test_texts_of_any_kind_and_length_are_written(name, sample, job):
    columns = (sample.dim("t", "T"), sample.SALES)
    result = Result(columns, tuple((text, n) for n, text in enumerate(NASTY)))
    parts = (sample.figure("table", "T" * 300, result), sample.figure("bar", f"Bar {NASTY[4]}", result))
    report = dataclasses.replace(sample.rich(), title=NASTY[2], subject=NASTY[1] + "y" * 3000, parts=parts)
    exporter = importlib.import_module(f"patron.plugins.exporters.{name}")
    started = time.process_time()
    files = exporter.export(report, job)
    assert all(0 < path.stat().st_size < 5_000_000 for path in files)
    assert time.process_time() - started < 30


@pytest.mark.parametrize("name", ["csv", "json", "markdown", "parquet", "pdf", "xlsx"])
def test_nothing_to_show_is_written_as_well(name, sample, job):
    empty = sample.figure("table", "Empty", Result((sample.dim("t", "T"), sample.SALES), ()))
    charts = [sample.figure(kind, f"No {kind}", Result((), ())) for kind in ("line", "bar", "pie", "heatmap", "matrix")]
    failed = sample.figure("cards", "Failed", None, problem="P0703: there is no table `reviews`")
    exporter = importlib.import_module(f"patron.plugins.exporters.{name}")
    assert exporter.export(dataclasses.replace(sample.rich(), parts=(empty, *charts, failed)), job)

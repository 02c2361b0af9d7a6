"""Published and generated files as text rows; pandas does nothing but read Parquet."""

from __future__ import annotations

import csv
import gzip
from decimal import Decimal
from pathlib import Path

from tests.packs.plain import Row

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
"""Published data, where it lies beside the checkout."""


def text_rows(path, *, columns=None, delimiter=","):
    """Every row of a CSV file by column, blank cells as None; a row that breaks off lacks its last cells."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, columns, delimiter=delimiter))
    return [Row(**{k: v or None for k, v in row.items() if k}) for row in rows]


def parquet_rows(path, *names):
    """Rows of these columns."""
    import pandas

    frame = pandas.read_parquet(path, columns=list(names))
    cells = [column.astype(object).where(column.notna(), None).tolist() for _, column in frame.items()]
    return [Row(**dict(zip(names, row, strict=True))) for row in zip(*cells, strict=True)]


def money(text):
    return None if text is None else Decimal(text)

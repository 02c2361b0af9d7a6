"""Results as Arrow tables and data frames keep every value as it is."""

from __future__ import annotations

import builtins
import datetime as dt
import importlib
from decimal import Decimal

import pytest

from patron.engine.frames import arrow_table
from patron.engine.results import Column, Result
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, NUMBER, TEXT, TEXTS, WHOLE, YESNO, reference

arrow = pytest.importorskip("pyarrow")

KINDS = {
    "city": (TEXT, "Boulder", arrow.string()),
    "channel": (CHOICE, "online", arrow.string()),
    "customer": (reference("customers"), "17", arrow.string()),
    "sales": (MONEY, Decimal("12.345678"), arrow.decimal128(38, 6)),
    "orders": (WHOLE, 2**53 + 1, arrow.int64()),
    "share": (NUMBER, 0.1, arrow.float64()),
    "day": (DATE, dt.date(2026, 5, 6), arrow.date32()),
    "at": (MOMENT, dt.datetime(2026, 5, 6, 9, 0, 0, 5, tzinfo=dt.UTC), arrow.timestamp("us", tz="UTC")),
    "blocked": (YESNO, False, arrow.bool_()),
    "tags": (TEXTS, ["a", "b"], arrow.list_(arrow.string())),
}
COLUMNS = tuple(Column(name, name, type_) for name, (type_, _, _) in KINDS.items())
VALUES = tuple(value for _, value, _ in KINDS.values())
TYPES = [type_ for _, _, type_ in KINDS.values()]


def test_every_type_has_its_arrow_type():
    table = arrow_table(Result(COLUMNS, (VALUES, (None,) * len(VALUES))))
    assert table.schema.types == TYPES
    assert table.to_pylist() == [dict(zip(KINDS, VALUES, strict=True)), dict.fromkeys(KINDS)]


@pytest.mark.parametrize("rows", [(), ((None,) * len(VALUES),)], ids=["no rows", "all missing"])
def test_a_column_without_values_keeps_its_type(rows):
    table = arrow_table(Result(COLUMNS, rows))
    assert table.schema.types == TYPES
    assert table.num_rows == len(rows)


def test_whole_numbers_in_a_column_of_fractions():
    table = arrow_table(Result((Column("x", "x", NUMBER),), ((2,), (2.5,))))
    assert (table.schema.types, table.column("x").to_pylist()) == ([arrow.float64()], [2.0, 2.5])


def test_a_fraction_in_a_column_of_counts_is_kept():
    table = arrow_table(Result((Column("x", "x", WHOLE),), ((2,), (2.5,))))
    assert table.column("x").to_pylist() == [2.0, 2.5]


def test_large_sums_of_money_are_exact():
    total = Decimal("12345678901234567890123456789012.123456")
    table = arrow_table(Result((Column("x", "x", MONEY),), ((total,), (Decimal("0.1"),))))
    assert table.column("x").to_pylist() == [total, Decimal("0.100000")]


def test_the_words_of_a_total_row_keep_their_place():
    day = dt.date(2026, 5, 6)
    table = arrow_table(Result((Column("day", "Day", DATE, "dimension"),), ((day,), ("All",)), kinds=("", "total")))
    assert table.column("day").to_pylist() == ["2026-05-06", "All"]


def test_a_data_frame_keeps_money_exact_and_missing_missing():
    pandas = pytest.importorskip("pandas")
    frame = Result(COLUMNS, (VALUES, (None,) * len(VALUES))).to_pandas()
    assert [t.pyarrow_dtype for t in frame.dtypes] == TYPES
    assert frame["sales"][0] == Decimal("12.345678")
    assert all(frame[name][1] is pandas.NA for name in KINDS if name != "at")
    assert frame["at"][1] is pandas.NaT or frame["at"][1] is pandas.NA


@pytest.mark.parametrize("ask", ["to_arrow", "to_pandas"])
def test_without_the_libraries_the_extra_is_named(monkeypatch, ask):
    def missing(name, *rest):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImportError, match=r"pip install 'patron\[frames\]'"):
        getattr(Result(COLUMNS, ()), ask)()
    assert builtins.__import__ is not missing


def test_a_query_as_a_frame(tmp_path):
    from patron import open_project

    (tmp_path / "orders.csv").write_text("id,customer,created_at,total\n1,c1,2026-05-01,0.10\n2,c1,2026-05-02,0.20\n")
    (tmp_path / "shop.patron").write_text(
        'language 1\nproject "P" {\n  timezone "UTC"\n  currency USD\n}\n'
        'source s from csv {\n  folder "."\n}\ntable orders from s.orders\n'
    )
    with open_project(tmp_path, as_of="2026-05-06") as project:
        table = project.query("total_sales, total_orders by day, month during 2026-05-01 to 2026-05-02").to_arrow()
    assert table.schema.types == [arrow.date32(), arrow.date32(), arrow.decimal128(38, 6), arrow.int64()]
    assert sum(table.column("total_sales").to_pylist()) == Decimal("0.3")

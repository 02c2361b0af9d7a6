"""Parquet files, read back by DuckDB and by pyarrow."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from patron.engine.contracts import ExportError
from patron.engine.results import Result
from patron.engine.testing import check_exporter
from patron.plugins.exporters import parquet as exporter

parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra `frames`")


def rows(path):
    with duckdb.connect() as connection:
        return connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


def test_the_contract_is_kept(tmp_path):
    check_exporter(exporter.patron_exporters()[0], tmp_path)


def test_a_report_is_an_index_and_a_typed_file_for_every_figure(sample, job):
    main, *others = exporter.export(sample.rich(), job)
    index = parquet.read_table(main).to_pylist()
    assert [entry["file"] for entry in index if entry["file"]] == [path.name for path in others]
    assert {entry["spec_hash"] for entry in index} == {"5f2c9a71e0b34d18"}
    assert [e["rows"] for e in index if e["title"] == "Activities"] == [65]
    assert [e["problem"][:5] for e in index if not e["file"]] == ["P0703"]


def test_types_are_those_of_the_values(sample, job):
    (path,) = exporter.export(sample.rich(), dataclasses.replace(job, only="Activities"))
    types = {field.name: str(field.type) for field in parquet.read_schema(path)}
    assert types["conversions.revenue"] == "decimal128(38, 6)"
    assert types["conversions.sent"] == "int64"
    assert types["campaign.sent_at"] == "timestamp[us, tz=UTC]"
    assert types["row_kind"] == "string"
    first = parquet.read_table(path).to_pylist()[0]
    assert first["campaign.sent_at"] == dt.datetime(2026, 4, 7, 15, tzinfo=dt.UTC)
    assert first["conversions.revenue"] == sample.activities().result.rows[0][6]
    assert rows(path)[-1][-1] == "total"


def test_money_is_exact(sample, job):
    amounts = [Decimal("12345678901234567890.123456"), Decimal("-0.01"), None]
    result = Result((sample.SALES,), tuple((amount,) for amount in amounts))
    report = dataclasses.replace(sample.rich(), parts=(sample.figure("table", "T", result),))
    (path,) = exporter.export(report, dataclasses.replace(job, only="T"))
    assert [row[0] for row in rows(path)] == amounts


def test_states_have_columns_of_their_own(sample, job):
    (path,) = exporter.export(sample.rich(), dataclasses.replace(job, only="Every state"))
    found = {row[0]: row[1:3] for row in rows(path)}
    assert found["Case 2: ok"] == (0, "ok")
    assert found["Case 8: suppressed"] == (None, "suppressed")
    assert found["Case 7: expired"] == (777, "expired")


def test_long_tables_lie_in_groups(sample, job, monkeypatch):
    from patron.plugins.exporters.parquet import writing

    monkeypatch.setattr(writing, "GROUP", 1000)
    result = Result((sample.dim("n", "N"),), tuple((str(n),) for n in range(2500)))
    report = dataclasses.replace(sample.rich(), parts=(sample.figure("table", "T", result),))
    (path,) = exporter.export(report, dataclasses.replace(job, only="T"))
    assert parquet.ParquetFile(path).num_row_groups == 3


def test_what_could_not_be_made_is_told(sample, job):
    with pytest.raises(ExportError, match="P0703"):
        exporter.export(sample.rich(), dataclasses.replace(job, only="Stock by day"))

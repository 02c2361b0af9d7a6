"""The published checks let good plugins pass and name the broken promise of bad ones."""

import csv
import itertools
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from patron.engine.contracts import (
    ExporterType,
    Provided,
    Rejected,
    SourceColumn,
    SourceConfig,
    SourceError,
    SourceType,
)
from patron.engine.hooks import hookimpl
from patron.engine.testing import catalog_of, check_exporter, check_source, sample_report
from patron.engine.types import TEXT

BATCH = pa.RecordBatch.from_pylist([{"id": "1"}, {"id": "2"}])


class Good:
    """One table of two rows."""

    def __init__(self, config):
        self.config = config

    def tables(self):
        return ("orders",)

    def columns(self, table):
        self._known(table)
        return (SourceColumn("id", TEXT),)

    def read(self, table):
        self._known(table)
        return Provided(batches=lambda: iter([BATCH]))

    def files(self, table):
        return ()

    def _known(self, table):
        if table != "orders":
            raise SourceError("P0703", "no such table")


def checked(source):
    return check_source(SourceType("shop", "a shop", open=source), SourceConfig("shop", {}))


def test_a_good_source_gives_its_rows():
    assert checked(Good) == {"orders": 2}


def test_rows_may_come_as_parquet(tmp_path):
    parquet.write_table(pa.Table.from_batches([BATCH]), tmp_path / "orders.parquet")

    class InFiles(Good):
        def read(self, table):
            self._known(table)
            return Provided(parquet=(tmp_path / "orders.parquet",))

        def files(self, table):
            return (tmp_path / "orders.parquet",)

    assert checked(InFiles) == {"orders": 2}


def test_rows_may_come_plain():
    class Plain(Good):
        def read(self, table):
            self._known(table)
            return Provided(rows=lambda reject: iter([[("1",)], [("2",), ("3",)]]))

    assert checked(Plain) == {"orders": 3}


def test_rows_may_be_in_a_database(tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE orders AS SELECT '1' AS id")

    class InDatabase(Good):
        def read(self, table):
            self._known(table)
            return Provided(database=(path, "main", "orders"), files=(path,))

    assert checked(InDatabase) == {"orders": 1}


def bad(**methods):
    return type("Bad", (Good,), methods)


def once(self, table):
    self._known(table)
    rows = iter([BATCH])
    self.read_before = getattr(self, "read_before", 0) + 1
    return Provided(batches=lambda: rows if self.read_before == 1 else iter(()))


def rejecting(reject):
    reject(Rejected("orders.csv", 2, ""))
    return iter([[("1",)]])


BAD_SOURCES = {
    "offers no table": bad(tables=lambda self: ()),
    "offered twice": bad(tables=lambda self: ("orders", "orders")),
    "raises nothing": bad(_known=lambda self, table: None),
    "a column comes twice": bad(
        columns=lambda self, table: (self._known(table), (SourceColumn("id", TEXT),) * 2)[1],
    ),
    "rows have ['id'], the header says ['number']": bad(
        columns=lambda self, table: (self._known(table), (SourceColumn("number", TEXT),))[1],
    ),
    "its header is no list of SourceColumn": bad(columns=lambda self, table: (self._known(table), ("id",))[1]),
    "gives one of parquet, database, batches and rows; here 0": bad(
        read=lambda self, table: (self._known(table), Provided())[1]
    ),
    "its file is not there": bad(files=lambda self, table: (Path("nowhere.csv"),)),
    "a row has 2 values, the header 1": bad(
        read=lambda self, table: (self._known(table), Provided(rows=lambda reject: iter([[("1", "2")]])))[1],
    ),
    "rejected without a reason": bad(
        read=lambda self, table: (self._known(table), Provided(rows=rejecting))[1],
    ),
    "gives other rows when it is read again": bad(read=once),
}


@pytest.mark.parametrize("words,source", BAD_SOURCES.items(), ids=BAD_SOURCES)
def test_a_broken_promise_of_a_source_is_named(words, source):
    with pytest.raises(AssertionError) as failure:
        checked(source)
    assert words in str(failure.value)


def as_csv(report, job):
    path = job.folder / f"{job.stem}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[report.title], *([part.title] for part in report.parts if hasattr(part, "title"))])
    return [path]


def test_a_good_exporter_gives_its_files(tmp_path):
    (path,) = check_exporter(ExporterType("csv", "cells", "csv", as_csv), tmp_path)
    assert path.name == "sample.csv"
    assert path.read_bytes().startswith(b'"Sample =1+1')


def outside(report, job):
    path = job.folder.parent / "sample.csv"
    path.write_text("x")
    return [path]


def unnamed(report, job):
    (job.folder / "more.csv").write_text("x")
    return as_csv(report, job)


COUNT = itertools.count()


def restless(report, job):
    path = job.folder / "sample.csv"
    path.write_text(str(next(COUNT)))
    return [path]


BAD_EXPORTERS = {
    "names no file": lambda report, job: [],
    "does not end in .csv": lambda report, job: [as_csv(report, job)[0].rename(job.folder / "sample.txt")],
    "lies outside the folder": outside,
    "files that it does not name: ['more.csv']": unnamed,
    "other bytes the second time": restless,
    "is not there, or empty": lambda report, job: [job.folder / "sample.csv"],
}


@pytest.mark.parametrize("words,export", BAD_EXPORTERS.items(), ids=BAD_EXPORTERS)
def test_a_broken_promise_of_an_exporter_is_named(tmp_path, words, export):
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(AssertionError) as failure:
        check_exporter(ExporterType("csv", "cells", "csv", export), folder)
    assert words in str(failure.value)


def test_a_catalogue_for_a_test_has_no_broken_plugin():
    class Plugin:
        @hookimpl
        def patron_sources(self):
            return [SourceType("shop", "a shop", open=Good)]

    assert list(catalog_of(Plugin()).sources) == ["shop"]
    with pytest.raises(AssertionError, match="no function is marked"):
        catalog_of(object())


def test_the_sample_is_the_same_each_time():
    assert sample_report() == sample_report()

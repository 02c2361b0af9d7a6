"""json, parquet, duckdb, sqlite and postgres: types as the source has them, odd rows counted."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from patron.engine.contracts import Rejected, Source, SourceConfig, SourceError
from patron.plugins.sources import json as json_source
from patron.plugins.sources import postgres
from patron.plugins.sources.duckdb import DuckdbFile
from patron.plugins.sources.json import JsonFolder
from patron.plugins.sources.parquet import ParquetFolder
from patron.plugins.sources.sqlite import SqliteFile


def folder(path: Path) -> SourceConfig:
    return SourceConfig("f", {}, path)


def file(path: Path, **more: object) -> SourceConfig:
    return SourceConfig("f", {"file": str(path), **more})


def kinds(source: Source, table: str) -> list[tuple[str, str, str]]:
    return [(c.name, c.type.kind, c.stored) for c in source.columns(table)]


def rows(source: Source, table: str) -> tuple[list[tuple[object, ...]], list[Rejected]]:
    rejected: list[Rejected] = []
    provided = source.read(table)
    assert provided.rows is not None
    return [tuple(r) for chunk in provided.rows(rejected.append) for r in chunk], rejected


def test_json_lines(tmp_path):
    lines = [
        '{"id":1,"n":1.10,"b":true,"o":{"a":[1]},"t":"x"}',
        "",
        '{"id":2,"n":3,"t":5}',
        '{"id":"z"}',
        "{bad",
        "[1]",
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    source = JsonFolder(folder(tmp_path))
    assert kinds(source, "a") == [
        ("id", "text", ""), ("n", "number", "DOUBLE"), ("b", "yesno", "BOOLEAN"), ("o", "text", ""), ("t", "text", ""),
    ]  # fmt: skip
    found, rejected = rows(source, "a")
    assert found == [(1, "1.10", True, '{"a":[1]}', "x"), (2, 3, None, None, 5), ("z", None, None, None, None)]
    assert [(r.line, r.reason.split(":")[0]) for r in rejected] == [(5, "it is no JSON"), (6, "it is no object")]


def test_json_arrays_and_single_objects(tmp_path):
    (tmp_path / "a.json").write_text('[{"id": 1}, {"id": 2.5}]')
    (tmp_path / "b.json").write_text('{\n "id": 1,\n "n": null\n}\n')
    source = JsonFolder(folder(tmp_path))
    assert rows(source, "a")[0] == [(1,), ("2.5",)]
    assert rows(source, "b")[0] == [(1, None)]


def test_json_that_changes_later(tmp_path, monkeypatch):
    monkeypatch.setattr(json_source, "LOOKED_AT", 2)
    (tmp_path / "a.jsonl").write_text('{"id":1}\n{"id":2}\n{"id":"x"}\n')
    assert rows(JsonFolder(folder(tmp_path)), "a")[1][0].line == 3
    (tmp_path / "a.jsonl").write_text('{"id":1}\n{"id":2}\n{"id":3,"new":1}\n')
    with pytest.raises(SourceError, match="`new`"):
        rows(JsonFolder(folder(tmp_path)), "a")


@pytest.mark.parametrize("content", ["", "[", "[[[[", '[{"a":1,"A":2}]', "5", "\ufeff"])
def test_json_that_is_none(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(SourceError):
        JsonFolder(folder(tmp_path)).columns("a")


def test_deep_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(SourceError):
        JsonFolder(folder(tmp_path)).columns("a")


def test_parquet_types(tmp_path):
    duckdb.execute(
        "COPY (SELECT 1::SMALLINT AS i, 1::HUGEINT AS h, 1.5::DECIMAL(9,2) AS d, 1.5::FLOAT AS f,"
        " DATE '2026-01-01' AS day, TIMESTAMP '2026-01-01' AS t, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS z,"
        " 'x' AS s, true AS b, ['a'] AS l, {'a': 1} AS n)"
        f" TO '{tmp_path}/a.parquet'"
    )
    assert [k for _, k, _ in kinds(ParquetFolder(folder(tmp_path)), "a")] == [
        "number", "number", "number", "number", "date", "moment", "moment", "text", "yesno", "texts", "text",
    ]  # fmt: skip


@pytest.mark.parametrize("cut", [0, 4, 100])
def test_damaged_parquet(tmp_path, cut):
    duckdb.execute(f"COPY (SELECT range AS i FROM range(1000)) TO '{tmp_path}/a.parquet'")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[:cut])
    with pytest.raises(SourceError) as caught:
        ParquetFolder(folder(tmp_path)).columns("a")
    assert caught.value.code == "P0702"


def test_parquet_files_of_one_table_agree(tmp_path):
    duckdb.execute(f"COPY (SELECT 1 AS i) TO '{tmp_path}/a1.parquet'")
    duckdb.execute(f"COPY (SELECT 'x' AS i) TO '{tmp_path}/a2.parquet'")
    with pytest.raises(SourceError) as caught:
        ParquetFolder(SourceConfig("f", {"files": {"a": ("a*.parquet",)}}, tmp_path)).columns("a")
    assert caught.value.code == "P0713"


def test_sqlite(tmp_path):
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "My T" (id INTEGER, v REAL, m DECIMAL(10, 2), t TEXT, d)')
        connection.executemany(
            'INSERT INTO "My T" VALUES (?, ?, ?, ?, ?)',
            [(1, 1.5, "12.30", "a", None), (2, None, 3, "é", 7), ("x", 1, 1, "b", b"")],
        )
    connection.close()
    source = SqliteFile(file(path))
    assert list(source.tables()) == ["My T"]
    assert [k for _, k, _ in kinds(source, "my t")] == ["number", "number", "text", "text", "text"]
    found, rejected = rows(source, "my t")
    assert found == [(1, 1.5, 12.3, "a", None), (2, None, 3, "é", 7)]
    assert [(r.line, r.column) for r in rejected] == [(3, "id")]


def test_duckdb(tmp_path):
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS id, TIMESTAMP '2026-01-01' AS at")
    source = DuckdbFile(file(path))
    assert kinds(source, "Orders") == [("id", "number", "INTEGER"), ("at", "moment", "TIMESTAMP")]
    assert source.read("orders").database == (path, "main", "orders")
    with pytest.raises(SourceError) as caught:
        source.columns("order")
    assert caught.value.code == "P0703"


@pytest.mark.parametrize("kind", [SqliteFile, DuckdbFile])
def test_files_that_are_no_database(tmp_path, kind):
    (tmp_path / "x").write_text("nothing")
    for name in ("x", "nowhere"):
        with pytest.raises(SourceError) as caught:
            kind(file(tmp_path / name)).tables()
        assert caught.value.code == "P0702"


def test_postgres_is_known_without_its_library():
    (kind,) = postgres.patron_sources()
    assert (kind.name, kind.needs) == ("postgres", "postgres")
    assert {s.name: s.kind for s in kind.settings}["password"] == "secret"


def test_loading_from_every_kind(tmp_path):
    """The same order from six places."""
    from tests.load.support import World
    from tests.load.support import rows as stored

    data = tmp_path / "data"
    data.mkdir()
    order = {"id": 1, "customer": "a", "created_at": "2026-01-01 10:00:00", "total": 1.005}
    (data / "c.csv").write_text("id,customer,created_at,total\n1,a,2026-01-01 10:00:00,1.005\n")
    (data / "j.json").write_text(json.dumps([order]))
    select = "SELECT 1 AS id, 'a' AS customer, TIMESTAMP '2026-01-01 10:00:00' AS created_at, 1.005::DOUBLE AS total"
    duckdb.execute(f"COPY ({select}) TO '{data}/p.parquet'")
    with duckdb.connect(str(data / "d.duckdb")) as connection:
        connection.execute(f"CREATE TABLE d AS {select}")
    with sqlite3.connect(data / "s.db") as sqlite:
        sqlite.execute("CREATE TABLE s (id INTEGER, customer TEXT, created_at TEXT, total REAL)")
        sqlite.execute("INSERT INTO s VALUES (1, 'a', '2026-01-01 10:00:00', 1.005)")
    sqlite.close()
    spec = """language 1
source c from csv {
  folder "data"
}
source j from json {
  folder "data"
}
source p from parquet {
  folder "data"
}
source d from duckdb {
  file "data/d.duckdb"
}
source s from sqlite {
  file "data/s.db"
}
"""
    for place in ("c.c", "j.j", "p.p", "d.d", "s.s"):
        (tmp_path / "spec.patron").write_text(spec + f"table orders from {place}\n")
        loaded = World(tmp_path, "America/Denver").load()
        found = stored(loaded, "SELECT id, customer, CAST(created_at AS VARCHAR), CAST(total AS VARCHAR) FROM orders")
        assert found == [(1, "a", "2026-01-01 17:00:00", "1.0050")], place

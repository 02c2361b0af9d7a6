"""The postgres connector against a real server: types, names, one snapshot, streams, and servers that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from patron.engine.contracts import Closing, Rejected, SourceConfig, SourceError
from patron.engine.runtime.secrets import Secret
from patron.engine.testing import check_source
from patron.plugins.sources import postgres as connector
from tests.load.support import rows as stored
from tests.postgres_server import PASSWORD, Server


@pytest.fixture
def opened(postgres: Server) -> Any:
    """The connector opened with these settings; what it holds is let go of afterwards."""
    made = []

    def make(**other: object) -> connector.PostgresDatabase:
        settings = {**postgres.settings, "password": Secret(PASSWORD), **other}
        made.append(connector.PostgresDatabase(SourceConfig("pg", settings)))
        return made[-1]

    yield make
    for source in made:
        source.close()


def kinds(source: connector.PostgresDatabase, table: str) -> Mapping[str, tuple[str, str]]:
    return {c.name: (c.type.kind, c.stored) for c in source.columns(table)}


def rows(source: connector.PostgresDatabase, table: str) -> tuple[list[tuple[object, ...]], list[Rejected]]:
    rejected: list[Rejected] = []
    read = source.read(table).rows
    assert read is not None
    return [tuple(r) for chunk in read(rejected.append) for r in chunk], rejected


def refused(ask: Callable[[], object]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ask()
    assert PASSWORD not in f"{caught.value.message} {caught.value.hint}"
    return caught.value


# ---------------------------------------------------------------- types


TYPES = [
    ("smallint", "7", "number", "SMALLINT", "7"),
    ("integer", "-7", "number", "INTEGER", "-7"),
    ("bigint", "9223372036854775807", "number", "BIGINT", "9223372036854775807"),
    ("numeric(12,2)", "1234567890.10", "number", "DECIMAL(12,2)", "1234567890.10"),
    ("numeric(5)", "12345", "number", "DECIMAL(5,0)", "12345"),
    ("numeric(3,-2)", "12345", "number", "DECIMAL(5,0)", "12300"),
    ("numeric(2,4)", "0.0012", "number", "DECIMAL(4,4)", "0.0012"),
    ("numeric(60,2)", "1.10", "text", "", "1.10"),
    ("numeric", "0.1000000000000000055511151231257827021181583404541015625", "text", "",
     "0.1000000000000000055511151231257827021181583404541015625"),
    ("money", "'-1234.50'", "number", "DECIMAL(22,3)", "-1234.50"),
    ("real", "0.1", "number", "FLOAT", "0.1"),
    ("double precision", "0.1", "number", "DOUBLE", "0.1"),
    ("date", "'2026-05-06'", "date", "DATE", "2026-05-06"),
    ("timestamp", "'2026-05-06 09:00:00.123456'", "moment", "TIMESTAMP", "2026-05-06 09:00:00.123456"),
    ("timestamp(0)", "'2026-05-06 09:00'", "moment", "TIMESTAMP", "2026-05-06 09:00:00"),
    ("timestamptz", "'2026-05-06 09:00-06'", "moment", "TIMESTAMP WITH TIME ZONE", "2026-05-06 15:00:00+00"),
    ("time", "'09:30'", "text", "", "09:30:00"),
    ("interval", "'1 day 2 hours'", "text", "", "P1DT2H"),
    ("text", "'é, \"q\"'", "text", "", 'é, "q"'),
    ("varchar(3)", "''", "text", "", ""),
    ("char(4)", "'ab'", "text", "", "ab"),
    ("bool", "true", "yesno", "BOOLEAN", "true"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "text", "", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("json", "'{\"a\": [1]}'", "text", "", '{"a": [1]}'),
    ("jsonb", "'{\"a\":[1]}'", "text", "", '{"a": [1]}'),
    ("bytea", "'\\x00ff'", "text", "", "\\x00ff"),
    ("text[]", "'{a,\"b;c\",NULL}'", "texts", "VARCHAR[]", '["a","b;c",null]'),
    ("int[]", "'{{1,2},{3,4}}'", "text", "", "[[1,2],[3,4]]"),
    ("int4range", "'[1,3)'", "text", "", "[1,3)"),
]  # fmt: skip


@pytest.mark.parametrize("kind, value, ours, stored_as, text", TYPES, ids=[t[0] for t in TYPES])
def test_types(postgres, opened, kind, value, ours, stored_as, text):
    postgres.run(f"CREATE TABLE t (id integer, v {kind})", f"INSERT INTO t VALUES (1, {value}), (2, NULL)")
    source = opened()
    assert kinds(source, "t") == {"id": ("number", "INTEGER"), "v": (ours, stored_as)}
    assert rows(source, "t") == ([("1", text), ("2", None)], [])


def test_domains_enums_and_composites(postgres, opened):
    postgres.run(
        "CREATE DOMAIN price AS numeric(10,2) CHECK (VALUE >= 0)",
        "CREATE TYPE state AS ENUM ('paid', 'open')",
        "CREATE TYPE place AS (city text, zip text)",
        "CREATE TABLE t (p price, s state, w place)",
        "INSERT INTO t VALUES (1.5, 'paid', ('Rome', '00100'))",
    )
    source = opened()
    assert kinds(source, "t") == {"p": ("number", "DECIMAL(10,2)"), "s": ("text", ""), "w": ("text", "")}
    assert rows(source, "t")[0] == [("1.50", "paid", '{"city":"Rome","zip":"00100"}')]


@pytest.mark.parametrize(
    "kind, value, told",
    [
        ("numeric(8,2)", "'NaN'", "NaN"), ("date", "'infinity'", "infinity"), ("date", "'-infinity'", "-infinity"),
        ("timestamptz", "'infinity'", "infinity"), ("timestamp", "'0044-03-15 BC'", "0044-03-15 00:00:00 BC"),
        ("timestamptz", "'0044-03-15 BC'", "0044-03-15 00:00:00+00 BC"), ("date", "'12026-01-01'", "12026-01-01"),
    ],
)  # fmt: skip
def test_values_that_no_number_or_moment_of_ours_is(postgres, opened, kind, value, told):
    postgres.run(f"CREATE TABLE t (id int, v {kind})", f"INSERT INTO t VALUES (1, NULL), (2, {value}), (3, NULL)")
    found, rejected = rows(opened(), "t")
    assert found == [("1", None), ("3", None)]
    assert rejected == [Rejected("t", 2, f"`v` is {told}", "v")]


def test_how_the_server_is_set_changes_nothing(postgres, opened):
    postgres.run(
        "CREATE TABLE t (at timestamptz, d date, b bytea, f float8)",
        "INSERT INTO t VALUES ('2026-05-06 09:00+00', '2026-05-06', '\\x01', 0.1::float8 + 0.2)",
        "ALTER ROLE patron SET timezone = 'Asia/Kathmandu'", "ALTER ROLE patron SET datestyle = 'German'",
        "ALTER ROLE patron SET bytea_output = 'escape'", "ALTER ROLE patron SET extra_float_digits = -5",
        "ALTER ROLE patron SET default_transaction_isolation = 'read committed'",
    )  # fmt: skip
    try:
        assert rows(opened(), "t")[0] == [
            ("2026-05-06 09:00:00+00", "2026-05-06", "\\x01", "0.30000000000000004"),
        ]
    finally:
        postgres.run("ALTER ROLE patron RESET ALL")


def test_bytes_that_are_no_text(postgres, opened):
    postgres.run("DROP DATABASE IF EXISTS raw", "CREATE DATABASE raw ENCODING 'SQL_ASCII' TEMPLATE template0")
    postgres.run("CREATE TABLE t (v text)", "INSERT INTO t VALUES (convert_from('\\xe9', 'SQL_ASCII'))", dbname="raw")
    source = opened(database="raw")
    error = refused(lambda: rows(source, "t"))
    assert (error.code, "0xe9" in error.message) == ("P0702", True)


# ---------------------------------------------------------------- names and places


def test_the_contract_of_sources(postgres):
    postgres.run("CREATE TABLE a (id int)", "INSERT INTO a SELECT generate_series(1, 5000)", "CREATE TABLE b (id int)")
    (kind,) = connector.patron_sources()
    config = SourceConfig("pg", {**postgres.settings, "password": Secret(PASSWORD)})
    assert check_source(kind, config) == {"a": 5000, "b": 0}


def test_names_with_capitals_quotes_and_blanks(postgres, opened):
    names = ['Orders"; DROP TABLE "x', "select", "Größe in cm", "a%s{}b", "tab\tle", "."]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        postgres.run(f"CREATE TABLE {quoted} ({quoted} text, plain int)")
        postgres.run(f"INSERT INTO {quoted} VALUES ('x', 1)")
    source = opened()
    assert sorted(source.tables()) == sorted(names)
    for name in names:
        assert [c.name for c in source.columns(name)] == [name, "plain"]
        assert rows(source, name)[0] == [("x", "1")]


def test_capitals_are_told_apart_where_they_must_be(postgres, opened):
    postgres.run('CREATE TABLE orders (id int, "Id" int)', 'CREATE TABLE "Orders" (id int)', "CREATE TABLE one (i int)")
    source = opened()
    assert [c.name for c in source.columns("Orders")] == ["id"]
    assert [c.name for c in source.columns("ONE")] == ["i"]
    error = refused(lambda: source.columns("orders"))
    assert (error.code, "`id` twice" in error.message) == ("P0713", True)
    error = refused(lambda: source.columns("ORDERS"))
    assert (error.code, "`Orders` and `orders`" in error.hint) == ("P0703", True)


def test_views_partitions_and_what_was_dropped(postgres, opened):
    postgres.run(
        "CREATE TABLE p (id int, gone int, day date) PARTITION BY RANGE (day)", "ALTER TABLE p DROP COLUMN gone",
        "CREATE TABLE p26 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "INSERT INTO p VALUES (1, '2026-05-06')", "CREATE VIEW v AS SELECT id FROM p",
        "CREATE MATERIALIZED VIEW m AS SELECT id + 1 AS id FROM p", "CREATE TABLE nothing ()",
    )  # fmt: skip
    source = opened()
    assert sorted(source.tables()) == ["m", "nothing", "p", "v"]
    assert [rows(source, t)[0] for t in "pvm"] == [[("1", "2026-05-06")], [("1",)], [("2",)]]
    assert source.columns("nothing") == []


def test_the_schema_that_is_chosen(postgres, opened):
    postgres.run('DROP SCHEMA IF EXISTS "Sales 26" CASCADE', 'CREATE SCHEMA "Sales 26"', "CREATE TABLE t (a int)")
    postgres.run('CREATE TABLE "Sales 26".t (b int)')
    assert list(kinds(opened(schema="Sales 26"), "t")) == ["b"]
    assert list(kinds(opened(), "t")) == ["a"]
    error = refused(lambda: opened(schema="Sales 25").tables())
    assert (error.code, "`Sales 25`" in error.message, "Sales 26" in error.hint) == ("P0702", True, True)


@pytest.mark.parametrize(
    "settings, told",
    [
        ({"password": Secret("wrong")}, "password authentication failed"),
        ({"password": None}, "no password supplied"),
        ({"user": "nobody_here"}, "password authentication failed"),
        ({"database": "shop"}, 'database "shop" does not exist'),
        ({"host": "/nowhere"}, "No such file or directory"),
        ({"host": "127.0.0.1", "port": 1}, "refused"),
        ({"host": "no.such.host.invalid"}, ""),
    ],
)
def test_servers_that_do_not_let_us_in(opened, settings, told):
    error = refused(lambda: opened(**settings).tables())
    assert (error.code, told in error.message) == ("P0702", True), error.message
    assert error.message.startswith("cannot open `pg`: ")


def test_tables_that_are_not_there_or_not_ours(postgres, opened):
    postgres.run(
        "CREATE TABLE orders (id int)", "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 'guest'"
    )
    postgres.run("GRANT USAGE ON SCHEMA public TO guest")
    error = refused(lambda: opened().columns("ordrs"))
    assert (error.code, "orders" in error.hint) == ("P0703", True)
    guest = opened(user="guest", password=Secret("guest"))
    assert "permission denied for table orders" in refused(lambda: rows(guest, "orders")).message


# ---------------------------------------------------------------- one snapshot, nothing written, little memory


def test_all_tables_are_read_in_one_snapshot(postgres, opened):
    postgres.run("CREATE TABLE a (id int)", "CREATE TABLE b (id int)", "INSERT INTO a VALUES (1)")
    source = opened()
    assert isinstance(source, Closing)
    assert rows(source, "a")[0] == [("1",)]
    postgres.run("INSERT INTO a VALUES (2)", "INSERT INTO b VALUES (2)")
    assert (rows(source, "a")[0], rows(source, "b")[0]) == ([("1",)], [])
    source.close()
    assert (rows(source, "a")[0], rows(source, "b")[0]) == ([("1",), ("2",)], [("2",)])


def test_nothing_can_be_written(postgres, opened):
    postgres.run(
        "CREATE TABLE a (id int)",
        "CREATE FUNCTION sly() RETURNS int LANGUAGE sql AS 'INSERT INTO a VALUES (1) RETURNING id'",
        "CREATE VIEW v AS SELECT sly() AS id",
    )
    assert "read-only transaction" in refused(lambda: rows(opened(), "v")).message
    assert postgres.run("SELECT count(*) FROM a") == [(0,)]


def test_a_large_table_is_never_held_as_a_whole(postgres, opened):
    postgres.run("CREATE TABLE big AS SELECT i AS id, repeat(md5(i::text), 10) AS v FROM generate_series(1, 100000) i")
    read = opened().read("big").rows
    tracemalloc.start()
    try:
        assert sum(len(chunk) for chunk in read(lambda r: None)) == 100_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000, "the table is 35 MB"


# ---------------------------------------------------------------- loads


SPEC = """source pg from postgres {{
  host     "{folder}"
  port     5432
  user     "patron"
  password env("PATRON_TEST_PASSWORD")
  database "postgres"
}}
table orders from pg.orders
table customers from pg.people
"""
TABLES = (
    "CREATE TABLE people (id text PRIMARY KEY, city text, tags text[])",
    "INSERT INTO people VALUES ('a', 'Rome', '{new,vip}'), ('b', NULL, NULL)",
    "CREATE TABLE orders (id int, customer text, created_at timestamptz, placed timestamp)",
    "ALTER TABLE orders ADD total numeric(10,2), ADD weight float8",
    "INSERT INTO orders VALUES (1, 'a', '2026-05-01 23:30-06', '2026-05-01 23:30', 10.10, 1.5)",
    "INSERT INTO orders VALUES (2, 'b', '2026-05-02 12:00+00', '2026-05-02 12:00', 0.20, NULL)",
)


@pytest.fixture
def shop(postgres, world, monkeypatch):
    """A project on the server's tables."""
    monkeypatch.setenv("PATRON_TEST_PASSWORD", PASSWORD)
    postgres.run(*TABLES)
    source = SPEC.format(folder=postgres.folder)
    return lambda source=source: world("", {}, "America/Denver", source)


def test_a_load_has_every_value(shop):
    loaded = shop().load()
    asked = 'id, customer, created_at, "created_at@date", placed, total, weight'
    texts = ", ".join(f"CAST({c} AS VARCHAR)" for c in asked.split(", "))
    assert stored(loaded, f"SELECT {texts} FROM orders ORDER BY id") == [
        ("1", "a", "2026-05-02 05:30:00", "2026-05-01", "2026-05-02 05:30:00", "10.1000", "1.5"),
        ("2", "b", "2026-05-02 12:00:00", "2026-05-02", "2026-05-02 18:00:00", "0.2000", None),
    ]
    assert stored(loaded, "SELECT id, city, tags FROM customers ORDER BY id") == [
        ("a", "Rome", ["new", "vip"]),
        ("b", None, None),
    ]
    assert {(e.table, e.rows, e.rejected) for e in loaded.ledger} == {("people", 2, 0), ("orders", 2, 0)}


def test_a_load_lets_go_of_the_server(shop, postgres):
    shop().load()
    assert postgres.alone(), "only who asks"


WEIGHT = "1 value of orders.weight is not a number; first at pg.orders, row 3"


@pytest.mark.parametrize(
    "row, told",
    [
        ("(3, 'a', 'infinity', NULL, 1, NULL)",
         "1 of 3 rows of pg.orders cannot be read; first at orders:3, column created_at: `created_at` is infinity"),
        ("(3, 'a', now(), NULL, 'NaN', NULL)",
         "1 of 3 rows of pg.orders cannot be read; first at orders:3, column total: `total` is NaN"),
        ("(3, 'a', now(), NULL, 1, 'NaN')", WEIGHT), ("(3, 'a', now(), NULL, 1, '-Infinity')", WEIGHT),
    ],
)  # fmt: skip
def test_values_nobody_can_hold_stop_a_load_or_are_counted(shop, postgres, row, told):
    postgres.run(f"INSERT INTO orders VALUES {row}")
    loaded = shop().load()
    assert (loaded.path, [(p.code, p.message) for p in loaded.problems if p.stops]) == (None, [("P0705", told)])
    source = SPEC.format(folder=postgres.folder).replace("pg.orders\n", "pg.orders {\n  bad values missing\n}\n")
    lenient = shop(source).load()
    assert [p.severity for p in lenient.problems if p.code == "P0705"] == ["W"]
    (entry,) = [e for e in lenient.ledger if e.table == "orders"]
    assert entry.rows + entry.rejected == 3


# ---------------------------------------------------------------- the command


COMMAND = [sys.executable, "-m", "patron.engine.cli", "query", "total_sales, total_orders", "--debug"]


def started(root: Path, password: str = PASSWORD) -> subprocess.Popen[str]:
    env = {**os.environ, "PATRON_TEST_PASSWORD": password, "PYTHONPATH": str(Path.cwd())}
    return subprocess.Popen(COMMAND, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def project(shop):
    """The same project with its own settings, for the command."""
    made = shop()
    (made.root / "project.patron").write_text('language 1\nproject "P" {\n  timezone "UTC"\n  currency USD\n}\n')
    return made


def test_a_server_killed_while_it_is_read(project, postgres):
    good = started(project.root)
    assert good.communicate(timeout=60)[0] == "total_sales,total_orders\n10.30,2\n"
    loads = project.root / ".patron" / "loads"
    kept = {p.name: p.read_bytes() for p in loads.iterdir()}
    postgres.run(
        "ALTER TABLE orders RENAME TO kept",
        "CREATE VIEW orders AS SELECT k.*, pg_sleep(0.001)::text FROM kept k, generate_series(1, 100000)",
    )
    process = started(project.root)
    while not postgres.run("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'FETCH%' AND state = 'active'"):
        assert process.poll() is None, process.communicate()
    postgres.stop(signal.SIGQUIT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (8, ""), err
    assert "spec.patron:2:8: P0702: cannot open `pg`: " in err, err
    assert {p.name: p.read_bytes() for p in loads.iterdir()} == kept, "nothing half-loaded"
    postgres.start()
    postgres.run("DROP VIEW orders", "ALTER TABLE kept RENAME TO orders")
    assert started(project.root).communicate(timeout=60)[0] == "total_sales,total_orders\n10.30,2\n"


def test_the_password_is_in_no_output(project, postgres):
    wrong = "not-the-passw0rd"
    process = started(project.root, wrong)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, "")
    assert "P0702: cannot open `pg`: connection failed: " in err
    assert 'password authentication failed for user "patron"' in err
    assert "spec.patron:2:8" in err
    right = started(project.root).communicate(timeout=60)
    kept = [p.read_bytes() for p in project.root.rglob("*") if p.is_file()]
    for secret in (wrong, PASSWORD):
        assert secret not in err + "".join(right)
        assert not any(secret.encode() in content for content in kept)

"""Nothing that comes out of a spec reaches files, the network, extensions or settings."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from patron.engine.backends.duckdb import open_session
from patron.engine.contracts import Limits
from patron.engine.model.patterns import unreadable
from patron.engine.runtime.errors import LimitReached, PatronError
from tests.hostile.support import HEAD, SCALE, asked, codes, shop, spoken, written

CANARY = "CANARY-7f3a-do-not-tell"


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that nobody may read, in a folder in which nobody may write."""
    folder = tmp_path_factory.mktemp("outside")
    for name in ("secret.csv", "secret.txt", "secret.json"):
        (folder / name).write_text(f"id,{CANARY}\n{CANARY},{CANARY}\n", encoding="utf-8")
    with duckdb.connect(str(folder / "secret.duckdb")) as stored:
        stored.execute(f"CREATE TABLE t AS SELECT '{CANARY}' AS id")
        stored.execute(f"COPY t TO '{folder / 'secret.parquet'}'")
    return folder


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port on this machine, and everybody who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def wait() -> None:
            while not stop.is_set():
                try:
                    came.append(server.accept()[1])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=wait)
        thread.start()
        yield server.getsockname()[1], came
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def loaded_shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with shop(tmp_path_factory.mktemp("locked")) as project:
        yield project


@pytest.fixture(scope="module")
def loaded(loaded_shop: Any) -> Any:
    return loaded_shop.loaded.path


VECTORS = """
SELECT * FROM read_csv('{0}/secret.csv')
SELECT * FROM read_text('{0}/secret.txt')
SELECT * FROM read_blob('{0}/secret.txt')
SELECT * FROM read_parquet('{0}/secret.parquet')
SELECT * FROM parquet_scan('{0}/secret.parquet')
SELECT * FROM parquet_metadata('{0}/secret.parquet')
SELECT * FROM read_json('{0}/secret.json')
SELECT * FROM read_json_auto('{0}/secret.json')
SELECT * FROM read_ndjson_objects('{0}/secret.json')
SELECT * FROM sniff_csv('{0}/secret.csv')
SELECT * FROM glob('{0}/*')
SELECT * FROM '{0}/secret.csv'
SELECT * FROM '{0}/secret.parquet'
FROM '{0}/secret.csv'
WITH x AS (SELECT * FROM read_text('{0}/secret.txt')) SELECT * FROM x
SELECT (SELECT content FROM read_text('{0}/secret.txt'))
SELECT * FROM query('SELECT * FROM read_text(''{0}/secret.txt'')')
SELECT * FROM query_table('{0}/secret.csv')
SELECT * FROM sqlite_scan('{0}/x', 't')
SELECT * FROM postgres_scan('host=127.0.0.1 port={1}', 'public', 't')
SELECT * FROM mysql_query('x', 'SELECT 1')
SELECT * FROM iceberg_scan('{0}')
SELECT * FROM delta_scan('{0}')
SELECT * FROM read_xlsx('{0}/x.xlsx')
SELECT * FROM st_read('{0}/x.shp')
SELECT * FROM read_csv('http://127.0.0.1:{1}/x.csv')
SELECT * FROM 'http://127.0.0.1:{1}/x.parquet'
SELECT * FROM 's3://127.0.0.1:{1}/x.parquet'
SELECT getenv('HOME')
COPY (SELECT 1) TO '{0}/made.csv'
COPY (SELECT 1) TO 'made.csv'
COPY customers FROM '{0}/secret.csv'
EXPORT DATABASE '{0}/made'
IMPORT DATABASE '{0}/made'
ATTACH '{0}/secret.duckdb' AS x
ATTACH '{0}/made.duckdb'
ATTACH ':memory:' AS y
DETACH load
USE temp
INSTALL httpfs
LOAD httpfs
LOAD '{0}/x.duckdb_extension'
FORCE INSTALL spatial FROM community
SET enable_external_access = true
SET lock_configuration = false
SET memory_limit = '100GB'
SET threads = 99
SET GLOBAL allowed_directories = ['{0}']
SET home_directory = '{0}'
SET search_path = 'main'
SET VARIABLE a = 1
RESET ALL
PRAGMA database_list
PRAGMA enable_profiling
PRAGMA profiling_output = '{0}/made.json'
CREATE TABLE load.t (a INT)
CREATE TABLE t (a INT)
CREATE SECRET s (TYPE s3)
CREATE PERSISTENT SECRET s (TYPE s3)
CREATE MACRO m() AS 1
CREATE TEMP MACRO m() AS TABLE SELECT * FROM read_text('{0}/secret.txt')
CREATE TEMP TABLE t AS SELECT * FROM read_text('{0}/secret.txt')
CREATE TEMP VIEW v AS SELECT * FROM read_text('{0}/secret.txt')
DROP TABLE customers
DROP TABLE load.main.customers
DELETE FROM customers
UPDATE customers SET name = 'x'
INSERT INTO customers SELECT * FROM customers
ALTER TABLE customers ADD COLUMN x INT
TRUNCATE customers
CHECKPOINT
VACUUM
ANALYZE
CALL force_checkpoint()
CALL pragma_version()
PREPARE p AS SELECT 1
EXECUTE p
EXPLAIN ANALYZE SELECT 1
SELECT 1; SELECT 2
SELECT 1; DROP TABLE customers
BEGIN
SHOW TABLES
DESCRIBE customers
SUMMARIZE customers
""".strip().splitlines()


@pytest.mark.parametrize("vector", VECTORS)
def test_the_query_connection_itself_is_shut(loaded: Path, canary: Path, listener: Any, vector: str) -> None:
    port, came = listener
    before = sorted(p.name for p in canary.iterdir())
    sql = vector.format(canary, port)
    with open_session(loaded, Limits(seconds=5)) as session:
        for ask in (session.fetch, session.arrow, session.names, lambda text: session.run("x", text)):
            found: object = None
            try:
                found = ask(sql)
            except (PatronError, duckdb.Error) as error:
                found = error
            assert CANARY not in str(found)
        assert session.fetch("SELECT count(*) FROM customers") == [(3,)]
        assert session.fetch("SELECT current_setting('enable_external_access')") == [(False,)]
    assert sorted(p.name for p in canary.iterdir()) == before
    assert came == []


def test_no_new_table_stays_in_the_stored_load(loaded: Path) -> None:
    with duckdb.connect(str(loaded), read_only=True) as stored:
        names = {name for (name,) in stored.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert not names & {"t", "v", "m"}


# ---------------------------------------------------------------- through every field of a spec

SQL = """
SELECT * FROM read_csv('{0}/secret.csv')
SELECT content AS id FROM read_text('{0}/secret.txt')
SELECT * FROM '{0}/secret.csv'
SELECT * FROM "{0}/secret.csv"
SELECT * FROM shop."../../secret.csv"
SELECT * FROM query('SELECT 1')
SELECT * FROM query_table('x')
SELECT * FROM glob('{0}/*')
SELECT (SELECT content FROM read_text('{0}/secret.txt')) AS id
SELECT id FROM shop.customers UNION SELECT content FROM read_text('{0}/secret.txt')
SELECT getenv('HOME') AS id
SELECT current_setting('home_directory') AS id
SELECT * FROM duckdb_settings()
SELECT * FROM information_schema.tables
SELECT * FROM pg_catalog.pg_class
SELECT * FROM sqlite_master
SELECT random() AS id
SELECT now() AS id
SELECT uuid() AS id
SELECT nextval('x') AS id
SELECT getvariable('x') AS id
SELECT * FROM range(1000000000000)
SELECT * FROM generate_series(1, 1000000000000)
SELECT * FROM shop.customers; DROP TABLE x
ATTACH '{0}/secret.duckdb'
COPY shop.customers TO '{0}/made.csv'
CREATE TABLE x AS SELECT 1
INSERT INTO shop.customers VALUES (1)
DELETE FROM shop.customers
INSTALL httpfs
LOAD httpfs
SET threads = 1
PRAGMA version
CALL pragma_version()
EXPLAIN SELECT 1
DESCRIBE shop.customers
SELECT * FROM load.main.customers
SELECT * FROM temp.main.x
SELECT * FROM memory.shop.customers
SELECT write_log('x') AS id
SELECT * FROM read_csv('http://127.0.0.1:{1}/x')
SELECT load_extension('x') AS id
SELECT "system"."main"."read_text"('{0}/secret.txt') AS id
SELECT main.getenv('HOME') AS id
SELECT x.getenv() AS id FROM shop.customers AS x
SELECT list_transform([1], y -> getenv('HOME')) AS id
SELECT parse_path('{0}') AS id
SELECT file_exists('{0}/secret.csv') AS id
PIVOT shop.customers ON id
FROM shop.customers SELECT getenv('HOME')
VALUES (getenv('HOME'))
TABLE x
SELECT * FROM (VALUES (getenv('HOME'))) AS t(id)
SELECT id FROM shop.customers ORDER BY getenv('HOME')
SELECT id FROM shop.customers LIMIT (SELECT length(getenv('HOME')))
SELECT id FROM shop.customers QUALIFY row_number() OVER (ORDER BY random()) = 1
SELECT id FROM shop.customers TABLESAMPLE 10%
SELECT id FROM shop.customers WHERE id = (SELECT content FROM read_text('{0}/secret.txt'))
SELECT COLUMNS(c -> getenv('HOME') = c) FROM shop.customers
SELECT id FROM shop.customers AT (VERSION => 1)
SELECT $1 AS id
SELECT ? AS id
""".strip().splitlines()


@pytest.mark.parametrize("statement", SQL)
def test_sql_tables_reach_nothing(tmp_path: Path, canary: Path, listener: Any, statement: str) -> None:
    port, came = listener
    before = sorted(p.name for p in canary.iterdir())
    text = statement.format(canary, port)
    written(tmp_path, f'table products = sql """\n  {text}\n"""\n')
    for args in (["check"], ["query", "count(products) by product", "--debug"]):
        done = asked(tmp_path, *args)
        assert done.exit_code == 3, done.output
        assert any(code in done.output for code in ("P0709", "P0710", "P0711", "P0703")), done.output
        assert CANARY not in done.output
    assert sorted(p.name for p in canary.iterdir()) == before
    assert came == []


SOURCES = {
    "a folder above": 'csv {{ folder "../outside" }}', "an absolute folder": 'csv {{ folder "{0}" }}',
    "home": 'csv {{ folder "~" }}', "an address": 'csv {{ folder "http://127.0.0.1:{1}/" }}',
    "a file address": 'csv {{ folder "file://{0}" }}', "a bucket": 'parquet {{ folder "s3://bucket/x" }}',
    "a file above": 'csv {{\n folder "data"\n files {{ secret "../../{2}/secret.csv" }} }}',
    "an absolute file": 'csv {{\n folder "data"\n files {{ secret "{0}/secret.csv" }} }}',
    "a pattern": 'csv {{\n folder "data"\n files {{ secret "../*/secret.csv" }} }}',
    "a link": 'csv {{\n folder "data"\n files {{ secret "link.csv" }} }}',
    "a linked folder": 'csv {{ folder "linked" }}',
    "a parquet file": 'parquet {{\n folder "data"\n files {{ secret "../../{2}/secret.parquet" }} }}',
    "a json file": 'json {{\n folder "data"\n files {{ secret "{0}/secret.json" }} }}',
    "a database": 'duckdb {{ file "{0}/secret.duckdb" }}', "a database above": 'duckdb {{ file "../{2}/secret.duckdb" }}',
    "a device": 'csv {{\n folder "data"\n files {{ secret "/dev/stdin" }} }}',
    "a list file": 'sqlite {{ file "{0}/secret.duckdb" }}', "an sqlite address": 'sqlite {{ file "file:{0}/x?mode=rwc" }}',
    "a quote": 'csv {{\n folder "data"\n files {{ secret "x\'), read_text(\'{0}/secret.txt" }} }}',
    "memory": 'duckdb {{ file ":memory:" }}', "a server": 'postgres {{\n host "127.0.0.1"\n password "x" }}',
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_settings_of_sources_reach_nothing_outside(tmp_path: Path, canary: Path, listener: Any, source: str) -> None:
    port, came = listener
    root = written(tmp_path / "shop")
    (root / "data" / "link.csv").symlink_to(canary / "secret.csv")
    (root / "linked").symlink_to(canary)
    (tmp_path / "outside").symlink_to(canary)
    before = sorted(p.name for p in canary.iterdir())
    spec = f"source evil from {SOURCES[source].format(canary, port, canary.name)}\ntable products from evil.secret\n"
    written(root, spec)
    for args in (["check"], ["query", "count(products)"]):
        done = asked(root, *args)
        assert done.exit_code in (3, 5, 8), done.output
        assert CANARY not in done.output
        assert "P0999" not in done.output
    assert sorted(p.name for p in canary.iterdir()) == before
    assert came == []


@pytest.mark.parametrize("path", ["../outside/x.patron", "/etc/passwd", "~/x.patron", "http://127.0.0.1/x", "linked.patron",
                                  "a\\u0000b", "..\\\\x", "shop.patron/../../outside/x.patron"])  # fmt: skip
def test_imports_stay_inside(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.patron").write_text(f"language 1\nmetric {CANARY.replace('-', '_')} = count(orders)\n")
    root = written(tmp_path / "shop", head=HEAD.format(title="S", zone="UTC") + f'import "{path}"\n')
    (root / "linked.patron").symlink_to(tmp_path / "outside" / "x.patron")
    done = asked(root, "check")
    assert done.exit_code in (3, 5, 8), done.output


FUNCTIONS = ("read_text({0})", "getenv({0})", "read_csv({0})", "query({0})", "glob({0})", "load_extension({0})", "eval({0})",
             "current_setting({0})", "nextval({0})", "main.read_text({0})", "`read_text`({0})", "`getenv(1) --`({0})",
             "`x'); drop table t; --`({0})")  # fmt: skip


@pytest.mark.parametrize("call", FUNCTIONS)
def test_functions_are_those_of_the_language(tmp_path: Path, canary: Path, call: str) -> None:
    value = call.format(spoken(str(canary / "secret.txt")))
    root = written(
        tmp_path, f"table products from shop.customers {{\n  name = {value}\n}}\ntrait t on customers = {value}\n"
    )
    for args in (["check"], ["query", f"count(customers where {value} is known)"]):
        done = asked(root, *args)
        assert done.exit_code == 3, done.output
        assert CANARY not in done.output


PATTERNS = ("(?<=a)b", "(?=a)", "(a)\\\\1", "(?P<x>a)", "(?i)a", "[[:alpha:]]", "\\\\p{{L}}", "(?s).", "a**", "(", "[", "a{{1001}}",
            "a{{1,1000}}{{1,1000}}", "\\\\Q", "\\\\C", "(?>a)", "(?#x)", "\\\\z", "\\\\pN", "(?:a)")  # fmt: skip


REFUSED = [p.format() for p in PATTERNS if p not in ("[[:alpha:]]", "(?:a)")]


@pytest.mark.parametrize("pattern", [*REFUSED, "a*+", "\\_\\é".replace("_", "d"), "(" * 200, "[z-a]", "." * 20_000,
                                     "((a{20}){20}){20}", "[[:foo:]]", "a{9999999999}", "x|*"])  # fmt: skip
def test_patterns_are_those_of_the_language(loaded_shop: Any, pattern: str) -> None:
    """What the engine could not read is refused with its place, before a query."""
    phrase = f"count(customers where name matches {spoken(pattern.replace(chr(92) * 2, chr(92)))})"
    with pytest.raises(PatronError) as caught:
        loaded_shop.query(phrase)
    assert codes(caught.value) == {"P0302"}


def test_what_passes_is_read_by_the_engine() -> None:
    """Random patterns of all signs: whoever is let through is one that DuckDB takes."""
    chance = random.Random(7)
    signs = [
        *"ab.*+?()|[]^$-\\d{},1_: é",
        "(?:",
        "{2}",
        "{2,}",
        "{,3}",
        "\\d",
        "\\.",
        "[a-z]",
        "[^b]",
        "[:alpha:]",
        "\\x41",
    ]
    passed = 0
    with duckdb.connect() as engine:
        for _ in range(5_000 * SCALE):
            pattern = "".join(chance.choice(signs) for _ in range(chance.randint(1, 8)))
            if not unreadable(pattern):
                passed += 1
                engine.execute("SELECT regexp_matches('x', $1)", [pattern])
    assert passed > 500


def test_a_pattern_is_written_out(loaded_shop: Any) -> None:
    with pytest.raises(PatronError) as caught:
        loaded_shop.query("count(customers where name matches city)")
    assert codes(caught.value) == {"P0101"}


def test_patterns_cannot_stall(tmp_path: Path) -> None:
    """What takes for ever with backtracking is instant here."""
    files = {"customers": "id,name\nc1," + "a" * 100_000 + "!\n", "orders": "id,customer,created_at,total\n"}
    with shop(tmp_path, "", files) as project:
        for pattern in ("^(a+)+$", "(a|aa)+$", "(.*)*x", "(a|aa?)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"):
            assert project.query(f'count(customers where name matches "{pattern}")').rows == ((0,),)


# ---------------------------------------------------------------- memory and time


def test_too_little_memory_is_told_and_the_session_lives(loaded: Path, tmp_path: Path) -> None:
    with open_session(loaded, Limits(memory="40MB", temp_folder=tmp_path)) as session:
        with pytest.raises(LimitReached):
            session.fetch("SELECT list(x ORDER BY x) FROM range(20000000) AS t(x)")
        assert session.fetch("SELECT count(*) FROM orders") == [(4,)]


def test_what_takes_too_long_is_stopped_and_the_session_lives(loaded: Path) -> None:
    with open_session(loaded, Limits(seconds=0.3)) as session:
        with pytest.raises(LimitReached) as caught:
            session.fetch("SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b WHERE a.range <> b.range")
        assert "P0902" in caught.value.message
        assert session.fetch("SELECT count(*) FROM orders") == [(4,)]

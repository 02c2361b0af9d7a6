"""The benchmark data: the same bytes every time, and the shape it promises."""

import hashlib

import duckdb
import pytest

from benchmarks.generate import TABLES, Machine, generate, generate_skew

DIGEST = "5d69a0303caf7f09f9a3b2007c23624ad36f4d9d8a0be17003a8c1f1434d6453"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    out = tmp_path_factory.mktemp("shop")
    generate(0.01, out)
    connection = duckdb.connect()
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{out / table}.parquet')")
    yield connection
    connection.close()


def one(shop, sql):
    return shop.execute(sql).fetchone()[0]


def files(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("**/*.parquet"))}


def content(folder):
    """A digest of all rows as texts, which no version of the Parquet writer can change."""
    told = hashlib.sha256()
    connection = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        for row in connection.execute(f"FROM read_parquet('{path}')").fetchall():
            told.update(repr(tuple(map(str, row))).encode())
    return told.hexdigest()


def test_same_bytes_whatever_the_threads(tmp_path):
    generate(0.001, tmp_path / "one", Machine(threads=1))
    generate(0.001, tmp_path / "three", Machine(threads=3))
    assert files(tmp_path / "one") == files(tmp_path / "three")
    assert content(tmp_path / "one") == DIGEST


def test_skew_differs_only_in_the_customer(tmp_path):
    generate_skew(500, tmp_path)
    sql = "SELECT sum(hash(columns(* EXCLUDE (id, customer)))::HUGEINT % 1000003) FROM read_parquet('{}')"
    connection = duckdb.connect()
    for table in ("orders", "actions"):
        one, spread = (
            connection.execute(sql.format(tmp_path / name / f"{table}.parquet")).fetchall()
            for name in ("one", "spread")
        )
        assert one == spread
    counted = connection.execute(f"SELECT count(DISTINCT customer) FROM '{tmp_path}/one/orders.parquet'").fetchone()
    assert counted == (1,)


@pytest.mark.parametrize(
    "sql, low, high",
    [
        ("SELECT count(*) FROM customers", 10_000, 10_000),
        ("SELECT count(*) FROM orders", 50_500, 53_500),
        ("SELECT count(*) FROM lines", 124_000, 131_000),
        ("SELECT count(*) FROM actions", 104_000, 115_000),
        ("SELECT avg((customer IS NULL)::INT) FROM orders", 0.18, 0.21),
        ("SELECT avg((status = 'canceled')::INT) FROM orders", 0.042, 0.048),
        ("SELECT avg((status = 'returned')::INT) FROM orders", 0.017, 0.023),
        ("SELECT avg((status = 'open')::INT) FROM orders", 0.017, 0.023),
        ("SELECT avg((channel = 'retail')::INT) FROM orders", 0.60, 0.64),
        ("SELECT avg((channel = 'social')::INT) FROM orders", 0.07, 0.09),
        ("SELECT avg((birth_date IS NULL)::INT) FROM customers", 0.28, 0.32),
        ("SELECT avg((gender IS NULL)::INT) FROM customers", 0.23, 0.27),
        ("SELECT avg((home IS NULL)::INT) FROM customers", 0.23, 0.27),
        ("SELECT avg((product = 1)::INT) FROM lines", 0.018, 0.022),
        ("SELECT count(*) / (SELECT count(*) FROM customers) FROM memberships", 0.60, 0.64),
        ("SELECT count(*) / (SELECT count(*) FROM orders) FROM reviews", 0.07, 0.09),
        ("SELECT max(updated_at::DATE - created_at::DATE) FROM orders", 11, 12),
        ("SELECT count(DISTINCT created_at::DATE) FROM orders", 730, 730),
        ("SELECT count(*) FROM campaigns WHERE attribution_window IS NULL", 24, 24),
    ],
)
def test_shape(shop, sql, low, high):
    assert low <= one(shop, sql) <= high


def test_orders_of_a_customer_follow_a_power_law(shop):
    median, high, most, none = shop.execute(
        "SELECT quantile_disc(n, 0.5), quantile_disc(n, 0.99), max(n), avg((n = 0)::INT) FROM"
        " (SELECT c.id, count(o.id) AS n FROM customers AS c LEFT JOIN orders AS o ON o.customer = c.id GROUP BY c.id)"
    ).fetchone()
    assert median == 2
    assert 38 <= high <= 50
    assert 150 <= most <= 310
    assert 0.13 <= none <= 0.17


TIES = """
    SELECT count(*)
    FROM (SELECT customer, created_at FROM orders WHERE customer IS NOT NULL GROUP BY ALL HAVING count(*) > 1)
"""
UNEQUAL = """
    SELECT count(*)
    FROM orders
    JOIN (SELECT "order", sum(amount) AS net FROM lines GROUP BY "order") AS l ON l."order" = id
    WHERE total - tax <> net OR gross - discount <> net
"""


def test_exact_ties(shop):
    assert 150 <= one(shop, TIES) <= 300


def test_amounts_agree(shop):
    """What the lines add up to is what was charged before tax."""
    assert one(shop, "SELECT sum(total - tax) - (SELECT sum(amount) FROM lines) FROM orders") == 0
    assert one(shop, UNEQUAL) == 0


@pytest.mark.parametrize(
    "child, column, parent",
    [
        ("orders", "customer", "customers"),
        ("orders", "store", "stores"),
        ("orders", "staff", "staff"),
        ("lines", "order", "orders"),
        ("lines", "product", "products"),
        ("actions", "customer", "customers"),
        ("actions", "campaign", "campaigns"),
        ("reviews", "order", "orders"),
        ("points", "order", "orders"),
        ("redemptions", "order", "orders"),
        ("memberships", "customer", "customers"),
        ("customers", "home", "locations"),
    ],
)
def test_every_reference_finds_its_row(shop, child, column, parent):
    lost = f'SELECT count(*) FROM {child} WHERE "{column}" IS NOT NULL AND "{column}" NOT IN (SELECT id FROM {parent})'
    assert one(shop, lost) == 0


@pytest.mark.parametrize(
    "table, column", [("orders", "created_at"), ("actions", "acted_at"), ("reviews", "created_at")]
)
def test_ids_grow_with_time(shop, table, column):
    back = f"SELECT {column} < lag({column}) OVER (ORDER BY id) AS is_back FROM {table}"
    assert one(shop, f"SELECT count(*) FROM ({back}) WHERE is_back") == 0


def test_nobody_reviews_or_redeems_after_the_end(shop):
    for table, column in (("reviews", "created_at"), ("actions", "acted_at"), ("points", "posted_at")):
        assert str(one(shop, f"SELECT max({column}) FROM {table}")) < "2026-01-01"

"""Loads in little memory: what does not fit goes to the disk, and no row is another for it."""

from __future__ import annotations

import duckdb
import pytest

from patron.engine.backends.duckdb import connect
from patron.engine.contracts import Limits
from patron.engine.load import load, loading, tables
from patron.engine.load.reading import Sources
from patron.engine.sql.load.staging import render
from tests.load.support import rows

ROWS = 60_000
with duckdb.connect() as _connection:
    CORES = _connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
SPEC = """source shop from parquet {
  folder "data"
}
table customers from shop.customers
table sessions from shop.sessions
table orders from shop.orders
table messages from shop.messages
table actions from shop.actions
"""
SHOP = {
    "customers": "person(i) AS id, 'Berlin' AS city, CASE WHEN i % 100 = 9 THEN person(i - 1) END AS merged_into",
    "sessions": "visit(i) AS id, moment(i) AS started_at",
    "orders": "one(i) AS id, person(i * 7919) AS customer, visit(i * 104729) AS session, i % 300 / 4 AS total,"
    " moment(i * 31) AS created_at, CASE WHEN i % 3 = 0 THEN one(i * 613) END AS ref_order,"
    " CASE WHEN i % 50 = 1 THEN one(i - 1) END AS root_order",
    "messages": "mail(i) AS id, person(i * 1009) AS customer, 'm' AS campaign, moment(i * 17) AS sent_at,"
    " moment(i * 17) + INTERVAL 5 SECOND AS delivered_at",
    "actions": "'the shop saw ' || i AS id, person(i * 7919) AS customer, mail(i * 104729) AS message, 'm' AS campaign,"
    " CASE WHEN i % 4 = 0 THEN 'delivered' ELSE 'open' END AS kind, visit(i * 7) AS session,"
    " person(i * 31) AS actor, moment(i * 11) AS acted_at",
}
"""Everything refers to everything, in no order."""
MACROS = {
    **{name: f"'{name} of the shop ' || (i % {ROWS})" for name in ("person", "visit", "one", "mail")},
    "moment": f"TIMESTAMP '2026-01-01' + INTERVAL (i % {ROWS}) SECOND",
}


def test_a_shop_that_is_larger_than_the_memory(world):
    made = world(SPEC, {}, source="")
    with duckdb.connect() as connection:
        for name, value in MACROS.items():
            connection.execute(f"CREATE MACRO {name}(i) AS {value}")
        for name, columns in SHOP.items():
            file = made.root / "data" / f"{name}.parquet"
            connection.execute(f"COPY (SELECT {columns} FROM range({ROWS}) t(i)) TO '{file}'")
    bound, _ = made.bind()
    little, enough = (
        load(bound, made.root / f"loads-{memory}", limits=Limits(memory, 2)) for memory in ("70MB", "2GB")
    )
    for table in SHOP:
        asked = f"SELECT count(*), bit_xor(hash(rowid, {table})) FROM {table}"
        assert rows(little, asked) == rows(enough, asked), table
    assert rows(little, "SELECT count(*) FROM actions") == [(ROWS + ROWS * 3 // 4,)]


MAPPED = """table customers from shop.people {
  keep latest by updated_at
  add missing from orders.customer
}
table orders from shop.orders
table lines from shop.items
table messages from shop.mails
table actions from shop.actions
"""
FILES = {
    "people.csv": "id,name,updated_at,merged_into\na,Old,2026-01-01,\nb,Ben,2026-01-01,a\na,New,2026-02-01,\n",
    "orders.csv": "id,customer,created_at,total,root_order\n1,z,2026-01-02,1,\n2,b,2026-01-01,1,\n3,,2026-01-03,1,2\n",
    "items.csv": "order,product,amount\n2,x,1\n1,y,1\n",
    "mails.csv": "id,customer,campaign,sent_at,delivered_at\n1,a,m,2026-01-01,2026-01-02\n2,z,m,2026-01-01,2026-01-02\n",
    "actions.csv": "id,customer,campaign,message,kind,acted_at\n1,a,m,1,delivered,2026-01-02\n",
}


def test_sources_of_half_the_memory_are_staged_in_a_file(world, monkeypatch):
    made = world(MAPPED, FILES)
    bound, _ = made.bind()
    statements: list[str] = []
    was = Sources.run

    def run(sources, statement):
        statements.append(render(statement))
        return was(sources, statements[-1])

    monkeypatch.setattr(Sources, "run", run)
    in_memory = load(bound, made.root / "in memory")
    assert not [s for s in statements if '"staged"' in s]
    for commits in (10**6, 0):
        monkeypatch.setattr(loading, "_SMALL", 10**9)
        monkeypatch.setattr(tables, "MANY", commits)
        in_file = load(bound, made.root / f"in a file {commits}")
        assert in_file.store == in_memory.store
        for table in ("customers", "orders", "lines", "messages", "actions", "products"):
            assert rows(in_file, f"FROM {table}") == rows(in_memory, f"FROM {table}")
    staged = {s.split(" AS ")[0] for s in statements if s.startswith('CREATE TABLE "staged"')}
    assert 'CREATE TABLE "staged"."main"."stage/actions/delivered"' in staged
    assert [p.suffix for p in (made.root / "in a file 0").iterdir()] in ([".json", ".duckdb"], [".duckdb", ".json"])


@pytest.mark.parametrize(
    "limits, threads",
    [(Limits("50MB"), 1), (Limits("190MB"), 1), (Limits("999GB"), CORES), (Limits("50MB", 3), 3)],
)
def test_no_more_threads_than_can_work_in_the_memory(limits, threads):
    with connect(":memory:", limits) as connection:
        assert connection.execute("SELECT current_setting('threads')").fetchall() == [(threads,)]

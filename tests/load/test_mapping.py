"""Section 5 of the language reference: what a mapping makes of rows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.load.support import CUSTOMERS, at, faults, rows

ORDERS = "id,customer,created_at,total\n1,a,2026-01-01 10:00:00,10.00\n2,b,2026-01-02,5.5\n"


def test_without_a_block_canonical_names_are_taken_and_others_kept(world):
    loaded = world(
        "table orders from shop.orders\n", {"orders.csv": "id,customer,created_at,total,Shade\n1,a,2026-01-01,3,red\n"}
    ).load()
    assert rows(loaded, 'SELECT id, customer, total, "Shade", status, kind FROM orders') == [
        (1, "a", Decimal("3.0000"), "red", "paid", "sale")
    ]
    assert rows(loaded, "SELECT id FROM customers") == [("a",)]


def test_where_comes_before_groups_and_first_skips_missing(world):
    files = {
        "o.csv": "nr,who,at,amount,test\n1,,2026-01-02,1,n\n1,b,2026-01-01,2,n\n1,c,2026-01-03,4,n\n2,a,2026-01-01,8,y\n"
    }
    spec = """table orders from shop.o {
  where test is not "y"
  group by nr
  id = nr
  customer = first(who)
  last_customer = last(who)
  created_at = min(at)
  total = sum(amount)
  rows = count()
  known = count(who)
}
"""
    loaded = world(spec, files).load()
    asked = 'SELECT id, customer, last_customer, "created_at@date", total, rows, known FROM orders'
    assert rows(loaded, asked) == [(1, "b", "c", at("2026-01-01").date(), Decimal(7), 3, 2)]


def test_every_aggregate(world):
    files = {"o.csv": "g,v,w\na,1,x\na,2,y\na,4,y\na,,x\na,1,\n"}
    spec = """table stores from shop.o {
  group by g
  id = g
  a = sum(number(v))
  b = average(number(v))
  c = median(number(v))
  d = percentile(number(v), 50%)
  e = unique(v)
  f = most_common(w)
  h = max(v)
  i = sum(number(v) where w is "y")
  j = count(g where w is known)
}
"""
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT a, b, c, d, e, f, h, i, j FROM stores") == [(8, 2, 1.5, 1.5, 3, "x", "4", 6, 4)]


def test_a_column_that_is_neither_grouped_nor_aggregated(world):
    spec = "table stores from shop.o {\n  group by g\n  id = g\n  name = v\n  city = upper(g)\n}\n"
    assert world(spec, {"o.csv": "g,v\n1,2\n"}).problems() == [("P0712", 8, 3)]


def test_a_reference_of_the_row_is_followed_with_the_day_it_has(world):
    files = {
        "actions.csv": "id,customer,campaign,kind\n1,a,m,Open\n2,b,nothing,text_click\n",
        "campaigns.csv": "id,sent_at\nm,2026-03-01\n",
        "orders.csv": ORDERS,
    }
    spec = """table actions from shop.actions {
  acted_at = campaign.sent_at
  bad values missing
}
table campaigns from shop.campaigns
table orders from shop.orders
"""
    loaded = world(spec, files, "America/Denver").load()
    assert rows(
        loaded,
        'SELECT id, kind, acted_at, "acted_at@date", "acted_at@hour", "acted_at@day_only" FROM actions ORDER BY id',
    ) == [
        (1, "opened", at("2026-03-01T07:00"), at("2026-03-01").date(), 0, True),
        (2, "clicked", None, None, None, None),
    ]
    assert faults(loaded) == [("P0708", "W", "1 of 2 actions point to no row of campaigns (`campaign`)")]


def test_lookup_takes_the_first_match_of_all_keys(world):
    files = {
        "orders.csv": "id,customer,created_at,amount,cur\n1,a,2026-01-01,10,EUR\n2,a,2026-01-02,10,EUR\n3,a,2026-01-02,10,CHF\n",
        "rates.csv": "cur,day,rate\nEUR,2026-01-01,2\nEUR,2026-01-01,9\nEUR,2026-01-02,3\n",
    }
    spec = """table orders from shop.orders {
  total = money(amount) * number(lookup(shop.rates.rate, cur = cur, day = created_at))
  plain = lookup(shop.rates.rate, cur = cur)
  bad values missing
}
"""
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT id, total, plain FROM orders ORDER BY id") == [
        (1, Decimal(20), "2"), (2, Decimal(30), "2"), (3, None, None),
    ]  # fmt: skip
    assert faults(loaded) == [("P0705", "W", "orders.total: 1 value could not be read; first at orders.csv:4")]


def test_a_rate_that_is_not_found_stops_the_load(world):
    files = {
        "orders.csv": "id,customer,created_at,amount,cur\n3,a,2026-01-02,10,CHF\n",
        "rates.csv": "cur,rate\nEUR,2\n",
    }
    spec = "table orders from shop.orders {\n  total = money(amount) * number(lookup(shop.rates.rate, cur = cur))\n}\n"
    loaded = world(spec, files).load()
    assert loaded.path is None
    assert [(p.code, p.span.line, p.message) for p in loaded.problems] == [
        ("P0705", 6, 'lookup found no row of shop.rates for 1 value of orders.total; first at orders.csv:2: "CHF"')
    ]


def test_a_lookup_in_vain_is_told_apart_from_what_is_no_money(world):
    files = {
        "orders.csv": "id,customer,created_at,amount,cur\n1,a,2026-01-02,x,EUR\n2,a,2026-01-02,1,CHF\n3,a,2026-01-02,1,\n",
        "rates.csv": "cur,rate\nEUR,2\n",
    }
    spec = "table orders from shop.orders {\n  total = money(amount) * number(lookup(shop.rates.rate, cur = cur))\n}\n"
    assert sorted((p.message for p in world(spec, files).load().problems), reverse=True) == [
        'lookup found no row of shop.rates for 1 value of orders.total; first at orders.csv:3: "CHF"',
        '1 value of orders.total is not money; first at orders.csv:2: amount "x", shop.rates.rate "2"',
    ]


ORDERED_AT = {
    "lines.csv": "order,amount\n1,10\n2,10\n2,5\n3,10\n",
    "heads.csv": "id,at\n3,2026-01-03\n1,2026-01-01\n2,31/12/97\n",
}


@pytest.mark.parametrize("grouping, total", [("group by order", "sum(amount)"), ('where amount is "10"', "amount")])
def test_a_bad_value_that_was_looked_up_is_shown_with_its_own_place(world, grouping, total):
    spec = f"""table orders from shop.lines {{
  {grouping}
  id = order
  customer = missing
  created_at = lookup(shop.heads.at, id = order)
  total = {total}
}}
"""
    (problem,) = world(spec, ORDERED_AT).load().problems
    assert problem.message == (
        "1 value of orders.created_at is not a moment; first at lines.csv:3, looked up in shop.heads at heads.csv:4: "
        '"31/12/97"'
    )


GOODS = {"goods.csv": "code,cost,price\na,1.50,\nb,,4\nx,free,\n"}


@pytest.mark.parametrize("grouping, read", [("", "{}"), ("group by order", "first({})")])
def test_a_number_that_is_looked_up_in_vain_is_missing_and_counted(world, grouping, read):
    """The empty cell of a row that is found is missing like any other."""
    files = {"lines.csv": "order,product,amount\n1,a,10\n2,b,10\n3,c,10\n4,d,10\n5,,10\n", **GOODS}
    spec = f"""table lines from shop.lines {{
  {grouping}
  order = order
  product = {read.format("product")}
  amount = {read.format("amount")}
  cost = lookup(shop.goods.cost, code = {read.format("product")})
}}
table orders from shop.lines {{
  group by order
  id = order
  customer = missing
  created_at = "2026-01-01"
  total = sum(amount)
}}
"""
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT cost FROM lines ORDER BY 1 NULLS LAST") == [(Decimal("1.5"),), *[(None,)] * 4]
    told = [p for p in loaded.problems if p.code == "P0708" and "lookup" in p.message]
    assert [(p.severity, p.message) for p in told] == [
        ("W", "lookup found no row of shop.goods for 2 values of lines.cost, which are missing; first at lines.csv:4")
    ]


def test_a_number_that_is_found_must_be_one(world):
    files = {"orders.csv": "id,customer,created_at,product\n1,a,2026-01-01,x\n2,a,2026-01-01,q\n", **GOODS}
    spec = "table orders from shop.orders {\n  total = lookup(shop.goods.cost, code = product)\n}\n"
    loaded = world(spec, files).load()
    assert loaded.path is None
    assert sorted((p.code, p.severity, p.message.partition(";")[0]) for p in loaded.problems) == [
        ("P0705", "E", "1 value of orders.total is not money"),
        ("P0708", "W", "lookup found no row of shop.goods for 1 value of orders.total, which is missing"),
    ]


def test_the_first_bad_value_of_a_group_is_shown_where_it_stands(world):
    lines = "order,who,at,amount\n1,a,2026-01-01,5\n1,a,2026-01-01,1\x1b[2J" + "0" * 60 + "\n2,a,2026-01-01,z\n"
    spec = """table orders from shop.lines {
  group by order
  id = order
  customer = first(who)
  created_at = min(at)
  total = sum(amount)
}
"""
    (problem,) = world(spec, {"lines.csv": lines}).load().problems
    assert problem.message == (
        '2 values of orders.total are not money; first at lines.csv:3: "1\u241b[2J' + "0" * 35 + '…"'
    )


def test_add_missing_and_keep_latest(world):
    files = {
        "people.csv": "id,name,updated_at\na,Old,2026-01-01\nb,Ben,2026-01-01\na,New,2026-02-01\na,Tie,2026-02-01\n",
        "orders.csv": "id,customer,created_at,total\n1,z,2026-01-01,1\n2,b,2026-01-01,1\n3,,2026-01-01,1\n",
    }
    spec = """table customers from shop.people {
  keep latest by updated_at
  add missing from orders.customer
}
table orders from shop.orders
"""
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT id, name FROM customers ORDER BY id") == [("a", "Tie"), ("b", "Ben"), ("z", None)]
    assert loaded.problems == ()


def test_a_doubled_id_is_refused(world):
    loaded = world("table orders from shop.orders\n", {"orders.csv": ORDERS + "1,c,2026-01-01,1\n"}).load()
    assert loaded.path is None
    assert faults(loaded) == [("P0706", "E", "1 id of orders occurs more than once, first `1` (orders.csv:4)")]


@pytest.mark.parametrize(
    "more, told",
    [
        ("3 4", ""),
        ("2 3", "1 id of orders occurs more than once, first `2` (b.csv:2)"),
        ("0 2", "1 id of orders occurs more than once, first `2` (b.csv:3)"),
        ("0 9", ""),
        ("10 9", ""),
    ],
)
def test_a_doubled_id_is_refused_wherever_its_rows_stand(world, more, told):
    def written(ids):
        return "id,customer,created_at,total\n" + "".join(f"{i},a,2026-01-01,1\n" for i in ids.split())

    spec = "table orders from shop.a\ntable orders from shop.b\n"
    loaded = world(spec, {"a.csv": written("1 2"), "b.csv": written(more)}).load()
    assert [p.message for p in loaded.problems] == ([told] if told else [])
    assert (loaded.path is None) == bool(told)
    assert [(r.span.line, r.message) for p in loaded.problems for r in p.related] == (
        [(6, "this fills orders too")] if told else []
    )


def test_stacked_tables_share_extra_columns(world):
    files = {
        "a.csv": "id,customer,created_at,total,shade\n1,a,2026-01-01,1,red\n",
        "b.csv": "id,customer,created_at,total,size\n2,a,2026-01-01,2,4\n",
    }
    spec = "table orders from shop.a\ntable orders from shop.b {\n  size = number(size)\n}\n"
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT id, shade, size FROM orders ORDER BY id") == [(1, "red", None), (2, None, 4)]


def test_bad_values_name_file_line_and_column(world):
    loaded = world(
        "table orders from shop.orders\n", {"orders.csv": ORDERS + '3,"x\ny",2026-01-03,7\n4,b,soon,free\n'}
    ).load()
    assert [(p.code, p.span.line, p.message) for p in loaded.problems] == [
        ("P0705", 5, '1 value of orders.created_at is not a moment; first at orders.csv:6: "soon"'),
        ("P0705", 5, '1 value of orders.total is not money; first at orders.csv:6: "free"'),
    ]
    assert all("bad values missing" in p.hint for p in loaded.problems)


def test_another_way_that_reads_it_is_no_fault(world):
    files = {"orders.csv": "id,customer,created_at,total\n1,a,2026-01-31,1\n2,a,31.01.2026,2\n"}
    spec = """table orders from shop.orders {
  created_at = first_known(parse_date(created_at, "%Y-%m-%d"), parse_date(created_at, "%d.%m.%Y"))
}
"""
    loaded = world(spec, files).load()
    assert rows(loaded, 'SELECT DISTINCT "created_at@date" FROM orders') == [(at("2026-01-31").date(),)]


def test_a_branch_that_is_not_taken_is_no_fault(world):
    files = {"orders.csv": "id,customer,created_at,total,free\n1,a,2026-01-31,x,Y\n2,a,2026-01-31,2,N\n"}
    spec = 'table orders from shop.orders {\n  total = if (free is "Y") then money("0") else money(total)\n}\n'
    assert rows(world(spec, files).load(), "SELECT total FROM orders ORDER BY id") == [(Decimal(0),), (Decimal(2),)]


def test_sql_tables(world):
    files = {"orders.csv": ORDERS, "extra.csv": "order,fee\n1,2.5\n1,1\n"}
    spec = '''table orders = sql """
  WITH fees AS (SELECT "order", SUM(CAST(fee AS DECIMAL(10, 2))) AS fee FROM shop.extra GROUP BY 1)
  SELECT o.id, o.customer, o.created_at, CAST(o.total AS DOUBLE) + COALESCE(f.fee, 0) AS total, f.fee AS fee,
  'x' AS mark
  FROM shop.orders AS o LEFT JOIN fees AS f ON f."order" = o.id
"""
'''
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT id, customer, total, fee, mark FROM orders ORDER BY id") == [
        (1, "a", Decimal("13.5"), 3.5, "x"),
        (2, "b", Decimal("5.5"), None, "x"),
    ]


def test_ids_are_texts_and_whole_floats_lose_their_fraction(world, tmp_path):
    import duckdb

    world("", {})
    duckdb.execute(
        f"COPY (SELECT 17850.0::DOUBLE AS customer, 1 AS id, DATE '2026-01-01' AS created_at, 1.005::DOUBLE AS total) TO '{tmp_path}/data/o.parquet'"
    )
    spec = 'source typed from parquet {\n  folder "data"\n}\ntable orders from typed.o\n'
    loaded = world(spec, {}).load()
    assert rows(loaded, "SELECT id, customer, total FROM orders") == [(1, 17850, Decimal("1.0050"))]
    assert rows(loaded, "SELECT id FROM customers") == [(17850,)]


def test_leading_zeros_keep_ids_texts(world):
    loaded = world(
        "table orders from shop.o\n", {"o.csv": "id,customer,created_at,total\n007,1,2026-01-01,1\n7,2,2026-01-01,1\n"}
    ).load()
    assert rows(loaded, "SELECT id, customer FROM orders ORDER BY id") == [("007", 1), ("7", 2)]
    assert loaded.store.tables["orders"].columns["id"].storage == "text"
    assert loaded.store.tables["orders"].columns["customer"].storage == "whole"


def test_rings_of_followed_tables_are_told(world):
    files = {"campaigns.csv": "id,name\nm,M\n", "actions.csv": "id,customer,kind,campaign\n1,a,opened,m\n"}
    spec = """table actions from shop.actions {
  acted_at = campaign.sent_at
}
table campaigns from shop.campaigns {
  add missing from actions.campaign
}
"""
    assert [p.code for p in world(spec, files).load().problems if p.stops] == ["P0207"]


__all__ = ["CUSTOMERS"]

"""Section 6 and 3 of the language reference: what is stored of canonical tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.load.support import at, faults, rows

ORDERS = "id,customer,created_at,total\n1,a,2026-01-01,10\n"


def test_defaults_and_computed_columns(world):
    files = {
        "orders.csv": "id,customer,created_at,total,tax,tip,staff,canceled_at,returned_at\n"
        "1,a,2026-01-01,10,1,,k,,\n2,a,2026-01-02,20,2,0.5,,2026-01-03,\n3,,2026-01-03,,,,k,,2026-01-04\n",
        "lines.csv": "order,product,amount,quantity,staff\n1,p,4,,\n1,q,6,2,z\n2,p,20,3,\n",
        "staff.csv": "id\nk\nz\n",
        "redemptions.csv": "customer,order,coupon,redeemed_at\na,1,LATE,2026-01-02\na,1,EARLY,2026-01-01\n",
    }
    spec = "".join(f"table {t} from shop.{t}\n" for t in ("orders", "lines", "staff", "redemptions"))
    loaded = world(spec, files).load()
    assert rows(loaded, "SELECT id, net_sales, status, kind, coupon FROM orders ORDER BY id") == [
        (1, Decimal(9), "paid", "sale", "EARLY"),
        (2, Decimal("17.5"), "canceled", "sale", None),
        (3, None, "returned", "sale", None),
    ]
    assert rows(loaded, 'SELECT id, "order", quantity, staff FROM lines ORDER BY id') == [
        ("1/1", 1, 1, "k"), ("1/2", 1, 2, "z"), ("2/3", 2, 3, None),
    ]  # fmt: skip
    assert rows(loaded, "SELECT id, kind FROM redemptions ORDER BY id") == [(1, "coupon"), (2, "coupon")]
    assert loaded.store.tables["products"].present is False
    assert rows(loaded, "SELECT id FROM products ORDER BY id") == [("p",), ("q",)]


def test_tables_are_sorted_by_date_then_id(world):
    files = {"orders.csv": "id,customer,created_at,total\n10,a,2026-01-02,1\n9,a,2026-01-01,1\n2,a,2026-01-01,1\n"}
    assert rows(world("table orders from shop.orders\n", files).load(), "SELECT id FROM orders") == [(2,), (9,), (10,)]


def test_references_without_a_row_are_missing_and_counted(world):
    files = {
        "orders.csv": "id,customer,created_at,total\n1,a,2026-01-01,1\n2,zz,2026-01-01,1\n",
        "customers.csv": "id\na\n",
    }
    loaded = world("table customers from shop.customers\ntable orders from shop.orders\n", files).load()
    assert rows(loaded, "SELECT id, customer FROM orders") == [(1, "a"), (2, None)]
    assert faults(loaded) == [("P0708", "W", "1 of 2 orders point to no row of customers (`customer`)")]
    assert loaded.problems[0].hint == "`add missing from orders.customer` in customers"


def test_a_reference_by_another_name_is_no_reason_to_make_rows(world):
    files = {
        "customers.csv": "id\na\n",
        "actions.csv": "id,customer,actor,kind,acted_at\n1,a,visitor-7,clicked,2026-01-01\n",
    }
    loaded = world("table customers from shop.customers\ntable actions from shop.actions\n", files).load()
    (problem,) = loaded.problems
    assert problem.code == "P0708"
    assert "add missing" not in problem.hint
    assert "ids of customers" in problem.hint


def test_facts_of_merged_people_move_to_the_survivor(world):
    files = {
        "customers.csv": "id,merged_into\na,\nb,a\nc,b\nx,y\ny,x\n",
        "orders.csv": "id,customer,created_at,total\n1,a,2026-01-01,1\n2,b,2026-01-01,1\n3,c,2026-01-01,1\n4,x,2026-01-01,1\n",
    }
    loaded = world("table customers from shop.customers\ntable orders from shop.orders\n", files).load()
    assert rows(loaded, "SELECT id, customer FROM orders ORDER BY id") == [(1, "a"), (2, "a"), (3, "a"), (4, "x")]
    assert rows(loaded, "SELECT id, merged_into FROM customers ORDER BY id")[1] == ("b", "a")
    assert [(c, "x → y → x" in m) for c, _, m in faults(loaded)] == [("P0705", True)]


def test_delivered_messages_are_received(world):
    files = {
        "orders.csv": ORDERS,
        "messages.csv": "id,campaign,customer,channel,sent_at,delivered_at\n1,m,a,sms,2026-01-01,2026-01-02\n"
        "2,m,b,sms,2026-01-01,\n3,m,c,sms,2026-01-01,2026-01-03\n4,n,c,sms,2026-01-01,2026-01-03\n",
        "actions.csv": "id,customer,campaign,kind,acted_at,message\nk1,c,m,Text_received,2026-01-03,\nk2,c,n,clicked,2026-01-04,4\n",
    }
    spec = "".join(f"table {t} from shop.{t}\n" for t in ("orders", "messages", "actions"))
    loaded = world(spec, files).load()
    asked = "SELECT id, kind, acted_at, message, channel FROM actions ORDER BY acted_at, id"
    assert rows(loaded, asked) == [
        ("received/1", "received", at("2026-01-02"), 1, "sms"),
        ("k1", "received", at("2026-01-03"), None, None),
        ("received/4", "received", at("2026-01-03"), 4, "sms"),
        ("k2", "clicked", at("2026-01-04"), 4, None),
    ]


def test_parts_of_a_split_order_are_booked_with_their_root(world):
    files = {
        "orders.csv": "id,customer,created_at,total,root_order\n1,a,2026-05-04 15:00:00,60,\n2,a,2026-05-11,40,1\n"
    }
    loaded = world("table orders from shop.orders\n", files).load()
    assert rows(loaded, 'SELECT id, created_at, "created_at@day_only", "@visible_at" FROM orders ORDER BY id') == [
        (1, at("2026-05-04 15:00"), False, at("2026-05-04 15:00")),
        (2, at("2026-05-04 15:00"), False, at("2026-05-11")),
    ]
    assert loaded.store.newest == at("2026-05-11")


def test_two_currencies_are_refused(world):
    files = {"orders.csv": "id,customer,created_at,total,currency\n1,a,2026-01-01,1,usd\n2,a,2026-01-01,1,EUR\n"}
    loaded = world("table orders from shop.orders\n", files).load()
    assert faults(loaded) == [("P0707", "E", "two currencies: USD and EUR")]
    assert loaded.problems[0].hint == 'convert in the mapping, or leave one out: `where currency is "USD"`'


LOOKED_UP = "lookup(shop.heads.money, id = order)"


@pytest.mark.parametrize(
    "grouping, written, read",
    [
        ("", LOOKED_UP, LOOKED_UP),
        ("group by order", LOOKED_UP, LOOKED_UP),
        ("group by order", "first(money)", "money"),
        ("", 'if (money is "Euro") then "EUR" else "USD"', 'if (money is "Euro") then "EUR" else "USD"'),
    ],
)
def test_the_hint_about_two_currencies_names_a_condition_that_works(world, grouping, written, read):
    files = {
        "lines.csv": "order,who,at,amount,money\n1,a,2026-01-01,1,USD\n2,a,2026-01-01,1,Euro\n",
        "heads.csv": "id,money\n1,USD\n2,EUR\n",
    }
    spec = f"""table orders from shop.lines {{
  {grouping}
  id = order
  customer = missing
  created_at = "2026-01-01"
  total = {"sum(amount)" if grouping else "amount"}
  currency = {written}
}}
"""
    (problem,) = world(spec, files).load().problems
    where = problem.hint.removeprefix("convert in the mapping, or leave one out: `").removesuffix("`")
    assert where == f'where {read} is "USD"'
    loaded = world(spec.replace("{\n", f"{{\n  {where}\n", 1), files).load()
    assert (loaded.problems, rows(loaded, "SELECT id FROM orders")) == ((), [(1,)])


def test_a_currency_that_no_order_is_in(world):
    files = {"orders.csv": "id,customer,created_at,total,currency\n1,a,2026-01-01,1,EUR\n"}
    (problem,) = world("table orders from shop.orders\n", files).load().problems
    said = "write `currency EUR` in the project, or convert in the mapping: no order is in USD"
    assert (problem.code, problem.hint) == ("P0707", said)


def test_rows_without_an_id(world):
    files = {"orders.csv": "id,customer,created_at,total\n1,a,2026-01-01,1\n,a,2026-01-01,1\n"}
    loaded = world("table orders from shop.orders\n", files).load()
    assert faults(loaded) == [("P0705", "E", "orders.id: 1 row has none; first at orders.csv:3")]
    loaded = world("table orders from shop.orders {\n  bad values missing\n}\n", files).load()
    assert rows(loaded, "SELECT count(*) FROM orders") == [(1,)]
    assert faults(loaded) == [("P0705", "W", "orders.id: 1 row was left out; first at orders.csv:3")]


@pytest.mark.parametrize(
    "written,zone,instant,local,hour",
    [
        ("2026-05-31 23:30:00", "America/Denver", "2026-06-01 05:30", "2026-05-31", 23),
        ("2026-05-31T23:30", "America/Denver", "2026-06-01 05:30", "2026-05-31", 23),
        ("2026-05-31T23:30:00Z", "America/Denver", "2026-05-31 23:30", "2026-05-31", 17),
        ("2026-05-31 23:30:00.5 +0900", "America/Denver", "2026-05-31 14:30:00.500", "2026-05-31", 8),
        ("2026-05-31 9:05", "UTC", "2026-05-31 09:05", "2026-05-31", 9),
        ("2025-11-02 01:30:00", "America/New_York", "2025-11-02 05:30", "2025-11-02", 1),
        ("2025-11-02T06:30:00Z", "America/New_York", "2025-11-02 06:30", "2025-11-02", 1),
        ("2025-03-09 02:30:00", "America/New_York", "2025-03-09 07:30", "2025-03-09", 3),
        ("2018-11-04 00:00:00", "America/Sao_Paulo", "2018-11-04 03:00", "2018-11-04", 1),
        ("2025-04-06 01:45:00", "Australia/Lord_Howe", "2025-04-05 14:45", "2025-04-06", 1),
        ("2026-01-01 00:10:00", "Asia/Kathmandu", "2025-12-31 18:25", "2026-01-01", 0),
    ],
)
def test_moments(world, written, zone, instant, local, hour):
    files = {"orders.csv": f"id,customer,created_at,total\n1,a,{written},1\n"}
    loaded = world("table orders from shop.orders\n", files, zone).load()
    found = rows(loaded, 'SELECT created_at, "created_at@date", "created_at@hour", "created_at@day_only" FROM orders')
    assert found == [(at(instant), at(local).date(), hour, False)]


def test_a_date_is_local_midnight_wherever_the_source_is(world):
    source = 'source shop from csv {\n  folder "data"\n  timezone "UTC"\n}\n'
    files = {
        "orders.csv": "id,customer,created_at,total\n1,a,2026-05-31,1\n2,a,2026-05-31 12:00:00,1\n3,a,2026-05-31 12:00+02:00,1\n"
    }
    loaded = world("table orders from shop.orders\n", files, "America/Denver", source).load()
    assert rows(loaded, 'SELECT id, created_at, "created_at@day_only" FROM orders ORDER BY id') == [
        (1, at("2026-05-31 06:00"), True), (2, at("2026-05-31 12:00"), False), (3, at("2026-05-31 10:00"), False),
    ]  # fmt: skip


def test_the_zone_of_the_store(world):
    files = {
        "orders.csv": "id,customer,created_at,total,store\n1,a,2024-04-30T16:30:00Z,1,tpe\n2,a,2024-04-30 23:30:00,1,tpe\n3,a,2024-04-30 23:30:00,1,\n",
        "stores.csv": "id,timezone\ntpe,Asia/Taipei\nden,America/Denver\n",
    }
    loaded = world("table orders from shop.orders\ntable stores from shop.stores\n", files).load()
    assert rows(loaded, 'SELECT id, created_at, "created_at@date", "created_at@hour" FROM orders ORDER BY id') == [
        (1, at("2024-04-30 16:30"), at("2024-05-01").date(), 0),
        (2, at("2024-04-30 15:30"), at("2024-04-30").date(), 23),
        (3, at("2024-04-30 23:30"), at("2024-04-30").date(), 23),
    ]
    assert loaded.store.tables["orders"].one_zone is False


def test_a_zone_that_does_not_exist(world):
    files = {"orders.csv": ORDERS, "stores.csv": "id,timezone\nx,America/Denvr\n"}
    loaded = world("table orders from shop.orders\ntable stores from shop.stores\n", files).load()
    assert [(p.code, "America/Denver" in p.hint) for p in loaded.problems] == [("P0505", True)]


def test_numbers_are_whole_when_all_are(world):
    files = {
        "lines.csv": "order,amount,quantity,returned_quantity,size\n1,1,2,0.5,7\n1,1,3.0,1,8\n",
        "orders.csv": ORDERS,
    }
    spec = "table orders from shop.orders\ntable lines from shop.lines {\n  size = number(size)\n}\n"
    columns = world(spec, files).load().store.tables["lines"].columns
    assert [columns[c].storage for c in ("quantity", "returned_quantity", "size")] == ["whole", "double", "whole"]
    assert (columns["quantity"].low, columns["quantity"].high, columns["quantity"].never_missing) == (2, 3, True)


def test_money_is_exact_and_too_large_amounts_are_told(world):
    total = "10000000000000.00"
    files = {
        "orders.csv": f"id,customer,created_at,total\n1,a,2026-01-01,{total}\n2,a,2026-01-01,0.00005\n3,a,2026-01-01,-0.00005\n"
    }
    loaded = world("table orders from shop.orders\n", files).load()
    assert rows(loaded, "SELECT total FROM orders ORDER BY id") == [
        (Decimal(total),),
        (Decimal("0.0001"),),
        (Decimal("-0.0001"),),
    ]
    files = {"orders.csv": "id,customer,created_at,total\n1,a,2026-01-01,123456789012345678\n2,a,2026-01-01,nan\n"}
    loaded = world("table orders from shop.orders\n", files).load()
    assert [m for _, _, m in faults(loaded)] == [
        '2 values of orders.total are not money; first at orders.csv:2: "123456789012345678"'
    ]


def test_yes_no_and_texts(world):
    files = {
        "customers.csv": "id,is_blocked,tags\na,YES,vip; new ;\nb,0,\nc,,x\n",
        "orders.csv": ORDERS,
    }
    loaded = world("table orders from shop.orders\ntable customers from shop.customers\n", files).load()
    assert rows(loaded, "SELECT id, is_blocked, tags FROM customers ORDER BY id") == [
        ("a", True, ["vip", "new"]), ("b", False, None), ("c", False, ["x"]),
    ]  # fmt: skip


def test_an_empty_source_is_no_error(world):
    loaded = world("table orders from shop.orders\n", {"orders.csv": "id,customer,created_at,total\n"}).load()
    assert loaded.problems == ()
    assert rows(loaded, "SELECT count(*) FROM orders") == [(0,)]
    assert loaded.store.newest is None


def test_odd_data_is_noted(world):
    files = {
        "orders.csv": "id,customer,created_at,total,updated_at,gross,discount\n1,a,2026-01-02,10,2026-01-01,12,2\n2,a,2026-01-02,10,,12,1\n",
        "lines.csv": "order,amount\n1,10\n2,10\n",
        "reviews.csv": "id,rating,created_at\n1,6,2026-01-01\n",
    }
    spec = "".join(f"table {t} from shop.{t}\n" for t in ("orders", "lines", "reviews"))
    assert world(spec, files).load().notes == (
        "orders updated before they were created: 1",
        "ratings outside of 0 to 5: 1",
        "orders whose lines do not add up to gross less discount: 1",
    )


def test_the_busiest_customer(world):
    files = {
        "orders.csv": "id,customer,created_at,total\n" + "".join(f"{i},a,2026-01-01,1\n" for i in range(4)),
        "actions.csv": "id,customer,kind,acted_at\n"
        + "".join(f"{i},a,opened,2026-01-01\n" for i in range(3))
        + "9,b,opened,2026-01-01\n",
    }
    assert world("table orders from shop.orders\ntable actions from shop.actions\n", files).load().store.busiest == 12

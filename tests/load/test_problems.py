"""What is wrong with sources and mappings, and exactly where."""

from __future__ import annotations

import pytest

from tests.load.support import SOURCE

ORDERS = {"orders.csv": "id,customer,created_at,total,qty\n1,a,2026-01-01,1,2\n"}


@pytest.mark.parametrize(
    "spec,code,line,column",
    [
        ("table orders from shop.order\n", "P0703", 5, 24),
        ("table orders from shpo.orders\n", "P0201", 5, 19),
        ("table order from shop.orders\n", "P0201", 5, 7),
        ("table stores from shop.orders {\n  id = nr\n}\n", "P0203", 6, 8),
        ("table stores from shop.orders {\n  id = uper(id)\n}\n", "P0201", 6, 8),
        ("table stores from shop.orders {\n  name = upper(1)\n}\n", None, 0, 0),
        ("table stores from shop.orders {\n  name = left(id)\n}\n", "P0302", 6, 10),
        ('table stores from shop.orders {\n  name = parse_date(id, "%Q")\n}\n', "P0302", 6, 25),
        ('table stores from shop.orders {\n  latitude = 1 + "5"\n}\n', "P0301", 6, 16),
        ("table orders from shop.orders {\n  total = money(total) + number(qty)\n}\n", "P0301", 6, 24),
        ("table orders from shop.orders {\n  where total > 5\n}\n", "P0301", 6, 15),
        ("table orders from shop.orders {\n  where total\n}\n", "P0306", 6, 9),
        ("table orders from shop.orders {\n  total = sum(total)\n}\n", "P0302", 6, 11),
        ("table orders from shop.orders {\n  group by id, customer, created_at\n  total = sum(max(total))\n}\n",
         "P0308", 7, 15),
        ("table orders from shop.orders {\n  total = £5\n}\n", "P0304", 6, 11),
        ("table orders from shop.orders {\n  total = total\n  total = qty\n}\n", "P0110", 7, 3),
        ("table orders from shop.orders {\n  keep latest by updated\n}\n", "P0203", 6, 18),
        ("table orders from shop.orders {\n  days = age(created_at)\n}\n", "P0302", 6, 10),
        ("table stores from shop.orders {\n  where created_at is in the last 3 days\n}\n", "P0302", 6, 9),
        ("table stores from shop.orders {\n  name = customer.nam\n  city = $town\n}\n", "P0203", 6, 10),
        ("table customers from shop.orders {\n  add missing from orders.store\n}\n", "P0203", 6, 27),
        ("table lines from shop.orders\n", "P0704", 5, 1),
        ("table stores from shop.orders {\n  city = lookup(shop.orders.nam, id = id)\n}\n", "P0203", 6, 29),
        ('source shop from csv {\n  folder "data"\n}\n', "P0202", 5, 8),
        ('source x from csv {\n  folder "../.."\n}\n', "P0702", 6, 10),
        ('source x from csv {\n  folder "data"\n  header 5\n}\n', "P0302", 7, 10),
        ('source x from csv {\n  folder "data"\n  timezone "Mars/Base"\n}\n', "P0505", 7, 12),
        ('source x from postgres {\n  password "hunter2"\n}\n', "P0701", 6, 12),
        ('table stores = sql """SELECT o.idd AS id FROM shop.orders AS o"""\n', "P0203", 5, 32),
        ('table stores = sql """SELECT random() AS id FROM shop.orders AS o"""\n', "P0711", 5, None),
        ('table stores = sql """SELECT id FROM orders"""\n', "P0710", 5, 38),
        ('table stores = sql """SELECT id FROM shop.ordres"""\n', "P0703", 5, 43),
        ('table stores = sql """SELECT id,\n  getenv(\'HOME\') AS name FROM shop.orders"""\n', "P0711", 6, 3),
        ('table stores = sql """DROP TABLE shop.orders"""\n', "P0709", 5, 20),
        ('table stores = sql """SELECT FROM WHERE"""\n', "P0709", 5, 20),
        ("table stores = sql \"\"\"SELECT id FROM 'x.csv'\"\"\"\n", "P0710", 5, None),
        ('table stores = sql """SELECT name FROM pragma_table_info(1)"""\n', "P0711", 5, 40),
        ('table stores = sql """COPY shop.orders TO \'x\'"""\n', "P0709", 5, 20),
        ('table stores = sql """SELECT * FROM shop.orders, read_parquet(\'x\') AS y"""\n', "P0711", 5, None),
        ('table stores = sql """SELECT customer AS name FROM shop.orders"""\n', "P0704", 5, 1),
    ],
)  # fmt: skip
def test_one_problem_at_its_place(world, spec, code, line, column):
    found = world(spec, ORDERS).problems()
    if code is None:
        assert found == []
        return
    assert [f[:2] for f in found][:1] == [(code, line)]
    if column is not None:
        assert found[0][2] == column


def test_the_unknown_column_is_helped(world):
    problem = world("table stores from shop.orders {\n  id = custmer\n}\n", ORDERS).bind()[1][0]
    assert "Did you mean `customer`?" in problem.hint


def test_a_secret_that_is_not_set_is_named_never_shown(world, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    source = SOURCE + 'source db from postgres {\n  host "x"\n  password env("NOWHERE")\n}\n'
    problems = world("table orders from db.orders\n", ORDERS, source=source).bind()[1]
    assert [(p.code, p.span.line) for p in problems] == [("P0702", 5)]


def test_a_refused_folder_is_told_once(world):
    source = 'source shop from csv {\n  folder "../.."\n}\n'
    problems = world("table orders from shop.orders\n", ORDERS, source=source).bind()[1]
    assert [(p.code, p.span.line, p.span.column) for p in problems] == [("P0702", 3, 10)]


def test_a_folder_that_is_not_there_is_no_question_of_rights(world):
    source = 'source shop from csv {\n  folder "../nowhere"\n}\n'
    (problem,) = world("table orders from shop.orders\n", ORDERS, source=source).bind()[1]
    assert (problem.code, problem.span.line) == ("P0702", 3)
    assert problem.message == "cannot open `shop`: there is no `../nowhere`, and it would be outside the project"


def test_a_folder_of_another_kind_of_files_is_told_once(world):
    files = {**ORDERS, "stores.csv": "id\n1\n", "notes.md": ""}
    source = 'source shop from parquet {\n  folder "data"\n}\n'
    problems = world("table orders from shop.orders\ntable stores from shop.stores\n", files, source=source).bind()[1]
    assert {(p.code, p.span.line, p.message, p.hint) for p in problems} == {
        ("P0703", 2, "`shop` has no table: there is no .parquet file in data, but 2 .csv files",
         "Write `source shop from csv`."),
    }  # fmt: skip


def test_headers_that_differ(world):
    source = 'source shop from csv {\n  folder "data"\n  files {\n    orders "o*.csv"\n  }\n}\n'
    files = {"o1.csv": "id,customer,created_at,total\n", "o2.csv": "id,created_at,customer,total\n"}
    problems = world("table orders from shop.orders\n", files, source=source).bind()[1]
    assert [(p.code, "order of its columns" in p.message) for p in problems] == [("P0713", True)]


def test_what_check_imports(world):
    import subprocess
    import sys

    made = world("table orders from shop.orders\n", ORDERS)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from patron.dsl.parse import parse_file\n"
        "from patron.engine.model.mapping_binding import MappingFacts, bind_tables\n"
        "from patron.plugins.sources import csv\n"
        f"root = Path({str(made.root)!r})\n"
        "document, _ = parse_file((root / 'spec.patron').read_bytes(), 'spec.patron')\n"
        "types = {t.name: t for t in csv.patron_sources()}\n"
        "bound = bind_tables([document], MappingFacts(types, root))\n"
        "assert not bound.problems, bound.problems\n"
        "print(*sorted({'duckdb', 'pyarrow', 'sqlglot', 'pandas', 'lark'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


STRANGE = "id,customer,created_at,total,status,channel\n" + "".join(
    f"{i},a,2026-01-0{i},1,{status},{channel}\n"
    for i, (status, channel) in enumerate(
        [("paid", "kiosk"), ("VOID", "online"), ("Canceled", ""), ("VOID", ""), ("", "")], 1
    )
)


def test_a_word_outside_of_the_list_of_its_column_is_told_with_its_count_and_place(world):
    loaded = world("table orders from shop.orders {\n  status = status\n}\n", {"orders.csv": STRANGE}).load()
    assert loaded.path is not None
    (problem,) = loaded.problems
    assert (problem.code, problem.severity, problem.span.line) == ("P0705", "W", 6)
    assert problem.message == (
        "3 values are not one of open, paid, fulfilled, canceled, returned, deleted in orders.status: "
        '"VOID" (2), "Canceled" (1); first at orders.csv:3'
    )
    assert 'Did you mean "canceled" by "Canceled"?' in problem.hint
    assert "until then such an order counts as valid." in problem.hint


def test_words_of_the_list_and_of_lists_that_go_on_are_nothing_to_tell(world):
    data = STRANGE.replace("VOID", "deleted").replace("Canceled", "canceled")
    assert world("table orders from shop.orders\n", {"orders.csv": data}).load().problems == ()

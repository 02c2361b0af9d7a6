"""A name is never more than a name: of columns, tables and files of a source, and of what a spec declares."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import duckdb
import pytest

from patron.engine.runtime.errors import PatronError
from tests.hostile.support import FILES, ORDERS, as_csv, asked, shop, written

NAMES = (
    'a"b', 'a"; drop table t; --', 'x" AS y FROM read_csv(\'/etc/passwd\') --', "a'b", "a''b", '""', '"quoted"', '"',
    "select", "from", "where", "table", "order", "group", "null", "true", "*", "COLUMNS", "rowid", "a b", " ", "a  b",
    "a.b", "a.b.c", "main.customers", "é", "e\u0301", "İ", "ß", "ﬁ", "城市", "😀", "a;b", "a--b", "a/*b*/", "a\\b", "a\\",
    "$$", "{{x}}", "%s", "?", ":a", "@a", "@row", "@z", "source/shop/orders", "1", "1a", "-", "a,b", "a\tb", "a\nb",
    "`x`y`", "[a]", "(a)", "#1", "x" * 300, "é" * 300, "</script>", "=1+1", "\x1b[31m", "\u202ea", "t1", "load", "temp",
    "Ａ", "name ", "__proto__", "constructor", "nan", "inf", "0x1",
)  # fmt: skip


def _known(names: tuple[str, ...]) -> list[str]:
    """The names that a header can hold beside each other: blanks around them do not count, nor case."""
    kept: dict[str, str] = {}
    for name in names:
        bare = unicodedata.normalize("NFC", name).strip()
        if bare:
            kept.setdefault(bare.casefold(), name.strip())
    return list(kept.values())


HEADER = _known(NAMES)


def spelled(name: str) -> str | None:
    """A name between backticks, or None when a spec cannot write it."""
    bare = unicodedata.normalize("NFC", name).strip()
    return None if "`" in bare or not bare.isprintable() else f"`{bare}`"


def filled(kind: str, folder: Path, header: list[str], customer: str = "c1") -> str:
    """Orders with columns of these names, stored by a connector; the source statement that reads them."""
    row = ["o1", customer, "2026-03-01 10:00:00", "10.00", *(f"v{n}" for n in range(len(header)))]
    names = ["id", "customer", "created_at", "total", *header]
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "csv":
        (folder / "orders.csv").write_text(as_csv(names, [row]), encoding="utf-8")
        return 'source shop from csv {\n  folder "data"\n}\n'
    if kind == "json":
        import json

        (folder / "orders.json").write_text(json.dumps([dict(zip(names, row, strict=True))]), encoding="utf-8")
        return 'source shop from json {\n  folder "data"\n}\n'
    if kind == "sqlite":
        import sqlite3

        with sqlite3.connect(folder / "shop.sqlite") as stored:
            columns = ", ".join('"' + n.replace('"', '""') + '" TEXT' for n in names)
            stored.execute(f"CREATE TABLE orders ({columns})")
            stored.execute(f"INSERT INTO orders VALUES ({', '.join('?' * len(row))})", row)
        stored.close()
        return 'source shop from sqlite {\n  file "data/shop.sqlite"\n}\n'
    with duckdb.connect(str(folder / "shop.duckdb")) as stored:
        columns = ", ".join('"' + n.replace('"', '""') + '" VARCHAR' for n in names)
        stored.execute(f"CREATE TABLE orders ({columns})")
        stored.execute(f"INSERT INTO orders VALUES ({', '.join('?' * len(row))})", row)
        if kind == "parquet":
            stored.execute(f"COPY orders TO '{folder / 'orders.parquet'}'")
            return 'source shop from parquet {\n  folder "data"\n}\n'
    return 'source shop from duckdb {\n  file "data/shop.duckdb"\n}\n'


PROJECT = 'language 1\nproject "S" {\n  timezone "UTC"\n  currency USD\n}\n'


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "sqlite", "duckdb"])
def test_every_column_is_reached_by_its_name(tmp_path: Path, kind: str) -> None:
    source = filled(kind, tmp_path / "data", HEADER)
    dims = [(n, spelled(name)) for n, name in enumerate(HEADER) if spelled(name)]
    mapped = "".join(f"  w{n} = {name}\n" for n, name in dims)
    values = tuple(f"v{n}" for n, _ in dims)
    for block, names in (("", [name for _, name in dims]), (f" {{\n{mapped}}}", [f"w{n}" for n, _ in dims])):
        table = f"table orders from shop.orders{block}\n"
        with shop(tmp_path, "", {}, head=PROJECT + source + table) as project:
            phrase = "total_orders by " + ", ".join(f"order.{name}" for name in names)
            assert project.query(phrase).rows == ((*values, 1),)
            told = " and ".join(f'order.{name} is "{value}"' for name, value in zip(names, values, strict=True))
            assert project.query(f"total_orders where {told}").rows == ((1,),)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_names_that_differ_by_case_alone(tmp_path: Path, kind: str) -> None:
    """Names are compared without regard to case, so two of them cannot be told apart: said, or the first is taken."""
    source = filled(kind, tmp_path / "data", ["Note", "note"])
    with shop(tmp_path, "", {}, head=PROJECT + source + "table orders from shop.orders\n") as project:
        assert {p.code for p in project.check(data=True) if p.stops} == {"P0713"}


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_composed_and_decomposed_names_are_one(tmp_path: Path, kind: str) -> None:
    source = filled(kind, tmp_path / "data", ["e\u0301tat"])
    with shop(tmp_path, "", {}, head=PROJECT + source + "table orders from shop.orders\n") as project:
        assert project.query("total_orders by order.état").rows == (("v0", 1),)


FILE_NAMES = [n for n in HEADER if "/" not in n and len(n.encode()) < 200 and "\0" not in n and "*" not in n]


def test_files_of_any_name(tmp_path: Path) -> None:
    """A file is read by its name written out, however it is called."""
    tables, files, mapped = [], {}, []
    for n, name in enumerate(FILE_NAMES):
        if spelled(name) is None or "?" in name or "[" in name:
            continue
        files[f"{name}.csv"] = f"id,name\np{n},x\n"
        written_name = unicodedata.normalize("NFC", name).replace("\\", "\\\\").replace('"', '\\"')
        tables.append(f'    t{n} "{written_name}.csv"\n')
        mapped.append(f"table products from shop.t{n}\n")
    head = PROJECT + 'source shop from csv {\n  folder "data"\n  files {\n' + "".join(tables) + "  }\n}\n"
    with shop(
        tmp_path, "table orders from shop.orders\n" + "".join(mapped), {**files, "orders": ORDERS}, tables=[], head=head
    ) as project:
        found = project.query("count(products)").rows
    assert found == ((len(mapped),),)


def test_tables_are_named_by_their_files(tmp_path: Path) -> None:
    names = [n for n in FILE_NAMES if spelled(n) and "." not in n]
    files = {f"{name}.csv": f"id,name\np{n},x\n" for n, name in enumerate(names)}
    mapped = "".join(f"table products from shop.{spelled(name)}\n" for name in names)
    with shop(tmp_path, mapped, {**files, "orders": ORDERS}, tables=["orders"]) as project:
        assert project.query("count(products)").rows == ((len(names),),)


@pytest.mark.parametrize(
    "name", ['a"; drop table t; --', "select", "../../x", "a'b", "x" * 300, "-", "é", "nul", "a/b"]
)
def test_declared_names_stay_names(tmp_path: Path, name: str) -> None:
    word = spelled(name)
    spec = f"""
metric {word} = count(orders)
filter {word} on orders = total > $1
trait {word} on customers = count(orders)
audience {word} {{ include their total_orders > 0 }}
event {word} on orders at created_at
list {word} {{ from audience {word} }}
report {word} {{
  for audience {word}
  show table of {word} by customer.{word}
  export "x" as csv
}}
"""
    written(tmp_path, spec)
    phrase = f"{word} by customer.{word} where order.{word}"
    for args in (["check"], ["query", phrase, "--format", "json"], ["audience", name], ["plan", name], ["sql", name],
                 ["lists", "take", name], ["run", name, "--format", "csv"]):  # fmt: skip
        done = asked(tmp_path, "--as-of", "2026-05-06", *args)
        assert done.exit_code in ((0,) if args[0] not in ("plan", "sql") else (0, 3)), done.output
    made = {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")}
    assert made <= {"data", "shop.patron", "out", ".patron"}


def test_unknown_names_are_told_without_harm(tmp_path: Path) -> None:
    with shop(tmp_path, "", FILES) as project:
        for name in HEADER:
            with pytest.raises(PatronError) as caught:
                project.query(f"total_orders by order.`{name}`")
            assert caught.value.exit_code == 3


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "sqlite", "duckdb"])
def test_texts_of_every_store_are_composed(tmp_path: Path, kind: str) -> None:
    """A text is compared in NFC however its store spells it, also as an id that refers to another row."""
    source = filled(kind, tmp_path / "data", [], customer="cafe\u0301")
    spec = 'source more from csv {\n  folder "more"\n}\ntable customers from more.customers\n'
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "customers.csv").write_text("id,name\ncaf\u00e9,Ann\n", encoding="utf-8")
    with shop(tmp_path, "", {}, head=PROJECT + source + spec + "table orders from shop.orders\n") as project:
        assert project.query(
            'count(orders where customer is "caf\u00e9"), count(orders where customer.name is "Ann")'
        ).rows == ((1, 1),)
        assert project.why("cafe\u0301", "all_tracked_users").member

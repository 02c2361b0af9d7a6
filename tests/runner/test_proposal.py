"""What `patron init --from` makes of files: keys, dates, money, places, and what it leaves alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from patron.engine.load.peek import peek_parquet
from patron.engine.runner.proposal import propose
from patron.engine.runner.proposal.columns import column_of
from patron.engine.runner.proposal.dates import date_form
from patron.engine.runner.proposal.names import quoted, snake, words
from patron.engine.runner.proposal.template import template
from patron.engine.runtime.errors import UsageError


def model(folder: Path) -> str:
    return propose(folder, "data", "Shop", peek_parquet).files["model.patron"]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def squeezed(text: str) -> str:
    return " ".join(text.split())


ORDERS = "id,customer_id,ordered_at,total\n" + "".join(
    f"o{i},{i % 7 + 1},2026-01-{i % 28 + 1:02} 10:00:00,{10 + i}.50\n" for i in range(40)
)


def test_orders_with_an_amount_of_their_own(tmp_path: Path) -> None:
    told = squeezed(model(write(tmp_path, orders=ORDERS)))
    assert "every row of orders is an order: 40 rows" in told
    assert "customer = customer_id created_at = ordered_at total = total" in told
    assert "group by" not in told


def test_a_ticket_number_that_starts_again_every_day_in_every_shop(tmp_path: Path) -> None:
    rows = [
        f"{n},2026-01-{day:02},09:0{n},{shop},{(shop * 31 + day * 7 + n) % 50 + 1},{item},{2.5 * item}"
        for day in range(1, 11) for shop in (1, 2) for n in range(1, 6) for item in (1, 2)
    ]  # fmt: skip
    head = "transaction_id,transaction_date,transaction_time,store_id,customer_id,product_id,amount\n"
    told = squeezed(model(write(tmp_path, receipts=head + "\n".join(rows) + "\n")))
    assert "group by store_id, transaction_date, transaction_id" in told
    assert 'id = text_join("|", store_id, transaction_date, transaction_id)' in told
    assert "created_at = moment(transaction_date, min(transaction_time))" in told
    assert "total = sum(amount)" in told
    assert "table lines from files.receipts" in told


def test_orders_and_their_lines_in_two_files(tmp_path: Path) -> None:
    orders = "OrderID,CustomerID,OrderDate,Freight\n" + "".join(
        f"{i},C{i % 5},2026-02-{i:02},3.20\n" for i in range(1, 21)
    )
    lines = "OrderID,ProductID,UnitPrice,Quantity,Discount\n" + "".join(
        f"{i},{p},{p * 2}.25,{p + i},0.{p}\n" for i in range(1, 20) for p in (1, 2)
    )
    told = squeezed(model(write(tmp_path, orders=orders, order_details=lines)))
    assert "customer = lookup(files.orders.CustomerID, OrderID = OrderID)" in told
    assert "sum(money(UnitPrice) * number(Quantity) * (1 - number(Discount)))" in told
    assert "1 rows of orders have none here" in told


def test_nobody_is_missing_and_everybody_else_is_added(tmp_path: Path) -> None:
    people = "customer_id,first_name,last_name,birthdate,city\n" + "".join(
        f"{i},Ann{i},Lee,19{60 + i}-01-0{i},Rome\n" for i in range(1, 8)
    )
    walk_ins = ORDERS.replace("o1,2,", "o1,0,").replace("o2,3,", "o2,0,")
    told = squeezed(model(write(tmp_path, orders=walk_ins, customers=people)))
    assert 'customer = missing_if(customer_id, "0")' in told
    assert 'name = text_join(" ", first_name, last_name)' in told
    assert "birth_date = birthdate" in told


def test_a_file_without_a_header_parted_by_blanks(tmp_path: Path) -> None:
    draw = random.Random(1)
    rows = [
        f" 000{draw.randint(10, 30)} 2026{draw.randint(1, 9):02}{draw.randint(1, 28):02}  {draw.randint(1, 4)}  "
        f"{draw.randint(5, 90)}.99"
        for _ in range(200)
    ]
    (tmp_path / "sample.txt").write_text("\n".join(rows) + "\n")
    told = squeezed(model(tmp_path))
    assert 'delimiter " " header no' in told
    assert 'columns "customer", "day", "quantity", "amount"' in told
    assert 'parse_date(day, "%Y%m%d")' in told


def test_texts_that_stand_for_nothing_are_blank(tmp_path: Path) -> None:
    spoiled = ORDERS.replace("10.50", "ERROR").replace("11.50", "ERROR").replace("12.50", "UNKNOWN")
    spoiled = spoiled.replace("13.50", "UNKNOWN")
    assert 'blank "", "ERROR", "UNKNOWN"' in squeezed(model(write(tmp_path, orders=spoiled)))


def test_files_of_several_months_are_one_table(tmp_path: Path) -> None:
    head, *rows = ORDERS.splitlines()
    write(tmp_path, orders_2025=f"{head}\n" + "\n".join(rows[:20]), orders_2026=f"{head}\n" + "\n".join(rows[20:]))
    told = squeezed(model(tmp_path))
    assert 'files { orders "orders_*.csv" }' in told
    assert "40 rows" in told


def test_a_folder_without_sales(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="looks like sales"):
        model(write(tmp_path, cities="name,population\nRome,3\nOslo,1\n"))


@pytest.mark.parametrize(
    "name, values, kind",
    [
        ("amount", ["1.50", "2.25", "3"], "decimal"),
        ("price", ["$1.50 ", "$2,000.25 "], "decimal"),
        ("rows", ["1", "2"], "whole"),
        ("day", ["2026-01-02", "2026-01-03"], "date"),
        ("at", ["2026-01-02 10:00:00.000", "2026-01-03T11:30:00Z"], "moment"),
        ("time", ["10:15", "9:30"], "time"),
        ("active", ["Y", "N", "Y"], "yesno"),
        ("city", ["Rome", "Oslo"], "text"),
        ("nothing", [None, ""], "empty"),
    ],
)
def test_kinds_of_columns(name: str, values: list[str | None], kind: str) -> None:
    assert column_of(name, values).kind == kind


def test_what_does_not_add_up() -> None:
    def adds(name: str, *values: str) -> bool:
        return column_of(name, values).adds_up

    assert adds("amount", "1.50", "2.25")
    assert not adds("customer_id", "17", "18")
    assert not adds("store_latitude", "40.7", "41.2")
    assert not adds("rating", "4.5", "3.0")
    assert not adds("discount", "0.1", "0.25")
    assert adds("discount", "10.00", "25.00")
    assert not adds("open_rate", "12%", "20%")
    assert not adds("postcode", "10115", "80331")


def test_numbers_are_cleaned() -> None:
    price = column_of("price", ["$1.50 ", "$2,000.25 "])
    assert price.clean == 'replace(replace(trim(price), "$", ""), ",", "")'


def test_dates_are_told_from_all_values() -> None:
    def pattern(*values: str) -> tuple[str | None, bool]:
        form = date_form(values)
        assert form is not None
        return form.pattern, form.unsure

    assert pattern("1/31/2026", "2/1/2026") == ("%m/%d/%Y", False)
    assert pattern("31/1/2026", "1/2/2026") == ("%d/%m/%Y", False)
    assert pattern("4/1/2026", "4/2/2026", "4/3/2026") == ("%m/%d/%Y", True)
    assert pattern("1/4/2026", "2/4/2026", "3/4/2026") == ("%d/%m/%Y", True)
    assert pattern("12/1/10 8:26", "1/31/11 17:05") == ("%m/%d/%y %H:%M", False)
    assert pattern("31.12.2026") == ("%d.%m.%Y", False)
    assert date_form(["abc", "def"]) is None


def test_names() -> None:
    assert words("CustomerID") == ("customer", "id")
    assert words("line_item_amount") == ("line", "item", "amount")
    assert snake("OrderDate") == "order_date"
    assert quoted("customer_first-name") == "`customer_first-name`"
    assert quoted("where") == "`where`"


def test_the_template_has_no_loose_ends() -> None:
    files = template('Ann\'s "Shop"', "Europe/Berlin", "EUR")
    assert 'project "Ann\'s \\"Shop\\""' in files["model.patron"]
    assert "€50" in files["words.patron"]
    assert set(files) >= {"model.patron", "words.patron", "overview.patron", "tests.patron", "patron.toml"}

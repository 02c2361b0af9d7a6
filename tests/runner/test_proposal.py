"""What `patron init --from` makes of files: keys, dates, money, places, and what it leaves alone."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from patron.engine.runner.project import open_project
from patron.engine.runner.proposal import propose
from patron.engine.runner.proposal.columns import column_of
from patron.engine.runner.proposal.dates import date_form
from patron.engine.runner.proposal.names import quoted, snake, words
from patron.engine.runner.proposal.template import template
from patron.engine.runner.starting import Wish, start
from patron.engine.runtime.errors import UsageError


def model(folder: Path) -> str:
    return propose(folder, "data", "Shop").files["model.patron"]


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
    assert "customer = customer_id created_at = ordered_at }" in told
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


def test_the_files_of_the_tutorial(tmp_path: Path) -> None:
    people = "id,name,born\nada,Ada Lindmere,1988-04-12\nben,Ben Oakfield,1973-11-30\ncleo,Cleo Wrenton,1995-02-08\n"
    orders = "number,customer,placed,amount,place,state\n" + "".join(
        f"{i},{who},2026-03-{i:02} 09:15,{i}.50,{'web' if i % 3 else 'shop'},{'canceled' if i == 5 else 'paid'}\n"
        for i, who in enumerate(["ada", "ben", "", "ada", "cleo", "cleo", "fay", "ben"], 1)
    )
    told = squeezed(model(write(tmp_path, people=people, orders=orders)))
    assert "every row of orders is an order: 8 rows" in told
    assert "id = number" in told
    assert "status = state" in told
    assert "birth_date = born add missing from orders.customer # 1 id met in orders is not in this file: fay" in told
    assert "customer = customer # 1 rows name nobody" in told
    assert 'channel = if (place is "shop") then "retail" else if (place is "web") then "online"' in told


def test_orders_with_totals_and_their_lines_in_another_file(tmp_path: Path) -> None:
    items = (
        "order_id,sku,qty,line_total\n" + "".join(f"o{i},s{i % 3},2,{i}.00\n" for i in range(38)) + "o99,s1,1,5.00\n"
    )
    goods = "sku,title,category\ns0,Mug,Kitchen\ns1,Pen,Office\n"
    told = squeezed(model(write(tmp_path, orders=ORDERS, order_items=items, products=goods)))
    assert "table lines from files.order_items { order = order_id product = sku" in told
    assert "1 lines name an order that is not there" in told
    assert "2 orders have no lines" in told
    assert "12 rows name a product that its file does not know" in told
    assert "quantity = qty amount = line_total" in told


def test_other_languages_and_a_comma_before_the_cents(tmp_path: Path) -> None:
    orders = "Bestellnummer;Kundennr;Bestelldatum;Gesamtbetrag;Stand\n" + "".join(
        f"B{i};K{i % 4};{i + 1:02}.03.2026;1.234,50;{'storniert' if i % 5 == 0 else 'bezahlt'}\n" for i in range(20)
    )
    people = "Kundennr;Vorname;Nachname;Ort;Geschlecht\n" + "".join(
        f"K{i};Jörg;Müller;Köln;{'weiblich' if i % 2 else 'männlich'}\n" for i in range(4)
    )
    (tmp_path / "Bestellungen.csv").write_text(orders)
    (tmp_path / "Kunden.csv").write_text(people, encoding="latin-1")
    told = squeezed(model(tmp_path))
    assert 'delimiter ";" encoding "latin-1"' in told
    assert 'decimal ","' in told
    assert "source files_2" not in told
    assert 'id = Bestellnummer customer = Kundennr created_at = parse_date(Bestelldatum, "%d.%m.%Y")' in told
    assert 'total = replace(trim(Gesamtbetrag), ".", "")' in told
    assert 'if (Stand is "storniert") then "canceled"' in told
    assert 'if (Geschlecht is "weiblich") then "F"' in told


def test_totals_on_the_first_row_of_each_order(tmp_path: Path) -> None:
    """As web shops export: what is the order's own stands on its first row only."""
    head = "Name,Email,Financial Status,Total,Taxes,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
    rows = [
        f"#{n},p{n % 7}@example.org,{'paid' if n % 5 else 'voided'},{n}.00,1.00,2026-01-{n:02} 10:00:00,1,Mug,{n}.00\n"
        f"#{n},p{n % 7}@example.org,,,,2026-01-{n:02} 10:00:00,1,Pen,1.00\n"
        for n in range(3, 29)
    ]
    told = squeezed(model(write(tmp_path, export=head + "".join(rows))))
    assert "one order for each Name: 26 orders in 52 rows" in told
    assert "customer = first(Email) # a guess: people are told apart by Email" in told
    assert "total = sum(Total) # 26 rows have no Total: they add nothing tax = sum(Taxes)" in told
    assert 'status = if (first(`Financial Status`) is "voided") then "canceled"' in told
    assert "product = `Lineitem name` quantity = `Lineitem quantity`" in told
    assert "amount = money(`Lineitem price`) * number(`Lineitem quantity`)" in told


def test_the_report_holds_the_days_of_the_shop(tmp_path: Path) -> None:
    late = ORDERS.replace("10:00:00", "20:00:00 -0500")
    files = propose(write(tmp_path, orders=late), "data", "Shop", timezone="UTC").files
    assert "period 2026-01-02 to 2026-01-29" in files["first_look.patron"]
    there = propose(tmp_path, "data", "Shop", timezone="America/New_York").files
    assert "period 2026-01-01 to 2026-01-28" in there["first_look.patron"]


def test_two_ready_reports_about_the_last_days_of_the_files(tmp_path: Path) -> None:
    files = propose(write(tmp_path, orders=ORDERS), "data", "Shop", timezone="UTC").files
    ready = files["ready.patron"]
    assert "report data_analytics like aiq.data_analytics {\n  for audience all_tracked_users\n" in ready
    assert "report list_performance like shopline.list_performance {\n  for list regulars\n" in ready
    assert ready.count("  period 2026-01-19 to 2026-01-25\n  as of 2026-01-28\n") == 2, "as many weeks as before"
    assert "  take once on 2026-01-18 23:59\n" in ready, "a date alone is its beginning here, and its end to --as-of"
    assert "`patron lists take regulars --as-of 2026-01-18T23:59`" in ready
    nobody = "\n".join(",".join(line.split(",")[::2] + line.split(",")[3:]) for line in ORDERS.splitlines()) + "\n"
    assert "ready.patron" not in propose(write(tmp_path, orders=nobody), "data", "Shop", timezone="UTC").files


def test_a_customer_by_inclusion(tmp_path: Path) -> None:
    people = "id,name\n" + "".join(f"p{i},Ann\n" for i in range(1, 8))
    orders = ORDERS.replace("customer_id", "who")
    for i in range(1, 8):
        orders = orders.replace(f",{i},2026", f",p{i},2026")
    told = squeezed(model(write(tmp_path, orders=orders, people=people)))
    assert "customer = who" in told


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "scan.pdf").write_bytes(b"x")
    (tmp_path / "broken.parquet").write_bytes(b"x")
    write(tmp_path, orders=ORDERS, weather="day,rain\n2026-01-01,3\n", doubled="a,a\n1,2\n")
    told = model(tmp_path)
    assert "#   weather.csv: 1 rows; none of Patron's tables was seen in it" in told
    assert "#   doubled.csv: its header holds `a` twice" in told
    assert "#   broken.parquet: it is no parquet file to read" in told
    assert "#   inner: a folder" in told
    assert "#   scan.pdf: no csv, parquet, json, sqlite or duckdb file" in told


def test_empty_totals_and_rows_without_a_date(tmp_path: Path) -> None:
    rows = "id,customer,created_at,total,quantity,unit_price\n" + "".join(
        f"{i},c{i % 3},{'' if i == 7 else '2026-01-02'},{'' if i in (3, 4) else 2 * i}.0,2,{i}.0\n".replace(",.0", ",")
        for i in range(1, 41)
    )
    told = squeezed(model(write(tmp_path, orders=rows)))
    assert "1 rows of orders have no created_at: they are in no period" in told
    assert "total = first_known(money(total), money(unit_price) * number(quantity)) # 2 empty ones filled" in told


def test_rows_that_stand_there_twice(tmp_path: Path) -> None:
    people = "id,name,city\n1,Ann,Rome\n2,Bob,Oslo\n2,Bobby,Oslo\n,Nobody,Rome\n"
    twice = ORDERS + "".join(ORDERS.splitlines(keepends=True)[1:4])
    told = squeezed(model(write(tmp_path, orders=twice, customers=people)))
    assert "3 rows of orders stand there twice, the same in every column: counted once" in told
    assert "group by id, customer_id, ordered_at, total" in told
    assert "where id is known group by id id = id name = last(name) city = last(city)" in told


def test_a_newer_row_of_a_customer_holds(tmp_path: Path) -> None:
    people = "id,name,updated_at\n" + "".join(f"{i},Ann,2026-01-01\n" for i in range(1, 12)) + "2,Bea,2026-02-01\n"
    told = squeezed(model(write(tmp_path, orders=ORDERS, customers=people)))
    assert "keep latest by updated_at # 1 rows repeat an id" in told


def test_other_currencies_are_left_out_aloud(tmp_path: Path) -> None:
    head, *rows = ORDERS.splitlines()
    text = f"{head},currency,tax\n" + "".join(f"{r},{'USD' if i == 3 else 'EUR'},1.00\n" for i, r in enumerate(rows))
    told = squeezed(model(write(tmp_path, orders=text)))
    assert "currency EUR # most rows with a currency say so; 1 rows in other currencies than EUR are left out" in told
    assert 'where currency is "EUR"' in told
    assert "# 1 rows in other currencies than EUR are left out (currency: USD 1): to count them, convert them" in told
    assert "sales total # what was charged" in told


CODES = ("EUR", "USD", "usd", "USD", "")
LINES = "order_id,product,quantity,price\n" + "".join(f"o{i % 40},p{i % 5},{i % 3 + 1},2.50\n" for i in range(90))


def test_currencies_of_orders_whose_amounts_stand_in_another_file(tmp_path: Path) -> None:
    """The orders of one currency, spelled as it may be, and those that name none; and their lines alone."""
    rows = [(f"o{i}", str(i % 7), f"2026-01-{i % 28 + 1:02}", CODES[i % 5]) for i in range(40)]
    head = "id,customer_id,ordered_at,currency\n" + "".join(",".join(row) + "\n" for row in rows)
    told = started(tmp_path, orders=head, order_lines=LINES)
    found = "lookup(files.orders.currency, id = order_id)"
    assert told.count(f'where upper(trim({found})) is "USD" or {found} is missing') == 2
    assert "currency USD # most rows with a currency say so; 8 rows in other currencies than USD are left out" in told
    with open_project(tmp_path / "shop") as project:
        (answer,) = project.query("total_orders, sum(lines.amount)").rows
    kept = {i for i in range(40) if CODES[i % 5] != "EUR"}
    lines = [i for i in range(90) if i % 40 in kept]
    assert answer == (len(kept), sum((i % 3 + 1) * Decimal("2.5") for i in lines))


def test_lines_of_orders_in_another_currency_are_left_out(tmp_path: Path) -> None:
    head, *rows = ORDERS.splitlines()
    text = f"{head},currency\n" + "".join(f"{r},{'USD' if i % 4 else 'EUR'}\n" for i, r in enumerate(rows))
    told = started(tmp_path, orders=text, order_lines=LINES)
    assert 'table orders from files.orders { where currency is "USD"' in told
    assert 'table lines from files.order_lines { where lookup(files.orders.currency, id = order_id) is "USD"' in told


def test_a_currency_that_was_named_is_kept(tmp_path: Path) -> None:
    head, *rows = ORDERS.splitlines()
    text = f"{head},currency\n" + "".join(f"{r},{'USD' if i % 4 else 'EUR'}\n" for i, r in enumerate(rows))
    made = propose(write(tmp_path, orders=text), "data", "Shop", currency="eur")
    assert 'where currency is "EUR"' in made.files["model.patron"]
    assert any("currency EUR: 30 rows in other currencies than EUR are left out" in line for line in made.found)


def test_a_word_for_cancelled(tmp_path: Path) -> None:
    head, *rows = ORDERS.splitlines()
    text = f"{head},void_flag\n" + "".join(f"{r},{'Y' if i == 3 else 'N'}\n" for i, r in enumerate(rows))
    assert 'status = if (void_flag is "Y") then "canceled" else "paid"' in squeezed(model(write(tmp_path, orders=text)))


def test_further_tables_by_name_and_content(tmp_path: Path) -> None:
    reviews = "review_id,stars,written_at,customer_id\n1,5,2026-01-03,2\n2,4,2026-01-04,3\n"
    visits = "visit,customer_id,begin_at\nv1,2,2026-01-03 10:00:00\nv2,3,2026-01-04 10:00:00\n"
    told = squeezed(model(write(tmp_path, orders=ORDERS, reviews=reviews, visits=visits, points="customer\n1\n")))
    assert "id = review_id rating = stars created_at = written_at customer = customer_id" in told
    assert "id = visit customer = customer_id started_at = begin_at" in told
    assert "points.csv: 1 rows" in told


def started(tmp_path: Path, **files: str) -> str:
    """The model of a project that loads and holds, spaces squeezed."""
    (tmp_path / "data").mkdir()
    made = start(Wish(tmp_path / "shop", write(tmp_path / "data", **files)))
    assert (made.taken_out, made.problems) == ((), ())
    with open_project(tmp_path / "shop") as project:
        assert [p for p in project.check(data=True) if p.stops] == []
    return squeezed((tmp_path / "shop" / "model.patron").read_text())


def people(head: str, row: str) -> str:
    return f"id,name,{head}\n" + "".join(f"{i},Ann,{row.format(i=i)}\n" for i in range(1, 8))


@pytest.mark.parametrize(
    "files, said",
    [
        ({"customers": people("member_since", "2025-0{i}-01")}, "{ customer = id joined_at = member_since }"),
        (
            {"members": people("joined_at,left_at,tier", "2025-0{i}-01,2026-0{i}-01,gold")},
            "{ customer = id }",
        ),
        (
            {"customers": people("since,club_no", "2025-0{i}-01,90{i}").replace(",903", ",")},
            "{ where club_no is known customer = id joined_at = since # a guess: who has a club_no is a member }",
        ),
    ],
)
def test_members_among_the_customers(tmp_path: Path, files: dict[str, str], said: str) -> None:
    (name,) = files
    told = started(tmp_path, orders=ORDERS, **files)
    assert f"table memberships from files.{name} {said}" in told


def test_the_date_of_an_account_is_no_membership_until_somebody_says_so(tmp_path: Path) -> None:
    told = started(tmp_path, orders=ORDERS, customers=people("customer_since", "2025-0{i}-01"))
    assert "created_at = customer_since" in told
    asked = "table memberships from files.customers { customer = id joined_at = customer_since }"
    assert f"# if these people joined a club on their customer_since: {asked}" in told
    assert told.count("table memberships") == 1


def test_generations_of_years_of_birth_and_of_their_own(tmp_path: Path) -> None:
    born = "birth_year,generation\n" + "".join(f"198{i},Gen {i}\n" for i in range(1, 8))
    told = started(tmp_path, orders=ORDERS, customers=people("birth_year", "198{i}"), generations=born)
    assert "generation = lookup(files.generations.generation, birth_year = birth_year)" in told
    write(tmp_path / "data", customers=people("age_generation", "Gen {i}"))
    assert "generation = age_generation" in squeezed(model(tmp_path / "data"))


def test_the_channel_of_a_yes_or_no(tmp_path: Path) -> None:
    head, *rows = ORDERS.splitlines()

    def orders(column: str) -> str:
        return f"{head},{column}\n" + "".join(f"{r},{'Y' if i % 3 else 'N'}\n" for i, r in enumerate(rows))

    told = started(tmp_path, orders=orders("is_online"))
    assert 'channel = if (is_online is "Y") then "online" else "retail" # a guess: what is not is_online' in told
    unsure = squeezed(model(write(tmp_path / "data", orders=orders("instore_yn"))))
    assert '# if what is not instore_yn was ordered online: channel = if (instore_yn is "Y")' in unsure
    assert unsure.count("channel =") == 1
    assert "channel" not in squeezed(model(write(tmp_path / "data", orders=orders("online_coupon"))))


def test_databases(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as base:
        base.execute("CREATE TABLE orders (id INTEGER, customer_id INTEGER, ordered_at TEXT, total REAL)")
        rows = [(i, i % 7 + 1, f"2026-01-{i + 1:02} 10:00:00", i * 2.5) for i in range(20)]
        base.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
        base.commit()
    told = squeezed(model(tmp_path))
    assert 'source shop from sqlite { file "data/shop.sqlite"' in told
    assert "table orders from shop.orders { customer = customer_id created_at = ordered_at }" in told


def test_two_files_of_one_name(tmp_path: Path) -> None:
    write(tmp_path, orders=ORDERS)
    (tmp_path / "orders.txt").write_text(ORDERS.replace(",", "\t"))
    told = squeezed(model(tmp_path))
    assert 'files { orders_csv "orders.csv" }' in told
    assert "orders.txt: it has the columns of orders_csv, so perhaps it is a copy" in told


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(UsageError, match="cannot be read: permission denied"):
        model(tmp_path)


@pytest.mark.parametrize(
    "files, said",
    [
        ({}, "There are no csv, parquet, json, sqlite or duckdb files in it"),
        ({"orders": "id,customer,created_at,total\n"}, "orders has no rows"),
        ({"orders": "id,customer,total\n1,a,5.00\n2,b,6.00\n"}, "orders has no date of an order"),
    ],
)
def test_why_nothing_is_proposed(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        model(write(tmp_path, **files))
    assert said in str(raised.value.hint)


def test_a_few_dirty_dates_of_few_days_are_told_with_their_place(tmp_path: Path) -> None:
    days = ["x01/04/2019" if i == 17 else "01/04/2019a" if i == 30 else f"{i % 2 + 1:02}/04/2019" for i in range(80)]
    rows = "".join(f'o{i},{i % 7 + 1},{day},{10 + i}.50,"a\nb"\n' for i, day in enumerate(days))
    text = model(write(tmp_path, orders="id,customer_id,ordered_at,total,note\n\n" + rows))
    assert "`ordered_at`: 2 of 80 cannot be read, first at orders.csv:37; every load counts them" in squeezed(text)


def test_a_project_is_never_written_over(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    write(data, orders=ORDERS)
    (tmp_path / "shop.patron").write_text("language 1\n")
    with pytest.raises(UsageError, match="is there already"):
        start(Wish(tmp_path, data))
    assert not (tmp_path / "model.patron").exists()


def test_a_project_is_not_called_by_where_files_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "corner_cafe" / "data"
    data.mkdir(parents=True)
    write(data, orders=ORDERS)
    monkeypatch.chdir(data.parent)
    made = start(Wish(Path(), Path("data")))
    assert 'project "Corner cafe" {' in Path("model.patron").read_text()
    assert made.take == "patron lists take regulars --as-of 2026-01-18T23:59"


def test_a_proposal_answers_at_once(tmp_path: Path) -> None:
    data = tmp_path / "the data"
    data.mkdir()
    write(data, orders=ORDERS, customers="id,name\n" + "".join(f"{i},Ann\n" for i in range(1, 7)))
    made = start(Wish(tmp_path / "shop", data))
    assert (made.taken_out, made.problems) == ((), ())
    with open_project(tmp_path / "shop") as project:
        (row,) = project.query("total_sales, total_orders, total_shoppers").rows
    assert [str(v) for v in row] == ["1200.0000", "40", "7"]


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
        ("day", ["01/04/2019"] * 297 + ["x01/04/2019", "01/04/2019a"], "date"),
        ("amount", ["1.50", "2.25", "3", "4"] * 30 + ["1,x", "free"], "decimal"),
        ("coupon", ["0"] * 300 + ["SPRING", "AUTUMN"], "text"),
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
    assert adds("discount_amount", "0.00", "0.50")
    assert not adds("open_rate", "12%", "20%")
    assert not adds("postcode", "10115", "80331")


def test_numbers_are_cleaned() -> None:
    price = column_of("price", ["$1.50 ", "$2,000.25 "])
    assert price.clean == 'replace(replace(trim(price), "$", ""), ",", "")'


def test_dates_are_told_from_all_values() -> None:
    def pattern(*values: str) -> tuple[str | None, bool]:
        form = date_form(dict.fromkeys(values, 1))
        assert form is not None
        return form.pattern, form.unsure

    assert pattern("1/31/2026", "2/1/2026") == ("%m/%d/%Y", False)
    assert pattern("31/1/2026", "1/2/2026") == ("%d/%m/%Y", False)
    assert pattern("4/1/2026", "4/2/2026", "4/3/2026") == ("%m/%d/%Y", True)
    assert pattern("1/4/2026", "2/4/2026", "3/4/2026") == ("%d/%m/%Y", True)
    assert pattern("12/1/10 8:26", "1/31/11 17:05") == ("%m/%d/%y %H:%M", False)
    assert pattern("31.12.2026") == ("%d.%m.%Y", False)
    assert date_form({"abc": 1, "def": 1}) is None


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


def test_guesses_that_change_numbers_are_told_at_once(tmp_path: Path) -> None:
    found = propose(write(tmp_path, orders=ORDERS.replace(".50\n", "50\n")), "data", "Shop").found
    told = [text.removeprefix("look at:   ") for text in found if text.startswith("look at:")]
    assert [text.partition(": ")[0] for text in told] == ["timezone UTC", "currency USD", "orders.total"]
    assert "if these are cents" in told[-1]
    sure = propose(tmp_path, "data", "Shop", timezone="UTC", currency="USD").found
    assert [text for text in sure if text.startswith("look at:")] == [f"look at:   {told[-1]}"]

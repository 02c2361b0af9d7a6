"""Data at its edges: nights when the clock changes, a million cents, nothing at all, files that unfold."""

from __future__ import annotations

import datetime as dt
import gzip
import math
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from patron.engine.runtime.errors import PatronError
from patron.engine.runtime.files import slug
from tests.hostile.support import FILES, as_csv, codes, shop

NIGHTS = {
    "America/New_York": ("2025-03-09", "2025-11-02"), "America/Sao_Paulo": ("2018-11-04", "2019-02-17"),
    "Australia/Lord_Howe": ("2025-04-06", "2025-10-05"), "Asia/Kathmandu": ("2025-03-09", "1986-01-01"),
    "Pacific/Apia": ("2011-12-30", "2011-12-31"), "UTC": ("2025-03-09", "2025-11-02"),
}  # fmt: skip


@pytest.mark.parametrize("zone", NIGHTS)
def test_instants_fall_on_their_local_days(tmp_path: Path, zone: str) -> None:
    """An order every quarter of an hour around each change: local days by the calendar, all of them add up."""
    moments = [
        dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC) + dt.timedelta(minutes=15 * n)
        for day in NIGHTS[zone]
        for n in range(-96, 192)
    ]
    moments = list(dict.fromkeys(moments))
    rows = [(f"o{n}", "c1", m.isoformat().replace("+00:00", "Z"), "1.00") for n, m in enumerate(moments)]
    files = {"orders": as_csv(("id", "customer", "created_at", "total"), rows)}
    expected: dict[dt.date, int] = {}
    for moment in moments:
        day = moment.astimezone(ZoneInfo(zone)).date()
        expected[day] = expected.get(day, 0) + 1
    with shop(tmp_path, "", files, zone=zone) as project:
        assert dict(project.query("total_orders by day").rows) == expected
        assert project.query("total_orders").rows == ((len(moments),),)
        assert sum(n for _, n in project.query("total_orders by hour").rows) == len(moments)


def test_a_million_dimes(tmp_path: Path) -> None:
    count = 1_000_000
    header = "id,customer,created_at,total\n"
    text = header + "".join(f"{n},{n % 1000},2026-03-01 10:00:00,0.10\n" for n in range(count))
    with shop(tmp_path, "", {"orders": text}) as project:
        assert project.query("total_sales, average_order").rows == ((Decimal("100000.00"), Decimal("0.10")),)
        parts = project.query("total_sales by customer").rows
        assert sum(part for _, part in parts) == Decimal("100000.00")


HEADERS = {name: str(text).partition("\n")[0] + "\n" for name, text in FILES.items()}
PHRASES = ("total_orders, total_sales, average_order, conversion, members", "total_sales by month during last 3 months",
           "total_sales for audience fans compare to previous period during last 30 days", "units, product_sales by product.category",
           "median(orders.total), max(orders.total), unique(orders.customer)", "credited by campaign.name", "part_of by order.channel",
           'total_orders by order.channel top 1 of total_orders rest "x" total "y"')  # fmt: skip
SPEC = """
audience fans { include has bought at least 1 times }
attribution mine { actions any }
metric credited = sum(orders.total) attributed by mine
metric part_of = share of total_sales within order.channel
"""


@pytest.mark.parametrize(
    "empty", [(), ("orders",), ("customers",), ("lines", "products"), ("actions", "campaigns"), tuple(FILES)]
)
def test_no_rows_are_a_result(tmp_path: Path, empty: tuple[str, ...]) -> None:
    files = {name: HEADERS[name] if name in empty else text for name, text in FILES.items()}
    with shop(tmp_path, SPEC, files) as project:
        for phrase in PHRASES:
            for row in project.query(phrase).rows:
                assert not any(isinstance(value, float) and math.isnan(value) for value in row)
        assert project.audience("fans").rows == (
            () if {"orders", "lines"} & set(empty) or "customers" in empty else project.audience("fans").rows
        )


@pytest.mark.parametrize("name", FILES)
def test_a_file_without_a_byte_is_told(tmp_path: Path, name: str) -> None:
    with shop(tmp_path, SPEC, {**FILES, name: b""}) as project, pytest.raises(PatronError) as caught:
        project.query("total_orders")
    assert codes(caught.value) <= {"P0713", "P0704"}


@pytest.mark.parametrize(
    "text, encoding", [("é", "latin-1"), ("é", "utf-16"), ("é", "utf-32"), ("\0", "utf-8"), ("Ω", "cp1253")]
)
def test_what_is_no_utf_8_is_refused_not_guessed(tmp_path: Path, text: str, encoding: str) -> None:
    raw = f"id,name\nc1,{text}\n".encode(encoding)
    with shop(tmp_path, "", {**FILES, "customers": raw}) as project, pytest.raises(PatronError) as caught:
        project.query("total_orders")
    assert codes(caught.value) <= {"P0702", "P0705", "P0713"}


def test_excluding_by_what_is_missing_keeps_the_others(tmp_path: Path) -> None:
    spec = "".join(f"audience a{n} {{\n  include everyone\n  exclude {what}\n}}\n" for n, what in enumerate((
        'city is "Rome"', 'city is one of "Rome", "x"', "city is missing", 'not (city is not "Rome")', "birth_date is before 1950-01-01",
        'tags contains "vip"', "their total_sales > $10")))  # fmt: skip
    with shop(tmp_path, spec) as project:
        kept = [len(project.audience(f"a{n}").rows) for n in range(7)]
    assert kept == [2, 2, 2, 2, 3, 1, 2]


def test_a_small_file_may_not_unfold_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from patron.plugins.sources import csv

    monkeypatch.setattr(csv, "UNFOLDED", 1 << 20)
    bomb = gzip.compress(b"id,customer,created_at,total\n" + b"o,c,2026-01-01,1\n" * 200_000)
    head = (
        'language 1\nproject "S" {\n  timezone "UTC"\n  currency USD\n}\nsource shop from csv {\n  folder "data"\n}\n'
    )
    mapped = "table orders from shop.orders\n"
    with (
        shop(tmp_path, mapped, {"orders.csv.gz": bomb}, tables=(), head=head) as project,
        pytest.raises(PatronError) as caught,
    ):
        project.query("total_orders")
    assert "unfolds to more than" in caught.value.message


@pytest.mark.parametrize(
    "title",
    [
        "../../etc/x",
        "/etc/x",
        "~",
        "a\0b",
        "CON",
        "nul.csv",
        "..",
        ".",
        "",
        "x" * 300,
        "é" * 300,
        "\U00020000" * 300,
        "\ud800",
        "a/b",
        "a\\b",
    ],
)
def test_titles_are_safe_names_of_files(tmp_path: Path, title: str) -> None:
    name = slug(title)
    assert len(name.encode()) <= 120
    path = tmp_path / f"{name}-{'s' * 40}.csv"
    path.write_text("x")
    assert path.parent == tmp_path

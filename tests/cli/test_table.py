"""Tables for eyes: what does not fit is folded between words, never inside a number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from patron.engine.cli.table import table_text
from patron.engine.report.reader import Reader
from patron.engine.results import STATES, Column, Result
from patron.engine.types import MOMENT, MONEY, TEXT, WHOLE, Format

TITLES = ("Product sales", "Product sales before", "Average per order", "Average per order before")
COLUMNS = (
    Column("category", "Category", TEXT, role="dimension"),
    *(Column(t, t, MONEY, Format("money", 2)) for t in TITLES),
    Column("units", "Units", WHOLE, Format("number", 0)),
)
ROWS = (
    ("Drinking Chocolate", *[Decimal("1234567.89")] * 4, 10324),
    ("Coffee beans", *[Decimal("6.50")] * 4, 3),
)


@pytest.mark.parametrize("width", [20, 60, 80, 100, 200])
def test_no_number_and_no_word_is_broken(width):
    told = table_text(Result(COLUMNS, ROWS), width=width, color=False)
    assert told.count("$1,234,567.89") == 4
    assert told.count("$6.50") == 4
    assert "10,324" in told
    assert "Chocolate" in told
    assert "before" in told


def test_no_date_is_broken():
    column = Column("taken", "Taken", MOMENT)
    taken = dt.datetime(2019, 4, 15, 3, 59, tzinfo=dt.UTC)
    told = table_text(Result((*COLUMNS[1:], column), ((*ROWS[0][1:], taken),)), width=40, color=False)
    assert "Apr 15, 2019 03:59" in told


def test_room_is_used_before_a_table_grows_wider_than_the_terminal():
    lines = table_text(Result(COLUMNS, ROWS), width=100, color=False).splitlines()
    assert max(map(len, lines)) <= 100
    assert any(
        "Drinking Chocolate" in line for line in table_text(Result(COLUMNS, ROWS), width=200, color=False).splitlines()
    )


def test_a_long_word_is_folded():
    told = table_text(Result(COLUMNS[:1], (("x" * 90,),)), width=40, color=False)
    assert max(map(len, told.splitlines())) <= 40
    assert told.count("x") == 90


STATED = {
    "ok": "$0.00",
    "empty": "–",
    "not tracked": "not tracked",
    "not enough data": "not enough data",
    "pending": "pending: list not taken yet",
    "expired": "$7.00 (expired)",
    "suppressed": "hidden: fewer than 10 people",
    "not permitted": "not permitted for your role",
    "source missing": "source missing",
}


def test_every_state_is_told_apart():
    values = {"ok": Decimal(0), "expired": Decimal(7)}
    column = Column("sales", "Sales", MONEY, format=Format("money", 2))
    states = {(n, 0): state for n, state in enumerate(STATED) if state not in ("ok", "empty")}
    result = Result((column,), tuple((values.get(state),) for state in STATED), states)
    told = table_text(result, width=80, color=False, reader=Reader(smallest_group=10)).splitlines()[3:]
    assert [line.strip() for line in told if line.strip()] == list(STATED.values())
    assert set(STATED) == set(STATES)
    assert len(set(STATED.values())) == len(STATES)

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest

from patron.engine.report.markdown import markdown_lines
from patron.engine.report.text import cell_text, csv_lines, inert, json_object, jsonl_lines
from patron.engine.results import EXPIRED, SUPPRESSED, Column, Result
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Type


def column(type_, name="x"):
    return Column(name, name.title(), type_)


@pytest.mark.parametrize(
    "value, text",
    [
        (Decimal(1250), "1250.00"),
        (Decimal("1250.0000"), "1250.00"),
        (Decimal("0.5"), "0.50"),
        (Decimal("33.333333"), "33.333333"),
        (Decimal(-5), "-5.00"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("1E+9"), "1000000000.00"),
        (Decimal("1E-7"), "0.0000001"),
        (3, "3.00"),
        (None, ""),
        (Decimal("12345678901234567890123456789012.3456"), "12345678901234567890123456789012.3456"),
    ],
)
def test_money_has_two_decimals_or_what_it_needs_and_no_exponent(value, text):
    assert cell_text(value, column(MONEY)) == text


@pytest.mark.parametrize(
    "value, text",
    [
        (3, "3"),
        (3.0, "3"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333333333333"),
        (-0.0, "0"),
        (1e22, "1e+22"),
        (True, "yes"),
        (Decimal("3.500"), "3.5"),
        (Decimal(100), "100"),
        (Decimal("1E+2"), "100"),
        (float("nan"), ""),
        (float("inf"), ""),
    ],
)
def test_numbers_are_short_and_read_back_the_same(value, text):
    assert cell_text(value, column(NUMBER)) == text
    if text not in ("", "yes"):
        assert float(text) == float(value)


def test_dates_moments_and_yes_no():
    east = dt.timezone(dt.timedelta(hours=8))
    assert cell_text(dt.date(2026, 5, 6), column(DATE)) == "2026-05-06"
    assert cell_text(dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC), column(MOMENT)) == "2026-05-06T09:00:00+00:00"
    assert cell_text(dt.datetime(2026, 5, 6, 17, tzinfo=east), column(MOMENT)) == "2026-05-06T09:00:00+00:00"
    assert cell_text(dt.datetime(2026, 5, 6, 3), column(MOMENT), "America/New_York") == "2026-05-05T23:00:00-04:00"
    assert cell_text(dt.datetime(2026, 1, 6, 17, tzinfo=east), column(MOMENT), "America/New_York").endswith(
        "T04:00:00-05:00"
    )
    assert [cell_text(value, column(YESNO)) for value in (True, False, None)] == ["yes", "no", ""]


BAD = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "  =1",
    '"=1',
    "' =1",
    "\ufeff=1",
]


@pytest.mark.parametrize("text", BAD)
def test_texts_a_spreadsheet_would_run_are_made_inert(text):
    result = Result((column(TEXT),), ((text,),))
    assert list(csv.reader(io.StringIO("".join(csv_lines(result)), newline="")))[1] == ["'" + text]
    assert list(csv.reader(io.StringIO("".join(csv_lines(result, raw=True)), newline="")))[1] == [text]


@pytest.mark.parametrize("text", ["", "a=b", "1-2", "O'Brien", "a\n=1", "name@example.com", "–"])
def test_other_texts_stay(text):
    assert inert(text) == text


def test_numbers_and_dates_are_never_touched():
    result = Result((column(MONEY), column(NUMBER)), ((Decimal(-5), -0.5),))
    assert list(csv_lines(result))[1] == "-5.00,-0.5\n"


def test_lines_end_with_a_newline_and_cells_are_quoted_when_needed():
    result = Result((column(TEXT), column(TEXT, "y")), (('a,"b"', "line\nbreak"), ("carriage\rreturn", None)))
    assert "".join(csv_lines(result)) == 'x,y\n"a,""b""","line\nbreak"\n"carriage\rreturn",\n'


def test_a_column_of_states_stands_only_where_some_state_says_more():
    columns = (column(TEXT, "city"), column(WHOLE, "members"), column(MONEY, "sales"))
    result = Result(columns, (("A", 12, None), ("B", None, Decimal(1))), {(1, 1): SUPPRESSED})
    assert "".join(csv_lines(result)) == "city,members,members_state,sales\nA,12,ok,\nB,,suppressed,1.00\n"


def test_json_is_one_object_with_columns_and_rows():
    columns = (column(CHOICE, "city"), column(MONEY, "sales"), column(NUMBER, "share"), column(YESNO, "live"))
    rows = (
        ("A", Decimal("1.5"), float("nan"), True),
        (None, None, Decimal("0.25"), None),
        ("=C", Decimal(9), 2.0, False),
    )
    assert json_object(Result(columns, rows, {(1, 1): SUPPRESSED, (2, 1): EXPIRED})) == {
        "columns": [
            {"name": "city", "title": "City", "type": "choice", "unit": ""},
            {"name": "sales", "title": "Sales", "type": "money", "unit": ""},
            {"name": "share", "title": "Share", "type": "number", "unit": ""},
            {"name": "live", "title": "Live", "type": "yesno", "unit": ""},
        ],
        "rows": [
            ["A", "1.50", None, True],
            [None, {"value": None, "state": "suppressed"}, 0.25, None],
            ["=C", {"value": "9.00", "state": "expired"}, 2.0, False],
        ],
    }


def test_json_tells_rows_that_sum_and_notes():
    made = json_object(Result((column(WHOLE),), ((1,), (2,)), kinds=("", "total"), notes=("two people are in both",)))
    assert made["kinds"] == ["", "total"]
    assert made["notes"] == ["two people are in both"]


def test_json_lines_are_an_object_a_row():
    result = Result(
        (column(TEXT, "a"), column(DATE, "b")), (("x", dt.date(2026, 5, 6)), ("y", None)), {(1, 1): SUPPRESSED}
    )
    assert [json.loads(line) for line in jsonl_lines(result)] == [
        {"a": "x", "b": "2026-05-06"},
        {"a": "y", "b": {"value": None, "state": "suppressed"}},
    ]


def test_markdown_texts_mean_nothing():
    result = Result((column(TEXT), column(WHOLE, "n")), (("a|b <img> *x*\n[l](u)", 1200),))
    assert list(markdown_lines(result)) == [
        "| X | N |\n",
        "| --- | ---: |\n",
        "| a\\|b \\<img\\> \\*x\\* \\[l\\](u) | 1,200 |\n",
    ]


def test_a_duration_is_a_number_of_its_unit():
    assert cell_text(14, column(Type("duration"))) == "14"

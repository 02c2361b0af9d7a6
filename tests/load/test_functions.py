"""Scalar functions: values by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from patron.engine.model.decided import FOLDED
from patron.engine.model.functions import FUNCTIONS, band_labels
from patron.engine.sql import build
from patron.engine.sql.functions.calls import Scalars
from patron.engine.sql.functions.scalars import known, lower
from patron.engine.types import DATE, MISSING, MOMENT, MONEY, NUMBER, TEXT, WHOLE, Type


def sql(value: object) -> tuple[build.E, Type]:
    """A value and its type: Decimal is money, float a double."""
    if value is None:
        return build.cast(exp.Null(), "VARCHAR"), TEXT
    if isinstance(value, Decimal):
        return build.literal(value, MONEY), MONEY
    if isinstance(value, float):
        return build.cast(build.text(repr(value)), "DOUBLE"), NUMBER
    if isinstance(value, int):
        return build.cast(build.integer(value), "BIGINT"), WHOLE
    if isinstance(value, dt.datetime):
        return build.moment(value), MOMENT
    if isinstance(value, dt.date):
        return build.date(value), DATE
    return build.text(str(value)), TEXT


def ask(op: str, *values: object, result: Type | None = None, **context: Any) -> Any:
    args, types = zip(*(sql(v) for v in values), strict=True)
    gives = result or (FUNCTIONS[op].result(types) if op in FUNCTIONS else NUMBER)
    query = exp.select(lower(op, args, types, gives, Scalars(**context)))
    return duckdb.execute(query.sql(dialect="duckdb")).fetchall()[0][0]


D = Decimal
DAY = dt.date.fromisoformat


@pytest.mark.parametrize(
    "op, values, result, expected",
    [
        ("/", (D("10000000000000.00"), 3), MONEY, D("3333333333333.333333")),
        ("/", (D(-10), 3), MONEY, D("-3.333333")),
        ("/", (D("-0.0001"), 200), MONEY, D("-0.000001")),
        ("/", (D("0.0001"), 300), MONEY, D(0)),
        ("/", (D(10), 0), MONEY, None),
        ("/", (D(10), 1.5), MONEY, D("6.666667")),
        ("/", (D(1), D(4)), NUMBER, 0.25),
        ("/", (1, 0), NUMBER, None),
        ("/", (0, 0), NUMBER, None),
        ("*", (D("10.01"), 0.1), MONEY, D("1.001")),
        ("*", (0.15, D("14.99")), MONEY, D("2.2485")),
        ("*", (D("14.99"), 3), MONEY, D("44.97")),
        ("*", (D("0.0001"), 0.125), MONEY, D("0.000013")),
        ("+", (D("0.10"), D("0.20")), MONEY, D("0.30")),
        ("+", (1, 0.5), NUMBER, 1.5),
        ("-", (2, 5), WHOLE, -3),
    ],
)
def test_arithmetic(op, values, result, expected):
    assert ask(op, *values, result=result) == expected


@pytest.mark.parametrize(
    "op, values, expected",
    [
        ("lower", ("ÄB",), "äb"), ("trim", ("\t a\u00a0 ",), "a"), ("trim", (" a b ",), "a b"), ("length", ("né",), 2),
        ("replace", ("a-b-c", "-", ""), "abc"), ("left", ("abc", 2), "ab"), ("left", ("abc", 0), ""), ("right", ("abc", 2), "bc"),
        ("part", ("a-b", "-", 2), "b"), ("part", ("a-b", "-", 3), None), ("part", ("a-b", "-", -1), "b"),
        ("text_join", ("|", 17850.0, D("12.5"), DAY("2020-01-02"), 1.25), "17850|12.50|2020-01-02|1.25"),
        ("text_join", ("-", "a", None, "b"), "a-b"), ("text_join", ("-", None, None), None),
        ("first_known", (None, "b", "c"), "b"), ("missing_if", ("0", "0", "5"), None), ("missing_if", ("1", "0", "5"), "1"),
        ("abs", (-2,), 2), ("round", (2.5,), 3), ("round", (-2.5,), -3), ("round", (D("1.005"), 2), D("1.01")),
        ("power", (2, 10), 1024), ("power", (9.0, D("0.5")), 3), ("power", (2, D("-1")), 0.5), ("power", (0, 0), 1),
        ("power", (-8.0, 3), -512), ("power", (-1, D("0.5")), None), ("power", (-1, D("0.3")), None),
        ("power", (0, -1), None), ("power", (1e200, 2), None), ("power", (-1e200, 3), None),
        ("add_days", (DAY("2024-02-28"), 2), DAY("2024-03-01")), ("add_days", (DAY("2024-03-01"), -1), DAY("2024-02-29")),
        ("add_days", (DAY("2024-02-28"), 9_999_999), None), ("add_days", (DAY("2024-02-28"), None), None),
        ("floor", (-2.5,), -3), ("ceil", (-2.5,), -2), ("least", (3, 1, 2), 1), ("greatest", (3.0, 4.5), 4.5),
        ("number", ("$18.00 ",), 18), ("number", ("1,234.50",), 1234.5), ("number", ("(12.5)",), -12.5), ("number", ("-£3",), -3),
        ("number", ("USD 5",), 5), ("number", ("1,2",), None), ("number", ("abc",), None), ("number", ("",), None),
        ("number", ("nan",), None), ("number", ("inf",), None), ("number", ("1e3",), 1000),
        ("money", ("¥1,250",), D(1250)), ("money", (1.00005,), D("1.0001")), ("money", (7,), D(7)),
        ("parse_date", ("1/2/2019", "%m/%d/%Y"), DAY("2019-01-02")), ("parse_date", ("2019-02-30", "%Y-%m-%d"), None),
        ("parse_time", ("1/2/19 8:26", "%m/%d/%y %H:%M"), dt.datetime(2019, 1, 2, 8, 26)),
        ("parse_time", ("1:05 PM 3 Mar 2020", "%I:%M %p %d %b %Y"), dt.datetime(2020, 3, 3, 13, 5)),
        ("parse_time", ("2019-01-02 03:04:05+0200", "%Y-%m-%d %H:%M:%S%z"), dt.datetime(2019, 1, 2, 1, 4, 5)),
        ("moment", ("2019-04-01", "8:26:00"), dt.datetime(2019, 4, 1, 8, 26)), ("moment", ("x", "8:26"), None),
        ("year", (DAY("2026-05-31"),), 2026), ("quarter", (DAY("2026-05-31"),), 2), ("day", (DAY("2026-05-31"),), 31),
        ("start_of_month", (DAY("2026-05-31"),), DAY("2026-05-01")), ("start_of_year", (DAY("2026-05-31"),), DAY("2026-01-01")),
        ("days_between", (DAY("2026-03-01"), DAY("2026-02-27")), -2),
        ("months_between", (DAY("2025-05-31"), DAY("2026-04-01")), 11),
        ("years_between", (DAY("2000-02-29"), DAY("2001-02-28")), 1), ("years_between", (DAY("2000-02-29"), DAY("2004-02-28")), 3),
        ("years_between", (DAY("2000-03-01"), DAY("2001-02-28")), 0),
        ("cell", (40.7128, -73.006, 1), "40/-74"), ("cell", (40.7, -74.0, 0.1), "40.7/-74"), ("cell", (0.05, -0.05, 0.1), "0/-0.1"),
        ("distance_km", (0.0, 0.0, 0.0, 0.0), 0),
    ],
)  # fmt: skip
def test_functions(op, values, expected):
    assert ask(op, *values) == expected


@pytest.mark.parametrize("start, weekday, week", [(1, 7, "2026-05-25"), (7, 1, "2026-05-31"), (6, 2, "2026-05-30")])
def test_weeks_begin_where_the_project_says(start, weekday, week):
    day = DAY("2026-05-31")  # a Sunday
    assert ask("weekday", day, week_start=start) == weekday
    assert ask("start_of_week", day, week_start=start) == DAY(week)


def test_ages_and_places():
    assert ask("age", DAY("2000-02-28"), today=DAY("2026-02-28")) == 26
    assert ask("age", DAY("2000-03-01"), today=DAY("2026-02-28")) == 25
    assert ask("distance_km", 40.7128, -74.006, 51.5074, -0.1278) == pytest.approx(5570.2299, abs=1e-3)
    assert ask("distance_miles", 40.7128, -74.006, 51.5074, -0.1278) == pytest.approx(3461.1806, abs=1e-3)


def test_bands():
    bounds = [Decimal(18), Decimal(25)]
    gives = Type("text", labels=band_labels(bounds, whole=True))
    assert [ask("band", age, 18, 25, result=gives) for age in (17, 18, 24, 25)] == ["under 18", "18-24", "18-24", "25+"]


def test_every_function_of_the_language_is_lowered():
    assert [name for name in FUNCTIONS if not known(name)] == [n for n in FUNCTIONS if n in FOLDED]


def test_spark_text_needs_no_spark():
    args = [sql(D(10))[0], sql(3)[0]]
    text = exp.select(lower("/", args, (MONEY, WHOLE), MONEY, Scalars(dialect="spark"))).sql(dialect="spark")
    assert "HUGEINT" not in text
    assert "NULLIF" in text
    assert MISSING.kind == "missing"

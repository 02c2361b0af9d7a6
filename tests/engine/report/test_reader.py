import datetime as dt
from decimal import Decimal

import pytest

from patron.engine.report.reader import Reader, plain, shown
from patron.engine.results import EMPTY, EXPIRED, NOT_ENOUGH_DATA, OK, STATES, SUPPRESSED, Column
from patron.engine.runtime import extras
from patron.engine.types import DATE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Format

SALES = Column("sales", "Sales", MONEY, format=Format("money", 2))
SHARE = Column("share", "Share", NUMBER, format=Format("percent", 1))
CHANGE = Column("sales_change", "Change", NUMBER, role="change")


@pytest.mark.parametrize(
    "value, currency, locale, text",
    [
        ("1234.5", "USD", "en", "$1,234.50"),
        ("-1234.565", "USD", "en", "−$1,234.57"),
        ("-0.001", "USD", "en", "$0.00"),
        ("1234.5", "EUR", "de", "1.234,50\xa0€"),
        ("1234.5", "TWD", "zh-TW", "$1,234.50"),
        ("1234.5", "JPY", "en", "¥1,235"),
        ("1234567.5", "INR", "hi", "₹12,34,567.50"),
        ("1", "GBP", "xx", "£1.00"),
        ("12345678901234567890.25", "USD", "en", "$12,345,678,901,234,567,890.25"),
    ],
)
def test_money_in_the_writing_of_a_language(value, currency, locale, text):
    assert shown(Decimal(value), OK, SALES, currency, locale) == text


def test_halves_are_rounded_away_from_zero():
    column = Column("n", "N", NUMBER, format=Format("number", 0))
    assert [shown(n, OK, column) for n in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", "−3"]


def test_shares_and_changes():
    assert shown(0.12345, OK, SHARE) == "12.3%"
    assert [shown(n, OK, CHANGE) for n in (0.1, -0.1, 0.0)] == ["+10.0%", "−10.0%", "0.0%"]
    written = [shown(n, OK, CHANGE) for n in (0.0006, 0.0005, 0.00001, -0.0005, -0.0006)]
    assert written == ["+0.1%", "0.0%", "0.0%", "0.0%", "−0.1%"]


def test_days_numbers_and_yes_no():
    days = Column("d", "D", NUMBER, format=Format("days"))
    assert [shown(n, OK, days) for n in (1, 12)] == ["1 day", "12 days"]
    assert shown(1 / 3, OK, Column("n", "N", NUMBER)) == "0.33"
    assert shown(1200, OK, Column("n", "N", WHOLE)) == "1,200"
    assert shown(True, OK, Column("y", "Y", YESNO), locale="zh-TW") == "是"


@pytest.mark.parametrize(
    "time, text",
    [("day", "May 1, 2026"), ("week", "May 1, 2026"), ("month", "May 2026"), ("quarter", "Q2 2026"), ("year", "2026")],
)
def test_buckets_of_time_have_names(time, text):
    assert shown(dt.date(2026, 5, 1), OK, Column("t", "T", DATE, role="dimension", time=time)) == text


def test_the_week_starts_where_the_project_says():
    weekday = Column("weekday", "Weekday", WHOLE, role="dimension", time="weekday")
    assert Reader().shown(1, OK, weekday) == "Mon"
    assert Reader(week_starts="sunday").shown(1, OK, weekday) == "Sun"
    assert Reader(week_starts="sunday").shown(7, OK, weekday) == "Sat"
    assert Reader().shown(9, OK, Column("h", "H", WHOLE, time="hour_of_day")) == "09:00"


def test_moments_are_shown_as_the_projects_clocks_show_them():
    moment = dt.datetime(2026, 5, 6, 1, 30, tzinfo=dt.UTC)
    assert Reader(zone="America/Denver").shown(moment, OK, Column("m", "M", MOMENT)) == "May 5, 2026 19:30"


@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_every_state_has_its_own_words_and_says_what_to_do(locale):
    reader = Reader(locale)
    missing = [state for state in STATES if state not in (OK, EMPTY)]
    words = [reader.words(state) for state in missing]
    assert len({w.full for w in words}) == len(missing)
    assert all((w.advice and w.full not in missing) or locale == "en" for w in words)
    assert all(reader.shown(None, state, SALES) == w.full for state, w in zip(missing, words, strict=True))
    assert reader.shown(None, EMPTY, SALES) == "–"


def test_the_least_number_of_people_is_named():
    assert Reader(smallest_group=10).shown(None, SUPPRESSED, SALES) == "hidden: fewer than 10 people"
    assert Reader().shown(None, SUPPRESSED, SALES) == "hidden: too few people"


def test_a_hidden_value_stays_hidden_and_an_expired_one_is_shown():
    assert shown(Decimal(5), SUPPRESSED, SALES) == "hidden: too few people"
    assert shown(Decimal(5), EXPIRED, SALES) == "$5.00"


def test_unprintable_characters_become_visible_and_turn_nothing():
    assert plain("a\x1b[31mb\x00") == "a␛[31mb␀"
    assert plain("abc\u202edef") == "abc\ufffddef"
    assert plain("a\u2028b\ud800") == "a b\ufffd"
    assert plain("名單\n👩‍👩‍👧") == "名單\n👩‍👩‍👧"
    assert shown("x\x07", OK, Column("t", "T", TEXT)) == "x␇"


@pytest.mark.parametrize(
    "value, text",
    [
        ("0.042", "+4.2%"), ("9.994", "+999.4%"), ("25.3651", "+2,537%"), ("100", "+10,000%"),
        ("2535.55", "> +10,000%"), ("-12.345", "−1,235%"), ("-2535.55", "< −10,000%"),
    ],
)  # fmt: skip
def test_changes_from_next_to_nothing(value, text):
    assert shown(Decimal(value), OK, CHANGE) == text


@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_what_is_not_installed_is_not_waited_for(locale, monkeypatch):
    monkeypatch.setattr(extras, "there", lambda module: module != "numpy")
    words = Reader(locale).words(NOT_ENOUGH_DATA)
    assert "predict" in words.full
    assert "pip install 'patron[predict]'" in words.advice

"""The moments of `every ...` against a walk through all minutes of the year, and by hand on odd days."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patron.dsl import tree
from patron.dsl.parse import parse_file
from patron.engine.runner.schedule.occurrences import following, occurrences

ZONES = ["UTC", "America/Denver", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def every(text: str) -> tree.Every:
    document, problems = parse_file(f"language 1\nrun r {{\n  every {text}\n}}\n".encode(), "r.patron")
    assert not problems, problems
    run = document.statements[-1]
    assert isinstance(run, tree.RunDecl) and isinstance(run.steps[0], tree.Every)
    return run.steps[0]


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


def local(text: str, zone: str, after: dt.datetime, until: dt.datetime, starts: int = 1) -> list[str]:
    found = occurrences(every(text), zone, after, until, starts)
    return [m.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for m in found]


def test_before_the_clocks_change_and_after() -> None:
    spring = (utc(2026, 3, 7, 12), utc(2026, 3, 9, 18))  # Denver: 8 March has no 02:00 to 03:00
    assert local("day at 02:30", "America/Denver", *spring) == ["08 03:30", "09 02:30"]
    assert local("day at 06:00", "America/Denver", *spring) == ["07 06:00", "08 06:00", "09 06:00"]
    autumn = (utc(2026, 10, 31, 12), utc(2026, 11, 2, 18))  # 1 November has 01:00 to 02:00 twice
    found = occurrences(every("day at 01:30"), "America/Denver", *autumn)
    assert found == (utc(2026, 11, 1, 7, 30), utc(2026, 11, 2, 8, 30))


@pytest.mark.parametrize(
    "zone, day, hours",
    [
        ("America/Denver", (2026, 3, 8), 23), ("America/Denver", (2026, 11, 1), 25), ("UTC", (2026, 3, 8), 24),
        ("Australia/Lord_Howe", (2026, 4, 5), 25), ("America/Sao_Paulo", (2018, 11, 4), 23),
        ("Pacific/Apia", (2011, 12, 30), 0),
    ],
)  # fmt: skip
def test_a_day_has_the_hours_it_has(zone: str, day: tuple[int, int, int], hours: int) -> None:
    found = occurrences(every("hour"), zone, utc(*day) - dt.timedelta(2), utc(*day) + dt.timedelta(3))
    assert len([m for m in found if m.astimezone(ZoneInfo(zone)).date() == dt.date(*day)]) == hours
    assert all(b - a <= dt.timedelta(hours=1) for a, b in itertools.pairwise(found))


def test_months_quarters_years() -> None:
    year = (utc(2027, 12, 31, 12), utc(2028, 12, 31, 12))
    days = [m.strftime("%m-%d") for m in occurrences(every("month on day 31 at 06:00"), "UTC", *year)]
    assert days[:4] == ["01-31", "02-29", "03-31", "04-30"] and len(days) == 12
    assert [m.strftime("%m-%d") for m in occurrences(every("quarter"), "UTC", *year)] == [
        "01-01", "04-01", "07-01", "10-01",
    ]  # fmt: skip
    assert [m.strftime("%m") for m in occurrences(every("5 months"), "UTC", *year)] == [
        "05",
        "10",
    ]  # 700 and 705 months after January 1970
    assert occurrences(every("year at 00:30"), "UTC", *year) == (utc(2028, 1, 1, 0, 30),)


def test_weeks_begin_where_the_project_says() -> None:
    span = (utc(2026, 4, 30), utc(2026, 5, 31))
    assert local("week at 07:00", "UTC", *span) == ["04 07:00", "11 07:00", "18 07:00", "25 07:00"]
    assert local("week at 07:00", "UTC", *span, 7) == ["03 07:00", "10 07:00", "17 07:00", "24 07:00", "31 07:00"][:4]
    assert local("monday, thursday at 07:30", "UTC", utc(2026, 5, 3), utc(2026, 5, 11, 8)) == [
        "04 07:30", "07 07:30", "11 07:30",
    ]  # fmt: skip


def test_both_ends() -> None:
    nine = utc(2026, 5, 6, 9)
    assert occurrences(every("day at 09:00"), "UTC", nine, nine) == ()
    assert occurrences(every("day at 09:00"), "UTC", nine - dt.timedelta(1), nine) == (nine,)
    assert occurrences(every("day at 09:00"), "UTC", nine, nine - dt.timedelta(5)) == ()


def test_what_comes_next() -> None:
    noon = utc(2026, 5, 6, 12)
    assert following(every("15 minutes"), "UTC", noon) == utc(2026, 5, 6, 12, 15)
    assert following(every("7 hours"), "UTC", noon) == utc(2026, 5, 6, 14)
    assert following(every("7 hours"), "UTC", utc(2026, 5, 6, 21)) == utc(2026, 5, 7)
    assert following(every("month on day 31"), "UTC", noon) == utc(2026, 5, 31)
    assert following(every("9 years"), "UTC", noon) == utc(2033, 1, 1)
    assert following(every("day"), "UTC", utc(9999, 12, 30)) is None


def counted(phrase: tree.Every, moment: dt.datetime, zone: str) -> bool:
    """Whether a moment on a full minute is meant: another way of saying it, where clocks do not change."""
    here = moment.astimezone(ZoneInfo(zone))
    hour, minute = (int(p) for p in (phrase.at or "00:00").split(":"))
    minutes = here.hour * 60 + here.minute
    if phrase.unit in ("minute", "hour"):
        step = phrase.count * (60 if phrase.unit == "hour" else 1)
        return minutes >= hour * 60 + minute and (minutes - hour * 60 - minute) % step == 0
    if minutes != hour * 60 + minute:
        return False
    if phrase.weekdays:
        return NAMES[here.weekday()] in phrase.weekdays
    if phrase.unit == "month":
        months = (here.year - 1970) * 12 + here.month - 1
        last = (here.replace(day=28) + dt.timedelta(4)).replace(day=1) - dt.timedelta(1)
        return months % phrase.count == 0 and here.day == min(phrase.day or 1, last.day)
    return (here.date() - dt.date(1970, 1, 5)).days % (phrase.count * (7 if phrase.unit == "week" else 1)) == 0


PHRASES = st.one_of(
    st.sampled_from(["minute", "hour", "day", "week", "month"]),
    st.builds(
        "{} {}{}".format, st.integers(2, 9), st.sampled_from(["minutes", "hours", "days", "weeks", "months"]),
        st.sampled_from(["", " at 00:00", " at 06:45"]),
    ),
    st.builds("{} at 07:30".format, st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(", ".join)),
    st.builds("month on day {} at 23:59".format, st.integers(1, 31)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PHRASES, st.sampled_from(["UTC", "Asia/Kathmandu"]), st.integers(0, 800), st.integers(0, 1440))
def test_as_a_walk_through_all_minutes(text: str, zone: str, day: int, minute: int) -> None:
    phrase = every(text)
    after = utc(2026, 1, 1) + dt.timedelta(days=day, minutes=minute)
    until = after + dt.timedelta(days=2 if phrase.unit in ("minute", "hour") else 12)
    walk = (after + dt.timedelta(minutes=m) for m in range(1, int((until - after).total_seconds() // 60) + 1))
    assert list(occurrences(phrase, zone, after, until)) == [m for m in walk if counted(phrase, m, zone)]


@settings(max_examples=80, deadline=None)
@given(PHRASES, st.sampled_from(ZONES), st.integers(0, 3000), st.integers(1, 2000), st.integers(0, 2000))
def test_parts_make_the_whole(text: str, zone: str, day: int, first: int, second: int) -> None:
    """However often one looks, and whenever: nothing is seen twice, nothing is missed."""
    phrase, begin = every(text), utc(2010, 1, 1) + dt.timedelta(days=day)
    middle, end = begin + dt.timedelta(minutes=first), begin + dt.timedelta(minutes=first + second)
    parts = (*occurrences(phrase, zone, begin, middle), *occurrences(phrase, zone, middle, end))
    assert parts == occurrences(phrase, zone, begin, end)

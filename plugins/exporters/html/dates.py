"""Dates within a sentence, as the reader of some language writes them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from patron.engine.report.numerals import known_locale
from patron.engine.report.words import language

_DAY = r"\d{4}-\d{2}-\d{2}"
_SPAN = re.compile(rf"({_DAY}) to ({_DAY})(?! \d)")
_ALONE = re.compile(rf"{_DAY}(?! \d\d:)")


def readable(text: str, locale: str) -> str:
    """`last 30 days (2026-05-02 to 2026-05-31)` as `last 30 days (May 2 – 31, 2026)`."""
    known = known_locale(locale)
    with_spans = _SPAN.sub(lambda found: _interval(found[0], found[1], found[2], known), text)
    return _ALONE.sub(lambda found: _day(found[0], known), with_spans)


def dated(text: str) -> bool:
    """Whether a text tells of a period rather than of people."""
    return _ALONE.search(text) is not None or text == "all time"


def short_days(days: Iterable[object], locale: str) -> dict[object, str]:
    """Days without their year, as axes tell them: `Apr 1`. None when a year or more lies between them."""
    from babel.dates import format_skeleton

    known = [day for day in days if isinstance(day, dt.date) and not isinstance(day, dt.datetime)]
    if not known or max(known) - min(known) >= dt.timedelta(days=365):
        return {}
    skeleton, reader = "Md" if language(locale) == "zh" else "MMMd", known_locale(locale)
    return {day: str(format_skeleton(skeleton, day, locale=reader)) for day in known}


def _interval(text: str, first: str, last: str, locale: str) -> str:
    from babel.dates import format_interval

    start, end = _read(first), _read(last)
    if start is None or end is None:
        return text
    return str(format_interval(start, end, "yMMMd", locale=locale)).replace("\u2009", " ").replace("\u202f", " ")


def _day(text: str, locale: str) -> str:
    from babel.dates import format_date

    day = _read(text)
    return text if day is None else str(format_date(day, "medium", locale=locale))


def _read(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None

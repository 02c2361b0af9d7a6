"""Dates as people write them elsewhere, and how they are written here."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from patron.dsl.fault import Fault
from patron.dsl.problems import Problem

_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_MONTH = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(\d{4})(?![\d-])", re.IGNORECASE)
_SHORT = [name.lower() for name in "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()]


def other_date(fault: Fault) -> Problem | None:
    """`05/06/1998` where a date fits."""
    if fault.ends_line or not fault.fits("DATE"):
        return None
    hint = dates_meant(fault.raw.source.text[fault.raw.starts[fault.at] :])
    return fault.problem(hint) if hint else None


def dates_meant(text: str) -> str:
    """What to write for the one or two dates with which a text begins: with the month first or the day first, told
    from both where one of them tells; both readings where nothing does."""
    found = list(_NUMBERS.finditer(text.partition("\n")[0]))[:2]
    if not found or found[0].start() != 0:
        return ""
    readings = dict.fromkeys(r for first in (False, True) if (r := _read(found, day_first=first)))
    if found[0][2] == "." and (german := _read(found, day_first=True)):
        readings = {german: None}
    if not readings:
        return ""
    return f"Write {' or '.join(f'`{reading}`' for reading in readings)}: the year first, then month and day."


def _read(found: list[re.Match[str]], *, day_first: bool) -> str:
    """The dates in our form; empty where one of them is none."""
    try:
        days = [dt.date(int(f[4]), *((int(f[3]), int(f[1])) if day_first else (int(f[1]), int(f[3])))) for f in found]
    except ValueError:
        return ""
    return " to ".join(map(str, days))


def months_meant(text: str) -> str:
    """The period to write for `May 1998` or `May 1998 to June 1998`."""
    found = list(_MONTH.finditer(text.partition("\n")[0]))[:2]
    if not found or found[0].start() != 0:
        return ""
    first, last = ((int(f[2]), _SHORT.index(f[1].lower()) + 1) for f in (found[0], found[-1]))
    if first > last or first[0] < dt.MINYEAR:
        return ""
    end = calendar.monthrange(*last)[1]
    return f"Write the dates: `{first[0]:04}-{first[1]:02}-01 to {last[0]:04}-{last[1]:02}-{end:02}`."


def month_meant(word: str) -> str:
    """The period to write for a month without a year; empty for another word."""
    month = word[:3].lower()
    if month not in _SHORT:
        return ""
    number = _SHORT.index(month) + 1
    end = calendar.monthrange(2026, number)[1]
    return f"Write the dates, with the year you mean: `2026-{number:02}-01 to 2026-{number:02}-{end}`."

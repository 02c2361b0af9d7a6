"""Dates and times written as text: in which form, told from all values at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|[+-]\d{2}:?\d{2}))?")
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
ISO = {"date": _ISO_DATE, "moment": _ISO_MOMENT, "time": _TIME}
"""How dates and times are written that the language reads by itself."""
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%m-%d-%Y", "%d-%m-%Y",
         "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %b %Y", "%Y%m%d")  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_SHAPES = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%b": r"[A-Za-z]{3}", "%H": r"\d{1,2}",
    "%M": r"\d{2}", "%S": r"\d{2}", "%I": r"\d{1,2}", "%p": r"[AaPp][Mm]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateForm:
    """How a column writes dates. kind: date, moment or time; `pattern` is None where the language reads it itself.

    `unsure` when day and month could be swapped.
    """

    kind: str
    pattern: str | None = None
    unsure: bool = False


def date_form(values: Mapping[str, int]) -> DateForm | None:
    """The form of dates or times that fits nearly all values, or None. With each value, how many rows have it."""
    if not values:
        return None
    for kind, shape in ISO.items():
        if nearly_all(values, lambda v, shape=shape: shape.fullmatch(v.strip()) is not None):  # type: ignore[misc]
            return DateForm(kind)
    some = dict(list(values.items())[:100])
    fitting = [p for p in _patterns() if _fits(some, p) and _fits(values, p)]
    if not fitting:
        return None
    best = _surer(fitting[0], fitting[1], values) if len(fitting) > 1 and _swapped(*fitting[:2]) else fitting[0]
    kind = "moment" if "%H" in best or "%I" in best else "date"
    return DateForm(kind, best, len(fitting) > 1 and _swapped(*fitting[:2]))


def nearly_all(values: Mapping[str, int], fits: Callable[[str], bool]) -> bool:
    """Whether something holds of nearly all different values, or of nearly all rows: where few days are in a file,
    two dirty ones are half of what is different."""
    good = [v for v in values if fits(v)]
    return len(good) >= 0.9 * len(values) or sum(values[v] for v in good) >= 0.95 * sum(values.values())


def unreadable(form: DateForm, value: str) -> bool:
    """Whether a value is not in the form of its column."""
    if form.pattern is not None:
        return parsed(value, form.pattern) is None
    text = value.strip()
    if form.kind == "time":
        return not _TIME.fullmatch(text)
    return not (ISO[form.kind].fullmatch(text) or _ISO_DATE.fullmatch(text)) or not _in_calendar(text[:10])


def _in_calendar(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _patterns() -> Iterator[str]:
    for day in _DAYS:
        for time in _TIMES:
            yield day + time


def _fits(values: Mapping[str, int], pattern: str) -> bool:
    shape = re.compile(re.sub(r"%[a-zA-Z]", lambda m: _SHAPES[m[0]], pattern.replace(".", r"\.")))
    shaped = nearly_all(values, lambda v: shape.fullmatch(v.strip()) is not None)
    return shaped and nearly_all(values, lambda v: parsed(v, pattern) is not None)


@lru_cache(maxsize=1 << 16)
def parsed(value: str, pattern: str) -> dt.datetime | None:
    """A value read in a form, when it is a date between 1900 and 2100."""
    try:
        found = dt.datetime.strptime(value.strip(), pattern)  # noqa: DTZ007 - only its shape matters
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None


def _swapped(one: str, other: str) -> bool:
    return one.replace("%m", "?").replace("%d", "%m").replace("?", "%d") == other


def _surer(one: str, other: str, values: Collection[str]) -> str:
    """Of two readings the one with fewer months: a shop's file is more often of some months than of some days."""

    def months(pattern: str) -> int:
        return len({found.month for v in values if (found := parsed(v, pattern))})

    return other if months(other) < months(one) else one

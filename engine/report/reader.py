"""Values in words for people: money, shares, dates and states as a reader of some language writes them."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from patron.dsl.nodes import dataclass
from patron.engine.report.numerals import Numerals, money_style, number_style
from patron.engine.report.words import StateWords, language, state_words, word
from patron.engine.results import EMPTY, EXPIRED, OK, Column, Provenance, Value
from patron.engine.runtime.printable import plain

__all__ = ["MINUS", "NONE", "Reader", "is_change", "plain", "shown"]

MINUS, NONE = "−", "–"
COARSE_CHANGE, MOST_CHANGE = 10, Decimal(100)
"""From which change on tenths of a percent, and any digits, say nothing."""
LEAST_CHANGE = 0.0005
"""A change up to this one is written `0.0%`."""

_ISO_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: language, currency and zone, what day the week starts on, how few people are too few."""

    locale: str = "en"
    currency: str = "USD"
    zone: str = "UTC"
    week_starts: str = "monday"
    smallest_group: int = 0

    @classmethod
    def of(cls, source: Provenance, locale: str) -> Reader:
        """The reader of a report, in a language of the asker's choice."""
        return cls(locale, source.currency, source.zone, source.week_starts, source.smallest_group)

    def shown(self, value: Value, state: str, column: Column) -> str:
        """A value, or the full words of its state."""
        if value is None or state not in (OK, EMPTY, EXPIRED):
            return NONE if state in (OK, EMPTY) else self.words(state).full
        return self.formatter(column)(value)

    def words(self, state: str) -> StateWords:
        """A state in words."""
        return state_words(state, self.locale, self.smallest_group)

    def formatter(self, column: Column) -> Callable[[Value], str]:
        """How values of a column are written; made once for all its rows. Missing values are given as a dash."""
        return _formatter(
            self,
            column.type.kind,
            column.type.whole,
            column.format.kind,
            column.format.digits,
            column.role,
            column.time,
            column.type.words,
        )

    def date(self, day: dt.date) -> str:
        """A calendar date."""
        return _date(day, "medium", self.locale)

    def moment(self, moment: dt.datetime) -> str:
        """A moment as clocks in the project's zone show it."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{_date(local.date(), 'medium', self.locale)} {local:%H:%M}"

    def count(self, number: int) -> str:
        """A whole number."""
        return number_style(0, self.locale)(Decimal(number))


def shown(value: Value, state: str, column: Column, currency: str = "USD", locale: str = "en") -> str:
    """A value as people read it; see `Reader` for the rest of what may matter."""
    return Reader(locale, currency).shown(value, state, column)


# ---------------------------------------------------------------- one formatter per kind of value


@functools.lru_cache(maxsize=512)
def _formatter(
    reader: Reader,
    kind: str,
    whole: bool,
    form: str,
    digits: int,
    role: str,
    time: str,
    words: tuple[tuple[str, str], ...],
) -> Callable[[Value], str]:
    instead = dict(words)
    number = _number_formatter(reader, kind, whole, form, digits, role)
    step = _step_formatter(reader, time)

    def write(value: Value) -> str:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return NONE
        if isinstance(value, bool):
            return word("yes" if value else "no", reader.locale)
        if isinstance(value, str):
            return plain(instead.get(value, value))
        if step is not None:
            return step(value)
        if isinstance(value, dt.datetime):
            return reader.moment(value)
        if isinstance(value, dt.date):
            return reader.date(value)
        return number(_exact(value))

    return write


def _number_formatter(
    reader: Reader, kind: str, whole: bool, form: str, digits: int, role: str
) -> Callable[[Decimal], str]:
    if role == "change":
        return _change(reader.locale)
    if form == "percent":
        return _percent(number_style(digits, reader.locale))
    if form == "money" or (kind == "money" and form == "text"):
        return money_style(2 if form == "text" else digits, reader.locale, reader.currency)
    if form == "days":
        return _days(number_style(digits, reader.locale), reader.locale)
    if form == "text":
        return number_style(0, reader.locale) if whole else _as_precise(reader.locale)
    return number_style(digits, reader.locale)


def _step_formatter(reader: Reader, time: str) -> Callable[[Value], str] | None:
    """How buckets of a time dimension are named; None for anything else."""
    if not time:
        return None

    def write(value: Value) -> str:
        if isinstance(value, dt.datetime):
            return reader.moment(value)
        if isinstance(value, dt.date):
            return _date(value, time, reader.locale)
        if time == "hour_of_day" and isinstance(value, int):
            return f"{value:02d}:00"
        if time == "weekday" and isinstance(value, int) and 1 <= value <= 7:
            return _weekday(value, reader.week_starts, reader.locale)
        return str(value)

    return write


def _exact(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _percent(write: Numerals) -> Callable[[Decimal], str]:
    return lambda value: f"{write(value * 100)}%"


def _signed(write: Callable[[Decimal], str]) -> Callable[[Decimal], str]:
    return lambda value: f"+{write(value)}" if value > 0 else write(value)


def _change(locale: str) -> Callable[[Decimal], str]:
    """Changes: `+4.2%`, and from next to nothing `+2,537%` or `> +10,000%`, since more digits would say nothing."""
    fine, whole = (_signed(_percent(number_style(digits, locale))) for digits in (1, 0))

    def write(value: Decimal) -> str:
        if not is_change(value):
            return fine(Decimal(0))
        if abs(value) > MOST_CHANGE:
            return f"{'>' if value > 0 else '<'} {whole(MOST_CHANGE.copy_sign(value))}"
        return (fine if abs(value) < COARSE_CHANGE else whole)(value)

    return write


def is_change(value: float | Decimal | None) -> bool:
    """Whether a change is one as it is written: what rounds to 0.0% is none, neither up nor down."""
    return value is not None and not -LEAST_CHANGE <= value <= LEAST_CHANGE


def _days(write: Numerals, locale: str) -> Callable[[Decimal], str]:
    gap = "" if language(locale) == "zh" else " "

    def days(value: Decimal) -> str:
        text = write(value)
        return f"{text}{gap}{word('day' if text == '1' else 'days', locale)}"

    return days


def _as_precise(locale: str) -> Callable[[Decimal], str]:
    """Numbers without a format: as many decimals as they have, at most two."""

    def write(value: Decimal) -> str:
        rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
        exponent = rounded.as_tuple().exponent
        return number_style(max(0, -exponent) if isinstance(exponent, int) else 0, locale)(value)

    return write


# ---------------------------------------------------------------- dates


@functools.lru_cache(maxsize=8192)
def _date(day: dt.date, unit: str, locale: str) -> str:
    """A date, or the time bucket that begins on it."""
    from babel.dates import format_date, format_skeleton

    known = _babel_locale(locale)
    if unit == "year":
        return format_skeleton("y", day, locale=known)
    if unit == "quarter":
        return format_skeleton("yQQQ", day, locale=known)
    if unit == "month":
        return format_skeleton("yMMM", day, locale=known)
    return format_date(day, "medium", locale=known)


@functools.lru_cache(maxsize=64)
def _weekday(number: int, starts: str, locale: str) -> str:
    from babel.dates import get_day_names

    first = _ISO_DAYS.index(starts) if starts in _ISO_DAYS else 0
    return str(get_day_names("abbreviated", locale=_babel_locale(locale))[(first + number - 1) % 7])


def _babel_locale(locale: str) -> str:
    from patron.engine.report.numerals import known_locale

    return known_locale(locale)

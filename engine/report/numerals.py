"""Numbers in the writing of a language, with the signs learned from babel once and applied quickly ever after."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

Numerals: TypeAlias = Callable[[Decimal], str]

_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_PROBE = Decimal(1234567890)


@functools.lru_cache(maxsize=64)
def known_locale(locale: str) -> str:
    """The locale itself if babel knows it, else the nearest it knows, in the end English."""
    from babel import Locale, UnknownLocaleError

    asked = locale.replace("-", "_")
    for name in (asked, asked.partition("_")[0]):
        try:
            return str(Locale.parse(name))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"


@functools.lru_cache(maxsize=256)
def number_style(digits: int, locale: str) -> Numerals:
    """Numbers with so many decimals."""
    from babel.numbers import format_decimal

    known = known_locale(locale)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return _learn(digits, lambda value: str(format_decimal(value, pattern, locale=known)), known)


@functools.lru_cache(maxsize=256)
def money_style(digits: int, locale: str, currency: str) -> Numerals:
    """Money with so many decimals (none for currencies without small coins), its sign where the language puts it."""
    from babel import Locale
    from babel.numbers import get_currency_precision, parse_pattern

    known = known_locale(locale)
    digits = min(digits, get_currency_precision(currency)) if digits <= 2 else digits
    pattern = parse_pattern(Locale.parse(known).currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)

    def slowly(value: Decimal) -> str:
        return str(pattern.apply(value, known, currency=currency, currency_digits=False))

    return _learn(digits, slowly, known)


def _learn(digits: int, slowly: Numerals, known: str) -> Numerals:
    """A quick writer that agrees with babel: what stands around a number, and the signs within it, are fixed texts."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    unit = Decimal(1).scaleb(-digits)
    signs = {",": get_group_symbol(known), ".": get_decimal_symbol(known)}
    table = str.maketrans(signs)

    def core(value: Decimal) -> str:
        return f"{value:,.{digits}f}".translate(table)

    one = core(Decimal(1))
    before, found, after = slowly(Decimal(1)).partition(one)
    minus, _, minus_after = slowly(Decimal(-1)).partition(one)

    def quickly(value: Decimal) -> str:
        rounded = value.quantize(unit, ROUND_HALF_UP, _WIDE)
        if rounded < 0:
            return f"{_true_minus(minus)}{core(-rounded)}{minus_after}"
        return f"{before}{core(abs(rounded))}{after}"

    def with_babel(value: Decimal) -> str:
        rounded = value.quantize(unit, ROUND_HALF_UP, _WIDE)
        return _true_minus(slowly(rounded)) if rounded else slowly(abs(rounded))

    return quickly if found and quickly(_PROBE) == slowly(_PROBE) else with_babel


def _true_minus(text: str) -> str:
    """The minus sign instead of the hyphen that many locales use for it."""
    return text.replace("-", "−")

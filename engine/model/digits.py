"""Numbers written out: as many digits as every engine computes with exactly."""

from __future__ import annotations

from decimal import Decimal

MOST_DIGITS, MOST_DECIMALS = 18, 15


def inexact(value: Decimal, whole: int = MOST_DIGITS) -> str:
    """Why a number cannot be computed with exactly; the empty text when it can."""
    if value and (value.adjusted() >= whole or -int(value.as_tuple().exponent) > MOST_DECIMALS):
        return f"a number has at most {whole} digits before the point and {MOST_DECIMALS} after it"
    return ""

"""Whether an answer is what was calculated."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.packs.of_lifecycle import Told
from tests.packs.plain import Moment


def same(found, expected):
    """Exact for counts, money and texts; ratios to nine digits."""
    if expected is Told:
        return isinstance(found, str)
    if isinstance(expected, Moment):
        return found == expected.day if type(found) is type(expected.day) else instant_of(found) == expected.at
    if isinstance(found, Decimal) and isinstance(expected, Fraction):
        return found == in_millionths(expected)
    if isinstance(found, float) or (isinstance(expected, float | Fraction) and found is not None):
        return expected is not None and abs(float(found) - float(expected)) <= 1e-9 * max(1.0, abs(float(expected)))
    return found == expected


def in_millionths(exact):
    """Money by division: six decimals, half away from zero."""
    digits = Decimal(exact.numerator * 10**12 // exact.denominator).scaleb(-12)
    return digits.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def instant_of(found):
    return found.astimezone(UTC).replace(tzinfo=None) if isinstance(found, datetime) and found.tzinfo else found

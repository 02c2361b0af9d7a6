"""Drawings made of signs: bars beside numbers, and the course of a line in one row of text."""

from __future__ import annotations

from collections.abc import Sequence

WIDE = 20
"""Signs of the longest bar."""
_STEPS = "▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉█"


def bar(value: float | None, largest: float) -> str:
    """A bar as long as its share of the largest; nothing for what is not there or below zero."""
    if value is None or value <= 0 or largest <= 0:
        return ""
    eighths = max(1, round(value / largest * WIDE * 8))
    return _PARTS[8] * (eighths // 8) + _PARTS[eighths % 8].strip()


def course(values: Sequence[float | None]) -> str:
    """A sign for each value, higher for larger ones; a dot where there is none."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    low = 0.0 if 0 <= low <= 0.55 * high else low
    reach = (high - low) or 1.0
    return "".join("·" if v is None else _STEPS[min(7, int((v - low) / reach * 8))] for v in values)

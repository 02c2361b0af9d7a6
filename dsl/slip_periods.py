"""Periods that are none, and the period that is meant (P0501)."""

from __future__ import annotations

from patron.dsl import machine
from patron.dsl.fault import Fault
from patron.dsl.lexer import NEWLINE, WORD
from patron.dsl.problems import Problem, nearest
from patron.dsl.slip_dates import dates_meant, month_meant, months_meant

KNOWN = (
    "Periods are written `last 30 days`, `last 3 full months`, `this month`, `previous month`, `year to date`, "
    "`2026-01-01 to 2026-03-31` or `all time`."
)
_MEANT = {
    "yesterday": "previous day", "ytd": "year to date", "mtd": "month to date", "qtd": "quarter to date",
    "wtd": "week to date", "ever": "all time", "forever": "all time", "always": "all time", "alltime": "all time",
    "past": "last 30 days", "since": "2026-01-01 to today", "from": "2026-01-01 to 2026-03-31",
    "between": "2026-01-01 to 2026-03-31",
}  # fmt: skip
_CLAUSES = frozenset("by for during compare where having sorted top rest total mark at tolerance".split())


def not_a_period(fault: Fault) -> Problem | None:
    """What stands after `during`, `period` or `compare to`, or `in the last month` in a condition."""
    if fault.ends_line or fault.text in ("}", "{") or fault.may_end:
        return None
    words = [fault.raw.text(n) for n in fault.line_before()]
    start = _start(words)
    if start is None:
        return _last_unit(fault)
    tokens = fault.line_before()
    first = tokens[start] if start < len(tokens) else fault.at
    if fault.text in _CLAUSES:
        return None
    said = [*words[start:], fault.text]
    compared = words[start - 1 : start] == ["to"]
    place = fault.span_of(first, fault.at)
    text = fault.raw.source.text[fault.raw.starts[first] :]
    hint = dates_meant(text) or months_meant(text) or _hint(said, fault.after, compared)
    return Problem("P0501", place, "this is not a period", hint)


def without_during(fault: Fault) -> Problem | None:
    """`total_sales last month`: the period of a phrase stands behind its word."""
    if fault.text not in ("last", "this", "previous") or not fault.fits("during"):
        return None
    said = fault.after
    if said.isdigit():
        meant = f"{fault.text} {said} {fault.near(2)}".rstrip()
    elif said.lower() in machine.UNITS:
        meant = f"{'this' if fault.text == 'this' else 'previous'} {said.lower().removesuffix('s')}"
    else:
        return None
    return fault.problem(f"Did you mean `during {meant}`?")


def _start(words: list[str]) -> int | None:
    """Where the period begins among the words of its line, None when none does."""
    for n in reversed(range(len(words))):
        if words[n] == "during" or (words[n] == "period" and n == 0):
            return n + 1
        if words[n] == "to" and words[n - 1 : n] == ["compare"]:
            return n + 1
    return None


def _hint(said: list[str], after: str, compared: bool) -> str:
    opening = said[0].lower()
    unit = said[-1].lower().removesuffix("s")
    if len(said) >= 2 and opening in ("last", "the") and said[-1].lower() in machine.UNITS:
        return f"Write `same period last {unit}`, or `previous {unit}`." if compared else f"Write `previous {unit}`."
    if len(said) >= 3 and opening == "last" and said[1].isdigit():
        near = nearest(said[-1], (u for u in machine.UNITS if u.endswith("s") != (said[1] == "1")), 0.6)
        return f"Did you mean `{near}`?" if near else "A unit fits here: days, weeks, months ..."
    if opening == "the":
        return "Write it without `the`: `last 30 days`."
    if meant := month_meant(opening):
        return meant
    if opening in _MEANT:
        return f"Write `{_MEANT[opening]}`."
    if opening == "current" and after:
        return f"Write `this {after}`."
    if opening in ("previous", "the") and len(said) >= 2 and said[1].isdigit():
        return f"Write `last {said[1]} full days`, with the unit you mean."
    if opening.isdigit() and len(opening) == 4:
        return f"Write the dates: `{opening}-01-01 to {opening}-12-31`."
    if opening.isdigit():
        return f"Write `last {said[0]} {after or 'days'}`."
    return KNOWN


def _last_unit(fault: Fault) -> Problem | None:
    """`in the last month`: the month before is `previous`; `last` counts back from today and needs a number."""
    if fault.kind != WORD or fault.text not in machine.UNITS or fault.before != "last" or not fault.fits("INT"):
        return None
    unit = fault.text.removesuffix("s")
    place = fault.span_of(fault.at - 1, fault.at)
    if fault.raw.kinds[fault.at - 1] == NEWLINE:
        place = fault.place
    return Problem("P0501", place, "this is not a period",
                   f"Write `in the previous {unit}`, or say how many: `in the last 1 {unit}`.")  # fmt: skip

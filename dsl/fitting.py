"""What fits at a place, or is missing there, in the words of an analyst."""

from __future__ import annotations

from patron.dsl import machine
from patron.dsl.fault import Fault

_OPERATORS = frozenset(
    machine.WORDS[w] for w in "+ - * / and or = != < <= > >= is contains starts ends matches . ( , where".split()
)
_KINDS = (
    ("STRING", "a text in double quotes"), ("NUMBER", "a number"), ("INT", "a whole number"),
    ("MONEY", "an amount such as $50"), ("PERCENT", "a percent such as 20%"), ("DATE", "a date such as 2026-05-31"),
    ("DATETIME", "a moment such as 2026-05-31 06:00"), ("TIME", "a time such as 06:00"), ("VERSION", "a version"),
    ("UNIT", "a unit (days, weeks, months ...)"), ("WEEKDAY", "a weekday"), ("CURRENCY", "a currency such as USD"),
    ("SQLTEXT", 'a text between """'), ("NAME", "a name"), ("DOLLAR", "a parameter such as $name"),
)  # fmt: skip
_MOST, _CLAUSES = 8, 24


def lacks(fault: Fault) -> str:
    """What is missing where a line or block ends too early, as a sentence; empty when nothing can be said."""
    if fault.in_brackets and fault.fits(")"):
        return "`)` is missing."
    if fault.alone and fault.at == fault.first:
        return "A phrase begins with what is counted: `total_sales by month`."
    if fault.wants_value:
        if fault.fits("has") and not fault.fits("running"):
            return "A condition is missing."
        return "A value is missing."
    if fault.fits("UNIT") and not fault.fits("previous"):
        return "A unit is missing: days, weeks, months ..."
    if fault.fits("previous") and fault.fits("last"):
        return "A period is missing, such as `last 30 days` or `previous month`."
    if fault.fits("NUMBER", "INT") and not fault.fits("NAME"):
        return "A number is missing."
    if fault.fits("NAME") and not fault.may_end and not fault.fits("STRING"):
        return "A name is missing."
    left = fault.accepted - _OPERATORS - {machine.TERMINAL["STRING"]} or fault.accepted - _OPERATORS
    if len(left) == 1:
        (only,) = left
        return f"{_one(only)} is missing.".replace("a ", "A ", 1) if only not in machine.SPELLING else (
            f"`{machine.SPELLING[only]}` is missing.")  # fmt: skip
    return fits(fault)


def fits(fault: Fault) -> str:
    """A sentence naming what fits here."""
    left = fault.accepted - _OPERATORS if len(fault.accepted - _OPERATORS) else fault.accepted
    named: list[str] = []
    if fault.wants_value:
        named.append("a condition" if fault.fits("has") else "a value")
    else:
        kinds = [(name, words) for name, words in _KINDS if name not in ("DOLLAR", "STRING")]
        named += [words for name, words in kinds if machine.TERMINAL[name] in left]
        named += ["a text in double quotes"] if fault.fits("STRING") else []
    words = sorted(machine.SPELLING[s] for s in left if s in machine.SPELLING and s not in _SIGNS)
    if fault.wants_value:
        words = [w for w in words if w in ("everyone", "all", "any", "none")]
    named += [f"`{w}`" for w in words]
    named += [f"`{sign}`" for sign in (")", "}", "{") if fault.fits(sign)]
    if fault.fits("is"):
        named += ["a comparison (`is`, `>=`, `contains` ...)"]
    named += [f"`{sign}`" for sign in ("and", "or", ",") if fault.fits(sign)]
    named += ["the end of the line"] if fault.may_end else []
    named = named or [f"`{machine.SPELLING[s]}`" for s in sorted(fault.accepted) if machine.SPELLING.get(s, ".") != "."]
    if not named:
        return "This word may not stand here."
    most = _CLAUSES if fault.at_line_start else _MOST
    more = ", ..." if len(named) > most else "."
    return f"What fits here: {', '.join(named[:most])}{more}"


_SIGNS = frozenset(n for word, n in machine.WORDS.items() if not word[0].isalpha())


def _one(symbol: int) -> str:
    return {machine.TERMINAL[name]: words for name, words in _KINDS}.get(symbol, "the end of the line")

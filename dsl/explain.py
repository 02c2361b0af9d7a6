"""Words for what does not fit: the place, what was found, and what an analyst may write instead.

First the usual slips are tried (`slips`), then periods (`slip_periods`), then a misspelt word; else the hint names
what fits here, in words rather than names of tokens.
"""

from __future__ import annotations

from patron.dsl import machine, slip_dates, slip_periods, slips
from patron.dsl.fault import Fault
from patron.dsl.fitting import fits, lacks
from patron.dsl.lexer import NEWLINE, STATEMENTS, STRING, WORD, Raw
from patron.dsl.problems import Problem, nearest
from patron.dsl.tree import Span

__all__ = ["Fault", "explain", "extra", "missing_before"]

_OPENERS = ("has", "their", "not", "share", "rate", "rolling", "running", "everyone", "start")


def explain(fault: Fault) -> Problem:
    """The problem a token that does not fit makes."""
    for slip in (*slips.SLIPS, slip_periods.without_during, slip_periods.not_a_period, slip_dates.other_date):
        if problem := slip(fault):
            return problem
    if fault.at_line_start and fault.in_brackets and fault.fits(")"):
        end = fault.end_of_line_before
        return Problem("P0101", end, "I did not expect the end of the line here", "`)` is missing.")
    if fault.ends_line or fault.text == "}":
        return fault.problem(lacks(fault))
    return _misspelt_before(fault) or fault.problem(_meant(fault) or _one_clause(fault) or _wanted(fault))


def _meant(fault: Fault) -> str:
    """`Did you mean X?`, for a word that is nearly one of those that fit."""
    if fault.kind != WORD:
        return ""
    known = fault.keywords
    if fault.text.lower() in known:
        return f"Write `{fault.text.lower()}` in small letters."
    cutoff = 0.5 if len(fault.text) <= 3 else 0.65
    near = nearest(fault.text, known, cutoff)
    return f"Did you mean `{near}`?" if near else ""


def _misspelt_before(fault: Fault) -> Problem | None:
    """`runing total of x`: the word before was taken for a name, and is nearly a keyword that opens a value."""
    before = fault.before
    if fault.kind not in (WORD, STRING) or fault.raw.kinds[fault.at - 1] != WORD or len(before) < 3:
        return None
    turned = next((w for w in _OPENERS if sorted(w) == sorted(before)), None)
    near = turned or nearest(before, _OPENERS, 0.75)
    if not near or near == before or machine.WORDS.get(before) is not None:
        return None
    return fault.problem(f"Did you mean `{near}`?", place=fault.span_of(fault.at - 1), found=before)


def _one_clause(fault: Fault) -> str:
    """A clause or statement that begins behind another one on its line."""
    if fault.kind != WORD or not fault.may_end or fault.at_line_start:
        return ""
    if fault.text in STATEMENTS or fault.text in slips.CLAUSES:
        return f"One clause per line: write `{fault.text}` on a line of its own."
    return ""


def _wanted(fault: Fault) -> str:
    needed = lacks(fault)
    return needed if needed and not fault.may_end else fits(fault)


def missing_before(raw: Raw, n: int) -> Problem:
    """A statement that begins while the line before it still waits for something."""
    last = n - 1
    while raw.kinds[last] == NEWLINE:
        last -= 1
    place = raw.source.span(raw.ends[last], raw.ends[last])
    what = "A condition" if raw.text(last) in ("and", "or") else "A value"
    if raw.text(last) == ",":
        what = "What the comma announces"
    return Problem("P0101", place, "I did not expect the end of the line here",
                   f"{what} is missing: after `{raw.text(last)}` the line goes on.")  # fmt: skip


def extra(raw: Raw, n: int) -> Problem:
    """Something after a phrase that is already whole."""
    word = raw.text(n)
    hint = "A phrase is one line; a new line may begin with `by`, `during`, `where`, `having`, `sorted`, `top`."
    if word in ("for", "compare"):
        hint = f"`{word}` does not begin a line: write it at the end of the line above."
    return Problem("P0101", _short(raw, n), f"I did not expect `{word[:40]}` here", hint)


def _short(raw: Raw, n: int) -> Span:
    return raw.source.span(raw.starts[n], raw.ends[n])

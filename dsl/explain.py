"""stub"""

from __future__ import annotations

from dataclasses import dataclass

from patron.dsl import machine
from patron.dsl.lexer import Raw
from patron.dsl.problems import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """A raw token that does not fit, and how things stood when it came."""

    raw: Raw
    at: int
    symbol: int
    states: tuple[int, ...]
    first: int
    in_brackets: bool


def explain(fault: Fault) -> Problem | None:
    raw = fault.raw
    return Problem("P0101", raw.source.span(raw.starts[fault.at], raw.ends[fault.at]), f"I did not expect {raw.text(fault.at)!r} here", ",".join(machine.SYMBOLS[s] for s in machine.accepted(fault.states)))


def missing_before(raw: Raw, n: int) -> Problem:
    return Problem("P0101", raw.source.span(raw.ends[n - 2], raw.ends[n - 2]), "missing")


def extra(raw: Raw, n: int) -> Problem:
    return Problem("P0101", raw.source.span(raw.starts[n], raw.ends[n]), "extra")

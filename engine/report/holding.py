"""Whether the condition of a note holds: its question keeps a row, and every number in it may be seen."""

from __future__ import annotations

from patron.engine.results import EMPTY, OK, Result


def holds(answer: Result) -> bool:
    """A number that is hidden, awaited, not tracked or without a source decides nothing."""
    cells = ((row, column) for row in range(len(answer.rows)) for column in range(len(answer.columns)))
    return bool(answer.rows) and all(answer.state(*cell) in (OK, EMPTY) for cell in cells)

"""Funnels: every step is a part of the one before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from patron.engine.report.text import cell_text
from patron.engine.results import Result


def steps_that_grow(result: Result) -> tuple[str, ...]:
    """What is told of steps that are larger than the one before them."""
    return tuple(_told(result))


def _told(result: Result) -> Iterator[str]:
    steps = [place for place, column in enumerate(result.columns) if column.role == "metric"]
    for row in result.rows:
        for before, step in pairwise(steps):
            small, large = row[before], row[step]
            if small is not None and large is not None and large > small:  # type: ignore[operator]
                said, than = (cell_text(row[n], result.columns[n]) for n in (step, before))
                yield f'"{result.columns[step].title}" ({said}) is larger than the step before it ({than}).'

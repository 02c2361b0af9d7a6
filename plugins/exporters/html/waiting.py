"""Figures that wait: for a source to fill what they need, or for a version that computes it. One quiet panel tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from patron.engine.report.reader import plain
from patron.engine.report.unfilled import lacks, tells_nothing
from patron.engine.results import Conditions, Figure, Note, Part, Section


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not there: the titles of figures, the tables and columns to map, and reasons that mapping cannot mend.

    `whole` when it stands for a whole tab or section.
    """

    titles: tuple[str, ...]
    names: tuple[str, ...]
    reasons: tuple[str, ...]
    whole: bool = False
    block: str = "waiting"


def waits(figure: Figure) -> bool:
    """Whether a figure has nothing to show until something is mapped or made."""
    if figure.result is None:
        return figure.awaited
    return tells_nothing(figure.result, table=figure.kind == "table")


def waiting(figures: Sequence[Figure], *, whole: bool = False) -> Waiting:
    """One panel for figures that wait."""
    return Waiting(
        _once(f.title for f in figures if f.title),
        _once(name for f in figures if f.result is not None for name in lacks(f.result)),
        _once(reason for f in figures if f.result is None for reason in _reasons(f.problem)),
        whole,
    )


def whole(parts: Sequence[Part]) -> Waiting | None:
    """One panel for a tab or section in which every figure waits; None when there is something to see."""
    figures = _figures(parts)
    if not figures or not all(isinstance(f, Figure) and waits(f) for f in figures):
        return None
    return waiting([f for f in figures if isinstance(f, Figure)], whole=True)


def _figures(parts: Sequence[Part]) -> list[Figure | Conditions]:
    found: list[Figure | Conditions] = []
    for part in parts:
        if isinstance(part, Section):
            found += _figures(part.parts)
        elif not isinstance(part, Note):
            found.append(part)
    return found


def _reasons(problem: str) -> list[str]:
    """Why something is not there yet, as sentences, without the names that nobody can mend."""
    told = [each.partition(" not there yet: ")[2] or each for each in problem.split("; ")]
    return [f"{each[:1].upper()}{each[1:]}." for each in told]


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(text) for text in texts))

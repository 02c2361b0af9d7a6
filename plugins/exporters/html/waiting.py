"""Figures with nothing to see: until a source fills what they need, a list is taken, or a role allows it.

One quiet panel tells what to do, for all that follow each other and for whole tabs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from patron.engine.report.reader import plain
from patron.engine.report.to_map import to_map
from patron.engine.report.unfilled import lacks, tells_nothing, without_lacking
from patron.engine.results import (
    EMPTY,
    EXPIRED,
    NOT_ENOUGH_DATA,
    OK,
    SOURCE_MISSING,
    Conditions,
    Figure,
    Note,
    Part,
    Section,
)
from patron.plugins.exporters.html.desk import Desk

LATER = "later"
"""What a pack promises for a later version."""
NAMED = 3
"""So many metrics name a figure that has no title."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not there: the titles of figures, and why.

    `names` are tables and columns to map; `words` and `advice` those of any other state, `reasons` why something is
    promised for later. `whole` when the panel stands for a tab or section.
    """

    titles: tuple[str, ...]
    names: tuple[str, ...]
    words: str
    advice: str
    reasons: tuple[str, ...]
    whole: bool
    block: str = "waiting"

    @property
    def statements(self) -> str:
        """What to write for the names."""
        return to_map(self.names)


def waits(figure: Figure) -> str:
    """The state that all of a figure is in; "" when there is something to see."""
    if figure.result is None:
        return LATER if figure.awaited else ""
    if tells_nothing(figure.result, table=figure.kind == "table" and bool(figure.result.rows)):
        return SOURCE_MISSING
    if figure.result.short and not figure.result.rows:
        return NOT_ENOUGH_DATA
    result = without_lacking(figure.result)
    numbers = [n for n, column in enumerate(result.columns) if column.role == "metric"]
    states = {result.state(row, number) for row in range(len(result.rows)) for number in numbers}
    return states.pop() if len(states) == 1 and not states & {OK, EMPTY, EXPIRED} else ""


def waiting(figures: Sequence[Figure], desk: Desk, *, whole: bool = False) -> Waiting:
    """One panel for figures in one state."""
    state = waits(figures[0])
    words = desk.reader.words(state) if state not in (SOURCE_MISSING, LATER) else None
    short = _once(why for f in figures if f.result is not None and state == NOT_ENOUGH_DATA for why in f.result.short)
    return Waiting(
        _once(title for f in figures if (title := _title(f))),
        _once(name for f in figures if f.result is not None for name in lacks(f.result)) if not words else (),
        words.full if words else "",
        words.advice if words and not short else "",
        tuple(map(_sentence, short)) or _once(r for f in figures if f.result is None for r in _reasons(f.problem)),
        whole,
    )


def _title(figure: Figure) -> str:
    """The title, or those of the first metrics where the author gave none."""
    if figure.named or figure.result is None:
        return figure.title
    titles = [column.title or column.name for column in figure.result.columns if column.role == "metric"]
    return ", ".join((*titles[:NAMED], *("..." for _ in titles[NAMED : NAMED + 1]))) or figure.title


def whole(parts: Sequence[Part], desk: Desk) -> Waiting | None:
    """One panel for a tab or section whose figures are all in one state; None when there is something to see."""
    figures = _figures(parts)
    waiting_ones = [f for f in figures if isinstance(f, Figure)]
    states = {waits(f) for f in waiting_ones}
    if len(states) != 1 or "" in states or len(waiting_ones) < len(figures):
        return None
    return waiting(waiting_ones, desk, whole=True)


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
    return [_sentence(each) for each in told]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(text) for text in texts))

"""The order of a page: tabs, sections, and figures side by side where two narrow ones meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from patron.engine.report.reader import plain
from patron.engine.results import Conditions, Figure, Note, Part, Report, Section
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.figures import FigureView, figure_view
from patron.plugins.exporters.html.lists import Branch, conditions, people


@dataclass(frozen=True, slots=True)
class ConditionsView:
    """The tree of an audience."""

    title: str
    total: str
    branches: tuple[Branch, ...]
    narrow: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One figure over the full width or two beside each other; `block` is for the template."""

    parts: tuple[FigureView | ConditionsView, ...]
    block: str = "row"


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note of the author."""

    text: str
    block: str = "note"


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section, or one of the tabs of a set."""

    id: str
    title: str
    collapsed: bool
    blocks: tuple[Block, ...]
    level: int
    block: str = "section"


@dataclass(frozen=True, slots=True)
class Tabs:
    """Tabs that follow each other."""

    tabs: tuple[SectionView, ...]
    block: str = "tabs"


Block: TypeAlias = Row | NoteView | SectionView | Tabs


def blocks(parts: Sequence[Part], report: Report, desk: Desk, level: int = 2) -> tuple[Block, ...]:
    """The parts of a report or section as blocks of the page."""
    made: list[Block] = []
    waiting: list[FigureView | ConditionsView] = []
    tabs: list[SectionView] = []
    for part in parts:
        tab = isinstance(part, Section) and part.tab
        if not tab and tabs:
            made.append(Tabs(tuple(tabs)))
            tabs = []
        if isinstance(part, Figure | Conditions):
            waiting.append(figure_view(part, report, desk) if isinstance(part, Figure) else _conditions(part, desk))
            continue
        made += _rows(waiting)
        waiting = []
        if isinstance(part, Note):
            made.append(NoteView(plain(part.text)))
        elif isinstance(part, Section):
            view = SectionView(
                desk.fresh("p"), plain(part.title), part.collapsed, blocks(part.parts, report, desk, level + 1), level
            )
            tabs.append(view) if tab else made.append(view)
    made += _rows(waiting)
    return (*made, Tabs(tuple(tabs))) if tabs else tuple(made)


def _rows(parts: Sequence[FigureView | ConditionsView]) -> list[Block]:
    """Narrow figures in pairs; one that is left alone has the width to itself."""
    made: list[Block] = []
    place = 0
    while place < len(parts):
        pair = tuple(parts[place : place + 2])
        together = len(pair) == 2 and all(part.narrow for part in pair)
        made.append(Row(pair if together else pair[:1]))
        place += 2 if together else 1
    return made


def _conditions(tree: Conditions, desk: Desk) -> ConditionsView:
    return ConditionsView(plain(tree.title), people(tree.total, tree.state, desk), conditions(tree, desk))

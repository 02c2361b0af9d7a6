"""The order of a page: tabs, sections, and figures side by side where two narrow ones meet."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from patron.engine.report.reader import plain
from patron.engine.results import Conditions, Figure, Note, Part, Report, Section
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.figures import FigureView, figure_view, notes_of, sentence
from patron.plugins.exporters.html.lists import Branch, conditions, people
from patron.plugins.exporters.html.overview import Overview, overview
from patron.plugins.exporters.html.waiting import Waiting, waiting, waits, whole


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
    """A note of the author, said under a condition or always, or one that several figures share."""

    text: str
    when: str = ""
    common: bool = False
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


FIRST = 2
"""The level of headings below the title of the page."""
COMMON = 3
"""A note is told once, below, when so many figures of a section have it."""

Block: TypeAlias = Row | NoteView | SectionView | Tabs | Overview | Waiting


def blocks(parts: Sequence[Part], report: Report, desk: Desk, level: int = FIRST) -> tuple[Block, ...]:
    """The parts of a report or section as blocks of the page; one panel where there is nothing to see."""
    nothing = whole(parts, desk)
    if nothing is not None:
        return (nothing,)
    notes = desk.tell_once(_common(parts))
    made: list[Block] = []
    for kind, run in itertools.groupby(parts, key=_kind):
        first = level == FIRST and all(isinstance(block, NoteView) for block in made)
        made += _run(kind, tuple(run), report, desk, level, first=first)
    desk.forget(notes)
    return (*made, *(NoteView(sentence(note), common=True) for note in notes))


def _common(parts: Sequence[Part]) -> tuple[str, ...]:
    """The notes that several figures of a section share; those of tabs are told in each tab."""
    counts = Counter(note for part in parts for note in _notes_below(part))
    return tuple(note for note, count in counts.items() if count >= COMMON)


def _notes_below(part: Part) -> Iterator[str]:
    if isinstance(part, Section) and not part.tab:
        for inner in part.parts:
            yield from _notes_below(inner)
    elif isinstance(part, Figure) and not waits(part):
        yield from notes_of(part)


def _kind(part: Part) -> str:
    """What parts that follow each other have in common when they are laid out together."""
    if isinstance(part, Section):
        return "tabs" if part.tab else "sections"
    if isinstance(part, Note):
        return "notes"
    state = waits(part) if isinstance(part, Figure) else ""
    return f"waiting {state}" if state else "figures"


def _run(kind: str, parts: tuple[Part, ...], report: Report, desk: Desk, level: int, *, first: bool) -> list[Block]:
    """The blocks of parts of one kind; `first` when no figure stands before them."""
    if kind.startswith("waiting"):
        return [waiting([part for part in parts if isinstance(part, Figure)], desk)]
    if kind == "figures":
        return _rows([_view(part, report, desk) for part in parts if isinstance(part, Figure | Conditions)])
    if kind == "notes":
        return [NoteView(plain(part.text), plain(part.when)) for part in parts if isinstance(part, Note)]
    given = [part for part in parts if isinstance(part, Section)]
    names = [desk.named(part.title) if part.tab else desk.fresh("p") for part in given]
    sections = tuple(_section(part, name, report, desk, level) for part, name in zip(given, names, strict=True))
    if kind == "sections":
        return list(sections)
    named = [(view.id, part) for view, part in zip(sections, given, strict=True)]
    short = overview(named, report, desk) if first else None
    if short is None:
        return [Tabs(sections)]
    inside: tuple[Block, ...] = (short, *(NoteView(sentence(note), common=True) for note in short.notes))
    return [
        Tabs((SectionView(desk.named(desk.words["overview"]), desk.words["overview"], False, inside, level), *sections))
    ]


def _view(part: Figure | Conditions, report: Report, desk: Desk) -> FigureView | ConditionsView:
    return figure_view(part, report, desk) if isinstance(part, Figure) else _conditions(part, desk)


def _section(part: Section, name: str, report: Report, desk: Desk, level: int) -> SectionView:
    inner = blocks(part.parts, report, desk, level + 1)
    if not part.tab:  # its title is enough
        inner = tuple(replace(each, whole=False) if isinstance(each, Waiting) else each for each in inner)
    return SectionView(name, plain(part.title), part.collapsed, inner, level)


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

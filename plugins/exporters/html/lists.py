"""Figures that are lists: facts, funnels, and the conditions of an audience."""

from __future__ import annotations

from dataclasses import dataclass

from patron.engine.report.reader import plain
from patron.engine.report.text import is_number
from patron.engine.results import OK, ConditionLine, Conditions, Result
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, shape, visible
from patron.plugins.exporters.html.tables import Cell, cell

# ---------------------------------------------------------------- facts


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    title: str
    value: Cell
    number: bool


def facts(result: Result, desk: Desk) -> tuple[Fact, ...]:
    """Each field of the first row; several rows stand below each other."""
    return tuple(
        Fact(plain(column.title or column.name), cell(result, row, number, desk.reader), is_number(column.type))
        for row in range(len(result.rows))
        for number, column in enumerate(result.columns)
        if column.role not in ("before", "change")
    )


# ---------------------------------------------------------------- funnel


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a funnel; `width` and `before_width` in percent of the largest."""

    title: str
    value: Cell
    width: str
    before: str
    before_width: str
    of_first: str
    of_previous: str
    larger: bool


def funnel(result: Result, desk: Desk) -> tuple[Step, ...]:
    """The metrics of the first row in their order."""
    measures = shape(result).measures
    if not result.rows:
        return ()
    drawn = [visible(result, 0, n) for m in measures for n in (m.now, m.before)]
    largest = max((value for value in drawn if value is not None), default=0.0) or 1.0
    return tuple(_step(result, measures, place, largest, desk) for place in range(len(measures)))


def _step(result: Result, measures: tuple[Measure, ...], place: int, largest: float, desk: Desk) -> Step:
    measure = measures[place]
    now, past = visible(result, 0, measure.now), visible(result, 0, measure.before)
    first = visible(result, 0, measures[0].now)
    previous = visible(result, 0, measures[place - 1].now) if place else None
    return Step(
        title=plain(measure.column.title or measure.column.name),
        value=cell(result, 0, measure.now, desk.reader),
        width=_width(now, largest),
        before="" if measure.before is None else cell(result, 0, measure.before, desk.reader).text,
        before_width=_width(past, largest) if past is not None else "",
        of_first=_share(now, first, desk.words["of_first"]) if place > 1 else "",
        of_previous=_share(now, previous, desk.words["of_first" if place == 1 else "of_previous"]),
        larger=now is not None and previous is not None and now > previous,
    )


def _width(value: float | None, largest: float) -> str:
    return f"{max(0.0, value or 0.0) / largest * 100:.2f}%"


def _share(value: float | None, whole: float | None, words: str) -> str:
    if value is None or not whole:
        return ""
    return words.format(share=f"{value / whole * 100:.1f}%")


# ---------------------------------------------------------------- conditions


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition with those under it; `left` people and their share in percent of the first count."""

    words: str
    left: str
    width: str
    below: tuple[Branch, ...]


def conditions(tree: Conditions, desk: Desk) -> tuple[Branch, ...]:
    """The tree of an audience as nested branches."""
    first = next((line.left for line in tree.lines if line.left), 1)
    return _branches(tree.lines, first, desk)


def people(count: int | None, state: str, desk: Desk) -> str:
    """A count of people, or why there is none."""
    if count is not None:
        return desk.reader.count(count)
    return "" if state == OK else desk.reader.words(state).short


def _branches(lines: tuple[ConditionLine, ...], first: int, desk: Desk) -> tuple[Branch, ...]:
    made: list[Branch] = []
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and lines[end].depth > lines[start].depth:
            end += 1
        line = lines[start]
        left = people(line.left, line.state, desk)
        width = "" if line.left is None else _width(line.left, max(first, line.left))
        made.append(Branch(plain(line.words), left, width, _branches(lines[start + 1 : end], first, desk)))
        start = end
    return tuple(made)

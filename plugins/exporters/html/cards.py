"""Cards: a value, what it is compared with, the change and its colour, and a small line of its course."""

from __future__ import annotations

from dataclasses import dataclass, replace

from patron.engine.report.reader import is_change, plain
from patron.engine.results import EMPTY, EXPIRED, OK, Figure, Result
from patron.plugins.exporters.html.dates import dated
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import Measure, shape, visible
from patron.plugins.exporters.html.tables import tone

WIDTH, HEIGHT = 120, 32
CROWDED, LONG_TITLE = 5, 21
NUMBERS = ("", EMPTY, EXPIRED)
"""States that leave a number to be seen, or a dash."""
SIZES = (9, 11, 13, 15, 17)
"""Values are written smaller from so many signs on, so that no number is broken."""


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of a figure; `size` is the place of its longest value among the sizes, `tall` when a title may need two
    lines and the values of all shall stand in one, `over` when several are expired, which is told once below them."""

    all: tuple[Card, ...]
    size: int
    tall: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One number as a card shows it."""

    title: str
    value: str
    state: str
    advice: str
    before: str
    change: str
    arrow: str
    tone: str
    course: str
    describe: str


def cards(figure: Figure, result: Result, desk: Desk) -> Cards | None:
    """One card for each metric of each row; usually there is one row. None without a metric."""
    found = shape(result)
    made = tuple(
        _card(figure, result, row, measure, desk) for row in range(len(result.rows)) for measure in found.measures
    )
    longest = max((len(card.value) for card in made if card.state in NUMBERS), default=0)
    tall = len(made) >= CROWDED and any(len(card.title) > LONG_TITLE for card in made)
    over = sum(card.state == EXPIRED for card in made) > 1
    if over:
        made = tuple(replace(card, advice="") if card.state == EXPIRED else card for card in made)
    return Cards(made, sum(longest > most for most in SIZES), tall, over) if made else None


def _card(figure: Figure, result: Result, row: int, measure: Measure, desk: Desk) -> Card:
    column, state = measure.column, result.state(row, measure.now)
    words = desk.reader.words(state)
    change = "" if measure.change is None else _change_text(result, row, measure, desk)
    return Card(
        title=plain(column.title or column.name),
        value=desk.reader.shown(result.rows[row][measure.now], state, column),
        state="" if state == OK else state,
        advice="" if state in (OK, EMPTY) else words.advice,
        before="" if change == desk.words["no_before"] else _before(figure.comparison, result, row, measure, desk),
        change=change,
        arrow=_arrow(visible(result, row, measure.change)),
        tone=tone(visible(result, row, measure.change), column.good) if state in (OK, EXPIRED) else "flat",
        course=_course(figure.trend, column.name),
        describe=plain(column.describe),
    )


def _before(comparison: str, result: Result, row: int, measure: Measure, desk: Desk) -> str:
    """What the value is compared with; nothing beside a value that is not there itself."""
    if measure.before is None or result.state(row, measure.now) not in (OK, EMPTY, EXPIRED):
        return ""
    value, state = result.rows[row][measure.before], result.state(row, measure.before)
    if state == result.state(row, measure.now) == EMPTY:
        return ""
    shown = desk.reader.shown(value, state, result.columns[measure.before])
    if comparison and not dated(comparison):
        return desk.words["others"].format(other=plain(comparison), value=shown)
    told = desk.words["was"] if state in (OK, EXPIRED) else desk.words["others"]
    return told.format(value=shown, other=desk.words["before"])


def _change_text(result: Result, row: int, measure: Measure, desk: Desk) -> str:
    if measure.change is None or visible(result, row, measure.now) is None:
        return ""
    change = visible(result, row, measure.change)
    if change is None:  # a change from 0 has no size, and the 0 is told
        return "" if visible(result, row, measure.before) == 0 else desk.words["no_before"]
    if not is_change(change):
        return desk.words["same"]
    return desk.reader.shown(result.rows[row][measure.change], OK, result.columns[measure.change])


def _arrow(change: float | None) -> str:
    if change is None or not is_change(change):
        return ""
    return "▲" if change > 0 else "▼"


def _course(trend: Result | None, name: str) -> str:
    """The path of a small line through the values of a metric; "" when there are too few, or all the same."""
    if trend is None:
        return ""
    number = next((i for i, c in enumerate(trend.columns) if c.name == name), None)
    points = [visible(trend, row, number) for row in range(len(trend.rows))]
    known = [point for point in points if point is not None]
    if len(known) < 3 or len(known) < len(points):
        return ""
    low, high = min(known), max(known)
    if low == high:
        return ""
    reach = high - low
    step = WIDTH / (len(known) - 1)
    spots = (f"{i * step:.1f} {HEIGHT - 3 - (v - low) / reach * (HEIGHT - 6):.1f}" for i, v in enumerate(known))
    return "M" + "L".join(spots)

"""The first tab of a page with several: the key numbers of every other, and the way to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from patron.engine.report.reader import plain
from patron.engine.results import Figure, Part, Report, Section
from patron.plugins.exporters.html.cards import Cards, cards
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.figures import differences, notes_of
from patron.plugins.exporters.html.prepared import prepared
from patron.plugins.exporters.html.shape import shape
from patron.plugins.exporters.html.waiting import waits, whole

LEAST_TABS = 3
LEAST_NUMBERS = 2
MOST_CARDS = 4
MOST_TITLES = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """A tab in short: its first numbers with what is to be known of them, or the titles of what is in it; neither while
    it waits for a source. `said` is what differs from the people and the period of the report."""

    tab: str
    title: str
    cards: Cards | None
    titles: tuple[str, ...]
    notes: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The tabs with several numbers, and the others: beside those, one number alone would stand in a hole."""

    tiles: tuple[Tile, ...]
    others: tuple[Tile, ...]
    block: str = "overview"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the numbers, each note once."""
        return tuple(dict.fromkeys(note for tile in (*self.tiles, *self.others) for note in tile.notes))


def overview(tabs: Sequence[tuple[str, Section]], report: Report, desk: Desk) -> Overview | None:
    """The tabs in short, by their ids; None for few tabs, tabs without numbers, or where the author has an overview."""
    if len(tabs) < LEAST_TABS or any(s.title.casefold() == desk.words["overview"].casefold() for _, s in tabs):
        return None
    tiles = tuple(_tile(name, section, report, desk) for name, section in tabs)
    if sum(tile.cards is not None for tile in tiles) < LEAST_NUMBERS:
        return None
    large = tuple(tile for tile in tiles if tile.cards is not None and len(tile.cards.all) > 1)
    return Overview(large, tuple(tile for tile in tiles if tile not in large))


def _tile(name: str, section: Section, report: Report, desk: Desk) -> Tile:
    """The first numbers of the report's own people and period; others only where there are no such."""
    found = [f for f in _figures(section.parts) if not waits(f)]
    numbers = [(f, made) for f in found if (made := _cards(f, desk)) is not None]
    if not numbers:
        titles = () if whole(section.parts, desk) else tuple(plain(f.title) for f in found[:MOST_TITLES] if f.named)
        return Tile(name, plain(section.title), None, titles)
    first, made = min(numbers, key=lambda each: bool(differences(each[0], report, desk)))
    said = " · ".join(differences(first, report, desk))
    return Tile(name, plain(section.title), made, (), notes_of(first), said)


def _figures(parts: Sequence[Part]) -> Iterator[Figure]:
    for part in parts:
        if isinstance(part, Section):
            yield from _figures(part.parts)
        elif isinstance(part, Figure):
            yield part


def _cards(figure: Figure, desk: Desk) -> Cards | None:
    if figure.kind not in ("card", "cards") or figure.result is None:
        return None
    result = prepared(figure, figure.result, desk)
    made = None if shape(result).dims else cards(figure, result, desk)
    return made and replace(made, all=made.all[:MOST_CARDS], tall=False)

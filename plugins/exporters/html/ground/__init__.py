"""The ground of a map: outlines of states and countries, and names of towns, cut to what is seen."""

from __future__ import annotations

import functools
import itertools
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

FILE = Path(__file__).parents[1] / "static" / "ground.json.z"
STEPS = 1000
"""A degree in the steps of the file."""
CLOSE, WIDE = 7.0, 75.0
"""Degrees: nearer than this counties are drawn too, wider than that countries."""
FINEST = 500
"""Points nearer than this part of the view are one."""
MOST_TOWNS = 9

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """What is seen, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def wide(self) -> float:
        """From west to east."""
        return self.east - self.west

    @property
    def tall(self) -> float:
        """From south to north."""
        return self.north - self.south


@dataclass(frozen=True, slots=True)
class Town:
    """A name at its place."""

    name: str
    at: Point


@dataclass(frozen=True, slots=True)
class Ground:
    """Thin and thick lines, and towns, largest first."""

    thin: tuple[Line, ...]
    thick: tuple[Line, ...]
    towns: tuple[Town, ...]


def ground(box: Box) -> Ground:
    """What lies within a box."""
    states = () if box.wide > WIDE else _within("states", box)
    thin = _within("counties", box) if box.wide <= CLOSE else ()
    if not states and not thin:
        return Ground((), _within("countries", box), ())
    return Ground(thin, states, tuple(_towns(box)))


@functools.cache
def _file() -> Any:
    return json.loads(zlib.decompress(FILE.read_bytes()))


@functools.cache
def _lines(kind: str) -> tuple[Line, ...]:
    return tuple(_points(steps) for steps in _file()[kind])


def _points(steps: Sequence[int]) -> Line:
    x = y = 0
    made = []
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        made.append((x / STEPS, y / STEPS))
    return tuple(made)


def _within(kind: str, box: Box) -> tuple[Line, ...]:
    return tuple(piece for line in _lines(kind) for piece in _cut(_coarse(line, box), box))


def _coarse(line: Line, box: Box) -> Line:
    """A line without the points that nobody could tell apart in this view."""
    least = box.wide / FINEST
    kept = [line[0]]
    for point in line[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least:
            kept.append(point)
    return (*kept, line[-1])


def _cut(line: Line, box: Box) -> Iterator[Line]:
    """The pieces of a line inside a box."""
    piece: list[Point] = []
    for a, b in itertools.pairwise(line):
        part = _clipped(a, b, box)
        if part is None:
            continue
        if piece and piece[-1] != part[0]:
            yield tuple(piece)
            piece = []
        piece += [part[1]] if piece else list(part)
    if piece:
        yield tuple(piece)


def _clipped(a: Point, b: Point, box: Box) -> tuple[Point, Point] | None:
    """The part of a step inside a box (the method of Liang and Barsky)."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    first, last = 0.0, 1.0
    sides = ((-dx, a[0] - box.west), (dx, box.east - a[0]), (-dy, a[1] - box.south), (dy, box.north - a[1]))
    for step, room in sides:
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first > last:
        return None
    start = a if first == 0 else (a[0] + first * dx, a[1] + first * dy)
    end = b if last == 1 else (a[0] + last * dx, a[1] + last * dy)
    return start, end


def _towns(box: Box) -> Iterator[Town]:
    """The largest towns that stand far enough from each other and from the edge."""
    taken: list[Point] = []
    for name, x, y, _ in _file()["towns"]:
        at = (x / STEPS, y / STEPS)
        inside = box.west + box.wide * 0.08 < at[0] < box.east - box.wide * 0.08
        if not inside or not box.south + box.tall * 0.05 < at[1] < box.north - box.tall * 0.05:
            continue
        if all(abs(at[0] - p[0]) > box.wide * 0.2 or abs(at[1] - p[1]) > box.tall * 0.07 for p in taken):
            taken.append(at)
            yield Town(name, at)
        if len(taken) == MOST_TOWNS:
            return

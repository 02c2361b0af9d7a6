"""What a result is made of: its dimensions, and its metrics with the comparison that belongs to each."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from patron.engine.report.reader import Reader
from patron.engine.report.words import word
from patron.engine.results import OK, Column, Result, Value
from patron.engine.types import band_begin, band_begins

_DIGITS = re.compile(r"(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric's column with the columns of its comparison, as numbers."""

    column: Column
    now: int
    before: int | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a result sorted by what they do."""

    dims: tuple[int, ...]
    measures: tuple[Measure, ...]

    @property
    def compared(self) -> bool:
        """Whether any metric has a value to compare with."""
        return any(measure.before is not None for measure in self.measures)


def shape(result: Result) -> Shape:
    """Sort the columns of a result."""
    dims = tuple(i for i, c in enumerate(result.columns) if c.role == "dimension")
    measures = tuple(_measure(result, i) for i, c in enumerate(result.columns) if c.role == "metric")
    return Shape(dims, measures)


def _measure(result: Result, now: int) -> Measure:
    column = result.columns[now]
    own = (column.metric or column.name, column.name)

    def other(role: str) -> int | None:
        """The column of the comparison: named after this one, else of the same metric."""
        of_role = [(i, c) for i, c in enumerate(result.columns) if c.role == role]
        for i, c in of_role:
            if c.name == f"{column.name}_{role}":
                return i
        return next((i for i, c in of_role if c.metric in own), None)

    return Measure(column, now, other("before"), other("change"))


def amount(value: Value) -> float | None:
    """A value as a length or height; None when it has none."""
    if (
        value is None
        or isinstance(value, bool)
        or (not isinstance(value, int | float) and not hasattr(value, "as_tuple"))
    ):
        return None
    number = float(str(value))
    return number if math.isfinite(number) else None


def visible(result: Result, row: int, column: int | None) -> float | None:
    """The amount to draw: nothing for a value that must not be seen."""
    if column is None or result.state(row, column) not in (OK, "expired"):
        return None
    return amount(result.rows[row][column])


def kind_of(result: Result, row: int) -> str:
    """What a row is: "" an ordinary one, "rest", "total" or "all"."""
    return result.kinds[row] if row < len(result.kinds) else ""


def drawn_rows(result: Result) -> tuple[int, ...]:
    """The rows that belong on a chart: not those that repeat others as a total."""
    return tuple(i for i in range(len(result.rows)) if kind_of(result, i) not in ("total", "all"))


def name_of(result: Result, row: int, column: int, reader: Reader) -> str:
    """What a dimension's value is called: words for a missing one, nothing beside the title of a summing row."""
    value = result.rows[row][column]
    if value is None:
        if kind_of(result, row):
            return ""
        state = result.state(row, column)
        return word("unknown", reader.locale) if state in (OK, "empty") else reader.words(state).full
    return reader.formatter(result.columns[column])(value)


def label(result: Result, row: int, columns: Sequence[int], reader: Reader) -> str:
    """The names of several dimensions of a row."""
    return " · ".join(filter(None, (name_of(result, row, c, reader) for c in columns)))


def order(values: Sequence[Value], column: Column) -> tuple[Value, ...]:
    """Distinct values across: bands in their order, numbers and dates by size, other texts as they are read; the
    missing one last."""
    known = tuple(dict.fromkeys(v for v in values if v is not None))
    missing: tuple[Value, ...] = (None,) if any(v is None for v in values) else ()
    if column.type.labels:
        known = tuple(sorted(known, key=_among(column.type.labels)))
    elif column.time or column.type.kind in ("number", "money", "date", "moment"):
        known = tuple(sorted(known, key=size_of))
    else:
        known = tuple(sorted(known, key=_as_read))
    return (*known, *missing)


def _among(labels: Sequence[str]) -> Callable[[Value], tuple[float, str]]:
    """Where a label stands; another text after all of them, or among bands by where it begins."""
    begins = band_begins(labels)
    places: Mapping[str, float] = {label: place for place, label in enumerate(labels)}

    def place(value: Value) -> tuple[float, str]:
        begin = band_begin(str(value)) if begins else places.get(str(value))
        return (math.inf if begin is None else begin, str(value))

    return place


def heads(result: Result, rows: Sequence[int], column: int, reader: Reader) -> dict[Value, str]:
    """The values across with their names, in order."""
    names = {result.rows[row][column]: name_of(result, row, column, reader) for row in rows}
    write = reader.formatter(result.columns[column])
    ordered = _without_gaps(order(list(names), result.columns[column]), result.columns[column])
    return {value: names[value] if value in names else write(value) for value in ordered}


def _without_gaps(values: tuple[Value, ...], column: Column) -> tuple[Value, ...]:
    """Whole numbers with those between them that do not occur, where more occur than not."""
    known = [value for value in values if isinstance(value, int)]
    if not column.type.whole or not known or known[-1] - known[0] >= 2 * len(known):
        return values
    return (*range(known[0], known[-1] + 1), *(value for value in values if value is None))


def size_of(value: Value) -> tuple[float, str]:
    """Where a number or date stands among others; a missing one last."""
    number = amount(value)
    return (number, "") if number is not None else (math.inf if value is None else 0.0, str(value))


def _as_read(value: Value) -> tuple[tuple[int, float, str], ...]:
    """Texts with their numbers by size: `9-17` before `18-24`."""
    parts = _DIGITS.split(str(value).casefold())
    return tuple((0, float(part), "") if n % 2 else (1, 0.0, part) for n, part in enumerate(parts) if part)

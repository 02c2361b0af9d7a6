"""The pieces all charts share: what is handed to the template, colours, axes and tips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from patron.engine.report.reader import Reader, plain
from patron.engine.report.text import Json
from patron.engine.results import Column, Result
from patron.plugins.exporters.html.shape import Measure

Spec = dict[str, Json]
SERIES = 8
"""How many colours there are, and so how many series are drawn."""

FEW = 4
"""Up to so many of something that is counted in whole, each number stands on the axis, and none between them."""

INK, PAPER, MUTED, REST = "var(--ink)", "var(--sheet)", "var(--ink-3)", "var(--rest)"


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: `swatch` is the number of a colour, or "rest"; a comparison is dashed or pale."""

    text: str
    swatch: str
    before: bool = False
    value: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: the id of its place, its height, and a title when a figure has several."""

    id: str
    height: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class MarkNote:
    """A marked date, by its number on the chart."""

    number: int
    date: str
    names: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure's drawings with their legend."""

    kind: str
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...] = ()
    marks: tuple[MarkNote, ...] = ()
    remarks: tuple[str, ...] = ()
    ramp: tuple[str, str] | None = None
    beside: bool = False
    narrow: bool = False


def legend(panels: Sequence[Sequence[Key]], past: str, now: str) -> tuple[Key, ...]:
    """The keys of all panels: none for a series that is alone in its panel, and one for all that was before."""
    shared = tuple(dict.fromkeys(key for keys in panels if len(keys) > 1 for key in keys))
    if not past:
        return shared
    named = shared or (Key(now, "1"),)
    return (*named, Key(past, "rest" if shared else "1", before=True))


def colour(number: int) -> str:
    """The colour of a series."""
    return f"var(--s{number % SERIES + 1})"


def layer(mark: Spec, values: Sequence[Spec], encoding: Spec, **more: Json) -> Spec:
    """A layer with its own data."""
    return {"data": {"values": list(values)}, "mark": mark, "encoding": encoding, **more}


def value_axis(column: Column, largest: float) -> Spec:
    """The axis of a metric: money, shares or numbers, shortened when they are large, but for 0: `$0`, not `$0k`."""
    form = axis_format(column, largest)
    return {
        "title": None,
        "format": form,
        **({"labelExpr": f"datum.value ? datum.label : format(0, '{form[:-2]}d')"} if form.endswith("~s") else {}),
        "grid": True,
        "domain": False,
        "ticks": False,
        "tickCount": 4,
        **({"values": list(range(int(largest) + 1))} if column.type.whole and largest <= FEW else {}),
    }


def axis_format(column: Column, largest: float) -> str:
    """The d3 format of an axis; the page gives it the language's signs."""
    form = column.format.kind
    if form == "percent":
        return ".0%" if largest >= 0.05 else ".1%"
    sign = "$" if form == "money" or (form == "text" and column.type.kind == "money") else ""
    if largest >= 10_000:
        return f"{sign}~s"
    return f"{sign},.0f" if largest >= 20 else f"{sign},.2~f"


def tip(*pairs: tuple[str, str]) -> list[Json]:
    """What is shown when the pointer rests on something: names and values."""
    return [[plain(name), value] for name, value in pairs]


def family(measure: Measure) -> tuple[str, str]:
    """Metrics of one family share an axis."""
    form = measure.column.format.kind
    return (measure.column.type.kind if form == "text" else form, measure.column.unit)


def shown_at(result: Result, row: int, number: int, reader: Reader) -> str:
    """A value of a result in words."""
    return reader.shown(result.rows[row][number], result.state(row, number), result.columns[number])


def d3_locale(reader: Reader) -> Spec:
    """The signs of numbers and names of months for the axes."""
    from decimal import Decimal

    from babel import Locale
    from babel.numbers import get_decimal_symbol, get_group_symbol

    from patron.engine.report.numerals import known_locale, money_style

    known = known_locale(reader.locale)
    spoken = Locale.parse(known)
    before, _, after = money_style(0, known, reader.currency)(Decimal(1)).partition("1")
    months, days = spoken.months["format"], spoken.days["format"]
    return {
        "number": {
            "decimal": get_decimal_symbol(known),
            "thousands": get_group_symbol(known),
            "grouping": [3],
            "currency": [before, after],
            "minus": "−",
        },
        "time": {
            "dateTime": "%x, %X",
            "date": "%-d %b %Y",
            "time": "%H:%M",
            "periods": ["AM", "PM"],
            "days": [days["wide"][(n + 6) % 7] for n in range(7)],
            "shortDays": [days["abbreviated"][(n + 6) % 7] for n in range(7)],
            "months": [months["wide"][n] for n in range(1, 13)],
            "shortMonths": [months["abbreviated"][n] for n in range(1, 13)],
        },
    }

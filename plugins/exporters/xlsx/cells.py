"""Cells: values as what they are, in the format of their column, and states as words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from patron.engine.report.numerals import money_style
from patron.engine.report.reader import NONE, Reader, plain
from patron.engine.report.text import FORMULA, is_number
from patron.engine.report.words import word
from patron.engine.results import EMPTY, EXPIRED, OK, Column, Result, Value
from patron.plugins.exporters.drawing import colours
from patron.plugins.exporters.html.shape import kind_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as Style
    from xlsxwriter.worksheet import Worksheet

LONGEST: Final = 32_767
"""Signs that a cell may hold."""
FIRST_DAY: Final = dt.date(1900, 3, 1)
"""From this day on a spreadsheet knows every date; before, it counts a day that never was."""
_DIGITS: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
_WIDEST: Final = 60
_TALLEST: Final = 400
"""Points that a row may be high."""

DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_STEPS: Final[Mapping[str, str]] = {
    "month": "mmm yyyy", "quarter": "mmm yyyy", "year": "yyyy", "hour": MOMENT, "hour_of_day": '00":00"',
}  # fmt: skip


@dataclass(slots=True)
class Cells:
    """Writes values into the sheets of one book; a style is made once."""

    book: Workbook
    reader: Reader
    raw: bool = False
    styles: dict[tuple[tuple[str, Any], ...], Style] = field(default_factory=dict)
    said: dict[Style, dict[str, Any]] = field(default_factory=dict)
    rounded: bool = False
    """Whether an amount was met that a number of a spreadsheet cannot hold."""

    def style(self, more: Mapping[str, Any] | None = None, /, **said: Any) -> Style:
        """The style of these properties; `more` goes before the others."""
        wanted = {**said, **(more or {})}
        key = tuple(sorted(wanted.items()))
        if key not in self.styles:
            made = self.book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top", **wanted})
            self.styles[key], self.said[made] = made, wanted
        return self.styles[key]

    def head(self, sheet: Worksheet, row: int, column: int, text: str, *, number: bool, quiet: bool = False) -> None:
        """A column's head."""
        known = colours()
        paint = {"bg_color": known["brand-soft"], "font_color": known["ink"]} if quiet else {
            "bg_color": known["brand"], "font_color": known["brand-ink"],
        }  # fmt: skip
        style = self.style(bold=True, text_wrap=True, valign="vcenter", align="right" if number else "left", **paint)
        self.text(sheet, row, column, text, style)

    def text(self, sheet: Worksheet, row: int, column: int, text: str, style: Style) -> None:
        """A text, never a formula: in the file, and where somebody edits the cell."""
        whole = text.encode("utf-8", "replace").decode()
        cut = whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"
        sheet.write_string(row, column, cut, self._inert(cut, style))

    def tall(self, sheet: Worksheet, row: int, texts: Sequence[tuple[str, float]]) -> None:
        """Make a row as high as its texts need in columns so wide; not every program does so by itself."""
        lines = max((_lines(text, wide) for text, wide in texts), default=1)
        if lines > 1:
            sheet.set_row(row, min(_TALLEST, 15 * lines))

    def link(self, sheet: Worksheet, row: int, column: int, text: str, name: str) -> None:
        """A text that leads to the top of another sheet."""
        style = self._inert(text, self.style(font_color=colours()["link"], underline=1, text_wrap=True))
        target = name.replace("'", "''")
        sheet.write_url(row, column, f"internal:'{target}'!A1", style, string=text[:255])

    def _inert(self, text: str, style: Style) -> Style:
        """A style that keeps a text one, also after somebody edited the cell."""
        runs = not self.raw and FORMULA.match(text)
        return self.style(self.said[style], quote_prefix=True) if runs else style

    def of_result(self, sheet: Worksheet, at: tuple[int, int], result: Result, row: int, number: int) -> None:
        """One value of a result at a place of a sheet."""
        column, value, state = result.columns[number], result.rows[row][number], result.state(row, number)
        kind = kind_of(result, row)
        more: dict[str, Any] = {"bold": True, "top": 1, "top_color": colours()["line-2"]} if kind else {}
        if column.role == "dimension" and value is None and state in (OK, EMPTY):
            words = "" if kind else word("unknown", self.reader.locale)
            self.text(sheet, *at, words, self._quiet(column, more))
        else:
            self.value(sheet, at, value, state, column, more)

    def value(
        self, sheet: Worksheet, at: tuple[int, int], value: Value, state: str, column: Column, more: dict[str, Any]
    ) -> None:
        """A value in the format of its column, or its state in words."""
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        if value is None or state not in (OK, EMPTY, EXPIRED):
            words = NONE if state in (OK, EMPTY) else self.reader.words(state).full
            return self.text(sheet, *at, words, self._quiet(column, more))
        if state == EXPIRED:
            more = {**more, "italic": True, "font_color": colours()["ink-3"]}
        return self._known(sheet, at, value, column, more)

    def _known(self, sheet: Worksheet, at: tuple[int, int], value: Value, column: Column, more: dict[str, Any]) -> None:
        if isinstance(value, str):
            return self.text(sheet, *at, value, self.style(more))
        if isinstance(value, bool):
            sheet.write_boolean(*at, value, self.style(more, align="left"))
            return None
        if isinstance(value, dt.datetime):
            local = value.astimezone(ZoneInfo(self.reader.zone)).replace(tzinfo=None)
            return self._moment(sheet, at, local, _STEPS.get(column.time, MOMENT), more)
        if isinstance(value, dt.date):
            return self._moment(sheet, at, value, _STEPS.get(column.time, DAY), more)
        if column.time == "weekday":
            return self.text(sheet, *at, self.reader.formatter(column)(value), self.style(more))
        if isinstance(value, (int, float, Decimal)):
            return self._number(sheet, at, value, column, more)
        return self.text(sheet, *at, str(value), self.style(more))

    def _moment(
        self, sheet: Worksheet, at: tuple[int, int], when: dt.date, form: str, more: dict[str, Any]
    ) -> None:  # fmt: skip
        if when < (dt.datetime.combine(FIRST_DAY, dt.time()) if isinstance(when, dt.datetime) else FIRST_DAY):
            return self.text(sheet, *at, when.isoformat(), self.style(more, align="left"))
        sheet.write_datetime(*at, when, self.style(more, num_format=form, align="left"))
        return None

    def _number(
        self, sheet: Worksheet, at: tuple[int, int], value: float | Decimal, column: Column, more: dict[str, Any]
    ) -> None:
        style = self.style(more, num_format=number_format(column, self.reader))
        exact = isinstance(value, float) or _DIGITS.create_decimal(value) == value
        if exact:
            sheet.write_number(*at, float(value), style)
            return None
        self.rounded = True
        return self.text(sheet, *at, f"{value:f}", self.style(more, align="right"))

    def _quiet(self, column: Column, more: dict[str, Any]) -> Style:
        flush = "right" if is_number(column.type) else "left"
        return self.style({**more, "italic": True, "font_color": colours()["ink-3"], "align": flush})

    def width(self, column: Column, values: list[str]) -> float:
        """How wide a column is for these texts, its head included."""
        head = max((len(part) for part in (column.title or column.name).split()), default=0)
        longest = max([head, min(len(column.title or column.name), 18), *(len(text) for text in values)])
        return min(_WIDEST, max(9, longest * 1.08 + 2))


def number_format(column: Column, reader: Reader) -> str:
    """How a spreadsheet writes the numbers of a column."""
    form, digits = column.format.kind, column.format.digits
    if column.time in _STEPS:
        return _STEPS[column.time]
    if column.role == "change":
        return "+0.0%;-0.0%;0.0%"
    if form == "percent":
        return f"0{_decimals(digits)}%"
    if form == "money" or (form == "text" and column.type.kind == "money"):
        return money_format(2 if form == "text" else digits, reader)
    if form == "days":
        return f'#,##0{_decimals(digits)}" {word("days", reader.locale)}"'
    if form == "text":
        return "#,##0" if column.type.whole else "General"
    return f"#,##0{_decimals(digits)}"


def money_format(digits: int, reader: Reader) -> str:
    """Money with its sign where the language puts it, and no more decimals than the currency has."""
    before, _, after = money_style(digits, reader.locale, reader.currency)(Decimal(1)).partition("1")
    shown = after[1 : 1 + digits] if digits and after[1 : 1 + digits].strip("0") == "" else ""
    tail = after[1 + len(shown) :] if shown else after
    return f"{_sign(before)}#,##0{_decimals(len(shown))}{_sign(tail)}"


def _lines(text: str, wide: float) -> int:
    return sum(max(1, math.ceil(len(line) * 1.05 / wide)) for line in text.split("\n"))


def _sign(text: str) -> str:
    return f'"{plain(text)}"' if text else ""


def _decimals(digits: int) -> str:
    return f".{'0' * digits}" if digits else ""

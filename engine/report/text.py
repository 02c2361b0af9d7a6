"""Results as text for machines: CSV, JSON and JSON lines, exactly as the command line promises."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from patron.engine.results import EMPTY, OK, Column, Result, Value

if TYPE_CHECKING:
    from patron.engine.types import Type

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

FORMULA = re.compile(r"[\t\r\n\x00]|[\s\"'\u200b\u2060\ufeff]*[=+\-@＝＋－＠]")
"""How a text begins that a spreadsheet might run."""

_QUOTED = re.compile(r"[,\"\r\n]")


# ---------------------------------------------------------------- one cell


def cell_text(value: Value, column: Column, zone: str = "UTC") -> str:
    """One value as the command line prints it, moments as clocks of a zone show them; a missing one is the empty
    text."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return moment_text(value, zone)
    if isinstance(value, dt.date):
        return value.isoformat()
    if column.type.kind == "money":
        return money_text(value)
    return number_text(value)


def money_text(value: Decimal | float) -> str:
    """Money with two decimals, or more when the value needs them, and never an exponent."""
    text = f"{value if isinstance(value, Decimal) else Decimal(str(value)):f}"
    whole, _, cents = text.partition(".")
    return _without_minus_zero(f"{whole}.{cents.rstrip('0').ljust(2, '0')}")


def number_text(value: Decimal | float) -> str:
    """The shortest text that reads back as the same number."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return _without_minus_zero(text.rstrip("0").rstrip(".") if "." in text else text)
    text = repr(value)
    return _without_minus_zero(text.removesuffix(".0"))


def moment_text(value: dt.datetime, zone: str = "UTC") -> str:
    """A moment as clocks of a zone show it, with its offset, so that it begins with the date by which reports count; a
    naive one is taken as UTC. Fractions of a second only when there are some."""
    aware = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value
    return aware.astimezone(ZoneInfo(zone)).isoformat()


def inert(text: str) -> str:
    """A text that a spreadsheet shows instead of running it."""
    return f"'{text}" if FORMULA.match(text) else text


def _without_minus_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


# ---------------------------------------------------------------- CSV


def csv_lines(result: Result, *, raw: bool = False, zone: str = "UTC") -> Iterator[str]:
    """The lines of a CSV file, each with its line end, the header first.

    Cells that a spreadsheet would run are made inert unless `raw`. A column with a state other than `ok` or `empty`
    is followed by `<name>_state`.
    """
    stated = _stated(result)
    head: list[str] = []
    for number, column in enumerate(result.columns):
        head.append(column.name)
        if number in stated:
            head.append(f"{column.name}_state")
    yield csv_line(head if raw else [inert(name) for name in head])
    write = cell_text if raw else _inert_cell
    for row_number, row in enumerate(result.rows):
        cells = [write(value, column, zone) for value, column in zip(row, result.columns, strict=True)]
        for number in reversed(stated):
            cells.insert(number + 1, result.state(row_number, number))
        yield csv_line(cells)


def _inert_cell(value: Value, column: Column, zone: str) -> str:
    return inert(value) if isinstance(value, str) else cell_text(value, column, zone)


def csv_line(cells: list[str]) -> str:
    """One line of a CSV file. Cells with a comma, a quote or a line end are quoted; so is a line's only empty cell."""
    if cells == [""]:
        return '""\n'
    return ",".join([_quoted(cell) if _QUOTED.search(cell) else cell for cell in cells]) + "\n"


def _quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def _stated(result: Result) -> tuple[int, ...]:
    """The columns in which some value has a state worth a column, in order."""
    return tuple(sorted({column for (_, column), state in result.states.items() if state not in (OK, EMPTY)}))


# ---------------------------------------------------------------- JSON


def json_object(result: Result, zone: str = "UTC") -> dict[str, Json]:
    """A result as one object: `columns` and `rows`; `kinds` and `notes` only when there are some."""
    columns: list[Json] = [json_column(column) for column in result.columns]
    rows: list[Json] = [_json_row(result, number, zone) for number in range(len(result.rows))]
    made: dict[str, Json] = {"columns": columns, "rows": rows}
    if any(result.kinds):
        made["kinds"] = list(result.kinds)
    if result.notes:
        made["notes"] = list(result.notes)
    return made


def json_column(column: Column) -> dict[str, Json]:
    """What a reader of the JSON needs to know of a column."""
    return {"name": column.name, "title": column.title, "type": column.type.kind, "unit": column.unit}


def json_value(value: Value, column: Column, state: str, zone: str = "UTC") -> Json:
    """A plain value, or an object with value and state when the state says more."""
    plain = _plain(value, column, zone)
    return plain if state in (OK, EMPTY) else {"value": plain, "state": state}


def jsonl_lines(result: Result, zone: str = "UTC") -> Iterator[str]:
    """One JSON object per row, keyed by column name, each with its line end."""
    for number, row in enumerate(result.rows):
        cells = zip(result.columns, row, strict=True)
        line = {c.name: json_value(v, c, result.state(number, i), zone) for i, (c, v) in enumerate(cells)}
        yield dump(line) + "\n"


def dump(value: Mapping[str, Json], indent: int | None = None) -> str:
    """JSON text that is the same for equal values and holds no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


def _json_row(result: Result, number: int, zone: str) -> list[Json]:
    cells = zip(result.rows[number], result.columns, strict=True)
    return [json_value(v, c, result.state(number, i), zone) for i, (v, c) in enumerate(cells)]


def _plain(value: Value, column: Column, zone: str) -> Json:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, dt.date) or column.type.kind == "money":
        return cell_text(value, column, zone)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def is_number(kind: Type) -> bool:
    """Whether values of this type are set flush right and sorted by size."""
    return kind.kind in ("number", "money", "duration")

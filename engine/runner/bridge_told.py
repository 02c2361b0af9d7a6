"""A bridge as it is told: a table for eyes, numbers as texts for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from patron.engine.report.reader import Reader
from patron.engine.results import OK, Column, Result
from patron.engine.runner.bridging import CAUSES, Bridge, Moved
from patron.engine.types import TEXT


def table(found: Bridge, *, unchanged: bool = False) -> Result:
    """A bridge as a table: a number a row, its parts side by side."""
    titles = ("figure", "row", "number", "from", *CAUSES, "to")
    columns = tuple(Column(t.replace(" ", "_"), t.capitalize(), TEXT, "dimension") for t in titles)
    reader = Reader()

    def shown(value: object, column: Column) -> str:
        return "–" if value is None else reader.shown(value, OK, replace(column, role="metric"))  # type: ignore[arg-type]

    rows = [
        (
            m.figure, ", ".join("–" if v is None else str(v) for v in m.row), m.column.title,
            shown(m.before, m.column), *(shown(_like(p, m), m.column) if p else "" for p in m.parts),
            shown(m.after, m.column),
        )
        for m in found.numbers
        if unchanged or any(m.parts) or not m.row
    ]  # fmt: skip
    return Result(columns, tuple(rows), notes=found.notes)


def _like(part: Decimal, moved: Moved) -> object:
    """A part in the kind of its number."""
    known = moved.after if moved.after is not None else moved.before
    return float(part) if isinstance(known, float) else int(part) if isinstance(known, int) else part


def _plain(part: Decimal) -> str:
    """A part without zeros behind it."""
    text = f"{part:f}" if part else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def json_of(found: Bridge) -> Mapping[str, object]:
    """A bridge for machines; numbers as texts that lose nothing."""

    def said(value: object) -> object:
        return None if value is None else str(value)

    numbers = [
        {
            "figure": m.figure, "row": [said(v) for v in m.row], "metric": m.column.name, "title": m.column.title,
            "type": m.column.type.kind, "from": said(m.before), "to": said(m.after),
            "parts": {cause: _plain(part) for cause, part in zip(CAUSES, m.parts, strict=True)},
        }
        for m in found.numbers
    ]  # fmt: skip
    changed = [
        {
            "name": c.name, "how": c.how, "file": c.file, "line": c.line,
            "places": [{"line": p.line, "before": [*p.before], "after": [*p.after]} for p in c.places],
        }
        for c in found.changes
    ]  # fmt: skip
    return {
        "report": found.report, "sides": [*found.sides], "numbers": numbers, "changes": changed,
        "notes": [*found.notes],
    }  # fmt: skip

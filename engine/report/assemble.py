"""From fetched rows to a Result: columns, changes, states, suppression of small groups (language reference, 13)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from patron.engine.model.queries import Query
from patron.engine.plan.query import QueryPlan
from patron.engine.report.programs import Fetched
from patron.engine.report.unfilled import lacking_note
from patron.engine.results import PENDING, SOURCE_MISSING, SUPPRESSED, Column, Result, Value
from patron.engine.types import NUMBER, TEXT, Format, Type

Row = tuple[Any, ...]


@dataclass
class _Grid:
    """A result being put together: columns, rows, states, people behind each value."""

    columns: list[Column] = field(default_factory=list)
    rows: list[list[Value]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    states: dict[tuple[int, int], str] = field(default_factory=dict)
    people: dict[tuple[int, int], int | None] = field(default_factory=dict)
    additive: set[int] = field(default_factory=set)


def assemble(query: Query, plan: QueryPlan, fetched: Fetched, currency: str, notes: Sequence[str] = (),
             pending: bool = False) -> Result:  # fmt: skip
    """The result of a query from the rows of its outputs."""
    grid = _Grid()
    readers = _readers(query, plan, currency, grid)
    for row, kind in _by_sets(fetched, readers):
        _add(grid, readers, plan, row, kind)
    _label_extra_rows(grid, query)
    _missing_sources(grid, plan)
    if query.smallest_group > 0:
        _suppress(grid, query)
    if pending:
        _all_pending(grid)
    found = Result(tuple(grid.columns), tuple(tuple(r) for r in grid.rows), dict(grid.states), tuple(grid.kinds),
                   tuple(notes), plan.missing)  # fmt: skip
    return replace(found, notes=(*notes, lacking_note(found))) if found.lacking else found


def _by_sets(fetched: Fetched, readers: list[tuple[str, int]]) -> list[tuple[Row, str]]:
    """The rows with their kinds: `rest` and `total` below the others, those of each set of people below its own."""
    found = [
        (row, "" if kind == "rows" else kind) for kind in ("rows", "rest", "total") for row in fetched.get(kind, ())
    ]
    label = next((n for n, (role, _) in enumerate(readers) if role == "label"), None)
    if label is not None:
        found.sort(key=lambda each: (each[0][label] is None, each[0][label]))
    return found


def _readers(query: Query, plan: QueryPlan, currency: str, grid: _Grid) -> list[tuple[str, int]]:
    """What each fetched column becomes: (role, column number of the result)."""
    readers: list[tuple[str, int]] = []
    dims = {d.name: d for d in query.dims}
    metrics = {m.name: m for m in query.metrics}
    for output in plan.columns:
        place = len(grid.columns)
        if output.role == "label":
            grid.columns.append(Column(plan.label_title, plan.label_title.capitalize(), TEXT, "dimension"))
        elif output.role == "dimension":
            dim = dims[output.metric]
            fmt = (
                Format("date") if dim.type.timely else Format("number") if dim.type.kind == "number" else Format("text")
            )
            grid.columns.append(
                Column(dim.name, dim.title, dim.type, "dimension", format=fmt, time=dim.unit or dim.describes_time)
            )
        elif output.role in ("metric", "before"):
            asked = metrics[output.metric]
            metric = asked.metric
            before = output.role == "before"
            unit = currency if metric.type.kind == "money" else ""
            column = Column(asked.name + ("_before" if before else ""), asked.title + (" before" if before else ""),
                            metric.type,
                            output.role, asked.name, metric.format, metric.good, unit=unit,
                            describe=metric.describe)  # fmt: skip
            if output.additive:
                grid.additive.add(len(grid.columns))
            grid.columns.append(column)
            if before:
                grid.columns.append(Column(f"{asked.name}_change", f"{asked.title} change", NUMBER, "change",
                                           asked.name,
                                           Format("percent", 1), metric.good))  # fmt: skip
        else:
            place = -1
        readers.append(("band" if output.band else output.role, place))
    return readers


def _add(grid: _Grid, readers: list[tuple[str, int]], plan: QueryPlan, row: Row, kind: str) -> None:
    number = len(grid.rows)
    values: list[Value] = []
    labels = plan.labels
    shown = 0
    for (role, place), raw in zip(readers, row, strict=True):
        if role == "label":
            values.append(labels[int(raw)] if raw is not None else "all")
            if raw is not None and labels[int(raw)] == "all" and not kind:
                kind = "all"
        elif role in ("people", "people before"):
            grid.people[(number, shown)] = raw
        else:
            shown = len(values)
            labels_of = grid.columns[place].type.labels
            if role == "band":
                values.append(labels_of[int(raw)] if raw is not None else None)
            else:
                values.append(clean(raw, grid.columns[place].type))
            if role == "before":
                values.append(change(values[-2], values[-1]))
    grid.rows.append(values)
    grid.kinds.append(kind)


def clean(raw: Any, type_: Type) -> Value:
    """A fetched value as the result holds it."""
    if raw is None:
        return None
    if type_.kind == "money":
        return raw if isinstance(raw, Decimal) else Decimal(str(raw))
    if isinstance(raw, dt.datetime):
        return raw.replace(tzinfo=dt.UTC)
    if type_.kind == "reference" or type_.textual:
        return str(raw)
    if type_.kind == "number" and isinstance(raw, Decimal):
        return int(raw) if raw == raw.to_integral_value() else float(raw)
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    return raw  # type: ignore[no-any-return]


def change(now: Value, before: Value) -> float | None:
    """(now - before) / |before|, missing when before is 0 or either is missing."""
    if (
        now is None
        or before is None
        or not isinstance(now, (int, float, Decimal))
        or not isinstance(before, (int, float, Decimal))
    ):
        return None
    if before == 0:
        return None
    if isinstance(now, Decimal) or isinstance(before, Decimal):
        a, b = Decimal(now), Decimal(before)
        return float((a - b) / abs(b))
    return (now - before) / abs(before)


def _label_extra_rows(grid: _Grid, query: Query) -> None:
    """The names of the rows `rest` and `total` stand in the first dimension."""
    first = next(
        (i for i, c in enumerate(grid.columns) if c.role == "dimension" and c.name not in ("audience", "list")), None
    )
    if first is None:
        return
    for number, kind in enumerate(grid.kinds):
        if kind in ("rest", "total"):
            grid.rows[number][first] = query.rest if kind == "rest" else query.total


def _missing_sources(grid: _Grid, plan: QueryPlan) -> None:
    for place, column in enumerate(grid.columns):
        if (column.metric or column.name) not in plan.missing:
            continue
        for number, row in enumerate(grid.rows):
            if column.role != "dimension":
                row[place] = None
            if row[place] is None:  # a dimension has the names of the rows `rest` and `total`
                grid.states[(number, place)] = SOURCE_MISSING


def _all_pending(grid: _Grid) -> None:
    for place, column in enumerate(grid.columns):
        if column.role != "dimension":
            for number, row in enumerate(grid.rows):
                row[place] = None
                grid.states[(number, place)] = PENDING


# ---------------------------------------------------------------- small groups


def _suppress(grid: _Grid, query: Query) -> None:
    """Values from 1 to n - 1 people are hidden; one hidden value of an additive group takes the next smallest along."""
    hidden: set[tuple[int, int]] = set()
    for cell, people in grid.people.items():
        if people is not None and 0 < people < query.smallest_group:
            hidden.add(cell)
    dims = [i for i, c in enumerate(grid.columns) if c.role == "dimension"]
    for place in sorted(grid.additive):
        if dims:
            for group in _groups(grid, dims):
                hidden |= _second(grid, group, place, hidden)
    for number, place in hidden:
        grid.rows[number][place] = None
        grid.states[(number, place)] = SUPPRESSED
        _hide_change(grid, number, place)


def _groups(grid: _Grid, dims: list[int]) -> list[list[int]]:
    """Rows that add up: those that share all dimensions but one."""
    ordinary = [n for n, k in enumerate(grid.kinds) if k == ""]
    found: dict[tuple[object, ...], list[int]] = {}
    for free in dims:
        for number in ordinary:
            key = (free, *(grid.rows[number][d] for d in dims if d != free))
            found.setdefault(key, []).append(number)
    return list(found.values())


def _second(grid: _Grid, group: list[int], place: int, hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    if sum((n, place) in hidden for n in group) != 1:
        return set()
    rest = [(grid.people.get((n, place)), n) for n in group if (n, place) not in hidden]
    candidates = [(p, n) for p, n in rest if p]
    return {(min(candidates)[1], place)} if candidates else set()


def _hide_change(grid: _Grid, number: int, place: int) -> None:
    """A change beside a hidden value would give it away."""
    metric = grid.columns[place].metric
    for other, column in enumerate(grid.columns):
        if column.metric == metric and column.role == "change":
            grid.rows[number][other] = None
            grid.states[(number, other)] = SUPPRESSED

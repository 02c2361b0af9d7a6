"""A result as a page shows it: without what no source fills, with titles for names, and without an empty comparison."""

from __future__ import annotations

from dataclasses import replace

from patron.engine.report.reader import plain
from patron.engine.report.unfilled import without_lacking
from patron.engine.results import EMPTY, OK, Column, Figure, Result, Value
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.shape import amount
from patron.plugins.exporters.tabular import some_columns

SIDE = ("audience", "list")
"""Dimensions whose values stand side by side."""
MOST_SIDES = 5
FEW = 3
"""From so many values on, a past that is empty throughout is told once."""


def prepared(figure: Figure, result: Result, desk: Desk) -> Result:
    """The result of a figure for the eyes of a reader."""
    made = titled(figure, without_lacking(result), desk)
    if figure.kind not in ("card", "cards", "funnel"):
        made = _without_empty_past(made)
    return side_by_side(made) if figure.kind == "table" else made


# ---------------------------------------------------------------- titles


def titled(figure: Figure, result: Result, desk: Desk) -> Result:
    """Audiences and lists side by side under their titles."""
    place = side_of(result)
    if place is None or not figure.sides:
        return result

    def name(row: int) -> Value:
        value = result.rows[row][place]
        if row < len(result.kinds) and result.kinds[row] == "all":
            return desk.words["all_sides"]
        return figure.sides.get(str(value), value)

    rows = tuple((*row[:place], name(n), *row[place + 1 :]) for n, row in enumerate(result.rows))
    return replace(result, rows=rows)


def side_of(result: Result) -> int | None:
    """The column of the audiences or lists that stand side by side."""
    return next((i for i, c in enumerate(result.columns) if c.role == "dimension" and c.name in SIDE), None)


# ---------------------------------------------------------------- a past without anything


def past_dropped(given: Result | None, made: Result) -> bool:
    """Whether a comparison was left out because there was nothing in it."""
    roles = [{c.role for c in result.columns} for result in (given, made) if result is not None]
    return len(roles) == 2 and "before" in roles[0] and "before" not in roles[1]


def _without_empty_past(result: Result) -> Result:
    """The result without a comparison in which every value is 0 or empty: a few words say so."""
    past = [i for i, c in enumerate(result.columns) if c.role == "before"]
    cells = [(row, i) for row in range(len(result.rows)) for i in past]
    if len(cells) < FEW or any(amount(result.rows[r][i]) or result.state(r, i) not in (OK, EMPTY) for r, i in cells):
        return result
    kept = [i for i, c in enumerate(result.columns) if c.role not in ("before", "change")]
    return some_columns(result, kept)


# ---------------------------------------------------------------- side by side


def side_by_side(result: Result) -> Result:
    """Each metric with a column for each audience or list, when they are told apart by something else too."""
    place = side_of(result)
    dims = [i for i, c in enumerate(result.columns) if c.role == "dimension" and i != place]
    metrics = [i for i, c in enumerate(result.columns) if c.role == "metric"]
    if place is None or not dims or len(dims) + 1 + len(metrics) < len(result.columns):
        return result
    names = tuple(dict.fromkeys(row[place] for row in result.rows))
    if len(names) > MOST_SIDES:
        return result
    lines: dict[tuple[Value, ...], dict[Value, int]] = {}
    for number, row in enumerate(result.rows):
        lines.setdefault(tuple(row[d] for d in dims), {})[row[place]] = number
    across = [(metric, name) for metric in metrics for name in names]
    heads = [_head(result.columns[m], plain(str(name)), alone=len(metrics) == 1) for m, name in across]
    states = {
        (line, len(dims) + spot): state
        for line, at in enumerate(lines.values())
        for spot, (metric, name) in enumerate(across)
        if name in at and (state := result.states.get((at[name], metric))) is not None
    }
    states |= {
        (line, spot): state
        for line, at in enumerate(lines.values())
        for spot, dim in enumerate(dims)
        if (state := result.states.get((min(at.values()), dim))) is not None
    }
    rows = tuple(
        (*key, *(result.rows[at[name]][metric] if name in at else None for metric, name in across))
        for key, at in lines.items()
    )
    columns = (*(result.columns[d] for d in dims), *heads)
    kinds = tuple(_kind(result, list(at.values())) for at in lines.values())
    return replace(result, columns=columns, rows=rows, states=states, kinds=kinds)


def _head(column: Column, name: str, *, alone: bool) -> Column:
    return replace(column, name=f"{column.name}@{name}", title=name if alone else f"{column.title} · {name}")


def _kind(result: Result, rows: list[int]) -> str:
    """What a line is: a summing one only when all it is made of are."""
    kinds = {result.kinds[row] if row < len(result.kinds) else "" for row in rows} - {"all"}
    return kinds.pop() if len(kinds) == 1 else ""

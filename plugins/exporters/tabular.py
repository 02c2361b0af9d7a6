"""Parts of a report as tables of values, and the index of them, for exporters that write a file a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from patron.engine.contracts import ExportError
from patron.engine.report.unfilled import lacking_note, tells_nothing
from patron.engine.results import OK, Column, Conditions, Figure, Report, Result, Value
from patron.engine.types import TEXT, WHOLE, Type
from patron.plugins.exporters.html.shape import kind_of
from patron.plugins.exporters.parts import Placed

_INDEX = (
    "file", "title", "kind", "part_of", "address", "rows", "subject", "period", "comparison", "filter", "as_of", "zone",
    "currency", "spec_hash", "problem",
)  # fmt: skip

NUMBERS = 3
"""So many columns at least have room beside the names: a metric, the same before, and the change."""


def values_of(placed: Placed) -> Result:
    """The table of a part. ExportError when it could not be made."""
    part = placed.part
    if isinstance(part, Conditions):
        return _conditions(part)
    if part.result is None:
        raise ExportError(f'"{placed.title}" could not be made: {problem(part)}')
    return part.result


def problem(part: Figure | Conditions) -> str:
    """Why a part could not be made; empty when it was."""
    if isinstance(part, Conditions):
        return ""
    return part.problem or ("" if part.result is not None else "it has no result")


def absence(part: Figure | Conditions) -> str:
    """Why there is no file of a part: it could not be made, no source fills it, or nothing was learned; else empty."""
    said = problem(part)
    if said or isinstance(part, Conditions) or part.result is None:
        return said
    if tells_nothing(part.result, table=part.kind == "table" and bool(part.result.rows)):
        return lacking_note(part.result)
    return "" if part.result.rows else "; ".join(part.result.short)


def index(report: Report, placed: Sequence[Placed], files: Sequence[Path]) -> Result:
    """What each file is about: a row for each part, also for one that has no file."""
    source = report.provenance
    about = (source.as_of, source.zone, source.currency, source.spec_hash)
    rows: list[tuple[Value, ...]] = []
    for each, file in zip(placed, files, strict=True):
        said = absence(each.part)
        rows.append(("" if said else file.name, each.title, *_facts(report, each), *about, said))
    return Result(tuple(_column(name, WHOLE if name == "rows" else TEXT) for name in _INDEX), tuple(rows))


def first_rows(result: Result, most: int) -> tuple[Result, int]:
    """A result with its first ordinary rows and every summing one; and how many ordinary ones there are."""
    ordinary = [row for row in range(len(result.rows)) if not kind_of(result, row)]
    if len(ordinary) <= most:
        return result, len(ordinary)
    kept = sorted({*ordinary[:most], *(row for row in range(len(result.rows)) if kind_of(result, row))})
    place = {row: n for n, row in enumerate(kept)}
    states = {(place[row], column): state for (row, column), state in result.states.items() if row in place}
    kinds = tuple(kind_of(result, row) for row in kept)
    return replace(result, rows=tuple(result.rows[row] for row in kept), states=states, kinds=kinds), len(ordinary)


def some_columns(result: Result, numbers: Sequence[int]) -> Result:
    """A result with these of its columns."""
    place = {number: n for n, number in enumerate(numbers)}
    return replace(
        result,
        columns=tuple(result.columns[n] for n in numbers),
        rows=tuple(tuple(row[n] for n in numbers) for row in result.rows),
        states={(row, place[column]): state for (row, column), state in result.states.items() if column in place},
    )


def bands(result: Result, most: int) -> tuple[Result, ...]:
    """A result as several that are not wider than so many columns: each begins with the names that tell its rows
    apart, and no metric is parted from its comparison."""
    if len(result.columns) <= most:
        return (result,)
    names = _telling(result)[: most - NUMBERS]
    made: list[list[int]] = [[]]
    for group in _groups(result, names):
        if made[-1] and len(names) + len(made[-1]) + len(group) > most:
            made.append([])
        made[-1] += group
    return tuple(some_columns(result, [*names, *band]) for band in made)


def _telling(result: Result) -> list[int]:
    """The first dimensions that no two rows have alike; two at least, such as an id and a name."""
    dims = [n for n, column in enumerate(result.columns) if column.role == "dimension"]
    for count in range(2, len(dims)):
        if len({tuple(row[n] for n in dims[:count]) for row in result.rows}) == len(result.rows):
            return dims[:count]
    return dims


def _groups(result: Result, names: Sequence[int]) -> list[list[int]]:
    """The other columns, each metric together with what it is compared with."""
    groups: list[list[int]] = []
    for number, column in enumerate(result.columns):
        if number not in names:
            if groups and column.role in ("before", "change"):
                groups[-1].append(number)
            else:
                groups.append([number])
    return groups


def _facts(report: Report, placed: Placed) -> tuple[Value, ...]:
    """Kind, place, address, rows, subject, period, comparison and filter of a part."""
    part, path = placed.part, " / ".join(placed.path)
    if isinstance(part, Conditions):
        return ("conditions", path, part.address, len(part.lines), report.subject, "", "", "")
    rows = None if part.result is None else len(part.result.rows)
    period = part.period or report.period
    return (part.kind, path, part.address, rows, part.subject or report.subject, period, part.comparison, part.filter)


def _conditions(tree: Conditions) -> Result:
    columns = (_column("depth", WHOLE), _column("condition", TEXT), _column("people_left", WHOLE))
    rows = tuple((line.depth, line.words, line.left) for line in tree.lines)
    states = {(n, 2): line.state for n, line in enumerate(tree.lines) if line.state != OK}
    return Result(columns, rows, states)


def _column(name: str, type_: Type) -> Column:
    return Column(name, name, type_, role="dimension")

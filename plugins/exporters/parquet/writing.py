"""Writing figures as Parquet: money as decimals, dates as dates, states in columns of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet

from patron.engine.contracts import ExportJob
from patron.engine.results import EMPTY, OK, Column, Report, Result, Value
from patron.engine.types import TEXT
from patron.plugins.exporters.parts import chosen, figures, stable_slugs
from patron.plugins.exporters.tabular import absence, index, values_of

GROUP = 100_000
"""Rows that lie together in a file."""


def write(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write the one figure asked for, or all of them and their index."""
    main = job.folder / f"{job.stem}.parquet"
    if job.only is not None:
        _write(main, values_of(chosen(report, job.only)))
        return (main,)
    placed = tuple(figures(report.parts))
    paths = tuple(job.folder / f"{job.stem}-{name}.parquet" for name in stable_slugs(placed))
    made = [(path, each) for path, each in zip(paths, placed, strict=True) if not absence(each.part)]
    for path, each in made:
        _write(path, values_of(each))
    _write(main, index(report, placed, paths))
    return (main, *(path for path, _ in made))


def _write(path: Path, result: Result) -> None:
    stated = _with_states(result)
    try:
        table = stated.to_arrow()
    except UnicodeEncodeError:  # half a sign, which no file can hold
        table = replace(stated, rows=tuple(tuple(map(_whole, row)) for row in stated.rows)).to_arrow()
    pyarrow.parquet.write_table(table, path, row_group_size=GROUP, compression="zstd", write_page_checksum=True)


def _whole(value: Value) -> Value:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _with_states(result: Result) -> Result:
    """The result with `<name>_state` behind each column in which a state is neither `ok` nor `empty`, and `row_kind`
    where some rows are not like the others."""
    stated = {column for (_, column), state in result.states.items() if state not in (OK, EMPTY)}
    kinds = any(result.kinds)
    if not stated and not kinds:
        return result
    columns: list[Column] = []
    for number, column in enumerate(result.columns):
        columns.append(column)
        if number in stated:
            columns.append(Column(f"{column.name}_state", "", TEXT))
    rows = []
    for place, row in enumerate(result.rows):
        cells = []
        for number, value in enumerate(row):
            cells.append(value)
            if number in stated:
                cells.append(result.state(place, number))
        rows.append((*cells, result.kinds[place]) if kinds else tuple(cells))
    kind = (Column("row_kind", "", TEXT),) if kinds else ()
    return replace(result, columns=(*columns, *kind), rows=tuple(rows), states={})

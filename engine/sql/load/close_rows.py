"""Rows of a group that lie apart: `group by visitor within 30 minutes of viewed_at and same source`.

The rows of a group follow each other in time. A run ends where more than that lies between two of them, or where what
has to be the same becomes another known value; each run is a group of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from patron.engine.model.mapping import CloseRows
from patron.engine.model.terms import Field, Here
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load.mapped_rows import Rows, joined, selected
from patron.engine.sql.load.readings import Reading, to_utc
from patron.engine.types import DURATION, WHOLE

RUN = Field(Here(), "@run", WHOLE)
"""Which run of its group a row belongs to; missing without a moment."""

SOURCE, APART, NUMBERED = "s", "a", "b"
AT, NEW = "@at", "@new"


def grouped_rows(
    source: str, names: Iterable[str], rows: Rows, keys: Sequence[Reading], close: CloseRows, where: E | None
) -> exp.Select:
    """The rows of a source that meet a condition, each with the number of its run."""
    kept = [*names, "rowid"]
    own = [f"@k{n}" for n in range(len(keys))]
    same = {f"@s{n}": rows.read(term).e for n, term in enumerate(close.same)}
    values = _all(SOURCE, kept)
    values += [(k.e.copy(), name) for k, name in zip(keys, own, strict=True)]
    values += [(_instant(rows, close), AT), *((e, name) for name, e in same.items())]
    placed = joined(selected(values, source, SOURCE), rows.all_joins(), where)
    marked = selected([*_all(APART, [*kept, *own, AT]), (_begins(own, [*same], close), NEW)], placed, APART)
    number = _over(exp.Sum(this=build.col(NEW, NUMBERED)), NUMBERED, own, "CURRENT ROW")
    timeless = build.is_null(build.col(AT, NUMBERED))
    run = build.case([(timeless, exp.Null())], build.cast(number, "BIGINT"))
    return selected([*_all(NUMBERED, kept), (run, RUN.column)], marked, NUMBERED)


def _instant(rows: Rows, close: CloseRows) -> E:
    """The moment of a row in UTC, so that a change of the clock makes no pause."""
    r = rows.read(close.moment)
    local = to_utc(rows.reader.zone, r.e.copy())
    return build.case([(r.zoned.copy(), r.e.copy())], local) if r.zoned is not None else local


def _begins(keys: Sequence[str], same: Sequence[str], close: CloseRows) -> E:
    """1 where a row begins another run than the one before it."""
    before = _over(exp.Lag(this=build.col(AT, APART)), APART, keys)
    late = build.binary(exp.Add, before, build.literal(close.longest, DURATION))
    branches = [(build.binary(exp.GT, build.col(AT, APART), late), build.integer(1))]
    for name in same:
        known = exp.IgnoreNulls(this=exp.LastValue(this=build.col(name, APART)))
        changed = build.binary(exp.NEQ, build.col(name, APART), _over(known, APART, keys, "1"))
        branches.append((changed, build.integer(1)))
    return build.case(branches, build.integer(0))


def _over(what: E, alias: str, keys: Sequence[str], end: str = "") -> exp.Window:
    """A window over the rows of a group in time, up to the row or the one before it."""
    order = [exp.Ordered(this=build.col(name, alias), nulls_first=False) for name in (AT, "rowid")]
    spec = None
    if end:
        side = None if end == "CURRENT ROW" else "PRECEDING"
        spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=end, end_side=side)
    by = [build.col(name, alias) for name in keys]
    return exp.Window(this=what, partition_by=by, order=exp.Order(expressions=order), spec=spec)


def _all(alias: str, names: Iterable[str]) -> list[tuple[E, str]]:
    return [(build.col(name, alias), name) for name in names]

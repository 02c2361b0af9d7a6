"""A look at what a column could not read: the texts behind the first such value, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load.staging import ROW, select


def first_unread(
    values: exp.Select, column: str, texts: Sequence[str], looked_up: Sequence[str], *, lost: bool, row: int | None
) -> exp.Select:
    """Count, row and texts of the first value that could not be read, `lost` when a value looked up was not found.

    Where `row` is known, only that one is looked at.
    """
    found = [build.not_(build.is_null(build.col(name, "v"))) for name in looked_up]
    unread = build.binary(exp.GT, build.col("@bad/" + column, "v"), build.integer(0))
    here = unread if row is None else build.binary(exp.EQ, build.col(ROW, "v"), build.integer(row))
    all_found = build.conjunction([here, *found])
    limits: E = build.conjunction([here, build.not_(build.paren(build.conjunction(found)))]) if lost else all_found
    outputs: list[tuple[E, str]] = [(exp.Window(this=exp.Count(this=exp.Star())), "n")]
    outputs += [(build.col(name, "v"), name) for name in (ROW, *texts)]
    query = select(outputs, build.subquery(values, "v")).where(limits, copy=False)
    return query.order_by(build.col(ROW, "v"), copy=False).limit(1, copy=False)

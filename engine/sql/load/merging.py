"""Statements that put new rows of a table, by themselves in another, into what is stored."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load import differing, staging
from patron.engine.sql.load.staging import ROW, select


def delete_known(part: str, table: str, storage: str) -> exp.Delete:
    """Of ids that were met, those that are stored go."""
    wanted = select([(build.cast(build.col("id", "t"), storage), "id")], build.table(table, "t"))
    inside = exp.In(this=build.col("id"), query=exp.Subquery(this=wanted))
    return exp.Delete(this=build.table(part), where=exp.Where(this=inside))


def known_ids(table: str, met: E, storage: str) -> exp.Select:
    """The stored ids among those that were met, as new rows have them."""
    value = build.cast(build.col("id", "t"), storage)
    query = select([(value, "id")], build.table(table, "t"))
    return query.where(exp.In(this=value.copy(), query=exp.Subquery(this=met)), copy=False)


def zones_of(stores: str, storage: str) -> exp.Select:
    """The zones of stored stores, by their ids as new rows have them."""
    return select([(build.cast(build.col("id", "t"), storage), "id"), (build.col("timezone", "t"), "timezone")],
                  build.table(stores, "t"))  # fmt: skip


def both(new: E, known: E) -> exp.Select:
    """Ids of new rows and of stored ones, each once."""
    union = exp.Union(this=new, expression=known, distinct=True)
    return select([(build.col("id", "u"), "id")], build.subquery(union, "u"))


def count_on(new: str, rows: int) -> exp.Update:
    """Have ids that are counted begin after those that were."""
    after = build.binary(exp.Add, build.col("id"), build.integer(rows))
    return exp.Update(this=build.table(new), expressions=[exp.EQ(this=build.col("id"), expression=after)])


def known_again(new: str, table: str) -> exp.Select:
    """How many new rows have an id that is stored."""
    return _pairs(new, table, [(exp.Count(this=exp.Star()), "n")])


def changed(new: str, table: str, column: str) -> exp.Select:
    """How many rows have another value than the stored one of their id."""
    query = known_again(new, table)
    other = exp.NullSafeNEQ(this=build.col(column, "n"), expression=build.col(column, "t"))
    return query.where(other, copy=False)


def known_before(new: str, table: str, column: str) -> exp.Select:
    """How many stored rows whose ids are there again know a value."""
    return known_again(new, table).where(build.not_(build.is_null(build.col(column, "t"))), copy=False)


def span_again(new: str, table: str, columns: Sequence[str]) -> exp.Select:
    """The smallest and largest of these moments, in new rows whose ids are stored and in those."""
    every = [build.col(c, alias) for c in columns for alias in ("n", "t")]
    low, high = (
        kind(this=every[0].copy(), expressions=[e.copy() for e in every[1:]], ignore_nulls=True)
        for kind in (exp.Least, exp.Greatest)
    )
    return _pairs(new, table, [(exp.Min(this=low), "low"), (exp.Max(this=high), "high")])


def latest_of(table: str, new: str, columns: Sequence[str], by: Sequence[str]) -> exp.Select:
    """Of stored rows whose ids are there again and of new rows, the latest of each id; of equal ones the new one."""
    stored = differing.of_ids(differing.rows(build.table(table), columns), new)
    rows = differing.rows(build.table(new), columns)
    union = exp.Union(this=_numbered(stored, 0), expression=_numbered(rows, 1), distinct=False)
    every = select([(build.col(c, "u"), c) for c in (*columns, ROW)], build.subquery(union, "u"))
    return staging.latest(every, list(columns), by)


def _numbered(query: exp.Select, number: int) -> exp.Select:
    return query.select(exp.alias_(build.integer(number), ROW, quoted=True), copy=False)


def _pairs(new: str, table: str, outputs: list[tuple[E, str]]) -> exp.Select:
    same = build.binary(exp.EQ, build.col("id", "n"), build.col("id", "t"))
    return select(outputs, build.table(new, "n")).join(build.table(table, "t"), on=same, copy=False)

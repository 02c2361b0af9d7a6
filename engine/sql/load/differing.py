"""Questions about two states of a table: which rows are only in one, and what a table was before its changes.

A row that occurs several times counts so often; rows are compared as a whole, so that tables without ids are like
those with. Where there are ids, only the rows of those that changed are looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load import staging


def at(schema: str, table: str) -> exp.Table:
    """A table of an attached database."""
    return exp.Table(this=build.name(table), catalog=build.name(schema), db=build.name("main"))


@cache
def lying(statement: str) -> tuple[str, ...]:
    """The columns of the table that a CREATE TABLE statement makes, without those that are computed of others."""
    made = sqlglot.parse_one(statement, dialect="duckdb")
    return tuple(c.name for c in made.this.expressions if not c.args.get("constraints"))


def alike(one: str, other: str | None) -> bool:
    """Whether two CREATE TABLE statements make the same table."""
    return one == other or (other is not None and _plain(one) == _plain(other))


@cache
def _plain(statement: str) -> str:
    """A statement written in one way: DuckDB before 2.0 writes types of a table otherwise before it is stored."""
    return sqlglot.parse_one(statement, dialect="duckdb").sql("duckdb")


def rows(source: E, columns: Sequence[str]) -> exp.Select:
    """These columns of a table."""
    return exp.Select(expressions=[build.col(c) for c in columns]).from_(source, copy=False)


def only_in(one: exp.Select, other: exp.Select) -> exp.Except:
    """The rows of one that the other has not, or has fewer times."""
    return exp.Except(this=one, expression=other, distinct=False)


def together(parts: Sequence[exp.Select]) -> exp.Select:
    """All rows of all parts."""
    found: E = parts[0]
    for part in parts[1:]:
        found = exp.Union(this=found, expression=part, distinct=False)
    return exp.select("*").from_(build.subquery(found, "u"), copy=False)


def changed_ids(one: E, other: E, columns: Sequence[str]) -> exp.Select:
    """The ids of rows that are not the same in both tables, ids that only one has included."""
    mine, theirs = (
        rows(t, columns).select(exp.alias_(_hashed(columns), "hash", quoted=True), append=False, copy=False)
        .select(build.col("id"), copy=False)
        for t in (one, other)
    )  # fmt: skip
    on = exp.And(
        this=build.binary(exp.EQ, build.col("id", "a"), build.col("id", "b")),
        expression=build.binary(exp.EQ, build.col("hash", "a"), build.col("hash", "b")),
    )
    either = build.coalesce(build.col("id", "a"), build.col("id", "b"))
    query = staging.select([(either, "id")], build.subquery(mine, "a"), distinct=True)
    query = query.join(build.subquery(theirs, "b"), on=on, join_type="full", copy=False)
    lost = [build.is_null(build.col("id", alias)) for alias in ("a", "b")]
    return query.where(build.disjunction(lost), copy=False)


def content(source: E, columns: Sequence[str]) -> exp.Select:
    """What tells two states of a table apart: how many rows, and a sum and a parity of their hashes."""
    hashed = _hashed(columns)
    total = exp.Sum(this=build.cast(hashed, "HUGEINT"))
    return exp.select(exp.Count(this=exp.Star()), total, build.anonymous("bit_xor", hashed.copy())).from_(
        source, copy=False
    )


def _hashed(columns: Sequence[str]) -> E:
    return build.anonymous("hash", *[build.col(c) for c in columns])


def of_ids(query: exp.Select, ids: str) -> exp.Select:
    """The rows whose ids are in a table of ids."""
    return query.where(build.within(build.col("id"), ids), copy=False)


def delete_ids(table: str, ids: str) -> exp.Delete:
    """Remove the rows whose ids are in a table of ids."""
    return exp.Delete(this=build.table(table), where=exp.Where(this=build.within(build.col("id"), ids)))


def delete_all(table: str) -> exp.Delete:
    return exp.Delete(this=build.table(table))


def insert(table: str, columns: Sequence[str], query: E) -> exp.Insert:
    """Put the rows of a query into a table."""
    return exp.Insert(
        this=exp.Schema(this=build.table(table), expressions=[build.name(c) for c in columns]), expression=query
    )


def kept_rows(files: Sequence[Path], columns: Sequence[str]) -> exp.Select:
    """These columns of Parquet files of our own, one below the other."""
    return rows(staging.parquet_files(files), columns)


def count(source: E) -> exp.Select:
    return exp.select(exp.Count(this=exp.Star())).from_(source, copy=False)


def latest(source: E, column: str, until: dt.datetime) -> exp.Select:
    """The latest moment of a column up to another."""
    query = exp.Select(expressions=[exp.Max(this=build.col(column))]).from_(source, copy=False)
    return query.where(build.binary(exp.LTE, build.col(column), build.moment(until)), copy=False)

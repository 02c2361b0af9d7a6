"""Statements that have one cause of change happen to a load: customers merged, late rows left out, ends known."""

from __future__ import annotations

import datetime as dt

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load import differing
from patron.engine.sql.load.staging import select

OTHER = "other"
"""The load beside the one that is changed."""


def merged_since(*, known: bool) -> exp.Select:
    """Customers who are merged in the other load and were not here, each with who they are at last."""
    query = select(
        [(build.col("id", "n"), "id"), (build.col("merged_into", "n"), "survivor")],
        build.table_in(OTHER, "customers", "n"),
    ).where(build.not_(build.is_null(build.col("merged_into", "n"))), copy=False)
    if not known:
        return query
    before = select([(build.col("id", "t"), "id")], build.table("customers", "t"))
    before = before.where(build.not_(build.is_null(build.col("merged_into", "t"))), copy=False)
    return query.where(exp.Not(this=exp.In(this=build.col("id", "n"), query=exp.Subquery(this=before))), copy=False)


def become(table: str, column: str) -> exp.Update:
    """References to merged customers are those of their survivors."""
    return _update(table, column, build.col("survivor", "m"), build.col(column, "t"))


def merge() -> exp.Update:
    """The customers themselves are merged."""
    return _update("customers", "merged_into", build.col("survivor", "m"), build.col("id", "t"))


def _update(table: str, column: str, value: E, key: E) -> exp.Update:
    return exp.Update(
        this=build.table(table, "t"),
        expressions=[exp.EQ(this=build.col(column), expression=value)],
        from_=exp.From(this=build.table("merged", "m")),
        where=exp.Where(this=build.binary(exp.EQ, build.col("id", "m"), key)),
    )


def only_known(table: str, column: str, of: str) -> exp.Delete:
    """Only rows stay that lead to a row which the other load has, too."""
    wanted = differing.rows(differing.at(OTHER, of), ["id"])
    known = exp.In(this=build.col(column), query=exp.Subquery(this=wanted))
    return exp.Delete(this=build.table(table), where=exp.Where(this=exp.Not(this=known)))


def known_at(column: str, since: dt.datetime, until: dt.datetime) -> exp.Update:
    """Ends of orders between two moments are known at the first, where the order was there."""
    ended = build.conjunction([
        build.binary(exp.GT, build.col(column), build.moment(since)),
        build.binary(exp.LTE, build.col(column), build.moment(until)),
        build.binary(exp.LTE, build.col("created_at"), build.moment(since)),
    ])  # fmt: skip
    return exp.Update(
        this=build.table("orders"),
        expressions=[exp.EQ(this=build.col(column), expression=build.moment(since))],
        where=exp.Where(this=ended),
    )

"""Questions that a load asks of its own tables: ids, whole numbers, ranges, how much is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load.staging import ROW, create, select, stated


def ids(parts: E) -> exp.Select:
    """Every id of a table, as it is staged."""
    return select([(build.col("id", "i"), "key")], build.subquery(parts, "i"))


def moved(ids: str, survivors: str, storage: str) -> exp.Select:
    """The ids of merged customers with the survivor's, both as they are staged."""
    outputs: list[tuple[E, str]] = [
        (build.col("key", "i"), "key"),
        (build.cast(build.col("survivor", "s"), storage), "id"),
    ]
    on = build.binary(exp.EQ, build.col("id", "s"), build.cast(build.col("key", "i"), "VARCHAR"))
    return select(outputs, build.table(ids, "i")).join(build.table(survivors, "s"), on=on, copy=False)


@stated
def lost(name: str, parts: str, column: str, ids: str) -> E:
    """The table of the values of a reference that are no id, each once."""
    query = select([(build.col(column, "t"), "key")], build.table(parts, "t"), distinct=True)
    there = build.binary(exp.EQ, build.col("key", "i"), build.col(column, "t"))
    query = query.join(build.table(ids, "i"), on=there, join_type="anti", copy=False)
    return create(name, query.where(build.not_(build.is_null(build.col(column, "t"))), copy=False))


def all_whole(source: E, *, numbers: bool) -> exp.Select:
    """Whether all ids are digits without leading zeros, 18 at most; `numbers` when they are staged as numbers."""
    fits = build.func("regexp_matches", build.col("id", "i"), build.text("^(0|[1-9][0-9]{0,17})$"))
    if numbers:
        fits = exp.Between(this=build.col("id", "i"), low=build.integer(0), high=build.integer(10**18 - 1))
    return select(
        [(build.anonymous("bool_and", fits), "whole"), (exp.Count(this=exp.Star()), "n")], build.subquery(source, "i")
    )


@stated
def whole_numbers(table: str, columns: Sequence[str]) -> exp.Select:
    """For each column, whether all its known values are whole."""
    outputs: list[tuple[E, str]] = []
    for i, name in enumerate(columns):
        value = build.cast(build.col(name, "t"), "DOUBLE")
        whole = build.binary(exp.EQ, value, exp.Floor(this=value.copy()))
        small = build.binary(exp.LTE, exp.Abs(this=value.copy()), build.decimal(Decimal(2**53)))
        outputs.append((build.anonymous("bool_and", exp.Paren(this=exp.And(this=whole, expression=small))), f"w{i}"))
    return select(outputs, build.table(table, "t"))


@stated
def span_of(table: str, columns: Sequence[str]) -> exp.Select:
    """The smallest and largest of all these moments."""
    lows = [exp.Min(this=build.col(c, "t")) for c in columns]
    highs = [exp.Max(this=build.col(c, "t")) for c in columns]
    low = exp.Least(this=lows[0], expressions=lows[1:], ignore_nulls=True) if len(lows) > 1 else lows[0]
    high = exp.Greatest(this=highs[0], expressions=highs[1:], ignore_nulls=True) if len(highs) > 1 else highs[0]
    return select([(low, "low"), (high, "high")], build.table(table, "t"))


@stated
def statistics(table: str, columns: Sequence[tuple[str, bool]]) -> exp.Select:
    """Number of rows; for each column how many values are known and, when asked, the smallest and largest."""
    outputs: list[tuple[E, str]] = [(exp.Count(this=exp.Star()), "rows")]
    for i, (name, ends) in enumerate(columns):
        outputs.append((exp.Count(this=build.col(name, "t")), f"n{i}"))
        if ends:
            outputs += [(exp.Min(this=build.col(name, "t")), f"l{i}"), (exp.Max(this=build.col(name, "t")), f"h{i}")]
    return select(outputs, build.table(table, "t"))


@stated
def distinct_counts(table: str, columns: Sequence[str], rows: int) -> exp.Select:
    """How many values each of these columns has in the first rows."""
    first = select([(build.col(c, "t"), c) for c in columns], build.table(table, "t")).limit(rows, copy=False)
    counts = [(exp.Count(this=exp.Distinct(expressions=[build.col(c, "s")])), f"n{i}") for i, c in enumerate(columns)]
    return select(counts, build.subquery(first, "s"))


@stated
def few_values(table: str, column: str, most: int) -> exp.Select:
    """The values of a column in order, one more than `most` at the most."""
    query = select([(build.col(column, "t"), "value")], build.table(table, "t")).distinct(copy=False)
    query = query.where(build.not_(build.is_null(build.col(column, "t"))), copy=False)
    return query.order_by(build.col("value"), copy=False).limit(most + 1, copy=False)


@stated
def known_count(table: str, column: str, *, with_id: bool = False) -> exp.Select:
    """How many values of a column are known, in all rows or in those with an id."""
    query = select([(exp.Count(this=build.col(column, "t")), "n")], build.table(table, "t"))
    return query.where(build.not_(build.is_null(build.col("id", "t"))), copy=False) if with_id else query


@stated
def strange(parts: str, column: str, known: Sequence[str]) -> exp.Select:
    """Values that are none of these: how many rows have them, and the first; the commonest first."""
    value = build.col(column, "t")
    outputs: list[tuple[E, str]] = [(value, "value"), (exp.Count(this=exp.Star()), "n")]
    query = select([*outputs, (exp.Min(this=build.col(ROW, "t")), "first")], build.table(parts, "t"))
    listed = exp.In(this=value.copy(), expressions=[build.text(k) for k in known])
    query = query.where(build.not_(listed), copy=False).group_by(value.copy(), copy=False)
    order = [exp.Ordered(this=build.col("n"), desc=True), exp.Ordered(this=build.col("first"))]
    return query.order_by(*order, copy=False)


@stated
def last_sale(*, with_lines: bool = False) -> exp.Select:
    """The local date of the last order that is a sale and was not cancelled; with `with_lines`, of those with any."""
    query = _sales([(exp.Max(this=build.col("created_at@date", "o")), "day")])
    return query.where(exp.Exists(this=_lines_of_order()), copy=False) if with_lines else query


@stated
def lines_on(day: dt.date) -> exp.Select:
    """How many sales of a day have lines."""
    query = _sales([(exp.Count(this=exp.Star()), "n")])
    query = query.where(build.binary(exp.EQ, build.col("created_at@date", "o"), build.date(day)), copy=False)
    return query.where(exp.Exists(this=_lines_of_order()), copy=False)


def _lines_of_order() -> exp.Select:
    same = build.binary(exp.EQ, build.col("order", "l"), build.col("id", "o"))
    return select([(build.integer(1), "one")], build.table("lines", "l")).where(same, copy=False)


def _sales(outputs: list[tuple[E, str]]) -> exp.Select:
    status = build.coalesce(build.col("status", "o"), build.text(""))
    kind = build.coalesce(build.col("kind", "o"), build.text(""))
    gone = exp.In(this=status, expressions=[build.text("canceled"), build.text("deleted")])
    query = select(outputs, build.table("orders", "o")).where(build.not_(gone), copy=False)
    return query.where(build.binary(exp.NEQ, kind, build.text("return")), copy=False)


@stated
def busiest(within: str | None = None, database: str = "") -> exp.Select:
    """The largest number of pairs of an action and an order that one customer has; of the customers in a table of ids,
    if there is one, and in another database, if one is named."""
    sides = []
    for table in ("actions", "orders"):
        query = select(
            [(build.col("customer", "t"), "customer"), (exp.Count(this=exp.Star()), "n")],
            build.table_in(database, table, "t"),
        )
        if within is not None:
            query = query.where(build.within(build.col("customer", "t"), within), copy=False)
        query = query.where(build.not_(build.is_null(build.col("customer", "t"))), copy=False)
        sides.append(build.subquery(query.group_by(build.col("customer", "t"), copy=False), table[0]))
    pairs = build.binary(exp.Mul, build.col("n", "a"), build.col("n", "o"))
    query = select([(exp.Max(this=pairs), "n")], sides[0])
    return query.join(
        sides[1], on=build.binary(exp.EQ, build.col("customer", "a"), build.col("customer", "o")), copy=False
    )

"""SELECTs of rows that follow from other tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.load import staging
from patron.engine.sql.load.finishing import folded_kind
from patron.engine.types import CHOICE, MOMENT, TEXT, Type, reference

DELIVERED: Mapping[str, Type] = {
    "id": reference("actions"), "customer": reference("customers"), "campaign": reference("campaigns"), "kind": CHOICE,
    "acted_at": MOMENT, "message": reference("messages"),
}  # fmt: skip
"""The columns of actions made of delivered messages."""


def delivered(
    messages: str, with_channel: bool, actions: str | None, columns: Mapping[str, Type]
) -> tuple[exp.Select, Mapping[str, Type]]:
    """An action of kind `received` for every delivered message that has none: by its message, else by person and
    campaign."""

    def m(name: str) -> build.E:
        return build.col(name, "m")

    def text(name: str) -> build.E:
        return build.cast(m(name), "VARCHAR")

    outputs: list[tuple[build.E, str]] = [
        (exp.DPipe(this=build.text("received/"), expression=text("id")), "id"),
        (text("customer"), "customer"), (text("campaign"), "campaign"),
        (build.text("received"), "kind"), (m("delivered_at"), "acted_at"), (m("delivered_at@z"), "acted_at@z"),
        (m("delivered_at@d"), "acted_at@d"), (text("id"), "message"), (m(staging.ROW), staging.ROW),
    ]  # fmt: skip
    has: dict[str, Type] = dict(DELIVERED)
    if with_channel:
        outputs.append((m("channel"), "channel"))
        has["channel"] = TEXT
    query = staging.select(outputs, build.table(messages, "m"))
    query = query.where(build.not_(build.is_null(m("delivered_at"))), copy=False)
    if actions is None:
        return query, has
    if "message" in columns:
        query = _without(query, actions, ("message",), {"message": "id"})
    if {"campaign", "customer"} <= set(columns):
        query = _without(
            query,
            actions,
            ("customer", "campaign"),
            {"customer": "customer", "campaign": "campaign"},
            by_message="message" in columns,
        )
    return query, has


def _without(
    query: exp.Select, actions: str, names: tuple[str, ...], theirs: Mapping[str, str], *, by_message: bool = False
) -> exp.Select:
    """The rows without a received action of the same names."""
    texts = [(build.cast(build.col(n, "a"), "VARCHAR"), n) for n in names]
    received = staging.select(texts, build.table(actions, "a"))
    conditions = [build.binary(exp.EQ, folded_kind(build.col("kind", "a")), build.text("received"))]
    if by_message:
        conditions.append(build.is_null(build.col("message", "a")))
    received = received.where(build.conjunction(conditions), copy=False)
    alias = "w" + names[0]
    on = build.conjunction(
        [build.binary(exp.EQ, build.col(n, alias), build.cast(build.col(theirs[n], "m"), "VARCHAR")) for n in names]
    )
    return query.join(build.subquery(received, alias), on=on, join_type="anti", copy=False)


def met_customers(orders: str) -> exp.Select:
    """The customers met in orders."""
    return staging.ids_to_add([(orders, "customer")], ())


def odd(table: str, left: str, right: str) -> exp.Select:
    """How many rows have `left` after `right`."""
    query = staging.select([(exp.Count(this=exp.Star()), "n")], build.table(table, "t"))
    return query.where(build.binary(exp.GT, build.col(left, "t"), build.col(right, "t")), copy=False)


def outside(table: str, column: str, low: int, high: int) -> exp.Select:
    """How many values lie outside of a range."""
    query = staging.select([(exp.Count(this=exp.Star()), "n")], build.table(table, "t"))
    value = build.col(column, "t")
    below, above = (
        build.binary(exp.LT, value, build.integer(low)),
        build.binary(exp.GT, value.copy(), build.integer(high)),
    )
    return query.where(build.disjunction([below, above]), copy=False)


def actions_before_messages() -> exp.Select:
    """How many actions lie before the message they react to was sent."""
    query = staging.select([(exp.Count(this=exp.Star()), "n")], build.table("actions", "a"))
    query = query.join(
        build.table("messages", "m"),
        on=build.binary(exp.EQ, build.col("id", "m"), build.col("message", "a")),
        copy=False,
    )
    return query.where(build.binary(exp.LT, build.col("acted_at", "a"), build.col("sent_at", "m")), copy=False)


def unlike_lines(within: str | None = None, database: str = "") -> exp.Select:
    """How many orders have lines that do not add up to gross less discount; of those in a table of ids, if there is
    one, and in another database, if one is named."""
    sums = staging.select(
        [(build.col("order", "l"), "order"), (exp.Sum(this=build.col("amount", "l")), "amount")],
        build.table_in(database, "lines", "l"),
    )
    if within is not None:
        sums = sums.where(build.within(build.col("order", "l"), within), copy=False)
    sums = sums.where(build.not_(build.is_null(build.col("order", "l"))), copy=False).group_by(
        build.col("order", "l"), copy=False
    )
    expected = build.binary(
        exp.Sub, build.col("gross", "o"), build.coalesce(build.col("discount", "o"), build.integer(0))
    )
    apart = exp.Abs(this=build.binary(exp.Sub, build.col("amount", "s"), expected))
    query = staging.select([(exp.Count(this=exp.Star()), "n")], build.table_in(database, "orders", "o"))
    query = query.join(
        build.subquery(sums, "s"), on=build.binary(exp.EQ, build.col("order", "s"), build.col("id", "o")), copy=False
    )
    return query.where(build.binary(exp.GT, apart, build.decimal(Decimal("0.01"))), copy=False)


def currencies() -> exp.Select:
    return staging.select([(build.col("currency", "t"), "currency")], build.table("orders", "t"), distinct=True)


def order_facts(ids: str, kind: str) -> exp.Select:
    """Of every order, by its staged id: when it was created, and whose it was. `kind` is how its id is stored."""
    columns = [
        (build.col("key", "i"), "key"),
        (build.col("created_at", "o"), "created_at"),
        (build.col("staff", "o"), "staff"),
    ]
    query = staging.select(columns, build.table(ids, "i"))
    same = build.binary(exp.EQ, build.cast(build.col("key", "i"), kind), build.col("id", "o"))
    return query.join(build.table("orders", "o"), on=same, copy=False)


def first_coupons(redemptions: str, tie: str) -> exp.Select:
    """The coupon of each order's first redemption; `tie` decides between redemptions of one moment."""
    first = {"a": build.col("redeemed_at", "t"), "b": build.col(tie, "t")}
    when = exp.Struct(expressions=[exp.PropertyEQ(this=build.text(k), expression=v) for k, v in first.items()])
    coupon = build.anonymous("arg_min", build.col("coupon", "t"), when)
    query = staging.select([(build.col("order", "t"), "order"), (coupon, "coupon")], build.table(redemptions, "t"))
    known = build.not_(build.is_null(build.col("coupon", "t")))
    return query.where(known, copy=False).group_by(build.col("order", "t"), copy=False)

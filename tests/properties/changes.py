"""Changed worlds: what should alter an answer in a known way, or not at all."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

from tests.oracle.canon import DATES, MOMENTS, MONEY, REFERENCES
from tests.oracle.world import Cells, World

RENAMED = "zz"


def permuted(world: World, seed: int) -> World:
    """The same rows and columns in another order."""
    chance = random.Random(seed)
    tables = {}
    for table, rows in world.tables.items():
        columns = chance.sample(list(rows[0]), len(rows[0]))
        tables[table] = [{name: row[name] for name in columns} for row in chance.sample(rows, len(rows))]
    return replace(world, tables=tables)


def renamed(world: World) -> World:
    """Every id with the same letters before it: a bijection that keeps their order."""

    def change(table: str, row: Cells) -> Cells:
        keys = {"id", *REFERENCES.get(table, {})}
        return {name: f"{RENAMED}{text}" if name in keys and text else text for name, text in row.items()}

    return _each(world, change)


def doubled(world: World) -> World:
    """All amounts twice."""

    def change(table: str, row: Cells) -> Cells:
        money = MONEY.get(table, set())
        return {name: str(Decimal(text) * 2) if name in money and text else text for name, text in row.items()}

    return _each(world, change)


def shifted(world: World, days: int) -> World:
    """All moments and dates of facts, and the `as of`, so many days later."""

    def change(table: str, row: Cells) -> Cells:
        timely = (MOMENTS.get(table, set()) | DATES.get(table, set())) - {"birth_date"}
        return {name: _later(text, days) if name in timely and text else text for name, text in row.items()}

    return replace(_each(world, change), as_of=_later(world.as_of, days))


def _later(text: str, days: int) -> str:
    day = dt.date.fromisoformat(text[:10]) + dt.timedelta(days=days)
    return day.isoformat() + text[10:]


def with_idle_customer(world: World) -> World:
    """One more customer, who never did anything."""

    def change(rows: list[Cells]) -> list[Cells]:
        blank = dict.fromkeys(rows[0], "")
        return [*rows, {**blank, "id": _new_id(rows), "created_at": "2025-01-01 08:00:00"}]

    return world.changed("customers", change)


def with_later_facts(world: World) -> World:
    """Orders, lines, actions, redemptions, sessions and sign-ups after the `as of`; later cancellations as well."""
    later = _later(world.as_of[:10], 3) + " 10:00:00"
    made = world
    order = _new_id(world.tables["orders"])
    for table in ("orders", "lines", "actions", "redemptions", "sessions", "memberships", "messages", "consents"):
        made = made.changed(table, lambda rows, table=table: [*rows, _fact(table, rows, later, order)])
    return made.changed("orders", lambda rows: [_cancelled_later(row, later) for row in rows])


def _fact(table: str, rows: list[Cells], later: str, order: str) -> Cells:
    fact = dict(rows[0])
    for name in fact:
        if name in MOMENTS.get(table, set()) and name not in ("canceled_at", "returned_at", "left_at"):
            fact[name] = later
    if "id" in fact:
        fact["id"] = _new_id(rows)
    if table == "orders":
        fact |= {"status": "paid", "kind": "sale", "root_order": "", "ref_order": "", "customer": "c001"}
    if "order" in fact:
        fact["order"] = order
    return fact


def _cancelled_later(row: Cells, later: str) -> Cells:
    """Every fifth untouched order is cancelled after the `as of`: nobody knows yet."""
    untouched = row["status"] == "paid" and not row["root_order"] and row["created_at"] < later
    return row | {"status": "canceled", "canceled_at": later} if untouched and row["id"].endswith("5") else row


def _new_id(rows: list[Cells]) -> str:
    """An id behind all others, of the same form."""
    return rows[0]["id"][0] + "999" if not rows[0]["id"].isdigit() else "9999"


def _each(world: World, change: object) -> World:
    tables = {table: [change(table, row) for row in rows] for table, rows in world.tables.items()}
    return replace(world, tables=tables)

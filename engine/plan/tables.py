"""Reading a stored table as it was known at the `as of`: what came later is invisible (language reference, 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from patron.engine.model.canonical import JUDGED, MADE, TABLES
from patron.engine.model.store import StoredColumn, StoredTable
from patron.engine.model.terms import Field, Lit, Op
from patron.engine.plan import looking_back
from patron.engine.plan.nodes import Col, Expr, Filter, Join, Named, Node, Project, Scan, Values
from patron.engine.plan.planner import Planner
from patron.engine.types import CHOICE, DATE, MOMENT, YESNO, Type, reference

LATER: Mapping[str, tuple[str, ...]] = {
    "orders": ("canceled_at", "returned_at"),
    "memberships": ("left_at",),
    "messages": ("delivered_at",),
    "sessions": ("ended_at",),
    "shifts": ("ended_at",),
}
"""Moments that may lie after the row's own and are missing until they come."""

VISIBLE = "@visible_at"


def table_node(p: Planner, table: str, needed: Mapping[str, Type]) -> Node:
    """These columns of a table, as of the run. Columns that nothing fills are missing."""
    if table in MADE:  # of orders, read here
        from patron.engine.plan.changes import changes
        from patron.engine.plan.learned import judged
        from patron.engine.plan.purchase_days import purchase_days

        if table in JUDGED:
            return judged(p, table, needed)
        return purchase_days(p, needed) if table == looking_back.TABLE else changes(p, table, needed)
    stored = p.store.tables.get(table)
    if stored is None:
        return _nothing(table, needed)
    masks = _masks(p, stored, needed)
    visible = _visible(p, stored)
    read = {n: t for n, t in needed.items() if _filled(stored, n)}
    for expr in masks.values():
        read |= {c.name: c.type for c in cols(expr)}
    read |= {c.name: c.type for c in cols(visible)}
    scan = Scan(table, tuple((n, n, t) for n, t in read.items()), table, stored.rows)
    node: Node = _of_visible_orders(p, scan) if table == "lines" and cuts(p, "orders") else scan
    if visible is not None:
        node = Filter(node, visible, f"as of {p.as_of.moment}")
    if set(read) == set(needed) and not masks:
        return node
    items: list[Named] = []
    for name, type_ in needed.items():
        items.append((name, masks.get(name) or (Col(name, type_) if name in read else Lit(None, type_))))
    return Project(node, tuple(items))


def filled(p: Planner, table: str, column: str) -> bool:
    """Whether a source (or default) gives this column values."""
    if table in MADE:
        return filled(p, MADE[table], "id")
    stored = p.store.tables.get(table)
    return stored is not None and _filled(stored, column)


def day_only_known(p: Planner, table: str, column: str) -> Lit | None:
    """Whether the moments of a column came from dates, where all or none did."""
    stored = p.store.tables.get(table)
    found = stored.columns.get(column) if stored is not None else None
    if found is None or not isinstance(found.low, bool) or found.low is not found.high:
        return None
    return Lit(found.low, YESNO)


def never_missing(p: Planner, table: str, column: str) -> bool:
    if table == looking_back.TABLE:
        return column in looking_back.SURE
    if table in MADE:
        return table not in JUDGED
    stored = p.store.tables.get(table)
    found = stored.columns.get(column.partition("@")[0]) if stored is not None else None
    return found is not None and found.never_missing


def as_stored(p: Planner, table: str, field: Field) -> StoredColumn | None:
    """What the store knows of a column, where the `as of` does not change its values."""
    stored = p.store.tables.get(table)
    found = stored.columns.get(field.column) if stored is not None else None
    if stored is None or found is None or not found.filled or _masks(p, stored, {field.column: field.type}):
        return None
    return found


def _filled(stored: StoredTable, column: str) -> bool:
    if column == "id" and "id" not in stored.columns:
        return False
    found = stored.columns.get(column.partition("@")[0] or column)
    return found is not None and found.filled


def _nothing(table: str, needed: Mapping[str, Type]) -> Node:
    """No row at all: the table has no source."""
    return Values(tuple(Col(n, t) for n, t in needed.items()), (), f"{table} has no source")


def cols(expr: Expr | None) -> list[Col]:
    if expr is None:
        return []
    if isinstance(expr, Col):
        return [expr]
    return [c for a in getattr(expr, "args", ()) for c in cols(a)]


def cuts(p: Planner, table: str) -> bool:
    """Whether something of this table lies after the `as of`."""
    stored = p.store.tables.get(table)
    if stored is None:
        return False
    if table == "lines":
        return cuts(p, "orders")
    column = _own_date(stored)
    return column is not None and _later(p, column)


def _own_date(stored: StoredTable) -> StoredColumn | None:
    if VISIBLE in stored.columns:
        return stored.columns[VISIBLE]
    path = TABLES[stored.name].date if stored.name in TABLES else ()
    if len(path) != 1:
        return None
    column = stored.columns.get(path[0])
    return column if column is not None and column.filled else None


def _later(p: Planner, column: StoredColumn) -> bool:
    high = column.high
    if isinstance(high, dt.datetime):
        return high.replace(tzinfo=None) > p.as_of.moment
    if isinstance(high, dt.date):
        return high > p.as_of.today
    return p.store.newest is None or p.store.newest.replace(tzinfo=None) > p.as_of.moment


def _visible(p: Planner, stored: StoredTable) -> Expr | None:
    column = _own_date(stored)
    if column is None or not _later(p, column):
        return None
    limit = Lit(p.as_of.today, DATE) if column.type.kind == "date" else Lit(p.as_of.moment, MOMENT)
    seen = Op("<=", (Col(column.name, column.type), limit), YESNO)
    if column.never_missing:
        return seen
    return Op("or", (Op("is_missing", (Col(column.name, column.type),), YESNO), seen), YESNO)


def _masks(p: Planner, stored: StoredTable, needed: Mapping[str, Type]) -> dict[str, Expr]:
    """Values that were not known yet: missing, or what they were before."""
    found: dict[str, Expr] = {}
    now = Lit(p.as_of.moment, MOMENT)
    for name in LATER.get(stored.name, ()):
        column = stored.columns.get(name)
        if column is None or not column.filled or not _later(p, column):
            continue
        known = Op("<=", (Col(name, MOMENT), now), YESNO)
        for asked, type_ in needed.items():
            if asked.partition("@")[0] == name:
                found[asked] = Op("if", (known, Col(asked, type_), Lit(None, type_)), type_)
        status = {"canceled_at": "canceled", "returned_at": "returned"}.get(name)
        if status and "status" in needed:
            later = Op(">", (Col(name, MOMENT), now), YESNO)
            current = found.get("status") or Col("status", CHOICE)
            undone = Op("and", (Op("=", (Col("status", CHOICE), Lit(status, CHOICE)), YESNO), later), YESNO)
            found["status"] = Op("if", (undone, Lit("paid", CHOICE), current), CHOICE)
    return found


def _of_visible_orders(p: Planner, lines: Scan) -> Node:
    """Lines have no date of their own: they are seen when their order is."""
    orders = reference("orders")
    if "order" not in {name for name, _, _ in lines.columns}:
        lines = replace(lines, columns=(*lines.columns, ("order", "order", orders)))
    seen = table_node(p, "orders", {"id": orders})
    return Join(lines, Project(seen, (("@order", Col("id", orders)),)), "semi",
                ((Col("order", orders), Col("@order", orders)),), note="lines of visible orders")  # fmt: skip

"""Looking back further than what is stored: today's state of orders stands in for the state then (P0506)."""

from __future__ import annotations

import datetime as dt

from patron.dsl.problems import Problem
from patron.dsl.tree import NOWHERE
from patron.engine.model.periods import AsOf, to_local
from patron.engine.model.store import StoredTable
from patron.engine.report.context import Context

_DATED_BY = {"canceled": "canceled_at", "deleted": "canceled_at", "returned": "returned_at"}


def unstored(at: AsOf, context: Context) -> tuple[Problem, ...]:
    """The note, when orders may have changed since the moment looked from, and nothing says when."""
    newest, read = context.store.newest, context.loaded_at
    orders = context.store.tables.get("orders")
    if read is None or newest is None or orders is None:
        return ()
    read = read.astimezone(dt.UTC).replace(tzinfo=None)
    if at.moment >= read or not (context.restated or _may_have_changed(orders, newest, at.moment)):
        return ()
    day = to_local(read, at.zone).date()
    return (Problem("P0506", NOWHERE, f"history before {day} is not stored; today's state is used"),)


def _may_have_changed(orders: StoredTable, newest: dt.datetime, since: dt.datetime) -> bool:
    return since < newest and _changed_unseen(orders, since)


def _changed_unseen(orders: StoredTable, since: dt.datetime) -> bool:
    """Whether orders were changed later than that or, where no column tells, bear marks of changes without a date."""
    columns = orders.columns
    updated = columns.get("updated_at")
    if updated is not None and updated.filled:
        return isinstance(updated.high, dt.datetime) and updated.high > since
    seen = columns["status"].values or ()
    return any(status in seen and not columns[date].filled for status, date in _DATED_BY.items())

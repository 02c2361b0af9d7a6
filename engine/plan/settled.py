"""Comparisons that the store decides for every row: a moment before any there is, a word that no row has."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from patron.engine.model.store import StoredColumn
from patron.engine.model.terms import NO, YES, Field, Followed, Here, Lit, Op, Rows, Term
from patron.engine.plan.planner import Planner
from patron.engine.plan.simplify import simple
from patron.engine.plan.tables import as_stored
from patron.engine.types import Type

AT_MOST: Mapping[str, Callable[[Any, Any], bool]] = {"<=": operator.le, "<": operator.lt}
TURNED: Mapping[str, str] = {">=": "<", ">": "<="}
"""The comparisons that are another's opposite."""


def settled(p: Planner, rows: Rows, term: Term) -> Term:
    """A term with the comparisons decided that are the same for every row."""
    if not isinstance(term, Op):
        return term
    found = _decided(p, rows, term)
    if found is not None:
        return YES if found else NO
    args = tuple(settled(p, rows, a) for a in term.args)
    return term if args == term.args else simple(term.name, args, term.type)


def _decided(p: Planner, rows: Rows, term: Op) -> bool | None:
    """What a comparison of a column with values is in every row; None when that is not known."""
    field, *values = term.args
    options = [v.value for v in values if isinstance(v, Lit) and _comparable(v.type, field.type)]
    if not isinstance(field, Field) or not options or len(options) < len(values):
        return None
    column = _column(p, rows, field)
    if column is None:
        return None
    if term.name in TURNED:
        found = _at_most(TURNED[term.name], column, options[0])
        found = None if found is None else not found
    elif term.name in AT_MOST:
        found = _at_most(term.name, column, options[0])
    else:
        found = _one_of(column, options) if term.name in ("=", "one_of") else None
    missing = not column.never_missing or isinstance(field.row, Followed)
    return None if found and missing else found


def _comparable(a: Type, b: Type) -> bool:
    return a.kind == b.kind or (a.textual and b.textual)


def _column(p: Planner, rows: Rows, field: Field) -> StoredColumn | None:
    """What the store knows of a column of the rows, or of rows they lead to."""
    if isinstance(field.row, Followed):
        return as_stored(p, field.row.table, field)
    return as_stored(p, rows, field) if field.row == Here() and isinstance(rows, str) else None


def _at_most(name: str, column: StoredColumn, limit: object) -> bool | None:
    """Whether all values of a column are at most (below) a limit, or none is."""
    low, high = _bare(column.low), _bare(column.high)
    if type(low) is not type(limit) or type(high) is not type(limit) or isinstance(limit, (bool, str)):
        return None
    holds = AT_MOST[name]
    if holds(high, limit):
        return True
    return None if holds(low, limit) else False


def _one_of(column: StoredColumn, options: Sequence[object]) -> bool | None:
    """Whether all values of a column are among some, or none is."""
    values: tuple[object, ...] | None = column.values
    if column.storage == "yesno" and isinstance(column.low, bool):
        values = (column.low, column.high)
    if values is None:
        return None
    among = [v in options for v in values]
    return None if any(among) and not all(among) else any(among)


def _bare(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value

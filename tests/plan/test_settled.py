"""A comparison that the store decides is what every row would say; what it does not decide, rows differ about."""

import datetime as dt
import operator
from itertools import combinations, product
from types import SimpleNamespace

import pytest

from patron.engine.model.periods import AsOf
from patron.engine.model.store import Store, StoredColumn, StoredTable
from patron.engine.model.terms import NO, YES, Children, Field, Followed, Here, Lit, Op
from patron.engine.plan.settled import settled
from patron.engine.types import CHOICE, DATE, MOMENT, TEXT, WHOLE, YESNO, Type, reference

HOLDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
DAYS = [dt.date(2025, 1, d) for d in (1, 2, 3, 4)]
MOMENTS = [dt.datetime(2025, 1, d, 12) for d in (1, 2, 3, 4)]


def planner(*columns: StoredColumn, table: str = "messages", as_of: str = "2025-02-01") -> SimpleNamespace:
    store = Store({table: StoredTable(table, {c.name: c for c in columns}, 4)}, dt.datetime(2025, 1, 31))
    return SimpleNamespace(store=store, as_of=AsOf.end_of(dt.date.fromisoformat(as_of), "UTC"))


def said(name: str, rows: list[object], *options: object) -> object:
    """What is so in every row; None when rows differ."""
    found = {v is not None and (v in options if name == "one_of" else bool(HOLDS[name](v, options[0]))) for v in rows}
    return found.pop() if len(found) == 1 else None


def outcome(term: object) -> object:
    return {YES: True, NO: False}.get(term)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "values, kind, storage", [(DAYS, DATE, "date"), (MOMENTS, MOMENT, "moment"), ([1, 2, 3, 4], WHOLE, "whole")]
)
@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("name", ["<", "<=", ">", ">="])
def test_by_the_smallest_and_the_largest(values, kind, storage, missing, name):
    for rows, limit in product((c for n in (1, 2) for c in combinations(values[1:3], n)), values):
        column = StoredColumn("x", kind, storage, True, not missing, rows[0], rows[-1])
        term = Op(name, (Field(Here(), "x", kind), Lit(limit, kind)), YESNO)
        wanted = said(name, [*rows, *([None] if missing else [])], limit)
        assert outcome(settled(planner(column), "messages", term)) == wanted


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("options", [("a",), ("b",), ("c",), ("a", "b"), ("c", "d"), ("a", "c")])
@pytest.mark.parametrize("kind", [TEXT, CHOICE])
def test_by_the_values_there_are(kind, options, missing):
    name = "=" if len(options) == 1 else "one_of"
    for rows in (("a",), ("a", "b"), ()):
        column = StoredColumn("x", kind, "text", True, bool(rows) and not missing, values=rows)
        term = Op(name, (Field(Here(), "x", kind), *(Lit(o, TEXT) for o in options)), YESNO)
        wanted = said(name, [*rows, *([None] if missing or not rows else [])], *options)
        assert outcome(settled(planner(column), "messages", term)) == wanted


@pytest.mark.parametrize("low, high", [(False, False), (False, True), (True, True)])
def test_yes_and_no(low, high):
    column = StoredColumn("x", YESNO, "yesno", True, True, low, high)
    term = Op("=", (Field(Here(), "x", YESNO), YES), YESNO)
    assert outcome(settled(planner(column), "messages", term)) == said("=", [low, high], True)


ORDERED = StoredColumn("created_at", MOMENT, "moment", True, True, MOMENTS[0], MOMENTS[3])
STATUS = StoredColumn("status", CHOICE, "text", True, True, values=("canceled",))
CANCELED = StoredColumn("canceled_at", MOMENT, "moment", True, False, MOMENTS[0], MOMENTS[3])
IS_PAID = Op("=", (Field(Here(), "status", CHOICE), Lit("paid", TEXT)), YESNO)


def test_what_the_as_of_changes_is_not_decided():
    known = planner(STATUS, CANCELED, table="orders")
    assert settled(known, "orders", IS_PAID) == NO
    earlier = planner(STATUS, CANCELED, table="orders", as_of="2025-01-02")
    assert settled(earlier, "orders", IS_PAID) == IS_PAID


def test_a_row_that_may_not_be_there_decides_only_against():
    order = Followed(Field(Here(), "order", reference("orders")), "orders")
    created = Field(order, "created_at", MOMENT)
    p = planner(ORDERED, table="orders")
    before = Op("<=", (created, Lit(MOMENTS[3], MOMENT)), YESNO)
    assert settled(p, "lines", before) == before
    assert settled(p, "lines", Op(">", (created, Lit(MOMENTS[3], MOMENT)), YESNO)) == NO
    assert settled(p, "lines", Op("and", (before, IS_PAID), YESNO)) == Op("and", (before, IS_PAID), YESNO)


def test_only_terms_of_the_row_at_hand_are_looked_at():
    p = planner(STATUS, table="orders")
    count = Children(Here(), "orders", Field(Here(), "customer", reference("customers")), "count", WHOLE, None, IS_PAID)
    some = Op(">", (count, Lit(0, WHOLE)), YESNO)
    assert settled(p, "customers", some) == some
    assert settled(p, "customers", IS_PAID) == IS_PAID
    assert settled(p, "orders", Op("not", (IS_PAID,), YESNO)) == YES
    other = Op("=", (Field(Here(), "status", CHOICE), Field(Here(), "kind", CHOICE)), YESNO)
    assert settled(p, "orders", other) == other
    assert settled(p, "orders", Op("=", (Field(Here(), "status", CHOICE), Lit(3, Type("number"))), YESNO)) != NO

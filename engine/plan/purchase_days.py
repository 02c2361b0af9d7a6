"""The table `purchase_days`: one row for each customer and local date with a purchase (language reference, section 6).

Orders are grouped by customer and date once, then laid in order once per customer; what comes before and after a day
is read off that. Nothing is stored for days without a purchase.
"""

from __future__ import annotations

from collections.abc import Mapping

from patron.dsl.tree import NOWHERE
from patron.engine.model.moments import local_date
from patron.engine.model.terms import Field, Here, Lit, Op, Term, all_of, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.looking_back import BEFORE, KEPT, TABLE, kept
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Named,
    Node,
    Project,
    SortKey,
    Temp,
    WindowCall,
    columns,
    pick,
)  # fmt: skip
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, MOMENT, NUMBER, WHOLE, YESNO, Type, reference

PURCHASE = "purchase"
CUSTOMER, ORDER = reference("customers"), reference("orders")
AT = Field(Here(), "created_at", MOMENT)
OF_FIRST: Mapping[str, Term] = {
    "created_at@hour": Field(Here(), "created_at@hour", WHOLE),
    "created_at@day_only": Field(Here(), "created_at@day_only", YESNO),
    "order": Field(Here(), "id", ORDER),
}
"""What is the first order's of the day, beside its moment."""
BASIC = frozenset(
    f"{prefix}{name}" for prefix in ("", BEFORE) for name in ("customer", "created_at@date", "number", "first_on")
) | {"previous_on", "next_at@date"}
"""Columns that need no more than the dates of each customer."""
MOMENT_OF_DAY = ("created_at", "created_at@hour", "created_at@day_only")
DAY, PREVIOUS_ON = Col("created_at@date", DATE), Col("previous_on", DATE)


def purchase_days(p: Planner, needed: Mapping[str, Type]) -> Node:
    """These columns of the table. It is made once for all that ask for no more than dates, once for others: a report
    does not know what its next figure asks."""
    wide = set(needed) - BASIC
    orders, median = any(KEPT not in n for n in wide), any("median_gap" in n for n in wide)
    found = p.once((TABLE, orders, median), lambda: _made(p, orders=orders, median=median))
    if any(KEPT in n for n in wide):
        days = found
        found = p.once((TABLE, days), lambda: _with_kept(p, days))
    return pick(found, *needed)


def _made(p: Planner, *, orders: bool, median: bool) -> Temp:
    days = _in_sequence(_days(p, OF_FIRST if orders else {}))
    return p.step("purchase_days", _looking_back(_with_median(days) if median else days), "purchase days")


def _with_kept(p: Planner, found: Temp) -> Temp:
    """The table with what packs keep. Kept traits may need columns that nobody asked for, so they make it anew."""
    own: list[tuple[str, Term]] = [(c.name, Field(Here(), c.name, c.type)) for c in columns(found)]
    traits = [(field.column, term) for term, field in kept(p).items()]
    node = row_plans.evaluate(p, TABLE, [*own, *traits], note="purchase days and what packs keep", keep=False)
    return p.step("purchase_days", node, "purchase days and what packs keep")


def _days(p: Planner, of_first: Mapping[str, Term]) -> Node:
    """A row for each customer and date, with the first order where it is asked for."""
    key = Field(Here(), "customer", CUSTOMER)
    purchase = type(p.b).define_trait(p.b, p.b.declared.known("filter")[PURCHASE], NOWHERE)
    keys: list[tuple[str, Term]] = [("customer", key), ("day", local_date(AT))]
    items = [*keys, *((("created_at", AT), *of_first.items()) if of_first else ())]
    orders = row_plans.evaluate(p, "orders", items, all_of(known(key), purchase), "purchases")
    own = {c.name: c for c in columns(orders)}
    calls: list[tuple[str, AggCall]] = []
    if of_first:
        by = (own["created_at"], own["order"])
        calls = [("created_at", AggCall("min", MOMENT, own["created_at"]))]
        calls += [(name, AggCall("first", own[name].type, own[name], order=by)) for name in of_first]
    return Aggregate(orders, tuple((name, own[name]) for name, _ in keys), tuple(calls), "days of purchases")


def _in_sequence(days: Node) -> Project:
    """Each day with its number, the day before, and the first purchase of the next one."""
    own = {c.name: c for c in columns(days)}
    day = own["day"]

    def window(func: str, value: Col | None = None, upto: bool = False) -> WindowCall:
        args = (value,) if value is not None else ()
        type_ = value.type if value is not None else WHOLE
        return WindowCall(func, type_, args, (own["customer"],), (SortKey(day),), upto)

    items: dict[str, Expr] = {
        "customer": own["customer"], "created_at@date": day, "number": window("row_number"),
        "first_on": window("min", day, upto=True), "previous_on": window("lag", day),
        "next_at@date": window("lead", day),
    }  # fmt: skip
    if "order" in own:
        ident = Col("order", reference(TABLE))
        items |= {"id": ident, "order": own["order"], "previous": window("lag", ident)}
        items |= {f"{BEFORE}{name}": window("lag", own[name]) for name in ("created_at", "order")}
        items |= {name: own[name] for name in MOMENT_OF_DAY}
        items |= {name.replace("created", "next"): window("lead", own[name]) for name in MOMENT_OF_DAY}
    return Project(days, tuple(items.items()))


def _with_median(days: Project) -> Project:
    """With the median of the gaps up to each day."""
    gap = Op("days_between", (PREVIOUS_ON, DAY), WHOLE)
    median = WindowCall("median", NUMBER, (gap,), (Col("customer", CUSTOMER),), (SortKey(DAY),), upto=True)
    return Project(days, (*((c.name, c) for c in columns(days)), ("median_gap", median)))


def _looking_back(days: Project) -> Project:
    """With what the day before was, read off the row itself where it can be."""
    own = {c.name: c for c in columns(days)}
    back: dict[str, Expr] = {
        "number": Op("-", (own["number"], Lit(1, WHOLE)), WHOLE), "first_on": own["first_on"],
        "customer": own["customer"],
    }  # fmt: skip
    back |= {"next_at": own["created_at"]} if "created_at" in own else {}
    later = Op("is_missing", (PREVIOUS_ON,), YESNO)
    made: list[Named] = [(f"{BEFORE}{n}", Op("if", (later, Lit(None, e.type), e), e.type)) for n, e in back.items()]
    made.append((f"{BEFORE}created_at@date", PREVIOUS_ON))
    if "median_gap" in own:
        median = WindowCall("lag", NUMBER, (own["median_gap"],), (own["customer"],), (SortKey(DAY),))
        made.append((f"{BEFORE}median_gap", median))
    return Project(days, (*((c.name, c) for c in own.values()), *made))

"""The table `purchase_days`: one row for each customer and local date with a purchase (language reference, section 6).

Orders are grouped by customer and date once, then laid in order once per customer; what comes before and after a day
is read off that. Nothing is stored for days without a purchase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from patron.dsl.tree import NOWHERE
from patron.engine.model.moments import local_date
from patron.engine.model.terms import Field, Here, Lit, Op, Term, all_of, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.looking_back import BEFORE
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
DAY, PREVIOUS_ON = Col("created_at@date", DATE), Col("previous_on", DATE)


def purchase_days(p: Planner, needed: Mapping[str, Type]) -> Node:
    """These columns of the table. Made once for all that ask; a step keeps only what something reads."""
    found: Temp = p.step("purchase_days", _in_sequence(_days(p)), "purchase days")
    return pick(found, *needed)


def _days(p: Planner) -> Node:
    """A row for each customer and date, with the first order."""
    key = Field(Here(), "customer", CUSTOMER)
    purchase = type(p.b).define_trait(p.b, p.b.declared.known("filter")[PURCHASE], NOWHERE)
    items: list[tuple[str, Term]] = [("customer", key), ("day", local_date(AT)), ("created_at", AT), *OF_FIRST.items()]
    orders = row_plans.evaluate(p, "orders", items, all_of(known(key), purchase), "purchases")
    own = {c.name: c for c in columns(orders)}
    by = (own["created_at"], own["order"])
    calls = [("created_at", AggCall("min", MOMENT, own["created_at"]))]
    calls += [(name, AggCall("first", own[name].type, own[name], order=by)) for name in OF_FIRST]
    return Aggregate(orders, (("customer", own["customer"]), ("day", own["day"])), tuple(calls), "days of purchases")


def _in_sequence(days: Node) -> Node:
    """Each day with its number, the day before, and the first purchase of the next one."""
    own = {c.name: c for c in columns(days)}
    day, ident = own["day"], Col("order", reference("purchase_days"))

    def window(func: str, value: Col | None = None, upto: bool = False) -> WindowCall:
        args = (value,) if value is not None else ()
        type_ = value.type if value is not None else WHOLE
        return WindowCall(func, type_, args, (own["customer"],), (SortKey(day),), upto)

    items: dict[str, Expr] = {
        "id": ident, "customer": own["customer"], "order": own["order"],
        "created_at": own["created_at"], "created_at@date": day, "created_at@hour": own["created_at@hour"],
        "created_at@day_only": own["created_at@day_only"], "number": window("row_number"),
        "first_on": window("min", day, upto=True), "previous_on": window("lag", day),
        "previous": window("lag", ident),
        "next_at": window("lead", own["created_at"]), "next_at@date": window("lead", day),
        "next_at@hour": window("lead", own["created_at@hour"]),
        "next_at@day_only": window("lead", own["created_at@day_only"]),
        f"{BEFORE}created_at": window("lag", own["created_at"]), f"{BEFORE}order": window("lag", own["order"]),
    }  # fmt: skip
    return _looking_back(_with_median(Project(days, tuple(items.items()))))


def _with_median(days: Project) -> Project:
    """With the median of the gaps up to each day."""
    own = columns(days)
    gap = Op("days_between", (PREVIOUS_ON, DAY), WHOLE)
    median = WindowCall("median", NUMBER, (gap,), (Col("customer", CUSTOMER),), (SortKey(DAY),), upto=True)
    items: Sequence[Named] = [*((c.name, c) for c in own), ("median_gap", median)]
    return Project(days, tuple(items))


def _looking_back(days: Project) -> Project:
    """With what the day before was, read off the row itself where it can be."""
    own = {c.name: c for c in columns(days)}
    median = WindowCall("lag", NUMBER, (own["median_gap"],), (own["customer"],), (SortKey(DAY),))
    back: dict[str, Expr] = {
        "number": Op("-", (own["number"], Lit(1, WHOLE)), WHOLE), "first_on": own["first_on"],
        "customer": own["customer"], "next_at": own["created_at"],
    }  # fmt: skip
    later = Op("is_missing", (PREVIOUS_ON,), YESNO)
    made: list[Named] = [(f"{BEFORE}{n}", Op("if", (later, Lit(None, e.type), e), e.type)) for n, e in back.items()]
    made += [(f"{BEFORE}created_at@date", PREVIOUS_ON), (f"{BEFORE}median_gap", median)]
    return Project(days, (*((c.name, c) for c in own.values()), *made))

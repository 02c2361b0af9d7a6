"""The two sides of an attribution: actions, each with its own window, and the orders that may be credited."""

from __future__ import annotations

import datetime as dt

from patron.dsl import tree
from patron.engine.model.attributions import Attribution, Override
from patron.engine.model.binder import Scope
from patron.engine.model.moments import day_only, local_date
from patron.engine.model.names import path_term
from patron.engine.model.terms import (
    CreditedRows,
    Field,
    Here,
    Lit,
    Op,
    Term,
    all_of,
    any_of,
    compare,
    follow,
    known,
    negated,
)
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Col, Expr, Join, Node, Project
from patron.engine.plan.planner import Planner
from patron.engine.plan.simplify import simple
from patron.engine.plan.tables import day_only_known, filled
from patron.engine.types import CHOICE, DATE, MOMENT, NUMBER, TEXT, WHOLE, YESNO, Type, reference

CUSTOMER, ORDER, ACTION, CAMPAIGN = (reference(t) for t in ("customers", "orders", "actions", "campaigns"))
SECONDS = Type("number", whole=True)
A_CUSTOMER, A_ID, A_CAMPAIGN = Col("a.customer", CUSTOMER), Col("a.id", ACTION), Col("a.campaign", CAMPAIGN)
A_AT, A_DATE, A_RANK = Col("a.at", MOMENT), Col("a.date", DATE), Col("a.rank", WHOLE)
W_START, W_DATE, W_END = Col("w.start", MOMENT), Col("w.date", DATE), Col("w.end", MOMENT)
W_SECONDS = Col("w.seconds", SECONDS)
O_CUSTOMER, O_ID = Col("o.customer", CUSTOMER), Col("o.id", ORDER)
O_AT, O_DATE = Col("o.at", MOMENT), Col("o.date", DATE)


def value_of(p: Planner, scope: Scope, *parts: str) -> Term:
    """The money value of an order, as the project counts it."""
    return path_term(p.b, scope, tree.Path(tuple(tree.Name(n) for n in (*parts, "value"))))


def op(name: str, *args: Expr, type_: Type = YESNO) -> Expr:
    """An operator over columns."""
    return simple(name, args, type_)


def dates_decide(p: Planner) -> Expr:
    """Whether dates decide: either side came from a date."""
    action = day_only_known(p, "actions", "acted_at@day_only") or Col("a.day_only", YESNO)
    order = day_only_known(p, "orders", "created_at@day_only") or Col("o.day_only", YESNO)
    return op("or", action, order)


def actions(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """Candidate actions: one row each, with start and end of its own window."""
    here = Here()
    acted = Field(here, "acted_at", MOMENT)
    customer = Field(here, "customer", CUSTOMER)
    start = _start(p, a, acted)
    length = _length(p, a)
    rank = _kind_rank(a)
    items: list[tuple[str, Term]] = [
        ("a.id", Field(here, "id", ACTION)), ("a.customer", customer),
        ("a.campaign", Field(here, "campaign", CAMPAIGN)), ("a.at", acted), ("a.date", local_date(acted)),
        ("a.day_only", day_only(acted)), ("a.rank", rank),
        ("a.kind", Field(here, "kind", CHOICE)), ("a.channel", Field(here, "channel", TEXT)),
        ("w.start", start), ("w.date", local_date(start)), ("w.day_only", day_only(start)),
    ]  # fmt: skip
    if length is not None:
        items += [("w.seconds", length), ("w.end", Op("later", (start, length), MOMENT))]
    where = all_of(known(customer), known(acted), _kinds(a), _actors(p, a), _machines(p, a), a.candidate,
                   _listed(a, rows), _over(p, a, start, length), _in_focus(p, a, acted))  # fmt: skip
    return focused(p, row_plans.evaluate(p, "actions", items, where, f"actions of {a.name}"), "a.customer")


def orders(p: Planner, a: Attribution) -> Node:
    created = Field(Here(), "created_at", MOMENT)
    customer = Field(Here(), "customer", CUSTOMER)
    items: list[tuple[str, Term]] = [
        ("o.id", Field(Here(), "id", ORDER)), ("o.customer", customer), ("o.at", created),
        ("o.date", local_date(created)), ("o.day_only", day_only(created)), ("o.value", value_of(p, Scope("orders"))),
    ]  # fmt: skip
    where = all_of(known(customer), known(created), a.conversion.where, _in_focus(p, a, created))
    return focused(p, row_plans.evaluate(p, "orders", items, where, "converting orders"), "o.customer")


# ---------------------------------------------------------------- which rows, and how long a window is


def focused(p: Planner, node: Node, customer: str) -> Node:
    """Only the people of the question."""
    if p.focus is None or p.focus.people is None:
        return node
    side = Project(p.focus.people, (("@person", Col("id", CUSTOMER)),))
    return Join(
        node, side, "semi", ((Col(customer, CUSTOMER), Col("@person", CUSTOMER)),), note="people of the question"
    )


def _in_focus(p: Planner, a: Attribution, moment: Term) -> Term | None:
    """Only rows that pairs of the question's dates may be made of: those in reach of the orders of these dates. Where
    pairs are dated by their action, its orders lie up to a window later, and all their actions share the credit."""
    if p.focus is None or p.focus.low is None or p.focus.high is None:
        return None
    reach, by_action = longest(p, a), a.dated_by == "action"
    if reach is None:
        return None if by_action else compare("<=", local_date(moment), Lit(p.focus.high, DATE))
    low, high = p.focus.low - reach, p.focus.high + reach if by_action else p.focus.high
    return all_of(compare(">=", local_date(moment), Lit(low, DATE)), compare("<=", local_date(moment), Lit(high, DATE)))


def longest(p: Planner, a: Attribution) -> dt.timedelta | None:
    """The longest window of an attribution, rounded up to dates; None when only `until` ends it."""
    if a.window is None or a.at_send:
        return None
    lengths = [a.window, *(o.length for o in a.overrides)]
    if a.own_column is not None:
        stored = p.store.tables.get("campaigns")
        column = stored.columns.get(a.own_column) if stored is not None else None
        if column is not None and column.filled:
            if not isinstance(column.high, (int, float)):
                return None
            lengths.append(dt.timedelta(days=float(column.high)))
    return dt.timedelta(days=max(lengths).days + 2)


def _start(p: Planner, a: Attribution, acted: Term) -> Term:
    if not a.at_send:
        return acted
    sent: list[Term] = []
    if filled(p, "messages", "sent_at"):
        sent.append(Field(follow(Here(), "message", "messages"), "sent_at", MOMENT))
    if filled(p, "campaigns", "sent_at"):
        sent.append(Field(follow(Here(), "campaign", "campaigns"), "sent_at", MOMENT))
    return _first_moment([*sent, acted])


def _first_moment(terms: list[Term]) -> Term:
    """The first known of several moments, as a choice whose companions stay with it."""
    chosen = terms[-1]
    for term in reversed(terms[:-1]):
        chosen = Op("if", (known(term), term, chosen), MOMENT)
    return chosen


def _seconds(length: dt.timedelta) -> Lit:
    return Lit(int(length.total_seconds()), SECONDS)


def _length(p: Planner, a: Attribution) -> Term | None:
    """The length of an action's window in seconds: named campaign, own column, channel, default."""
    if a.window is None:
        return None
    chosen: Term = _seconds(a.window)

    def with_overrides(overrides: list[Override], chosen: Term) -> Term:
        for override in reversed(overrides):
            chosen = Op("if", (override.where, _seconds(override.length), chosen), SECONDS)
        return chosen

    chosen = with_overrides([o for o in a.overrides if not o.named], chosen)
    if a.own_column is not None:
        own = Field(follow(Here(), "campaign", "campaigns"), a.own_column, NUMBER)
        if filled(p, "campaigns", a.own_column):
            chosen = Op("if", (known(own), Op("seconds_of_days", (own,), SECONDS), chosen), SECONDS)
    return with_overrides([o for o in a.overrides if o.named], chosen)


def _kinds(a: Attribution) -> Term | None:
    if not a.kinds:
        return None
    return Op("one_of", (Field(Here(), "kind", CHOICE), *(Lit(k, CHOICE) for k in a.kinds)), YESNO)


def _kind_rank(a: Attribution) -> Term:
    """The place of an action's kind in the list of kinds, for ties."""
    rank: Term = Lit(len(a.kinds), WHOLE)
    for number, kind in reversed(list(enumerate(a.kinds))):
        rank = Op(
            "if", (compare("=", Field(Here(), "kind", CHOICE), Lit(kind, CHOICE)), Lit(number, WHOLE), rank), WHOLE
        )
    return rank


def _actors(p: Planner, a: Attribution) -> Term | None:
    """A known actor other than the recipient never counts; an unknown one as the attribution says."""
    if not filled(p, "actions", "actor"):
        return None if a.own_unknown else Lit(False, YESNO)
    actor = Field(Here(), "actor", CUSTOMER)
    own = compare("=", actor, Field(Here(), "customer", CUSTOMER))
    return any_of(Op("is_missing", (actor,), YESNO), own) if a.own_unknown else own


def _machines(p: Planner, a: Attribution) -> Term | None:
    if a.machines or not filled(p, "actions", "is_machine"):
        return None
    return negated(compare("=", Field(Here(), "is_machine", YESNO), Lit(True, YESNO)))


def _listed(a: Attribution, rows: CreditedRows) -> Term | None:
    if not a.of_list or rows.of_list is None:
        return None
    listed = Field(follow(Here(), "campaign", "campaigns"), "list", reference("lists"))
    return compare("=", listed, Lit(rows.of_list or "", CHOICE))


def _over(p: Planner, a: Attribution, start: Term, length: Term | None) -> Term | None:
    """`finished windows only`: leave out actions whose window is not over."""
    if not a.finished_only or length is None:
        return None
    last = p.as_of.today if p.as_of.whole_day else p.as_of.today - dt.timedelta(days=1)
    dates = Op("dates_of_seconds", (length,), WHOLE)
    final = Op("+", (Op("days_between", (Lit(dt.date(1970, 1, 1), DATE), local_date(start)), WHOLE), dates), WHOLE)
    by_date = compare("<=", final, Lit((last - dt.date(1970, 1, 1)).days + 1, WHOLE))
    by_time = compare("<=", Op("later", (start, length), MOMENT), Lit(p.as_of.moment, MOMENT))
    return Op("if", (day_only(start), by_date, by_time), YESNO)

"""Attribution: pairs of action and order, and who gets the credit (language reference, section 12).

Actions are joined to the orders of their customer inside their own window. A customer with very many actions and
orders would make too many pairs: with busy customers a form is taken that lays actions and orders in one order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from patron.dsl import tree
from patron.engine.model.attributions import Attribution, Override
from patron.engine.model.behaviour import pair_roots, row_scope_of
from patron.engine.model.binder import Scope
from patron.engine.model.moments import day_only, local_date
from patron.engine.model.names import path_term
from patron.engine.model.terms import (
    CreditedRows,
    Field,
    Followed,
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
)  # fmt: skip
from patron.engine.plan import rows as row_plans
from patron.engine.plan.laid import Laid, first_after, last_before, numbered, reached
from patron.engine.plan.nodes import (
    Col,
    Expr,
    Filter,
    Join,
    Named,
    Node,
    Project,
    SortKey,
    Temp,
    WindowCall,
    columns,
)  # fmt: skip
from patron.engine.plan.planner import Planner
from patron.engine.plan.simplify import simple
from patron.engine.plan.tables import day_only_known, filled
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Type, reference

CUSTOMER, ORDER, ACTION, CAMPAIGN = (reference(t) for t in ("customers", "orders", "actions", "campaigns"))
BUSY = 1_000_000
"""Pairs of one customer from which the linear form is used."""
SECONDS = Type("number", whole=True)
A_CUSTOMER, O_CUSTOMER = Col("a.customer", CUSTOMER), Col("o.customer", CUSTOMER)
O_ID, O_AT, A_ID = Col("o.id", ORDER), Col("o.at", MOMENT), Col("a.id", ACTION)
OF_ORDER = ("order", "customer", "ordered", "ordered@date", "value")
"""The columns of a pair that its order gives."""
EPOCH = Lit(dt.date(1970, 1, 1), DATE)


def attribution_of(p: Planner, name: str) -> Attribution:
    found = p.b.declared.known("attribution")[name.casefold()]
    return type(p.b).define_attribution(p.b, found, found.span)


def pairs(p: Planner, rows: CreditedRows, needed: Collection[str]) -> Temp:
    """The pairs of an attribution, stored once: influenced ones, or those picked with their weights.

    Where only the orders of influenced pairs are needed, there is one row for each order.
    """
    a = attribution_of(p, rows.attribution)
    if rows.influenced and set(needed) <= set(OF_ORDER) and a.every_purchase and a.require is None and a.until is None:
        return p.step(f"reached_{a.name}", _reached(p, a, rows), f"orders reached by {a.name}")
    if not rows.influenced and _takes_lasts(p, a):
        return p.step(f"credited_{a.name}", _lasts(p, a, rows), f"credit by {a.name}")
    influenced = p.step(f"influenced_{a.name}", _influenced(p, a, rows), f"pairs of {a.name}")
    if rows.influenced:
        return influenced
    return p.step(f"credited_{a.name}", _picked(a, influenced), f"credit by {a.name}")


def aliases(p: Planner, rows: CreditedRows) -> dict[Term, Col]:
    """Terms on a pair that its own columns give, so that orders and actions need not be joined again."""
    if not rows.attribution:
        return {}
    roots = pair_roots()
    order, action = roots["order"][0], roots["action"][0]
    found: dict[Term, Col] = {
        Field(order, "customer", CUSTOMER): Col("customer", CUSTOMER),
        Field(order, "created_at", MOMENT): Col("ordered", MOMENT),
        Field(order, "created_at@date", DATE): Col("ordered@date", DATE),
        Field(action, "customer", CUSTOMER): Col("customer", CUSTOMER),
        Field(action, "campaign", CAMPAIGN): Col("campaign", CAMPAIGN),
        Field(action, "acted_at", MOMENT): Col("acted", MOMENT),
        Field(action, "acted_at@date", DATE): Col("acted@date", DATE),
        Field(action, "kind", CHOICE): Col("kind", CHOICE),
    }
    if filled(p, "actions", "channel"):
        found[Field(action, "channel", TEXT)] = Col("channel", TEXT)
    found[_value_of(p, row_scope_of(Scope(""), rows), "order")] = Col("value", MONEY)
    return found


def _value_of(p: Planner, scope: Scope, *parts: str) -> Term:
    return path_term(p.b, scope, tree.Path(tuple(tree.Name(n) for n in (*parts, "value"))))


# ---------------------------------------------------------------- actions with their windows


def _op(name: str, *args: Expr, type_: Type = YESNO) -> Expr:
    return simple(name, args, type_)


def _loose(p: Planner) -> Expr:
    """Whether dates decide: either side came from a date."""
    action = day_only_known(p, "actions", "acted_at@day_only") or Col("a.day_only", YESNO)
    order = day_only_known(p, "orders", "created_at@day_only") or Col("o.day_only", YESNO)
    return _op("or", action, order)


def _actions(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
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
                   _listed(a, rows), _over(p, a, start, length), _in_focus(p, a, acted, "actions"))  # fmt: skip
    return _focused(p, row_plans.evaluate(p, "actions", items, where, f"actions of {a.name}"), "a.customer")


def _focused(p: Planner, node: Node, customer: str) -> Node:
    """Only the people of the question."""
    if p.focus is None or p.focus.people is None:
        return node
    side = Project(p.focus.people, (("@person", Col("id", CUSTOMER)),))
    return Join(
        node, side, "semi", ((Col(customer, CUSTOMER), Col("@person", CUSTOMER)),), note="people of the question"
    )


def _in_focus(p: Planner, a: Attribution, moment: Term, table: str) -> Term | None:
    """Only rows that pairs of the question's dates may be made of: a window's reach around them, and a day to spare."""
    if p.focus is None or p.focus.low is None or p.focus.high is None:
        return None
    reach = _longest(p, a)
    low, high = p.focus.low, p.focus.high
    if reach is not None:
        low -= reach
    if a.dated_by == "action":
        low, high = p.focus.low, p.focus.high if table == "actions" or reach is None else p.focus.high + reach
    if reach is None and (a.dated_by != "action" or table == "orders"):
        return compare("<=", local_date(moment), Lit(high, DATE)) if a.dated_by != "action" else None
    return all_of(compare(">=", local_date(moment), Lit(low, DATE)), compare("<=", local_date(moment), Lit(high, DATE)))


def _longest(p: Planner, a: Attribution) -> dt.timedelta | None:
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


# ---------------------------------------------------------------- orders, pairs


def _orders(p: Planner, a: Attribution) -> Node:
    created = Field(Here(), "created_at", MOMENT)
    customer = Field(Here(), "customer", CUSTOMER)
    items: list[tuple[str, Term]] = [
        ("o.id", Field(Here(), "id", ORDER)), ("o.customer", customer), ("o.at", created),
        ("o.date", local_date(created)), ("o.day_only", day_only(created)), ("o.value", _value_of(p, Scope("orders"))),
    ]  # fmt: skip
    where = all_of(known(customer), known(created), a.conversion.where, _in_focus(p, a, created, "orders"))
    return _focused(p, row_plans.evaluate(p, "orders", items, where, "converting orders"), "o.customer")


def _inside(p: Planner, a: Attribution) -> Expr:
    """Whether the order lies in the action's window: by dates when either is date-only, never before the action."""
    o_at, o_date = Col("o.at", MOMENT), Col("o.date", DATE)
    loose = _loose(p)
    after_date = _op(">=", o_date, Col("a.date", DATE))
    after_time = _op(">=", o_at, Col("a.at", MOMENT))
    by_date, by_time = [after_date], [after_time]
    if a.window is not None:
        days = _op("days_between", Col("w.date", DATE), o_date, type_=WHOLE)
        by_date.append(_op("<", days, _op("dates_of_seconds", Col("w.seconds", SECONDS), type_=WHOLE)))
        by_time.append(_op("<=", o_at, Col("w.end", MOMENT)))
    if a.at_send:
        by_date.append(_op(">=", o_date, Col("w.date", DATE)))
        by_time.append(_op(">=", o_at, Col("w.start", MOMENT)))
    return _op("if", loose, _conj(by_date), _conj(by_time))


def _conj(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else _op("and", *parts)


def _influenced(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """Pairs after `counts`: every qualified order of an action, or its first."""
    actions, orders = _actions(p, a, rows), _orders(p, a)
    if _busy(p, a) and not a.every_purchase:
        orders = p.step(f"orders_{a.name}", numbered(orders, (SortKey(O_AT), SortKey(O_ID))))
        laid = first_after(_laid_actions(p, a, actions), _laid_orders(p, orders), A_ID)
        return Project(Filter(laid, _inside(p, a)), tuple(_pair_columns(p, a)), f"pairs of {a.name}")
    node: Node = Join(actions, orders, "inner", ((A_CUSTOMER, O_CUSTOMER),), _inside(p, a),
                      note="orders inside the window of an action")  # fmt: skip
    node = _required(p, a, node, rows)
    if not a.every_purchase:
        node = _first_purchase(node)
    return Project(node, tuple(_pair_columns(p, a)), f"pairs of {a.name}")


def _reached(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """Every order that some action's window reaches."""
    actions, orders = _actions(p, a, rows), _orders(p, a)
    if _busy(p, a):
        loose = _loose(p) == Lit(True, YESNO)
        node, last = reached(_laid_actions(p, a, actions), _laid_orders(p, orders), _end(a, loose))
        if a.window is not None:
            place = _op("days_between", EPOCH, Col("o.date", DATE), type_=WHOLE) if loose else O_AT
            node = Filter(node, _op("<=", place, last))
    else:
        on = ((O_CUSTOMER, A_CUSTOMER),)
        node = Join(orders, actions, "semi", on, _inside(p, a), note="inside the window of an action")
    return Project(node, tuple(c for c in _pair_columns(p, a) if c[0] in OF_ORDER), f"orders reached by {a.name}")


def _end(a: Attribution, loose: bool) -> Expr:
    """The last moment of an action's window, or its last date as a number of days."""
    if not loose:
        return Col("w.end" if a.window is not None else "a.at", MOMENT)
    start = _op("days_between", EPOCH, Col("w.date", DATE), type_=WHOLE)
    if a.window is None:
        return start
    dates = _op("dates_of_seconds", Col("w.seconds", SECONDS), type_=WHOLE)
    return _op("-", _op("+", start, dates, type_=WHOLE), Lit(1, WHOLE), type_=WHOLE)


def _lasts(p: Planner, a: Attribution, rows: CreditedRows) -> Node:
    """The last action that reaches each order, as `_picked` would pick it from all pairs."""
    length = Col("w.seconds", SECONDS) if a.window is not None else None
    worst_first = (SortKey(Col("a.at", MOMENT)), SortKey(Col("a.rank", WHOLE), True),
                   SortKey(Col("a.campaign", CAMPAIGN), True, missing_first=True), SortKey(A_ID, True))  # fmt: skip
    actions = p.step(f"actions_{a.name}", numbered(_actions(p, a, rows), worst_first))
    laid = last_before(_laid_actions(p, a, actions), _laid_orders(p, _orders(p, a)), O_ID, length, _inside(p, a))
    one = Lit(1, WHOLE)
    return Project(laid, (*_pair_columns(p, a), ("num", one), ("den", one), ("seq", one)), f"credit by {a.name}")


def _busy(p: Planner, a: Attribution) -> bool:
    """Whether some customer would make too many pairs, and a linear form gives the same ones."""
    alone = a.require is None and a.until is None
    return p.store.busiest > BUSY and alone and isinstance(_loose(p), Lit)


def _takes_lasts(p: Planner, a: Attribution) -> bool:
    return _busy(p, a) and a.every_purchase and a.model == "last" and not a.at_send


def _laid_actions(p: Planner, a: Attribution, actions: Node) -> Laid:
    """Actions at the place from which their window may reach an order."""
    loose = _loose(p) == Lit(True, YESNO)
    place = Col("a.date", DATE) if loose else Col("a.at", MOMENT)
    start = Col("w.date", DATE) if loose else Col("w.start", MOMENT)
    later = _op("if", _op(">", start, place), start, place, type_=place.type) if a.at_send else place
    return Laid(actions, A_CUSTOMER, later)


def _laid_orders(p: Planner, orders: Node) -> Laid:
    return Laid(orders, O_CUSTOMER, Col("o.date", DATE) if _loose(p) == Lit(True, YESNO) else O_AT)


def _pair_columns(p: Planner, a: Attribution) -> list[Named]:
    """The columns of a pair."""
    o_at, a_at = Col("o.at", MOMENT), Col("a.at", MOMENT)
    loose = _loose(p)
    by_date = _op("days_between", Col("a.date", DATE), Col("o.date", DATE), type_=WHOLE)
    days = _op("if", loose, by_date, _op("whole_days", a_at, o_at, type_=WHOLE), type_=WHOLE)
    window: Expr = Lit(None, NUMBER)
    if a.window is not None:
        window = _op("days_of_seconds", Col("w.seconds", SECONDS), type_=NUMBER)
    return [
        ("order", Col("o.id", ORDER)), ("action", Col("a.id", ACTION)), ("campaign", Col("a.campaign", CAMPAIGN)),
        ("customer", Col("o.customer", CUSTOMER)), ("acted", a_at), ("acted@date", Col("a.date", DATE)),
        ("ordered", o_at), ("ordered@date", Col("o.date", DATE)), ("kind", Col("a.kind", CHOICE)),
        ("channel", Col("a.channel", TEXT)), ("value", Col("o.value", MONEY)), ("rank", Col("a.rank", WHOLE)),
        ("days_to_order", days), ("window", window),
    ]  # fmt: skip


def _required(p: Planner, a: Attribution, node: Node, rows: CreditedRows) -> Node:
    """Pairs that meet `until` and `require`, which may look at both sides."""
    conditions: list[Term | None] = [a.require]
    if a.until is not None:
        conditions.append(_until(p, a, rows))
    where = all_of(*conditions)
    if where is None:
        return node
    return _over_pairs(p, node, where)


def _until(p: Planner, a: Attribution, rows: CreditedRows) -> Term:
    """The window also ends with this date or moment."""
    assert a.until is not None
    order = Followed(Field(Here(), "order", ORDER), "orders")
    created = Field(order, "created_at", MOMENT)
    end = a.until
    if isinstance(end, Op) and not end.args:
        stored = p.lists(rows.of_list or "", None)
        if not isinstance(stored.expires_at, dt.datetime):
            return Lit(True, YESNO)
        return compare("<=", created, Lit(stored.expires_at, MOMENT))
    by_date = compare("<=", local_date(created), local_date(end))
    if end.type.kind == "date":
        return by_date
    return Op("if", (day_only(end), by_date, compare("<=", created, end)), YESNO)


def _over_pairs(p: Planner, node: Node, where: Term) -> Node:
    """A condition on pairs that are not stored yet: rows of order and action are joined by id."""
    known_pairs = _PairEvaluation(p, node, where)
    return Project(Filter(known_pairs.node, known_pairs.expr(where)), tuple((c.name, c) for c in columns(node)))


class _PairEvaluation(row_plans.Evaluation):
    """An evaluation that begins with joined actions and orders."""

    def __init__(self, p: Planner, node: Node, where: Term) -> None:
        self._pairs = node
        super().__init__(p, CreditedRows("", True), [where])

    def _base(self) -> Node:
        ids: list[Named] = [("order", Col("o.id", ORDER)), ("action", Col("a.id", ACTION))]
        self._names = {c.name for c in columns(self._pairs)} | {"order", "action"}
        for name, column in ids:
            assert isinstance(column, Col)
            self.known[Field(Here(), name, column.type)] = Col(name, column.type)
        return Project(self._pairs, (*((c.name, c) for c in columns(self._pairs)), *ids))


def _first_purchase(node: Node) -> Node:
    """Each action's earliest order: by creation, then id."""
    order = (SortKey(Col("o.at", MOMENT)), SortKey(Col("o.id", ORDER)))
    place = WindowCall("row_number", WHOLE, (), (Col("a.id", ACTION),), order)
    numbered = Project(node, (*((c.name, c) for c in columns(node)), ("place", place)))
    return Filter(numbered, _op("=", Col("place", WHOLE), Lit(1, WHOLE)), "first purchase of each action")


# ---------------------------------------------------------------- who gets the credit


def _picked(a: Attribution, influenced: Temp) -> Node:
    """The pairs with their share of the order: `num` parts of `den`, in order of action (`seq`)."""
    order = Col("order", ORDER)
    acted, rank = Col("acted", MOMENT), Col("rank", WHOLE)
    campaign, action = Col("campaign", CAMPAIGN), Col("action", ACTION)
    ties = (SortKey(rank), SortKey(campaign), SortKey(action))
    base: list[Named] = [(c.name, c) for c in columns(influenced)]
    one = Lit(1, WHOLE)
    if a.model in ("last", "first"):
        keys = (SortKey(acted, a.model == "last"), *ties)
        place = WindowCall("row_number", WHOLE, (), (order,), keys)
        node = Filter(Project(influenced, (*base, ("seq", place))), _op("=", Col("seq", WHOLE), one))
        return Project(node, (*base, ("num", one), ("den", one), ("seq", Col("seq", WHOLE))))
    if a.model == "every":
        return Project(influenced, (*base, ("num", one), ("den", one), ("seq", one)))
    seq = WindowCall("row_number", WHOLE, (), (order,), (SortKey(acted), *ties))
    count = WindowCall("count", WHOLE, (), (order,))
    numbered = Project(influenced, (*base, ("seq", seq), ("n", count)))
    return _shared(a, numbered, base)


def _shared(a: Attribution, numbered: Node, base: list[Named]) -> Node:
    order, seq, n = Col("order", ORDER), Col("seq", WHOLE), Col("n", WHOLE)
    one = Lit(1, WHOLE)
    num: Expr
    den: Expr
    if a.model == "equal":
        num, den = one, n
    elif a.model == "position":
        num, den = _position(a, seq, n)
    else:
        assert a.half_life is not None
        weight = _op(
            "halved",
            Col("acted", MOMENT),
            Col("ordered", MOMENT),
            Lit(int(a.half_life.total_seconds()), SECONDS),
            type_=NUMBER,
        )
        weighed = Project(numbered, (*base, ("seq", seq), ("num", weight)))
        total = WindowCall("sum", NUMBER, (Col("num", NUMBER),), (order,))
        return Project(weighed, (*base, ("num", Col("num", NUMBER)), ("den", total), ("seq", seq)))
    return Project(numbered, (*base, ("num", num), ("den", den), ("seq", seq)))


def _position(a: Attribution, seq: Expr, n: Expr) -> tuple[Expr, Expr]:
    """First, last, and the rest between; two share what lies between, one takes all. Whole numbers throughout."""
    first, middle, last = a.shares

    def whole(value: int) -> Lit:
        return Lit(value, WHOLE)

    def eq(left: Expr, right: Expr) -> Expr:
        return _op("=", left, right)

    inner = _op("-", n, whole(2), type_=WHOLE)

    def times(share: int) -> Expr:
        return _op("*", whole(share), inner, type_=WHOLE)

    def choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
        return _op("if", condition, then, otherwise, type_=WHOLE)

    many = choose(eq(seq, whole(1)), times(first), choose(eq(seq, n), times(last), whole(middle)))
    two = choose(eq(seq, whole(1)), whole(2 * first + middle), whole(2 * last + middle))
    num = choose(eq(n, whole(1)), whole(1), choose(eq(n, whole(2)), two, many))
    den = choose(eq(n, whole(1)), whole(1), choose(eq(n, whole(2)), whole(200), times(100)))
    return num, den


def split_amount(node: Node, amount: Col, unit: int) -> Node:
    """The amount of each pair shared out by its weight, in the currency's smallest unit (`unit` make one) by largest
    remainder, earlier actions first. What an amount has below that unit stays with the first action."""
    order, seq = Col("order", ORDER), Col("seq", WHOLE)
    weights = {c.name: c for c in columns(node)}
    num, den = weights["num"], weights["den"]
    base: list[Named] = [(c.name, c) for c in columns(node)]
    scale = Lit(unit, WHOLE)
    cents = _op("cents", amount, scale, type_=WHOLE)
    floor = _op("share_floor", cents, num, den, type_=WHOLE)
    left = _op("share_left", cents, num, den, type_=NUMBER)
    shared = Project(node, (*base, ("cents", cents), ("floor", floor), ("left", left)))
    gone = WindowCall("sum", WHOLE, (Col("floor", WHOLE),), (order,))
    keys = (SortKey(Col("left", NUMBER), True), SortKey(seq))
    place = WindowCall("row_number", WHOLE, (), (order,), keys)
    base2: list[Named] = [*base, ("cents", Col("cents", WHOLE)), ("floor", Col("floor", WHOLE))]
    placed = Project(shared, (*base2, ("gone", gone), ("place", place)))
    spare = _op("-", Col("cents", WHOLE), Col("gone", WHOLE), type_=WHOLE)
    extra = _op("if", _op("<=", Col("place", WHOLE), spare), Lit(1, WHOLE), Lit(0, WHOLE), type_=WHOLE)
    own = _op("from_cents", _op("+", Col("floor", WHOLE), extra, type_=WHOLE), scale, type_=amount.type)
    below = _op("-", amount, _op("from_cents", Col("cents", WHOLE), scale, type_=amount.type), type_=amount.type)
    first = _op("if", _op("=", seq, Lit(1, WHOLE)), below, Lit(0, amount.type), type_=amount.type)
    own = _op("+", own, first, type_=amount.type)
    return Project(placed, (*((n, e) for n, e in base if n != amount.name), (amount.name, own)))

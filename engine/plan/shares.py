"""Who gets the credit of an order, and how an amount is shared out (language reference, section 12)."""

from __future__ import annotations

from patron.engine.model.attributions import Attribution
from patron.engine.model.terms import Lit
from patron.engine.plan.nodes import Col, Expr, Filter, Named, Node, Project, SortKey, Temp, WindowCall, columns
from patron.engine.plan.sides import ACTION, CAMPAIGN, ORDER, SECONDS, op
from patron.engine.types import MOMENT, NUMBER, WHOLE


def picked(a: Attribution, influenced: Temp) -> Node:
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
        node = Filter(Project(influenced, (*base, ("seq", place))), op("=", Col("seq", WHOLE), one))
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
        weight = op(
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
        return op("=", left, right)

    inner = op("-", n, whole(2), type_=WHOLE)

    def times(share: int) -> Expr:
        return op("*", whole(share), inner, type_=WHOLE)

    def choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
        return op("if", condition, then, otherwise, type_=WHOLE)

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
    cents = op("cents", amount, scale, type_=WHOLE)
    floor = op("share_floor", cents, num, den, type_=WHOLE)
    left = op("share_left", cents, num, den, type_=NUMBER)
    shared = Project(node, (*base, ("cents", cents), ("floor", floor), ("left", left)))
    gone = WindowCall("sum", WHOLE, (Col("floor", WHOLE),), (order,))
    keys = (SortKey(Col("left", NUMBER), True), SortKey(seq))
    place = WindowCall("row_number", WHOLE, (), (order,), keys)
    base2: list[Named] = [*base, ("cents", Col("cents", WHOLE)), ("floor", Col("floor", WHOLE))]
    placed = Project(shared, (*base2, ("gone", gone), ("place", place)))
    spare = op("-", Col("cents", WHOLE), Col("gone", WHOLE), type_=WHOLE)
    extra = op("if", op("<=", Col("place", WHOLE), spare), Lit(1, WHOLE), Lit(0, WHOLE), type_=WHOLE)
    own = op("from_cents", op("+", Col("floor", WHOLE), extra, type_=WHOLE), scale, type_=amount.type)
    below = op("-", amount, op("from_cents", Col("cents", WHOLE), scale, type_=amount.type), type_=amount.type)
    first = op("if", op("=", seq, Lit(1, WHOLE)), below, Lit(0, amount.type), type_=amount.type)
    own = op("+", own, first, type_=amount.type)
    return Project(placed, (*((n, e) for n, e in base if n != amount.name), (amount.name, own)))

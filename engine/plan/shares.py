"""Who gets the credit of an order, and how an amount is shared out (language reference, section 12)."""

from __future__ import annotations

from patron.engine.model.attributions import Attribution
from patron.engine.model.terms import Lit
from patron.engine.plan.nodes import Col, Expr, Filter, Join, Named, Node, Project, SortKey, Temp, WindowCall, columns
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


def split_evenly(node: Node, amount: Col, unit: int) -> Node:
    """The amount of each pair in equal parts, which only takes the number of parts and the pair's place among them."""
    num, den, seq = (Col(name, WHOLE) for name in ("num", "den", "seq"))
    cents = op("cents", amount, Lit(unit, WHOLE), type_=WHOLE)
    floor = op("share_floor", cents, num, den, type_=WHOLE)
    known = tuple((c.name, c) for c in columns(node))
    shared = Project(node, (*known, ("cents", cents), ("floor", floor)))
    gone = op("*", Col("floor", WHOLE), den, type_=WHOLE)
    own = _part(amount, unit, gone, seq)
    return Project(shared, tuple((name, own if name == amount.name else c) for name, c in known))


def split_amount(node: Node, pairs: Node, amount: Col, unit: int) -> Node:
    """The amount of each pair shared out by its weight, by largest remainder. `pairs` are all pairs with their weights
    and the amount: what is left of an order is given out among all its pairs, whichever of them are asked for."""
    order, weights = Col("order", ORDER), {c.name: c for c in columns(pairs)}
    num, den, seq = weights["num"], weights["den"], weights["seq"]
    cents = op("cents", amount, Lit(unit, WHOLE), type_=WHOLE)
    floor, left = (
        op("share_floor", cents, num, den, type_=WHOLE),
        op("share_left", cents, num, den, type_=NUMBER),
    )
    base: list[Named] = [(c.name, c) for c in columns(pairs)]
    shared = Project(pairs, (*base, ("cents", cents), ("floor", floor), ("left", left)))
    gone = WindowCall("sum", WHOLE, (Col("floor", WHOLE),), (order,))
    place = WindowCall("row_number", WHOLE, (), (order,), (SortKey(Col("left", NUMBER), True), SortKey(seq)))
    kept = [(name, Col(name, WHOLE)) for name in ("cents", "floor")]
    placed = Project(shared, (*base, *kept, ("gone", gone), ("place", place)))
    own = _part(amount, unit, Col("gone", WHOLE), Col("place", WHOLE))
    key, share = (("@order", order), ("@action", Col("action", ACTION))), Col("@share", amount.type)
    parts = Project(placed, (*key, (share.name, own)), "parts of orders")
    joined = Join(node, parts, "inner", tuple((c, Col(name, c.type)) for name, c in key))
    return Project(joined, tuple((c.name, share if c.name == amount.name else c) for c in columns(node)))


def _part(amount: Col, unit: int, gone: Expr, place: Expr) -> Expr:
    """A pair's part of an amount in the currency's smallest unit (`unit` make one): its own whole units, one more
    where it is among the first by remainder, and for the first action what the amount has below a unit."""
    cents, floor, scale = Col("cents", WHOLE), Col("floor", WHOLE), Lit(unit, WHOLE)
    spare = op("-", cents, gone, type_=WHOLE)
    extra = op("if", op("<=", place, spare), Lit(1, WHOLE), Lit(0, WHOLE), type_=WHOLE)
    own = op("from_cents", op("+", floor, extra, type_=WHOLE), scale, type_=amount.type)
    below = op("-", amount, op("from_cents", cents, scale, type_=amount.type), type_=amount.type)
    first = op("=", Col("seq", WHOLE), Lit(1, WHOLE))
    return op("+", own, op("if", first, below, Lit(0, amount.type), type_=amount.type), type_=amount.type)

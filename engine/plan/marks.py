"""Side tables for terms that need a set or an order of rows: membership, ranks, numbers, sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import (
    BehindRows,
    Beside,
    Binned,
    Field,
    Here,
    Listed,
    Lit,
    Member,
    Nearest,
    Numbered,
    Op,
    Ranked,
    Term,
    all_of,
    known,
)  # fmt: skip
from patron.engine.model.terms import (
    Sequence as Steps,
)
from patron.engine.plan import nearest, numbers, people, sequences
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Col, Expr, Filter, Join, Node, Project, SortKey, WindowCall, columns
from patron.engine.plan.planner import Planner
from patron.engine.types import WHOLE, YESNO, reference

if TYPE_CHECKING:
    from patron.engine.plan.rows import Evaluation

MARK = "@mark"


@dataclass(frozen=True, slots=True)
class Marked:
    """A side table, the pairs (outer expression, its column) to join it on, and what terms are over it."""

    node: Node
    on: tuple[tuple[Expr, str], ...]
    gives: Mapping[Term, Expr]


def leaf_node(p: Planner, outer: Evaluation, leaf: Term) -> Marked:
    """The side table of a leaf."""
    if isinstance(leaf, (Numbered, Beside)):
        node, gives = numbers.sequence(p, outer, leaf)
        return Marked(node, ((outer.row_id(leaf.row), "id"),), gives)
    if isinstance(leaf, numbers.First):
        ids = numbers.first_ids(p, outer, leaf.number)
        return Marked(_marked(ids), ((outer.row_id(leaf.number.row), "id"),), {leaf: _is_marked()})
    if isinstance(leaf, Nearest):
        node = nearest.by_id(p, leaf)
        return Marked(node, ((outer.row_id(leaf.row), "id"),), {leaf: Col(nearest.FOUND, leaf.type)})
    if isinstance(leaf, Binned):
        return _binned(p, outer, leaf)
    if isinstance(leaf, Ranked):
        ids = ranked_ids(p, leaf)
        return Marked(_marked(ids), ((outer.row_id(leaf.row), "id"),), {leaf: _is_marked()})
    assert isinstance(leaf, (Member, Listed, BehindRows, Steps))
    ids = _people(p, leaf)
    return Marked(_marked(ids), ((outer.expr(leaf.key), "id"),), {leaf: _is_marked()})


def _people(p: Planner, leaf: Member | Listed | BehindRows | Steps) -> Node:
    if isinstance(leaf, Member):
        return people.audience_ids(p, leaf.audience)
    if isinstance(leaf, Listed):
        return people.list_ids(p, leaf.list, leaf.version)
    if isinstance(leaf, Steps):
        return sequences.customer_ids(p, leaf)
    return people.ids_behind_rows(p, leaf)


def _marked(ids: Node) -> Node:
    ident = next(c for c in columns(ids) if c.name == "id")
    return Project(ids, (("id", ident), (MARK, Lit(1, WHOLE))))


def _is_marked() -> Expr:
    missing = Op("is_missing", (Col(MARK, WHOLE),), YESNO)
    return Op("not", (missing,), YESNO)


def _binned(p: Planner, outer: Evaluation, leaf: Binned) -> Marked:
    """Each row's bin: of equal size counted from the lowest value, the first ones larger."""
    ident = Field(Here(), "id", reference(leaf.table))
    where = all_of(known(leaf.value), leaf.where)
    source = row_plans.evaluate(p, leaf.table, [("id", ident), ("value", leaf.value)], where)
    row, value = Col("id", ident.type), Col("value", leaf.value.type)
    place = WindowCall("row_number", WHOLE, (), (), (SortKey(value), SortKey(row)))
    numbered = Project(source, (("id", row), ("value", value), ("place", place), ("n", WindowCall("count", WHOLE))))
    node: Node = Project(numbered, (("id", row), ("value", value), ("@bin", _bin(leaf.bins))))
    if leaf.together:
        lowest = WindowCall("min", WHOLE, (Col("@bin", WHOLE),), (value,))
        node = Project(node, (("id", row), ("@bin", lowest)))
    return Marked(node, ((outer.row_id(leaf.row), "id"),), {leaf: Col("@bin", WHOLE)})


def _bin(bins: int) -> Expr:
    """Place 1..n to bin 1..bins, where n mod bins bins are one larger."""

    def op(name: str, *args: Expr) -> Op:
        return Op(name, args, WHOLE)

    n, before, b = Col("n", WHOLE), op("-", Col("place", WHOLE), Lit(1, WHOLE)), Lit(bins, WHOLE)
    small = op("int_div", n, b)
    larger = op("-", n, op("*", small, b))
    large = op("+", small, Lit(1, WHOLE))
    edge = op("*", larger, large)
    first = op("+", op("int_div", before, large), Lit(1, WHOLE))
    rest = op("+", op("+", op("int_div", op("-", before, edge), small), larger), Lit(1, WHOLE))
    return op("if", Op("<", (before, edge), YESNO), first, rest)


def ranked_ids(p: Planner, leaf: Ranked, with_missing: bool = False) -> Node:
    """The ids that rank among the first: `count` of them, or the ceiling of `share` of all that are ranked.

    Rows without a value are not ranked, or come last (`with_missing`).
    """
    ident = Field(Here(), "id", reference(leaf.table))
    where = all_of(None if with_missing else known(leaf.value), leaf.active)
    source = row_plans.evaluate(p, leaf.table, [("id", ident), ("value", leaf.value)], where)
    row, value = Col("id", ident.type), Col("value", leaf.value.type)
    if leaf.audience is not None:
        members = Project(people.audience_ids(p, leaf.audience), (("@member", Col("id", ident.type)),))
        source = Join(source, members, "semi", ((row, Col("@member", ident.type)),))
    order = (SortKey(value, leaf.top), SortKey(row))
    place = WindowCall("row_number", WHOLE, (), (), order)
    total = WindowCall("count", WHOLE)
    numbered = Project(source, (("id", row), ("place", place), ("total", total)))
    cut: Expr
    if leaf.count is not None:
        cut = Op("<=", (Col("place", WHOLE), Lit(leaf.count, WHOLE)), YESNO)
    else:
        assert leaf.share is not None
        over, under = leaf.share.as_integer_ratio()
        before = Op("*", (Op("-", (Col("place", WHOLE), Lit(1, WHOLE)), WHOLE), Lit(under, WHOLE)), WHOLE)
        cut = Op("<", (before, Op("*", (Col("total", WHOLE), Lit(over, WHOLE)), WHOLE)), YESNO)
    return Project(Filter(numbered, cut), (("id", row),), "the first by rank")

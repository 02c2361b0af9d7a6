"""Rows of one key in sequence: their numbers, the rows before and after each, and which is the first of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import (
    Beside,
    Field,
    Followed,
    Here,
    Leaf,
    Lit,
    Numbered,
    Op,
    Term,
    all_of,
    conjuncts,
    known,
    negated,
    rebase,
)
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Expr, Filter, Join, Node, Project, SortKey, WindowCall
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, WHOLE, YESNO, Type, reference

if TYPE_CHECKING:
    from patron.engine.plan.rows import Evaluation

NUMBER, BESIDE, BESIDE_AT = "@number", "@beside", "@beside_at"


@dataclass(frozen=True, slots=True)
class First(Leaf):
    """Whether a row is numbered 1, which is told without numbering the others."""

    number: Numbered
    type: Type = YESNO


def by_first(term: Term) -> Term:
    """A term in which a number compared with 1 asks for the first row only."""
    if not isinstance(term, Op):
        return term
    if len(term.args) == 2 and isinstance(term.args[0], Numbered) and isinstance(term.args[1], Lit):
        return _compared(term, term.args[0], term.args[1])
    args = tuple(by_first(a) for a in term.args)
    return term if args == term.args else replace(term, args=args)


def _compared(term: Op, number: Numbered, limit: Lit) -> Term:
    asked = (term.name, limit.value)
    if asked in (("=", 1), ("<=", 1), ("<", 2)):
        return First(number)
    if asked in ((">", 1), (">=", 2)) and number.row == Here():
        return all_of(known(number.key), number.where, negated(First(number))) or term
    return term


def sequence(p: Planner, outer: Evaluation, leaf: Numbered | Beside) -> tuple[Node, Mapping[Term, Expr]]:
    """Rows of one key in order of date and id: the number of each, or the row before or after it with its date. Where
    the question is about rows up to a date (for the row after: from a date on), no others are looked at."""
    source, order = _ordered(p, leaf, all_of(*_on_one_side(p, outer, leaf)))
    ident = Col("id", reference(leaf.table))
    part = (Col("key", leaf.key.type),)
    if isinstance(leaf, Numbered):
        found: list[tuple[Term, str, WindowCall]] = [(leaf, NUMBER, WindowCall("row_number", WHOLE, (), part, order))]
    else:
        func, at = "lead" if leaf.after else "lag", order[0].value
        its_date = rebase(leaf.order[0], Followed(leaf, leaf.table))
        found = [
            (leaf, BESIDE, WindowCall(func, ident.type, (ident,), part, order)),
            (its_date, BESIDE_AT, WindowCall(func, at.type, (at,), part, order)),
        ]
    node = Project(source, (("id", ident), *((n, w) for _, n, w in found)), f"{leaf.table} in sequence")
    return node, {term: Col(name, window.type) for term, name, window in found}


def first_ids(p: Planner, outer: Evaluation, leaf: Numbered) -> Node:
    """The rows numbered 1: of those at the earliest moment of their key, the first by what else orders them.

    The earliest moment is one grouped pass over all rows. Only the rows of the question are then looked at: where
    its dates let one row of a key and moment in, they let in all.
    """
    source, order = _ordered(p, leaf, None)
    key, at = Col("key", leaf.key.type), order[0].value
    earliest = Aggregate(source, (("@key", key),), (("@at", AggCall("min", at.type, at)),), f"first of {leaf.table}")
    near, _ = _ordered(p, leaf, all_of(*_of_moment(p, outer, leaf)))
    on = ((key, Col("@key", key.type)), (at, Col("@at", at.type)))
    tied = Join(near, earliest, "inner", on, missing_equal=True, note="at the first moment")
    ident = Col("id", reference(leaf.table))
    number = WindowCall("row_number", WHOLE, (), (key,), order[1:])
    numbered = Project(tied, (("id", ident), (NUMBER, number)))
    return Filter(numbered, Op("=", (Col(NUMBER, WHOLE), Lit(1, WHOLE)), YESNO))


def _ordered(p: Planner, leaf: Numbered | Beside, also: Term | None) -> tuple[Node, tuple[SortKey, ...]]:
    """The rows that are numbered, with their key and what orders them."""
    order = [(f"o{i}", t) for i, t in enumerate(leaf.order)]
    items: list[tuple[str, Term]] = [("id", Field(Here(), "id", reference(leaf.table))), ("key", leaf.key), *order]
    source = row_plans.evaluate(p, leaf.table, items, all_of(known(leaf.key), leaf.where, also))
    return source, tuple(SortKey(Col(n, t.type)) for n, t in order)


def _on_one_side(p: Planner, outer: Evaluation, leaf: Numbered | Beside) -> list[Term]:
    """The question's dates on the side where the rows lie that decide."""
    bounds = (">=", ">") if isinstance(leaf, Beside) and leaf.after else ("<=", "<")
    found = (part for part in _of_moment(p, outer, leaf) if isinstance(part, Op) and part.name in bounds)
    return [part for part in found if not isinstance(part.args[0], Lit) and isinstance(part.args[1], Lit)]


def _of_moment(p: Planner, outer: Evaluation, leaf: Numbered | Beside) -> list[Term]:
    """What the question asks of its rows that rows of one key and moment meet together or not at all."""
    table = p.store.tables.get(leaf.table)
    if leaf.row != Here() or outer.rows != leaf.table or table is None:
        return []
    at = leaf.order[0]
    shared = [leaf.key, at]
    if isinstance(at, Field) and table.one_zone:
        shared.append(Field(at.row, f"{at.column}@date", DATE))
    return [part for part in conjuncts(outer.where) if _made_of(part, shared)]


def _made_of(term: Term, parts: Sequence[Term]) -> bool:
    if isinstance(term, Op):
        return all(_made_of(a, parts) for a in term.args)
    return isinstance(term, Lit) or term in parts

"""Rule: what is added up per customer anyway is added up from there, before rows of customers are joined.

    group by customer's city: sum(total)            group by city: sum(a1)
      join customers on customer = id         →       join on id = @key
        read orders                                     read customers
                                                        group by customer: a1 = sum(total)

It pays where a plan needs the totals of these rows by this key for something else: an audience, a trait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op, all_of, known
from patron.engine.plan.apart import Made, meets_one
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Named,
    Node,
    Plan,
    Project,
    columns,
    everywhere,
    rebuilt,
)
from patron.engine.plan.totals import KEY, Totals, all_totals, call_over, over, written
from patron.engine.plan.united import filtered, read_by, united

AGAIN: Mapping[str, str] = {"count": "sum", "sum": "sum", "min": "min", "max": "max"}
"""The total of totals."""


def totals_first(plan: Plan) -> Plan:
    """Sums over joined rows as sums of totals that the plan has."""
    made = {s.name: s.node for s in plan.steps}
    has = [t for s in (*plan.steps, *plan.outputs) for _, t in all_totals(s.node)]

    def change(node: Node) -> Node:
        question = _question(node, made) if isinstance(node, Aggregate) else None
        found = (_had(question, other) for other in has) if question is not None else ()
        totals = next((t for t in found if t is not None), None)
        return node if question is None or totals is None else _answered(question, totals)

    return everywhere(plan, lambda node: rebuilt(node, change))


@dataclass(frozen=True, slots=True)
class Question:
    """An aggregate over rows joined to at most one row of another side each, whose keys that side decides."""

    node: Aggregate
    join: Join
    keys: tuple[Named, ...]
    calls: tuple[AggCall, ...]
    own: tuple[Expr, ...]
    others: tuple[Expr, ...]
    """Conditions on the rows, and on the other side."""

    @property
    def key(self) -> Expr:
        return self.join.on[0][0]


def _question(node: Aggregate, made: Made) -> Question | None:
    """The aggregate, read; None where totals per row of the other side would not answer it."""
    if not isinstance(node.input, Project):
        return None
    join, where = filtered(node.input.input)
    if not isinstance(join, Join) or not _one_each(join, made):
        return None
    left, items = {c.name for c in columns(join.left)}, dict(node.input.items)
    keys = [(name, over(value, items)) for name, value in node.keys]
    calls = [call_over(call, items) for _, call in node.calls]
    own = tuple(c for c in where if read_by(c) <= left)
    others = tuple(c for c in where if not read_by(c) & left)
    found = Question(node, join, tuple((n, k) for n, k in keys if k is not None and not read_by(k) & left),
                     tuple(c for c in calls if c is not None and _adds_up(c, left)), own, others)  # fmt: skip
    whole = (len(found.keys), len(found.calls), len(own) + len(others)) == (len(keys), len(calls), len(where))
    return found if whole else None


def _one_each(join: Join, made: Made) -> bool:
    """Whether a join by one key keeps rows of its left side as they are, or drops them."""
    by_key = len(join.on) == 1 and join.where is None and not join.missing_equal
    return by_key and (join.kind == "semi" or (join.kind == "inner" and meets_one(join, made)))


def _adds_up(call: AggCall, left: set[str]) -> bool:
    """Whether a call over the left side is a total of totals."""
    return is_again(call) and read_by(call.value) | read_by(call.where) <= left


def is_again(call: AggCall) -> bool:
    """Whether a total of totals is the total; fractions are rounded once, not twice."""
    exact = call.func != "sum" or call.type.kind == "money" or call.type.whole
    return call.func in AGAIN and exact and not call.order


def _had(question: Question, other: Totals) -> Totals | None:
    """The totals that a question needs, where they are of the rows of others that are made anyway."""
    there = known(question.key)
    same = set(question.own) - {there} == set(other.where) - {there} and question.key == other.key
    if not same or united(question.join.left, other.rows) is None:
        return None
    return Totals(question.join.left, other.where, question.key, question.calls, other.note)


def _answered(question: Question, totals: Totals) -> Node:
    """The question over totals."""
    first, join = written(totals), question.join
    joined: Node = replace(join, left=first, on=((Col(KEY, question.key.type), join.on[0][1]),))
    where = all_of(*question.others)
    kept = joined if where is None else Filter(joined, where)
    numbers = columns(first)[1:]
    named = zip(question.node.calls, numbers, strict=True)
    calls = tuple((n, AggCall(AGAIN[c.func], c.type, column)) for (n, c), column in named)
    items = (*question.keys, *((c.name, c) for c in numbers))
    keys = tuple((n, Col(n, k.type)) for n, k in question.keys)
    return zero_of_none(Aggregate(Project(kept, items), keys, calls, question.node.note), question.node)


def zero_of_none(again: Aggregate, node: Aggregate) -> Node:
    """Totals of totals instead of an aggregate: of none at all a count is 0."""
    if node.keys:
        return again
    zero = {n for n, c in node.calls if c.func == "count"}
    return Project(again, tuple((c.name, or_zero(c) if c.name in zero else c) for c in columns(again)))


def or_zero(column: Col) -> Expr:
    """A number, 0 where it is missing."""
    return Op("first_known", (column, Lit(0, column.type)), column.type)

"""Rule: on how many days a thing had rows, the first and the last of them, a model tells that reads those days anyway.

group by customer: count(), min(day), max(day)     keep of, @days, @first_day, @last_day
  group by customer, day                       →     take what is learned of customers
    rows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

from patron.dsl.nodes import dataclass
from patron.engine.model.canonical import TABLES
from patron.engine.model.terms import Op, conjuncts, known
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Learn,
    Node,
    Plan,
    Project,
    Scan,
    Sorted,
    Step,
    Temp,
    columns,
    everywhere,
    replaced,
    walk,
)  # fmt: skip
from patron.engine.plan.steps import in_order
from patron.engine.plan.totals import over
from patron.engine.plan.united import united
from patron.engine.types import DATE, WHOLE

TOLD: Mapping[str, Col] = {
    "count": Col("@days", WHOLE), "min": Col("@first_day", DATE), "max": Col("@last_day", DATE)
}  # fmt: skip
"""What is told of the days of each thing, by the call it stands for."""
Items = Mapping[str, Expr | None]


@dataclass(frozen=True, slots=True)
class Days:
    """Rows of which each thing and day counts once, under which conditions; in terms of the rows' columns."""

    rows: Node
    where: frozenset[Expr]
    key: Expr
    day: Expr

    def same(self, other: Days) -> bool:
        """Whether both are the same days of the same things."""
        alike = (self.where, self.key, self.day) == (other.where, other.key, other.day)
        return alike and united(self.rows, other.rows) is not None


def days_told(plan: Plan) -> Plan:
    """Days that a model reads are not grouped again."""
    if find_spec("numpy") is None:  # without it no model reads anything
        return plan
    models = [(step, read) for step in plan.steps if (read := _read(step.node)) is not None]
    instead: dict[Node, Node] = {}
    telling: dict[str, Step] = {}
    for node, asked in _asked(plan) if models else ():
        step = next((s for s, read in models if read.same(asked) and node not in walk(s.node)), None)
        if step is not None:
            telling[step.name] = replace(step, node=_with_days(step.node))
            instead[node] = _taken(node, telling[step.name])
    if not instead:
        return plan
    done = everywhere(plan, lambda node: replaced(node, instead))
    return Plan(tuple(in_order([telling.get(s.name, s) for s in done.steps])), done.outputs)


def _with_days(node: Node) -> Node:
    assert isinstance(node, Learn)
    return replace(node, columns=(*node.columns, *TOLD.values()))


def _taken(node: Aggregate, step: Step) -> Project:
    """The columns of an aggregate from what the model tells."""
    own = columns(step.node)
    keys = tuple((name, own[0]) for name, _ in node.keys)
    return Project(Temp(step.name, own, step.note), (*keys, *((n, TOLD[c.func]) for n, c in node.calls)), node.note)


def _read(node: Node) -> Days | None:
    """The days of which a model reads the rows, by the ids of its things."""
    if not isinstance(node, Learn) or node.part != "things" or not isinstance(node.input, Sorted):
        return None
    rows, where, items = laid_open(node.input.input)
    key, day = (items.get(k.value.name) if isinstance(k.value, Col) else None for k in node.input.by[:2])
    if len(node.input.by) != 2 or key is None or key.type != node.columns[0].type:
        return None
    if not isinstance(day, Op) or day.name != "days_between" or not always(rows, day.args[1]):
        return None
    return _days(rows, where, key, day.args[1])


def always(rows: Node, day: Expr) -> bool:
    """Whether every row has a day."""
    if not isinstance(rows, Scan) or rows.table not in TABLES or not isinstance(day, Col):
        return False
    stored = next(stored for name, stored, _ in rows.columns if name == day.name).partition("@")[0]
    return any(column.name == stored and column.required for column in TABLES[rows.table].columns)


def _asked(plan: Plan) -> Iterator[tuple[Aggregate, Days]]:
    """Every place where days are counted, or the first or last is looked for, by thing."""
    for step in (*plan.steps, *plan.outputs):
        for node in walk(step.node):
            if isinstance(node, Aggregate) and (found := _counted(node)) is not None:
                yield node, found


def _counted(node: Aggregate) -> Days | None:
    """The days that an aggregate by thing is over."""
    each, where, items = laid_open(node.input)
    if len(node.keys) != 1 or not isinstance(each, Aggregate) or len(each.keys) != 2 or each.calls:
        return None
    rows, wheres, below = laid_open(each.input)
    named: Items = {name: over(expr, below) for name, expr in each.keys}
    own: Items = {name: over(expr, named) for name, expr in items.items()}
    key = over(node.keys[0][1], own)
    days = [expr for expr in named.values() if expr != key]
    if key is None or len(days) != 1 or days[0] is None or not all(_tells(c, own, days[0]) for _, c in node.calls):
        return None
    return _days(rows, (*wheres, *(over(one, named) for one in where)), key, days[0])


def _tells(call: AggCall, items: Items, day: Expr) -> bool:
    """Whether a call is one of those that are told."""
    if call.where is not None or call.share is not None:
        return False
    return call.value is None if call.func == "count" else call.func in TOLD and over(call.value, items) == day


def _days(rows: Node, where: Sequence[Expr | None], key: Expr, day: Expr) -> Days | None:
    conditions = frozenset(one for one in where if one is not None)
    return Days(rows, conditions - {known(key)}, key, day) if None not in where else None


def laid_open(node: Node) -> tuple[Node, tuple[Expr | None, ...], Items]:
    """The rows below conditions and columns, the conditions, and what each column stands for; None is not known."""
    if isinstance(node, Filter):
        rows, where, items = laid_open(node.input)
        return rows, (*where, *(over(one, items) for one in conjuncts(node.where))), items
    if isinstance(node, Project):
        rows, where, items = laid_open(node.input)
        return rows, where, {name: over(expr, items) for name, expr in node.items}
    return node, (), {c.name: c for c in columns(node)}

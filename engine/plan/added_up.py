"""Rule: rows that only totals read, by few values together, are added up once by all that they are read by.

group by product, age: sum(amount)                group by product, age: sum(a0)
  take rows_1                                       take rows_1
group by product, gender: sum(amount)        →    group by product, gender: sum(a0)
  take rows_1                                       take rows_1
rows_1:                                           rows_1: group by product, age, gender: a0 = sum(amount)
  read lines                                        read lines
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf, prod

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import all_of
from patron.engine.plan.early import AGAIN, is_again, zero_of_none
from patron.engine.plan.facts import AGAIN as READ_AGAIN
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
    Scan,
    Step,
    Temp,
    columns,
    everywhere,
    inputs,
    replaced,
    walk,
)
from patron.engine.plan.small import FEWER, few, sizes
from patron.engine.plan.totals import Totals, call_over, over, written
from patron.engine.plan.united import filtered, read_by

WORDS = 8
"""How many values a choice is taken to have."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An aggregate over rows of a step, in terms of its columns."""

    node: Aggregate
    where: tuple[Expr, ...]
    keys: tuple[Named, ...]
    calls: tuple[AggCall, ...]


def added_up(plan: Plan) -> Plan:
    """Totals instead of rows that are read for totals only."""
    rows = sizes(plan)
    for step in [s for s in plan.steps if s.note == READ_AGAIN]:
        plan = _added_up(plan, step, rows)
    return plan


def _added_up(plan: Plan, step: Step, rows: Mapping[str, int]) -> Plan:
    every = [n for s in (*plan.steps, *plan.outputs) for n in walk(s.node)]
    readers = [r for n in every if isinstance(n, Aggregate) and (r := _reader(n, step.name)) is not None]
    keys = _keys(step.node, readers)
    if len(readers) < sum(isinstance(n, Temp) and n.name == step.name for n in every) or not _few(keys, step, rows):
        return plan
    calls = tuple(dict.fromkeys(c for r in readers for c in r.calls))
    node = written(Totals(step.node, (), None, calls, step.node.note), tuple((k.name, k) for k in keys))
    if len({c.name for c in columns(node)}) < len(columns(node)):
        return plan
    temp = Temp(step.name, columns(node))
    numbers = dict(zip(calls, temp.columns[len(keys) :], strict=True))
    instead: dict[Node, Node] = {r.node: _again(r, temp, numbers) for r in readers}
    made = everywhere(plan, lambda one: replaced(one, instead))
    return replace(made, steps=tuple(replace(step, node=node) if s.name == step.name else s for s in made.steps))


def _reader(node: Aggregate, name: str) -> Reader | None:
    """An aggregate over rows of a step that totals of totals answer."""
    if not isinstance(node.input, Project):
        return None
    rows, where = filtered(node.input.input)
    if not isinstance(rows, Temp) or rows.name != name:
        return None
    items = dict(node.input.items)
    keys = tuple((n, k) for n, value in node.keys if (k := over(value, items)) is not None)
    calls = tuple(c for _, call in node.calls if (c := call_over(call, items)) is not None and is_again(c))
    whole = (len(keys), len(calls)) == (len(node.keys), len(node.calls))
    return Reader(node, where, keys, calls) if whole else None


def _keys(rows: Node, readers: list[Reader]) -> list[Col]:
    """The columns that readers group and choose rows by."""
    exprs = [e for r in readers for e in (*r.where, *(k for _, k in r.keys))]
    names = set[str]().union(*map(read_by, exprs))
    return [c for c in columns(rows) if c.name in names]


def _few(keys: list[Col], step: Step, rows: Mapping[str, int]) -> bool:
    """Whether rows have few different keys for their number."""
    most = max((n.rows for n in walk(step.node) if isinstance(n, Scan)), default=0)
    tables: dict[Scan | None, list[Col]] = {}
    for key in keys:
        tables.setdefault(_table(step.node, key.name), []).append(key)
    different = (_different(table, own, step.node, rows) for table, own in tables.items())
    return prod(different) * FEWER <= most


def _table(node: Node, name: str) -> Scan | None:
    """The table that a column of rows is stored in, if it is."""
    if isinstance(node, Scan):
        return node
    if isinstance(node, Project):
        value = dict(node.items)[name]
        return _table(node.input, value.name) if isinstance(value, Col) else None
    below = (n for n in inputs(node) if name in {c.name for c in columns(n)})
    found = next(below, None) if isinstance(node, (Filter, Join)) else None
    return None if found is None else _table(found, name)


def _different(table: Scan | None, keys: list[Col], node: Node, rows: Mapping[str, int]) -> float:
    """At most how many different values columns of a table have together, as far as that is known."""
    whole = table.rows if table is not None and table.rows else inf
    return min(whole, prod(_values(key, node, rows) for key in keys))


def _values(key: Col, node: Node, rows: Mapping[str, int]) -> float:
    if key.type.kind == "reference":
        return rows.get(key.type.table) or inf
    return len(key.type.labels) or WORDS if few(key, node) else inf


def _again(reader: Reader, temp: Temp, numbers: Mapping[AggCall, Col]) -> Node:
    """A reader over totals."""
    where = all_of(*reader.where)
    own = [numbers[call] for call in reader.calls]
    items = (*reader.keys, *((c.name, c) for c in dict.fromkeys(own)))
    keys = tuple((n, Col(n, k.type)) for n, k in reader.keys)
    named = zip(reader.node.calls, own, strict=True)
    calls = tuple((n, AggCall(AGAIN[c.func], c.type, column)) for (n, c), column in named)
    rows = Project(temp if where is None else Filter(temp, where), items)
    return zero_of_none(replace(reader.node, input=rows, keys=keys, calls=calls), reader.node)

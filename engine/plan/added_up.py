"""Rule: rows that only totals read, by few values together, are added up once by all that they are read by.

group by product, age: sum(amount)                group by product, age: sum(a0)
  take rows_1                                       take rows_1
group by product, gender: sum(amount)        →    group by product, gender: sum(a0)
  take rows_1                                       take rows_1
rows_1:                                           rows_1: group by product, age, gender: a0 = sum(amount)
  read lines                                        read lines
"""

from __future__ import annotations

from collections import Counter, defaultdict
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
    of: str
    where: tuple[Expr, ...]
    keys: tuple[Named, ...]
    calls: tuple[AggCall, ...]


def added_up(plan: Plan) -> Plan:
    """Totals instead of rows that are read for totals only."""
    read: Counter[str] = Counter()
    readers: defaultdict[str, list[Reader]] = defaultdict(list)
    for node in (n for s in (*plan.steps, *plan.outputs) for n in walk(s.node)):
        if isinstance(node, Temp):
            read[node.name] += 1
        elif isinstance(node, Aggregate) and (reader := _reader(node)) is not None:
            readers[reader.of].append(reader)
    rows = sizes(plan)
    totals: dict[str, Node] = {}
    instead: dict[Node, Node] = {}
    for step in plan.steps:
        own = readers[step.name]
        calls = tuple(dict.fromkeys(c for r in own for c in r.calls))
        wanted = step.note == READ_AGAIN and 0 < len(own) == read[step.name]
        made = _totals(step, own, calls, rows) if wanted else None
        if made is not None:
            totals[step.name] = made
            instead |= {r.node: _again(r, Temp(step.name, columns(made)), calls) for r in own}
    steps = tuple(replace(s, node=totals.get(s.name, s.node)) for s in plan.steps)
    return everywhere(replace(plan, steps=steps), lambda one: replaced(one, instead)) if totals else plan


def _totals(step: Step, readers: list[Reader], calls: tuple[AggCall, ...], rows: Mapping[str, int]) -> Node | None:
    """What all readers add up, by all that they group and choose rows by; None where that would hardly be less."""
    exprs = [e for r in readers for e in (*r.where, *(k for _, k in r.keys))]
    names = set[str]().union(*map(read_by, exprs))
    keys = [c for c in columns(step.node) if c.name in names]
    if not _few(keys, step, rows) or names & {f"a{number}" for number in range(len(calls))}:
        return None
    return written(Totals(step.node, (), None, calls, step.node.note), tuple((k.name, k) for k in keys))


def _reader(node: Aggregate) -> Reader | None:
    """An aggregate over rows of a step that totals of totals answer."""
    if not isinstance(node.input, Project):
        return None
    rows, where = filtered(node.input.input)
    if not isinstance(rows, Temp):
        return None
    items = dict(node.input.items)
    keys = tuple((n, k) for n, value in node.keys if (k := over(value, items)) is not None)
    calls = tuple(c for _, call in node.calls if (c := call_over(call, items)) is not None and is_again(c))
    whole = (len(keys), len(calls)) == (len(node.keys), len(node.calls))
    return Reader(node, rows.name, where, keys, calls) if whole else None


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


def _again(reader: Reader, totals: Temp, calls: tuple[AggCall, ...]) -> Node:
    """A reader over totals, of which the last columns are the calls."""
    numbers = dict(zip(calls, totals.columns[len(totals.columns) - len(calls) :], strict=True))
    own = [numbers[call] for call in reader.calls]
    items = (*reader.keys, *((c.name, c) for c in dict.fromkeys(own)))
    keys = tuple((n, Col(n, k.type)) for n, k in reader.keys)
    named = zip(reader.node.calls, own, strict=True)
    again = tuple((n, AggCall(AGAIN[c.func], c.type, column)) for (n, c), column in named)
    where = all_of(*reader.where)
    rows = Project(totals if where is None else Filter(totals, where), items)
    return zero_of_none(replace(reader.node, input=rows, keys=keys, calls=again), reader.node)

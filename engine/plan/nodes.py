"""The algebra of plans. Every node knows its columns; scalar expressions are terms whose leaves are `Col`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from patron.dsl.nodes import dataclass, field
from patron.engine.model.periods import AsOf
from patron.engine.model.terms import Leaf, Lit, Term
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class Col(Leaf):
    """A column of the input, by name; `sure` when it is known to have no missing value there."""

    name: str
    type: Type
    sure: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AggCall:
    """An aggregate in an Aggregate node. func as in terms.Children, and `any` (one of equal values), `least`,
    `most` (smallest, largest). `share` of percentile; `order` of first and last."""

    func: str
    type: Type
    value: Expr | None = None
    where: Expr | None = None
    share: Decimal | None = None
    order: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class SortKey:
    """An order by an expression, missing values last (`first`: first)."""

    value: Expr
    descending: bool = False
    missing_first: bool = False


@dataclass(frozen=True, slots=True)
class WindowCall(Leaf):
    """A window function: row_number, dense_rank, count, sum, min, max, median, lag, lead, last_known, lag_apart (the
    value of the rows just before all that are equal in order to this one).

    `upto` frames the rows up to this one.
    """

    func: str
    type: Type
    args: tuple[Expr, ...] = ()
    partition: tuple[Expr, ...] = ()
    order: tuple[SortKey, ...] = ()
    upto: bool = False


Expr: TypeAlias = Term
"""A term whose leaves are `Col`, `WindowCall` and `Lit`."""
Named: TypeAlias = tuple[str, Expr]


@dataclass(frozen=True, slots=True)
class Scan:
    """The rows of a stored table, of which there are `rows` if known: output name and stored column of each."""

    table: str
    columns: tuple[tuple[str, str, Type], ...]
    note: str = ""
    rows: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Temp:
    """The rows that an earlier step stored."""

    name: str
    columns: tuple[Col, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """Rows written out: calendars and mappings."""

    columns: tuple[Col, ...]
    rows: tuple[tuple[Lit, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    input: Node
    where: Expr
    note: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """Exactly these columns; `apart`: they are computed before anything looks at them."""

    input: Node
    items: tuple[Named, ...]
    note: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """kind: inner, left, semi, anti, cross, full, or nearest: of the right rows that meet `where`, which compares a
    value of each side by order, the nearest, if any (of equal ones any). `on` pairs expressions of left and right;
    `missing_equal` makes missing equal missing; `where` is a further condition over both sides. Columns: left's, then
    right's (semi and anti: left's only); their names differ."""

    left: Node
    right: Node
    kind: str
    on: tuple[tuple[Expr, Expr], ...] = ()
    where: Expr | None = None
    missing_equal: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row per distinct keys; without keys exactly one row."""

    input: Node
    keys: tuple[Named, ...]
    calls: tuple[tuple[str, AggCall], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """The rows of all inputs, one below the other; columns of equal names."""

    inputs: tuple[Node, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows in order, at most `limit` of them."""

    input: Node
    by: tuple[SortKey, ...]
    limit: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Learn:
    """What a pack's model makes of all rows of its input, which it gets in order; always a step of its own.

    `part`: `things` (a row for each of them), `numbers` (one row) `tests` or `deciles` (of the model before).
    """

    input: Node
    table: str
    part: str
    columns: tuple[Col, ...]
    as_of: AsOf
    settings: tuple[tuple[str, object], ...] = ()
    note: str = ""
    wanted: tuple[str, ...] | None = None
    """The columns of things that anybody reads; None: not known, all of them."""
    sums: tuple[tuple[str, str], ...] = ()
    """What is counted (`count`) or added up (`number`, `money`) by thing and date once the rows are in order."""
    cuts: tuple[int, ...] = ()
    """Ids between which very many rows are cut into parts: only one of them is laid in order at a time."""


_READS_ONE = frozenset((Filter, Project, Aggregate, Sorted, Learn))
Node: TypeAlias = Scan | Temp | Values | Filter | Project | Join | Aggregate | Stack | Sorted | Learn


@dataclass(frozen=True, slots=True)
class Step:
    """A named step of a program: a temporary table that later steps read. Of `part_of`, another step, it has some
    rows: all that its readers look at."""

    name: str
    node: Node
    note: str = ""
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order, and the outputs: what is fetched, by name."""

    steps: tuple[Step, ...]
    outputs: tuple[Step, ...]


def columns(node: Node) -> tuple[Col, ...]:
    """The columns of a node."""
    if isinstance(node, Scan):
        return tuple(Col(name, type_) for name, _, type_ in node.columns)
    if isinstance(node, (Temp, Values, Learn)):
        return node.columns
    if isinstance(node, (Filter, Sorted)):
        return columns(node.input)
    if isinstance(node, Project):
        return tuple(Col(name, value.type) for name, value in node.items)
    if isinstance(node, Aggregate):
        return tuple(Col(n, v.type) for n, v in node.keys) + tuple(Col(n, c.type) for n, c in node.calls)
    if isinstance(node, Stack):
        return columns(node.inputs[0])
    left = columns(node.left)
    return left if node.kind in ("semi", "anti") else left + columns(node.right)


def inputs(node: Node) -> tuple[Node, ...]:
    """The nodes a node reads."""
    kind = type(node)  # asked very often, and a lookup is faster than to try one kind after the other
    if kind in _READS_ONE:
        return (node.input,)  # type: ignore[union-attr]
    if isinstance(node, Join):
        return (node.left, node.right)
    return node.inputs if isinstance(node, Stack) else ()


def with_inputs(node: Node, fresh: Sequence[Node]) -> Node:
    """The node over other inputs."""
    if isinstance(node, Join):
        return replace(node, left=fresh[0], right=fresh[1])
    if isinstance(node, Stack):
        return replace(node, inputs=tuple(fresh))
    return node if isinstance(node, (Scan, Temp, Values)) else replace(node, input=fresh[0])


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node after a change to each node below it and to itself, the lowest first."""
    own = inputs(node)
    fresh = tuple(rebuilt(n, change) for n in own)
    return change(node if all(a is b for a, b in zip(own, fresh, strict=True)) else with_inputs(node, fresh))


def replaced(node: Node, instead: Mapping[Node, Node]) -> Node:
    """The node with others in the place of some of those below it."""
    found = instead.get(node)
    if found is not None:
        return found
    own = inputs(node)
    fresh = tuple(replaced(n, instead) for n in own)
    return node if all(a is b for a, b in zip(own, fresh, strict=True)) else with_inputs(node, fresh)


def everywhere(plan: Plan, change: Callable[[Node], Node]) -> Plan:
    """The plan after a change to the node of each step and output."""

    def changed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(replace(s, node=change(s.node)) for s in steps)

    return Plan(changed(plan.steps), changed(plan.outputs))


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(inputs(current))


def spine(node: Node) -> Iterator[Join]:
    """A join, and those to the left below it."""
    while isinstance(node, Join):
        yield node
        node = node.left


def pick(node: Node, *names: str) -> Project:
    """Only these columns."""
    known = {c.name: c for c in columns(node)}
    return Project(node, tuple((n, known[n]) for n in names))


def renamed(node: Node, names: dict[str, str]) -> Project:
    """The columns under other names, the rest dropped."""
    known = {c.name: c for c in columns(node)}
    return Project(node, tuple((new, known[old]) for old, new in names.items()))

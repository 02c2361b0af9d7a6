"""Plan nodes as SELECT statements. Neighbouring nodes share one SELECT where SQL allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from sqlglot import exp

from patron.engine.model.terms import Lit, Op
from patron.engine.plan import nodes
from patron.engine.plan.laid import by_range
from patron.engine.plan.nodes import Expr, Node, WindowCall
from patron.engine.sql import aggregates, build
from patron.engine.sql.build import E
from patron.engine.sql.expressions import Expressions, Lowering, sql_type

WITH_NEAREST = ("duckdb",)
"""Dialects that have ASOF JOIN; sqlglot would pass it on to all."""


@dataclass
class Block:
    """A SELECT being built: where its rows come from, and what each column of the node is over them.

    A block with windows or a finished select must be wrapped before anything but a projection is added.
    """

    source: E | None = None
    joins: list[exp.Join] = field(default_factory=list)
    wheres: list[E] = field(default_factory=list)
    columns: dict[str, E] = field(default_factory=dict)
    windows: bool = False
    closed: E | None = None


class Lowerer:
    """Lowers the nodes of one statement; aliases are unique in it."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self._aliases = count(1)

    def statement(self, node: Node) -> E:
        """The SELECT of a node."""
        return self._select(self.block(node))

    def block(self, node: Node) -> Block:
        return _RULES[type(node)](self, node)

    # ------------------------------------------------------------ blocks

    def alias(self) -> str:
        return f"t{next(self._aliases)}"

    def expressions(self, block: Block) -> Expressions:
        return Expressions(self.lowering, block.columns)

    def _select(self, block: Block) -> E:
        """The finished SELECT of a block."""
        if block.closed is not None:
            return block.closed
        items = [exp.Alias(this=value, alias=build.name(name)) for name, value in block.columns.items()]
        select = exp.Select(expressions=items or [build.integer(1)])
        if block.source is not None:
            select.set("from_", exp.From(this=block.source))
        if block.joins:
            select.set("joins", block.joins)
        if block.wheres:
            select.set("where", exp.Where(this=build.conjunction(block.wheres)))
        return select

    def wrapped(self, block: Block) -> Block:
        """The block as a subquery of a new one."""
        alias = self.alias()
        inner = self._select(block)
        source = exp.Subquery(this=inner, alias=exp.TableAlias(this=build.name(alias)))
        return Block(source, columns={n: build.col(n, alias) for n in block.columns})

    def open(self, block: Block) -> Block:
        """A block to which joins and conditions may be added."""
        return self.wrapped(block) if block.closed is not None or block.windows else block

    # ------------------------------------------------------------ leaves

    def scan(self, node: nodes.Scan) -> Block:
        alias = self.alias()
        table = exp.Table(this=build.name(node.table), alias=exp.TableAlias(this=build.name(alias)))
        return Block(table, columns={out: build.col(stored, alias) for out, stored, _ in node.columns})

    def temp(self, node: nodes.Temp) -> Block:
        alias = self.alias()
        table = exp.Table(this=build.name(node.name), alias=exp.TableAlias(this=build.name(alias)))
        return Block(table, columns={c.name: build.col(c.name, alias) for c in node.columns})

    def values(self, node: nodes.Values) -> Block:
        if not node.rows:
            empty = {c.name: build.cast(exp.Null(), sql_type(c.type, self.lowering)) for c in node.columns}
            inner = self._select(Block(columns=empty, wheres=[exp.false()]))
            return self.wrapped(Block(columns=dict(empty), closed=inner))
        x = Expressions(self.lowering, {})
        alias = self.alias()
        rows = [exp.Tuple(expressions=[x.value(v) for v in row]) for row in node.rows]
        names = [build.name(c.name) for c in node.columns]
        source = exp.Values(expressions=rows, alias=exp.TableAlias(this=build.name(alias), columns=names))
        return Block(source, columns={c.name: build.col(c.name, alias) for c in node.columns})

    # ------------------------------------------------------------ one input

    def filter(self, node: nodes.Filter) -> Block:
        block = self.open(self.block(node.input))
        block.wheres.append(self.expressions(block).filter(node.where))
        return block

    def project(self, node: nodes.Project) -> Block:
        if isinstance(node.input, nodes.Sorted) and _only_columns(node):
            return self.sorted(node.input, tuple(name for name, _ in node.items))
        block = self.block(node.input)
        if block.closed is not None or (block.windows and not _only_columns(node)):
            block = self.wrapped(block)
        x = self.expressions(block)
        named = {name: x.value(value) for name, value in node.items}
        if not _only_columns(node) and _size(named.values()) > 400:
            block = self.wrapped(block)
            x = self.expressions(block)
            named = {name: x.value(value) for name, value in node.items}
        windows = block.windows or any(_has_window(v) for _, v in node.items)
        made = Block(block.source, block.joins, block.wheres, named, windows)
        return self.wrapped(made) if node.apart else made

    def aggregate(self, node: nodes.Aggregate) -> Block:
        block = self.open(self.block(node.input))
        if any(isinstance(v, Lit) for _, v in node.keys):
            block = self.wrapped(block)
        x = self.expressions(block)
        keys = {name: x.value(value) for name, value in node.keys}
        calls = {name: aggregates.lower(x, call) for name, call in node.calls}
        outer = Block(block.source, block.joins, block.wheres, {**keys, **calls})
        select = self._select(outer)
        if keys:
            literal = [k for k in keys.values() if isinstance(k, (exp.Literal, exp.Null))]
            select.set("group", exp.Group(expressions=[k.copy() for k in keys.values() if k not in literal]))
        elif not calls:
            select.set("limit", exp.Limit(expression=build.integer(1)))
        return Block(columns=outer.columns, closed=select)

    def sorted(self, node: nodes.Sorted, only: tuple[str, ...] | None = None) -> Block:
        """Rows in order; `only` are the columns kept, the others may still decide the order."""
        block = self.open(self.block(node.input))
        x = self.expressions(block)
        kept = block.columns if only is None else {n: block.columns[n] for n in only}
        select = self._select(Block(block.source, block.joins, block.wheres, kept))
        if node.by:
            select.set("order", exp.Order(expressions=x.ordered(node.by)))
        if node.limit is not None:
            select.set("limit", exp.Limit(expression=build.integer(node.limit)))
        return Block(columns=kept, closed=select)

    # ------------------------------------------------------------ several inputs

    def learn(self, node: nodes.Learn) -> Block:
        """What a model reads; what it makes of it comes by another way."""
        return self.block(node.input)

    def stack(self, node: nodes.Stack) -> Block:
        selects = [self._select(self.block(n)) for n in node.inputs]
        names = [c.name for c in nodes.columns(node)]
        return Block(columns={n: build.col(n) for n in names}, closed=_union(selects))

    def join(self, node: nodes.Join) -> Block:
        if node.kind == "nearest" and self.lowering.dialect not in WITH_NEAREST:
            return self.block(by_range(node))
        left = self.open(self.block(node.left))
        right = self._right(self.block(node.right))
        both = Expressions(self.lowering, {**left.columns, **right.columns})
        on = [self._pair(both, a, b, node.missing_equal) for a, b in node.on]
        if node.where is not None:
            on.append(both.filter(node.where))
        left.joins.append(_join(right.source, node.kind, on))
        if node.kind in ("semi", "anti"):
            return left
        return Block(left.source, left.joins, left.wheres, {**left.columns, **right.columns})

    def _right(self, block: Block) -> Block:
        """The right side of a join: a table as it is, anything more as a subquery."""
        simple = block.closed is None and not block.windows and not block.joins and not block.wheres
        plain = all(isinstance(v, exp.Column) for v in block.columns.values())
        return block if simple and plain and block.source is not None else self.wrapped(block)

    def _pair(self, x: Expressions, left: Expr, right: Expr, missing_equal: bool) -> E:
        a, b = x.sides(left, right)
        kind: type[exp.Binary] = exp.NullSafeEQ if missing_equal else exp.EQ
        return build.binary(kind, a, b)


def _only_columns(node: nodes.Project) -> bool:
    return all(isinstance(v, nodes.Col) for _, v in node.items)


def _size(values: Iterable[E]) -> int:
    """How many parts expressions are made of."""
    size, waiting = 0, list(values)
    while waiting:
        found = waiting.pop()
        size += 1
        for held in found.args.values():
            waiting += [v for v in (held if type(held) is list else (held,)) if isinstance(v, exp.Expr)]
    return size


def _has_window(expr: Expr) -> bool:
    if isinstance(expr, WindowCall):
        return True
    return isinstance(expr, Op) and any(_has_window(a) for a in expr.args)


def _join(source: E | None, kind: str, on: list[E]) -> exp.Join:
    condition = build.conjunction(on) if on else None
    if kind == "nearest":
        return exp.Join(this=source, method="ASOF", on=condition)
    if kind == "cross" or (condition is None and kind == "inner"):
        return exp.Join(this=source, kind="CROSS")
    if kind == "left":
        return exp.Join(this=source, side="LEFT", on=condition)
    return exp.Join(this=source, kind=kind.upper(), on=condition)


def _union(selects: list[E]) -> E:
    """A balanced tree of UNION ALL: generators recurse."""
    if len(selects) == 1:
        return selects[0]
    middle = len(selects) // 2
    return exp.Union(this=_union(selects[:middle]), expression=_union(selects[middle:]), distinct=False)


_RULES: Mapping[type, Callable[..., Block]] = {
    nodes.Scan: Lowerer.scan, nodes.Temp: Lowerer.temp, nodes.Values: Lowerer.values, nodes.Filter: Lowerer.filter,
    nodes.Project: Lowerer.project, nodes.Aggregate: Lowerer.aggregate, nodes.Sorted: Lowerer.sorted,
    nodes.Stack: Lowerer.stack, nodes.Join: Lowerer.join, nodes.Learn: Lowerer.learn,
}  # fmt: skip

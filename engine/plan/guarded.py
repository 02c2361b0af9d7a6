"""What somebody may not see, kept out of a plan: masked where it is read first, and never asked about by value.

Every column of every node is followed back to the stored columns that it comes from. A masked column may be handed on
and is shown as its mask; a value that is made of it is missing; nothing is filtered, joined, grouped, sorted, learned
or added up by it. A few uses are allowed because they tell little more than the mask: whether it is known, counts, a
birth date's year, bands of five years of age or more, cells of a tenth of a degree or more. What is not understood
counts as masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from patron.dsl.nodes import dataclass, field
from patron.dsl.tree import fold
from patron.engine.model.classes import AREA, NULL, PSEUDONYM, YEAR, Column
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Learn,
    Named,
    Node,
    Plan,
    Project,
    Scan,
    Sorted,
    Stack,
    Step,
    Temp,
    Values,
    WindowCall,
    columns,
    walk,
)
from patron.engine.types import DATE, NUMBER, TEXT, Type

Sources: TypeAlias = frozenset[Column]
"""The stored columns that a value comes from, of those that matter."""
Env: TypeAlias = Mapping[str, Sources]

ROWS = frozenset(
    "customers orders lines reviews messages actions sessions memberships points redemptions consents locations "
    "purchase_days".split()
)
"""Tables of which one row is one person, or something that one person did."""
NOTHING: Sources = frozenset()
MADE: Sources = frozenset({("@made", "")})
"""Marks a value that was made of a masked one, and so is missing: counted or added up it would be a wrong number."""

KEYS = "project_key"
"""The table of one row with the texts that pseudonyms are made with."""
INNER, OUTER = Col("@inner", TEXT), Col("@outer", TEXT)

_NARROWEST_BAND, _NARROWEST_CELL = 5, Decimal("0.1")
_COUNTED = ("count", "unique")
_NUMBERS = ("sum", "average", "median", "percentile", "least_sum")


@dataclass(frozen=True, slots=True)
class Guard:
    """What is shown instead of which columns, and whether rows about single people may come out."""

    masks: Mapping[Column, str] = field(default_factory=dict)
    rows: bool = True


class Withheld(Exception):
    """A plan that may not be run: it asks by the value of these columns, or (none) brings out rows."""

    def __init__(self, asked_by: Sources) -> None:
        super().__init__(", ".join(".".join(c) for c in sorted(asked_by)) or "rows")
        self.asked_by = asked_by


def guarded(plan: Plan, guard: Guard) -> tuple[Plan, bool]:
    """The plan with what may not be seen masked, and whether rows come out of it; Withheld when it may not be run."""
    plan = replace(plan, steps=_read_by(plan))
    first = _Following(guard, frozenset(guard.masks))
    first.plan(plan)
    if first.asked_by:
        raise Withheld(frozenset(first.asked_by))
    if first.rows and not guard.rows:
        raise Withheld(NOTHING)
    return _Following(guard, frozenset(first.needed)).plan(plan) if first.met else plan, first.rows


def _read_by(plan: Plan) -> tuple[Step, ...]:
    """The steps that the outputs read, and those that these read."""
    names = {n.name for s in plan.outputs for n in walk(s.node) if isinstance(n, Temp)}
    found = []
    for step in reversed(plan.steps):
        if step.name in names:
            found.append(step)
            names |= {n.name for n in walk(step.node) if isinstance(n, Temp)}
    return tuple(reversed(found))


def rows_of(type_: Type) -> Sources:
    """An id that tells single rows apart, as a source."""
    single = type_.kind == "reference" and type_.table in ROWS
    return frozenset({("@row", str(type_.table))}) if single else NOTHING


class _Following:
    """One walk over a plan. Columns in `raw` stay as they are until the end, the others are masked where they are read.

    `asked_by`: masked columns that something depends on; `needed`: those that an allowed use needs as they are; `met`:
    those that are read at all; `rows`: whether rows come out.
    """

    def __init__(self, guard: Guard, raw: Sources) -> None:
        self.masks, self.raw = guard.masks, raw
        self.asked_by: set[Column] = set()
        self.needed: set[Column] = set()
        self.met: set[Column] = set()
        self.rows = False
        self._steps: dict[str, Env] = {}

    def plan(self, plan: Plan) -> Plan:
        steps = tuple(self._step(s) for s in plan.steps)
        outputs = tuple(self._output(s) for s in plan.outputs)
        return Plan(steps, outputs)

    def _step(self, step: Step) -> Step:
        node, env = self._node(step.node)
        self._steps[step.name] = env
        return replace(step, node=node)

    def _output(self, step: Step) -> Step:
        node, env = self._node(step.node)
        self.rows = self.rows or any(table == "@row" for sources in env.values() for table, _ in sources)
        return replace(step, node=self._covered(node, env))

    def _covered(self, node: Node, env: Env) -> Node:
        """An output whose masked columns are masked; an order stays outermost."""
        if isinstance(node, Sorted):
            return replace(node, input=self._covered(node.input, env))
        shown = [(c.name, self._instead(c, env[c.name] & self.raw)) for c in columns(node)]
        return node if all(isinstance(e, Col) for _, e in shown) else self._with_keys(node, shown)

    # ------------------------------------------------------------ masks

    def _instead(self, value: Col, hidden: Sources) -> Expr:
        """What is shown for a column that still holds what it was read with."""
        hidden = self._hidden(hidden)
        if not hidden:
            return value
        kinds = {self.masks[c] for c in hidden}
        return _masked(value, kinds.pop() if len(kinds) == 1 else NULL)

    def _with_keys(self, node: Node, items: Iterable[tuple[str, Expr]]) -> Node:
        found = tuple(items)
        if any(isinstance(e, Op) and e.name == "pseudonym" for _, e in found):
            node = Join(node, Temp(KEYS, (INNER, OUTER)), "cross")
        return Project(node, found, "masked")

    # ------------------------------------------------------------ nodes

    def _node(self, node: Node) -> tuple[Node, Env]:
        """A node with what it reads masked, and where each of its columns comes from."""
        match node:
            case Scan():
                return self._scan(node)
            case Temp():
                known = self._steps.get(node.name, {})
                return node, {c.name: known.get(c.name, rows_of(c.type)) for c in node.columns}
            case Values():
                return node, {c.name: NOTHING for c in node.columns}
            case Project():
                return self._project(node)
            case Join():
                return self._join(node)
            case Aggregate():
                return self._aggregate(node)
            case Stack():
                return self._stack(node)
            case Filter() | Sorted() | Learn():
                return self._asking(node)

    def _asking(self, node: Filter | Sorted | Learn) -> tuple[Node, Env]:
        """Nodes that look at values of their rows."""
        inner, env = self._node(node.input)
        match node:
            case Filter():
                looked_at: tuple[Expr, ...] = (node.where,)
            case Sorted():
                looked_at = tuple(key.value for key in node.by)
            case Learn():
                looked_at, env_of_it = columns(node.input), {c.name: rows_of(c.type) for c in node.columns}
        for value in looked_at:
            self._ask(value, env)
        return replace(node, input=inner), env_of_it if isinstance(node, Learn) else env

    def _scan(self, node: Scan) -> tuple[Node, Env]:
        env, shown = {}, list[tuple[str, Expr]]()
        for name, stored, type_ in node.columns:
            column = (node.table, fold(stored.partition("@")[0]))
            hidden = frozenset({column}) if column in self.masks else NOTHING
            self.met |= hidden
            env[name] = hidden | rows_of(type_)
            whole = Col(name, type_)
            shown.append((name, self._instead(whole, hidden - self.raw) if "@" not in stored else whole))
            if hidden - self.raw and "@" in stored:  # a part of a masked moment
                shown[-1] = (name, Lit(None, type_))
        return (node if all(isinstance(e, Col) for _, e in shown) else self._with_keys(node, shown)), env

    def _project(self, node: Project) -> tuple[Node, Env]:
        inner, below = self._node(node.input)
        env: dict[str, Sources] = {}
        items: list[Named] = []
        for name, value in node.items:
            env[name] = self._flows(value, below)
            if not isinstance(value, Col) and self._hidden(env[name]):
                env[name] |= MADE
                items.append((name, Lit(None, value.type)))
            else:
                items.append((name, value))
        return replace(node, input=inner, items=tuple(items)), env

    def _join(self, node: Join) -> tuple[Node, Env]:
        (left, of_left), (right, of_right) = self._node(node.left), self._node(node.right)
        for one, other in node.on:
            self._ask(one, of_left)
            self._ask(other, of_right)
        both = {**of_left, **of_right}
        if node.where is not None:
            self._ask(node.where, both)
        env = of_left if node.kind in ("semi", "anti") else both
        return replace(node, left=left, right=right), env

    def _aggregate(self, node: Aggregate) -> tuple[Node, Env]:
        inner, below = self._node(node.input)
        env: dict[str, Sources] = {}
        for name, key in node.keys:
            self._ask(key, below)
            env[name] = self._flows(key, below)
        calls = []
        for name, call in node.calls:
            fresh, env[name] = self._call(call, below)
            calls.append((name, fresh))
        return replace(node, input=inner, calls=tuple(calls)), env

    def _call(self, call: AggCall, env: Env) -> tuple[AggCall, Sources]:
        for condition in (call.where, *call.order):
            if condition is not None:
                self._ask(condition, env)
        if call.value is None:
            return call, NOTHING
        sources = self._flows(call.value, env)
        hidden, plain = self._hidden(sources), isinstance(call.value, Col) and not sources & MADE
        if call.func in _COUNTED and plain:
            self.needed |= hidden
            return call, NOTHING
        if call.func in _COUNTED or call.func in _NUMBERS:
            self.asked_by |= hidden
            return call, NOTHING
        return (call if plain or not hidden else replace(call, value=Lit(None, call.value.type))), sources

    def _stack(self, node: Stack) -> tuple[Node, Env]:
        found = [self._node(n) for n in node.inputs]
        names = [c.name for c in columns(node)]
        env = {n: NOTHING.union(*(e[n] for _, e in found)) for n in names}
        return replace(node, inputs=tuple(n for n, _ in found)), env

    # ------------------------------------------------------------ expressions

    def _hidden(self, sources: Sources) -> Sources:
        return frozenset(c for c in sources if c in self.masks)

    def _ask(self, expr: Expr, env: Env) -> None:
        """Something depends on the value of an expression."""
        self.asked_by |= self._hidden(self._flows(expr, env))

    def _flows(self, expr: Expr, env: Env) -> Sources:
        """The stored columns that an expression's value comes from."""
        if isinstance(expr, Col):
            return env.get(expr.name, NOTHING)
        if isinstance(expr, Lit):
            return NOTHING
        if isinstance(expr, WindowCall):
            return self._window(expr, env)
        if isinstance(expr, Op):
            return self._op(expr, env)
        return NOTHING.union(*env.values())

    def _window(self, call: WindowCall, env: Env) -> Sources:
        for value in (*call.partition, *(k.value for k in call.order)):
            self._ask(value, env)
        if call.func in ("row_number", "count"):
            return NOTHING
        return NOTHING.union(*(self._flows(a, env) for a in call.args))

    def _op(self, expr: Op, env: Env) -> Sources:
        args = [self._flows(a, env) for a in expr.args]
        every = NOTHING.union(*args)
        hidden = self._hidden(every)
        if hidden and self._allowed(expr, args, env):
            hidden = NOTHING
        of_rows = every if expr.name != "if" else NOTHING.union(*args[1:])
        if expr.type.kind == "yesno":
            return hidden
        return hidden | frozenset(c for c in of_rows if c[0] == "@row")

    # ------------------------------------------------------------ uses that tell no more than the mask

    def _allowed(self, expr: Op, args: list[Sources], env: Env) -> bool:
        hidden = self._hidden(NOTHING.union(*args))
        kinds = {self.masks[c] for c in hidden}
        direct = bool(expr.args) and isinstance(expr.args[0], Col)
        if expr.name == "is_missing":
            if direct:
                self.needed |= {c for c in hidden if self.masks[c] == NULL}
            return direct
        if expr.name in ("year", "start_of_year"):
            return direct and kinds == {YEAR}
        if expr.name == "left":
            return direct and kinds == {AREA} and _at_most(expr.args[1], 2)
        if expr.name in ("band", "band_place"):
            allowed = kinds == {YEAR} and _wide(expr.args[1:]) and self._only_years(expr.args[0], env)
        else:
            places = all(isinstance(a, Col) for a in expr.args[:2])
            allowed = expr.name == "cell" and kinds == {AREA} and places and _coarse(expr.args[2])
        if allowed:
            self.needed |= hidden
        return allowed

    def _only_years(self, expr: Expr, env: Env) -> bool:
        """Whether all that is masked in an expression is a number of whole years since it."""
        if isinstance(expr, Op):
            if expr.name == "years_between":
                return isinstance(expr.args[1], Lit)
            return all(self._only_years(a, env) for a in expr.args)
        return not self._hidden(self._flows(expr, env))


def _at_most(expr: Expr, most: int) -> bool:
    return isinstance(expr, Lit) and isinstance(expr.value, (int, Decimal)) and expr.value <= most


def _wide(bounds: Iterable[Expr]) -> bool:
    """Whether bands are not so narrow that they tell an age."""
    found = [b.value for b in bounds if isinstance(b, Lit) and isinstance(b.value, (int, Decimal))]
    return bool(found) and all(b - a >= _NARROWEST_BAND for a, b in pairwise(found))


def _coarse(expr: Expr) -> bool:
    return isinstance(expr, Lit) and isinstance(expr.value, (int, Decimal)) and expr.value >= _NARROWEST_CELL


def _masked(value: Col, kind: str) -> Expr:
    """What is shown instead of a value."""
    if kind == PSEUDONYM and value.type.kind == "text":
        return Op("pseudonym", (value, INNER, OUTER), TEXT)
    if kind == YEAR and value.type.kind == "date":
        return Op("start_of_year", (value,), DATE)
    if kind == AREA and value.type.kind == "text":
        return Op("left", (value, Lit(2, NUMBER)), TEXT)
    if kind == AREA and value.type.kind == "number":
        return Op("round", (value, Lit(1, NUMBER)), NUMBER)
    return Lit(None, value.type)

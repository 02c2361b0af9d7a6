"""Rule: a large value that several expressions of a row need is computed once, as a column beside the others.

    keep a = if (v > 1) then v else 0          keep a = if (@once1 > 1) then @once1 else 0
      where v < 9                          →     where @once1 < 9
        rows                                       keep all, @once1 = v
                                                     rows

Only what cannot fail is computed for rows that might not need it: arithmetic, choices, comparisons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from patron.dsl.nodes import dataclass, field
from patron.engine.model.terms import Op, all_of
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Named,
    Node,
    Plan,
    Project,
    columns,
    everywhere,
    rebuilt,
)
from patron.engine.plan.united import filtered

WORTH = 40
"""Operators that must be saved before a value is worth a column of its own."""

SAFE = frozenset(
    "+ - * / neg power round greatest least first_known missing_if if and or not = < <= > >= one_of is_missing "
    "days_between add_days ceil floor year quarter month day age years_between band "
    "cell distance_km distance_miles".split()
)
LONG: Mapping[str, int] = {"age": 8, "years_between": 8, "cell": WORTH, "distance_km": WORTH, "distance_miles": WORTH}
"""What takes more operators than it has arguments."""


def computed_once(plan: Plan) -> Plan:
    """The plan with large values that are needed again as columns."""
    return everywhere(plan, lambda node: rebuilt(node, _once))


def _once(node: Node) -> Node:
    if isinstance(node, Aggregate):
        return _added_up(node)
    return _kept(node) if isinstance(node, Project) else node


def _added_up(node: Aggregate) -> Node:
    """An aggregate over rows that have the large values its keys and calls need again."""
    parts = Parts()
    keys = [parts.add(k) for _, k in node.keys]
    calls = [[parts.add(e) for e in looked_at(call)] for _, call in node.calls]
    again = parts.worth(Counter((*keys, *(n for call in calls for n in call))))
    if not again:
        return node
    layers = Layers(parts, again)
    rows = layers.over(node.input)
    made = (layers.written(k) for k in keys)
    fresh = (on_others(c, map(layers.written, numbers)) for (_, c), numbers in zip(node.calls, calls, strict=True))
    return replace(
        node, input=rows, keys=tuple(zip((n for n, _ in node.keys), made, strict=True)),
        calls=tuple(zip((n for n, _ in node.calls), fresh, strict=True)),
    )  # fmt: skip


def looked_at(call: AggCall) -> list[Expr]:
    """The expressions of a call: its value, its condition, its order."""
    return [e for e in (call.value, call.where, *call.order) if e is not None]


def on_others(call: AggCall, exprs: Iterable[Expr]) -> AggCall:
    """A call with others in their places."""
    fresh = iter(exprs)
    value = next(fresh) if call.value is not None else None
    where = next(fresh) if call.where is not None else None
    return replace(call, value=value, where=where, order=tuple(fresh))


def _kept(node: Project) -> Node:
    rows, where = filtered(node.input)
    parts = Parts()
    values, conditions = [parts.add(v) for _, v in node.items], [parts.add(c) for c in where]
    again = parts.worth(Counter((*values, *conditions)))
    if not again:
        return node
    layers = Layers(parts, again)
    made = layers.over(rows)
    kept = all_of(*(layers.written(c) for c in conditions))
    items = tuple((name, layers.written(v)) for (name, _), v in zip(node.items, values, strict=True))
    return Project(made if kept is None else Filter(made, kept), items, node.note)


def once_for_all(rows: Node, places: Iterable[Project]) -> tuple[Node, list[tuple[Named, ...]]]:
    """Rows that several read, with the large values that they need again, and what each of them keeps of such rows."""
    parts = Parts()
    wanted = [[(name, parts.add(value)) for name, value in place.items] for place in places]
    layers = Layers(parts, parts.worth(Counter(n for items in wanted for _, n in items)), "@shared")
    kept = [tuple((name, layers.written(n)) for name, n in items) for items in wanted]
    return layers.over(rows), kept


@dataclass(frozen=True, slots=True)
class Part:
    """An expression as its operator over other parts, by number; one that is no operator stands for itself."""

    expr: Expr
    args: tuple[int, ...] = ()
    size: int = 1
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """All different expressions in some others, each once, those inside before those around."""

    found: list[Part] = field(default_factory=list)
    numbers: dict[object, int] = field(default_factory=dict)

    def add(self, expr: Expr) -> int:
        """The number of an expression."""
        args = tuple(self.add(a) for a in expr.args) if isinstance(expr, Op) else ()
        key = (expr.name, expr.type, args) if isinstance(expr, Op) else expr
        if key not in self.numbers:
            inside = [self.found[a] for a in args]
            size = LONG.get(getattr(expr, "name", ""), len(args)) + sum(p.size for p in inside) if args else 0
            safe = not isinstance(expr, Op) or expr.name in SAFE
            plain = isinstance(expr, (Op, Col)) or not hasattr(expr, "partition")
            self.found.append(Part(expr, args, size, safe and plain and all(p.safe for p in inside)))
            self.numbers[key] = len(self.found) - 1
        return self.numbers[key]

    def worth(self, roots: Counter[int]) -> list[int]:
        """Those that are needed again, where that saves enough."""
        uses = Counter(roots)
        for part in self.found:
            uses.update(part.args)
            if isinstance(part.expr, Op) and part.expr.name == "band":  # compared with every limit
                uses[part.args[0]] += len(part.args) - 1
        return [n for n, p in enumerate(self.found) if p.args and p.safe and p.size * (uses[n] - 1) >= WORTH]


class Layers:
    """Values that become columns, those that are made of others after them."""

    def __init__(self, parts: Parts, again: list[int], hint: str = "@once") -> None:
        self.parts, self.again = parts, again
        self.names: Mapping[int, str] = {n: f"{hint}{place}" for place, n in enumerate(again, 1)}
        self.depths: dict[int, int] = {}

    def over(self, rows: Node) -> Node:
        """The rows with the values as columns."""
        levels: dict[int, list[int]] = {}
        for number in self.again:
            levels.setdefault(self._depth(number), []).append(number)
        for _, numbers in sorted(levels.items()):
            kept = tuple((c.name, c) for c in columns(rows))
            made = tuple((self.names[n], self._inside(n)) for n in numbers)
            rows = Project(rows, (*kept, *made), "needed again", apart=True)
        return rows

    def written(self, number: int) -> Expr:
        """An expression over the rows with those columns."""
        part = self.parts.found[number]
        return Col(self.names[number], part.expr.type) if number in self.names else self._inside(number)

    def _inside(self, number: int) -> Expr:
        part = self.parts.found[number]
        if not isinstance(part.expr, Op):
            return part.expr
        return replace(part.expr, args=tuple(self.written(a) for a in part.args))

    def _depth(self, number: int) -> int:
        """How many layers an expression stands on."""
        if number not in self.depths:
            inner = max((self._depth(a) for a in self.parts.found[number].args), default=0)
            self.depths[number] = inner + (number in self.names)
        return self.depths[number]


__all__ = ["computed_once", "once_for_all"]

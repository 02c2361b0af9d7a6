"""A plan as text: an indented tree, one node a line, conditions in words. For readers and for golden tests.

    members of loyal → audience_loyal
      keep id
        where a0 >= 2
          left join on id = @key
            read customers: id
            group by @key: a0 = count()  -- per orders

Steps come first, each under what it is for and the name it is stored by; then what is fetched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from patron.engine.model.terms import Lit, Op
from patron.engine.plan import nodes
from patron.engine.plan.nodes import AggCall, Col, Expr, Node, Plan, SortKey, Step, WindowCall

SHOWN_ROWS = 6
"""Rows of a written-out table that are shown."""


def text_of(plan: Plan) -> str:
    """The plan: every step under its name, then what is fetched."""
    blocks = [_step(s, f"{_said(s)} → {s.name}") for s in plan.steps]
    blocks += [_step(s, f"result {s.name}{_remark(s.note, s.name, 'result')}") for s in plan.outputs]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _said(step: Step) -> str:
    return step.note or "store"


def _step(step: Step, head: str) -> list[str]:
    return [head, *_lines(step.node, 1)]


def _lines(node: Node, depth: int) -> Iterator[str]:
    """A node and those it reads, each a line, deeper ones further in."""
    stack = [(node, depth)]
    while stack:
        current, level = stack.pop()
        yield f"{'  ' * level}{node_line(current)}"
        stack.extend((below, level + 1) for below in reversed(nodes.inputs(current)))


def node_line(node: Node) -> str:
    """One node in words, with its note behind."""
    return _NODES[type(node)](node) + _remark(node.note)


def _remark(note: str, *known: str) -> str:
    return f"  -- {note}" if note and note not in known else ""


# ---------------------------------------------------------------- nodes


def _scan(node: nodes.Scan) -> str:
    read = [out if out == stored else f"{out} = {stored}" for out, stored, _ in node.columns]
    return f"read {node.table}: {', '.join(read)}"


def _temp(node: nodes.Temp) -> str:
    return f"take {node.name}: {_names(node.columns)}"


def _values(node: nodes.Values) -> str:
    if not node.rows:
        return f"no rows: {_names(node.columns)}"
    shown = ["(" + ", ".join(words(v) for v in row) + ")" for row in node.rows[:SHOWN_ROWS]]
    more = len(node.rows) - len(shown)
    if more:
        shown.append(f"and {more:,} more")
    return f"rows {_names(node.columns)}: {', '.join(shown)}"


def _filter(node: nodes.Filter) -> str:
    return f"where {words(node.where)}"


def _project(node: nodes.Project) -> str:
    return f"keep {_named(node.items)}"


def _join(node: nodes.Join) -> str:
    pairs = [f"{words(a, _TIGHT)} = {words(b, _TIGHT)}" for a, b in node.on]
    if node.where is not None:
        pairs.append(words(node.where, _AND))
    on = f" on {' and '.join(pairs)}" if pairs else ""
    return f"{node.kind} join{on}{', missing equals missing' if node.missing_equal and node.on else ''}"


def _aggregate(node: nodes.Aggregate) -> str:
    calls = ", ".join(f"{name} = {call_words(call)}" for name, call in node.calls)
    if not node.keys:
        return f"one row: {calls}"
    return f"group by {_named(node.keys)}" + (f": {calls}" if calls else "")


def _stack(node: nodes.Stack) -> str:
    return f"{len(node.inputs)} one below the other"


def _sorted(node: nodes.Sorted) -> str:
    first = f", the first {node.limit}" if node.limit is not None else ""
    by = f"sort by {', '.join(map(_key, node.by))}" if node.by else "as it comes"
    return by + first


def _learn(node: nodes.Learn) -> str:
    said = ", ".join(f"{name} {value}" for name, value in node.settings)
    sums = ", ".join(name for name, _ in node.sums)
    of = f", of {sums} by thing and date" if sums else ""
    return f"learn {node.part} of {node.table}: {_names(node.columns)}{of}{f'  ({said})' if said else ''}"


_NODES: Mapping[type, Callable[[Any], str]] = {
    nodes.Scan: _scan, nodes.Temp: _temp, nodes.Values: _values, nodes.Filter: _filter, nodes.Project: _project,
    nodes.Join: _join, nodes.Aggregate: _aggregate, nodes.Stack: _stack, nodes.Sorted: _sorted,
    nodes.Learn: _learn,
}  # fmt: skip


def _names(columns: Sequence[Col]) -> str:
    return ", ".join(c.name for c in columns)


def _named(items: Sequence[nodes.Named]) -> str:
    """`id, total = a + b`: a column under its own name is its name."""
    return ", ".join(name if isinstance(v, Col) and v.name == name else f"{name} = {words(v)}" for name, v in items)


def _key(key: SortKey) -> str:
    missing = " (missing first)" if key.missing_first else ""
    return f"{words(key.value)}{' descending' if key.descending else ''}{missing}"


def call_words(call: AggCall) -> str:
    """`sum(value where paid)`."""
    inside = [words(call.value, _TIGHT)] if call.value is not None else []
    if call.share is not None:
        inside.append(f"{call.share * 100:f}".rstrip("0").rstrip(".") + "%")
    said = ", ".join(inside)
    if call.order:
        said += f" by {', '.join(words(o) for o in call.order)}"
    if call.where is not None:
        said += f"{' ' if said else ''}where {words(call.where)}"
    return f"{call.func}({said})"


# ---------------------------------------------------------------- expressions

_ANY, _AND, _NOT, _TIGHT = range(4)
"""How tightly the place around an expression binds."""

_INFIX: Mapping[str, str] = {
    "=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "+": "+", "-": "-", "*": "*", "/": "/",
    "contains": "contains", "has_text": "contains", "starts": "starts with", "ends": "ends with", "matches": "matches",
}  # fmt: skip
_JOINED: Mapping[str, int] = {"or": _ANY, "and": _AND}
_COMPLEMENT: Mapping[str, str] = {"=": "is not", "is_missing": "is known", "one_of": "is not one of"}


def words(expr: Expr, place: int = _ANY) -> str:
    """An expression in words, in brackets where the place around it needs them."""
    if isinstance(expr, Col):
        return expr.name
    if isinstance(expr, Lit):
        return literal_words(expr)
    if isinstance(expr, WindowCall):
        return _window_words(expr)
    assert isinstance(expr, Op)
    binds, said = _op_words(expr)
    return f"({said})" if binds < place else said


def _op_words(op: Op) -> tuple[int, str]:
    """The words of an operator and how tightly they hold together."""
    args: Sequence[Any] = op.args
    if op.name in _JOINED:
        binds = _JOINED[op.name]
        return binds, f" {op.name} ".join(words(a, binds + 1) for a in args)
    if op.name == "not":
        return _NOT, _negated(args[0])
    if op.name == "is_missing":
        return _NOT, f"{words(args[0], _TIGHT)} is missing"
    if op.name == "one_of":
        return _NOT, f"{words(args[0], _TIGHT)} is one of {_listed(args[1:])}"
    if op.name in _INFIX and len(args) == 2:
        return _NOT, f"{words(args[0], _TIGHT)} {_INFIX[op.name]} {words(args[1], _TIGHT)}"
    if op.name == "if":
        return _ANY, f"if ({words(args[0])}) then {words(args[1], _TIGHT)} else {words(args[2], _ANY)}"
    if op.name == "neg":
        return _TIGHT, f"-{words(args[0], _TIGHT)}"
    return _TIGHT, f"{op.name}({_listed(args)})"


def _negated(inner: Any) -> str:
    if isinstance(inner, Op) and inner.name in _COMPLEMENT:
        first, *rest = inner.args
        said = f"{words(first, _TIGHT)} {_COMPLEMENT[inner.name]}"
        return f"{said} {_listed(rest)}" if rest else said
    return f"not {words(inner, _TIGHT)}"


def _listed(args: Sequence[Any]) -> str:
    return ", ".join(words(a, _AND) for a in args)


def _window_words(call: WindowCall) -> str:
    over = []
    if call.partition:
        over.append(f"within {', '.join(words(x) for x in call.partition)}")
    if call.order:
        over.append(f"by {', '.join(map(_key, call.order))}")
    if call.upto:
        over.append("up to this row")
    return f"{call.func}({_listed(call.args)}{' ' if call.args and over else ''}{' '.join(over)})"


def literal_words(lit: Lit) -> str:
    """A literal as a reader expects it."""
    value = lit.value
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{value.isoformat(sep=' ')} UTC"
    if isinstance(value, dt.timedelta):
        return _length(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value)


def _length(value: dt.timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"

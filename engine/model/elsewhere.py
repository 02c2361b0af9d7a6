"""What to write instead of a name or a way that a question does not have: hints that need the whole project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from patron.dsl import tree
from patron.dsl.tree import Name
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.measures import Agg
from patron.engine.model.paths import Ambiguous

_MOST = 3
"""How many names a hint gives."""


def meant(b: Binder, scope: Scope, name: Name) -> str:
    """A bare `gender` is most often a column of a table that the rows lead to: `customer.gender`; "" for none."""
    found: list[tuple[int, str]] = []
    beyond: dict[str, str] = {}
    for table in TABLES:
        if table == scope.table or not b.ways.present(table):
            continue
        steps = _steps(b, scope, table)
        for path in _paths(b, table, name):
            if steps is not None:
                found.append((steps, path))
            elif b.ways.fans_out(scope.table, table):
                beyond[path] = finer(b, scope, table, name.span.file)
    if not found and not beyond:
        near = [t for t in TABLES if b.ways.present(t) and _steps(b, scope, t) is not None]
        return next((hint for t in near if (hint := unmapped_column(b, t, name))), "") or unmapped_table(b, name)
    if found:
        return f"Did you mean {listed([path for _, path in sorted(found, key=lambda f: f[0])])}?"
    if beyond:
        return f"Did you mean {listed(list(beyond))}? {next(iter(beyond.values()))}"
    return ""


def unmapped_column(b: Binder, table: str, name: Name) -> str:
    """What to write in the mapping of a table for a column that its source has; "" for none."""
    return b.schema.unmapped.column(table, name) if b.schema.unmapped is not None else ""


def unmapped_table(b: Binder, name: Name) -> str:
    """What to do with a table of a source that no statement reads; "" for none."""
    return b.schema.unmapped.table(name) if b.schema.unmapped is not None else ""


def listed(names: Sequence[str]) -> str:
    """The first few as a reader is offered them: `a`, `b` or `c`."""
    *others, final = [f"`{name}`" for name in names[:_MOST]]
    return f"{', '.join(others)} or {final}" if others else final


def _steps(b: Binder, scope: Scope, table: str) -> int | None:
    """How far a table is from the rows; None when they do not lead there."""
    if any(table == there for _, there in scope.roots.values()):
        return 0
    way = b.ways.chain(scope.table, table)
    if isinstance(way, Ambiguous):
        return len(way.ways[0])
    return len(way) if way is not None else None


def _paths(b: Binder, table: str, name: Name) -> Iterator[str]:
    """A table's columns, traits and filters of that name, as they are written in a question."""
    column = b.ways.columns(table).get(name.key)
    if column is not None and column.filled:
        yield f"{TABLES[table].singular}.{column.name}"
        return
    for key, declaration in b.members.get(table, {}).items():
        if key.rpartition(".")[2] == name.key and b.visible(declaration, name.span.file):
            packed = table == "customers" and "." in key
            yield declaration.name if packed else f"{TABLES[table].singular}.{declaration.name}"


def finer(b: Binder, scope: Scope, target: str, file: str) -> str:
    """What counts the rows in between, where one row has many of `target`: metrics of the same kind, or a condition."""
    singular = TABLES[scope.table].singular
    child = child_word(b, scope.table, target)
    plural = SINGULAR[child]
    asked = scope.measured
    kind = asked.type.kind if asked is not None and asked.func == "sum" else "number"
    names = list(_sums(b, plural, kind, file))
    if kind == "number":
        names = [f"unique({plural}.{singular})", *names]
    counts = f"Use a metric that counts {plural}: {listed(names)}" if names else f"Use a metric that counts {plural}"
    return f"{counts}; or ask a question about the {singular}: `has {child} where (...)`."


def _sums(b: Binder, table: str, kind: str, file: str) -> Iterator[str]:
    """The metrics that add up what the rows of a table have, money or numbers: the standard ones first."""
    apart = Binder(b.declared, b.schema, b.as_of, b.period, b.local_params)  # what is wrong with them is told elsewhere
    for declaration in sorted(b.declared.known("metric").values(), key=lambda d: d.pack != "standard"):
        value = getattr(declaration.statement, "value", None)
        if not (isinstance(value, tree.Call) and value.function.key == "sum" and b.visible(declaration, file)):
            continue
        try:
            found = apart.metric(declaration.name, tree.NOWHERE, Scope("")).measure
        except Unbound:
            continue
        if isinstance(found, Agg) and found.rows == table and found.type.kind == kind:
            yield declaration.name


def child_word(b: Binder, start: str, target: str) -> str:
    """The child to ask for: `line` when the product of an order is wanted."""
    if isinstance(b.ways.chain(target, start), tuple):
        return TABLES[target].singular
    for child in TABLES:
        if (
            child != start
            and isinstance(b.ways.chain(child, start), tuple)
            and isinstance(b.ways.chain(child, target), tuple)
        ):
            return TABLES[child].singular
    return TABLES[target].singular

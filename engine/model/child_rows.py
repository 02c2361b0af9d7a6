"""Rules for aggregates over the rows that belong to a row: `count(orders)` of a customer."""

from __future__ import annotations

from decimal import Decimal

from patron.dsl import tree
from patron.dsl.depth import parts_of
from patron.dsl.problems import suggest
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.canonical import TABLES, named
from patron.engine.model.doubling import refuse_doubling
from patron.engine.model.elsewhere import unmapped_table
from patron.engine.model.functions import AGGREGATES, OVERALL, aggregate_type
from patron.engine.model.names import path_term
from patron.engine.model.terms import Children, Field, Here, Lit, Term
from patron.engine.types import reference


def aggregate_table(b: Binder, node: tree.Call) -> str:
    """The table an aggregate runs over: named at the beginning of its first path."""
    first = _first_path(node.args[0].value) if node.args else None
    if first is None:
        raise b.fail("P0302", node.args[0].span if node.args else node.span,
                     f"`{node.function}` takes {AGGREGATES[node.function.key]}")  # fmt: skip
    used = named([part.key for part in first.parts], TABLES)
    if not used:
        name = first.parts[0]
        hint = unmapped_table(b, name) or suggest(name.text, TABLES)
        raise b.fail("P0201", name.span, f"there is no table called `{name.text}`", hint)
    return offered(b, ".".join(part.key for part in first.parts[:used]), first.span)


def offered(b: Binder, table: str, span: tree.Span) -> str:
    """A table that may be asked about: a pack's where that pack is used (P0201)."""
    pack = table.rpartition(".")[0]
    if pack and pack not in b.declared.packs:
        raise b.fail("P0201", span, f"there is no table called `{table}`", f"Write `use {pack}`.")
    return table


def _first_path(node: tree.Expr) -> tree.Path | None:
    if isinstance(node, tree.Path):
        return node
    for name in ("value", "left", "right", "then", "otherwise"):
        inner = getattr(node, name, None)
        if inner is not None and (found := _first_path(inner)):
            return found
    if isinstance(node, tree.Call):
        return next((f for a in node.args if (f := _first_path(a.value))), None)
    return None


def inner_aggregate(node: object) -> tree.Call | None:
    """An aggregate inside the arguments or condition of another."""
    if isinstance(node, tree.Call) and node.function.key in AGGREGATES:
        return node
    if isinstance(node, tree.Call) and node.function.key in OVERALL:
        return None
    for name in parts_of(type(node)):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if found := inner_aggregate(item):
                return found
    return None


def refuse_nesting(b: Binder, node: tree.Call) -> None:
    """P0308 for an aggregate inside an aggregate."""
    for part in (*node.args, node.where):
        if part is not None and (inner := inner_aggregate(part)):
            raise b.fail("P0308", inner.span, "an aggregate inside an aggregate", "Make a trait or a metric of it.")


def aggregate_parts(
    b: Binder, scope: Scope, node: tree.Call, table: str
) -> tuple[Term | None, Term | None, Decimal | None]:
    """Value, condition and share (of percentile) of an aggregate, bound on a row of its table in `scope`."""
    func = node.function.key
    wanted = 2 if func == "percentile" else 1
    if len(node.args) != wanted:
        raise b.fail("P0302", node.span, f"`{func}` takes {AGGREGATES[func]}")
    first = node.args[0].value
    whole_table = isinstance(first, tree.Path) and first.key.count(".") == table.count(".")
    if whole_table and func not in ("count", "unique"):
        raise b.fail("P0302", first.span, f"`{func}` takes a column, not a table", AGGREGATES[func])
    value = Field(scope.row, "id", reference(table)) if whole_table else b.value(scope, first)
    share = _share(b, scope, node.args[1]) if func == "percentile" else None
    where = b.condition(scope, node.where) if node.where is not None else None
    if func in ("sum", "average", "median", "percentile") and value.type.kind not in ("number", "money"):
        if not (func in ("median", "percentile", "average") and value.type.timely):
            raise b.fail("P0302", first.span, f"`{func}` takes a number or money, not {value.type}", AGGREGATES[func])
    if not scope.credited:  # there the weights of credit see to it that an order counts once
        refuse_doubling(b, node, table, value)
    return (None if whole_table and func == "count" else value), where, share


def _share(b: Binder, scope: Scope, arg: tree.Arg) -> Decimal:
    term = b.value(scope, arg.value)
    if isinstance(term, Lit) and isinstance(term.value, (int, Decimal)) and 0 <= term.value <= 1:
        return Decimal(term.value)
    raise b.fail("P0302", arg.span, "`percentile` takes a percent or a number from 0 to 1", "Write `90%` or `0.9`.")


def row_scope(scope: Scope, table: str) -> Scope:
    """The scope of a row inside an aggregate: the plural names it too (`orders.total`)."""
    inner = scope.inside(table)
    return Scope(inner.table, Here(), inner.outer, {table: (Here(), table)}, prefix=inner.prefix, use="row")


def default_order(b: Binder, table: str) -> tuple[Term, ...]:
    """The order of a table's rows: default date, then id."""
    date = default_date(b, table)
    ident = (Field(Here(), "id", reference(table)),) if TABLES[table].has_id else ()
    return (*((date,) if date is not None else ()), *ident)


def default_date(b: Binder, table: str) -> Term | None:
    """The default date of a table as a term on its rows."""
    path = TABLES[table].date
    if not path:
        return None
    names = tuple(tree.Name(p) for p in path)
    return path_term(b, Scope(table), tree.Path(names))


def children(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """An aggregate in a trait or filter: over the rows that refer to the row at hand."""
    refuse_nesting(b, node)
    table = aggregate_table(b, node)
    if not scope.table:
        raise b.fail("P0302", node.span, f"`{node.function}` needs a table's row here")
    key = b.ways.key_to(table, scope.table)
    if key is None:
        raise b.fail("P0402", node.args[0].span, f"there is no way from {table} to {scope.table}",
                     f"{table} has no reference that leads to {scope.table}.")  # fmt: skip
    value, where, share = aggregate_parts(b, row_scope(scope, table), node, table)
    func = node.function.key
    order = default_order(b, table) if func in ("first", "last") else ()
    if func in ("first", "last") and not TABLES[table].date:
        raise b.fail("P0302", node.span, f"{table} has no date: there is no first and last", "Use `min` or `max`.")
    type_ = aggregate_type(func, value.type if value is not None else None)
    return Children(scope.row, table, key, func, type_, value, where, share=share, order=order)

"""`nearest(stores, latitude, longitude)`: of the rows that have a position, the one nearest to a place."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.binder import Binder, Scope, table_named
from patron.engine.model.terms import Nearest, Term
from patron.engine.types import reference

WORDS = "nearest(table with positions, latitude, longitude)"


def nearest(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """The meaning of `nearest(...)`: a reference to a row of that table."""
    if not scope.table or len(node.args) != 3 or node.where is not None:
        raise b.fail("P0302", node.span, f"`nearest` takes {WORDS}")
    first = node.args[0].value
    table = table_named(str(first)) if isinstance(first, tree.Path) else None
    columns = b.ways.columns(table) if table is not None else {}
    if table is None or not {"latitude", "longitude"} <= columns.keys():
        raise b.fail("P0302", first.span, f"`nearest` takes {WORDS}", "Stores and locations have positions.")
    own = Scope(scope.table, prefix=scope.prefix, use="row")
    latitude, longitude = (b.value(own, arg.value) for arg in node.args[1:])
    for arg, term in zip(node.args[1:], (latitude, longitude), strict=True):
        if term.type.kind != "number":
            raise b.fail("P0301", arg.span, f"a number is expected, this is {term.type}")
    return Nearest(scope.row, scope.table, table, latitude, longitude, reference(table))

"""Rules for the place of a row among others: its number, the rows before and after, its bin."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.canonical import TABLES
from patron.engine.model.child_rows import default_order
from patron.engine.model.population import counted_people
from patron.engine.model.terms import Beside, Binned, Lit, Numbered, Term, all_of
from patron.engine.types import reference

ROW_SEQUENCES = {
    "number_within": "number_within(reference where condition)",
    "previous_within": "previous_within(reference where condition)",
    "next_within": "next_within(reference where condition)",
}


def row_sequence(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """`number_within(customer where ...)`: 1, 2, 3 ... over a row's siblings by default date and id; the row before;
    the row after."""
    name = node.function.key
    if not scope.table or not TABLES[scope.table].date or len(node.args) != 1:
        raise b.fail("P0302", node.span, f"`{name}` takes {ROW_SEQUENCES[name]}, on a table with a date")
    own = Scope(scope.table, prefix=scope.prefix, use="row")
    key = b.value(own, node.args[0].value)
    where = b.condition(own, node.where) if node.where is not None else None
    order = default_order(b, scope.table)
    if name == "number_within":
        return Numbered(scope.row, scope.table, key, where, order)
    return Beside(scope.row, scope.table, key, where, order, reference(scope.table), name == "next_within")


def bins_of(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """`bins_of(value, n, "by_id" where condition)`: the n-tile of a row among its table's, of people who count."""
    if not scope.table or len(node.args) != 3:
        raise b.fail("P0302", node.span, '`bins_of` takes bins_of(value, n, "together" or "by_id" where condition)')
    own = Scope(scope.table, prefix=scope.prefix, use="row")
    value, count, mode = (b.value(own, a.value) for a in node.args)
    where = b.condition(own, node.where) if node.where is not None else None
    if scope.table == "customers":
        where = all_of(where, counted_people(b))
    if not (isinstance(count, Lit) and isinstance(count.value, int) and count.value >= 1):
        raise b.fail("P0302", node.args[1].span, "`bins_of` takes a whole number of bins")
    if not (isinstance(mode, Lit) and mode.value in ("together", "by_id")):
        raise b.fail("P0302", node.args[2].span, '`bins_of` takes "together" or "by_id"')
    return Binned(scope.row, scope.table, value, count.value, mode.value == "together", where)

"""Sums that would count the value of one row once for every row that leads to it (language reference, section 7)."""

from __future__ import annotations

from collections.abc import Iterator

from patron.dsl import tree
from patron.engine.model.binder import Binder
from patron.engine.model.canonical import TABLES
from patron.engine.model.terms import Beside, Followed, Lit, Op, Term

_OF_ONE_UNIT = frozenset({"products"})
"""What is said of a unit may be added for each one sold: `sum(lines.product.price)` is what it would have cost."""


def refuse_doubling(b: Binder, node: tree.Call, table: str, value: Term) -> None:
    """P0401 for a sum that reads nothing of the rows it counts, only rows that several of them may lead to."""
    if node.function.key != "sum":
        return
    rows = list(_rows(value))
    shared = [r.table for r in rows if isinstance(r, Followed) and _many_to_one(r)]
    if not shared or len(shared) < len(rows):
        return
    one, of = TABLES[shared[0]].singular, TABLES[table].singular
    said = f"this adds what one {one} has, once for every {of} that leads to it"
    hint = f"Add it up over {shared[0]}, `sum({shared[0]}.column where ...)`, or add a column of {table}."
    raise b.fail("P0401", node.args[0].span, said, hint)


def _rows(term: Term) -> Iterator[object]:
    """The rows whose columns a value is made of; those of the references followed are no part of it."""
    if isinstance(term, Op):
        for argument in term.args:
            yield from _rows(argument)
    elif not isinstance(term, Lit):
        yield getattr(term, "row", None)


def _many_to_one(row: Followed) -> bool:
    return row.table not in _OF_ONE_UNIT and not isinstance(row.key, Beside)

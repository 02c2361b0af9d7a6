"""`learned(customers.expected_orders)`: what a pack's model says of the row at hand, in the pack's own files."""

from __future__ import annotations

from collections.abc import Mapping

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.engine.contracts import LEARNED_KINDS, LearnedTable
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.terms import Field, Learnt, Term
from patron.engine.types import DATE, MONEY, NUMBER, TEXT, TEXTS, WHOLE, YESNO, Type, reference

KINDS: Mapping[str, Type] = dict(zip(LEARNED_KINDS, (NUMBER, WHOLE, MONEY, DATE, TEXT, TEXTS, YESNO), strict=True))
"""The types of what is learned, as descriptors name them."""

WORDS = "learned(table.column), in the files of the pack that brings the table"


def learned_table(b: Binder, name: str) -> LearnedTable:
    """The learned table of that full name, `predictions.customers`."""
    pack, _, own = name.partition(".")
    return next(t for t in b.declared.catalog.packs[pack].learned if t.name == own)


def learned(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """The meaning of `learned(...)`."""
    pack = node.span.file.partition("/")[0] if scope.prefix else ""
    known = {t.name: t for t in b.declared.catalog.packs[pack].learned} if pack in b.declared.packs else {}
    first = node.args[0].value if node.args else None
    if not isinstance(first, tree.Path) or len(first.parts) != 2 or first.parts[0].key not in known:
        raise b.fail("P0302", node.span, f"`learned` takes {WORDS}")
    table, name = known[first.parts[0].key], first.parts[1].key
    if name not in table.columns and name not in table.numbers:
        hint = suggest(name, (*table.columns, *table.numbers))
        raise b.fail("P0203", first.parts[1].span, f"{table.name} has no column `{name}`", hint)
    if name in table.numbers:
        return Learnt(f"{pack}.{table.name}", name, None, KINDS[table.numbers[name]])
    return Learnt(f"{pack}.{table.name}", name, _key(b, scope, node, table), KINDS[table.columns[name]])


def _key(b: Binder, scope: Scope, node: tree.Call, table: LearnedTable) -> Term:
    """What tells of the row at hand which of the things it is."""
    if not table.of and len(node.args) == 2:
        return b.value(scope, node.args[1].value)
    if table.of != scope.table or len(node.args) != 1:
        raise b.fail("P0302", node.span, f"`learned` takes {WORDS}")
    return Field(scope.row, "id", reference(table.of))

"""Traits and filters: their meaning for a row of their table."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.behaviour import statement_table
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.files import Declaration
from patron.engine.model.sizes import refuse_large
from patron.engine.model.terms import Term


def define_trait(b: Binder, declaration: Declaration, span: tree.Span) -> Term:
    """The meaning of a `trait` or `filter` statement, for `Here()` a row of its table."""
    kind = "filter" if isinstance(declaration.statement, tree.FilterDecl) else "trait"
    return b.define(kind, declaration, span, lambda: _trait(b, declaration))  # type: ignore[no-any-return]


def _trait(b: Binder, declaration: Declaration) -> Term:
    node = declaration.statement
    assert isinstance(node, (tree.FilterDecl, tree.TraitDecl))
    table = statement_table(b, node.table)
    scope = Scope(table, prefix=declaration.prefix)
    if isinstance(node, tree.FilterDecl):
        found = b.condition(scope, node.condition)
    else:
        found = b.term(scope, node.value)
    refuse_large(b, node.name, found)
    return found

"""The values of a project's parameters, as literals that mappings and settings take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.tree import fold

if TYPE_CHECKING:
    from patron.engine.model.files import Declared
    from patron.engine.model.periods import AsOf
    from patron.engine.model.terms import Lit


def literals(declared: Declared, as_of: AsOf) -> Mapping[str, Lit]:
    """Every parameter that has one plain value. What is wrong with one is reported by the check of the model."""
    from patron.engine.model.binder import Scope, Unbound
    from patron.engine.model.resolve import resolve
    from patron.engine.model.schema import Schema
    from patron.engine.model.terms import Lit

    binder = resolve(declared, Schema(), as_of).binder()
    found: dict[str, Lit] = {}
    for key, declaration in declared.known("param").items():
        statement = declaration.statement
        if declaration.pack or not isinstance(statement, tree.ParamDecl):
            continue
        try:
            value = binder.param(Scope(""), tree.Param(statement.name, span=statement.name.span))
        except Unbound:
            continue
        if len(value.values) == 1 and isinstance(value.values[0], Lit):
            found[fold(key)] = value.values[0]
    return found

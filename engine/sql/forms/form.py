"""What makes SQL of one operator, over the expressions its arguments stand among."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from patron.engine.model.terms import Op
from patron.engine.sql.build import E

if TYPE_CHECKING:
    from patron.engine.sql.expressions import Expressions

Form: TypeAlias = "Callable[[Expressions, Op], E]"


def arguments(x: Expressions, op: Op) -> list[E]:
    """The arguments of an operator as SQL."""
    return [x.value(a) for a in op.args]

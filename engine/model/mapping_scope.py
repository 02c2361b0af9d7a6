"""What names mean inside a `table` statement: columns of the source, references of the row, parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, nearest
from patron.dsl.tree import Span, fold
from patron.engine.contracts import FunctionType, SourceColumn
from patron.engine.model.terms import Lit
from patron.engine.types import Type


class Unbound(Exception):
    """An expression that means nothing; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def fail(code: str, span: Span, message: str, hint: str = "") -> Unbound:
    """The error to raise for a problem."""
    return Unbound(Problem(code, span, message, hint))


@dataclass(frozen=True, slots=True)
class MapScope:
    """A source table seen from an expression.

    `header` are its columns by folded name (None: the source could not be opened, every name is taken on trust).
    `references` are references of the row being filled, by folded name, with the table they lead to;
    `canonical` finds a column of a canonical table. `sources` finds the header of `source.table`.
    """

    source: str
    table: str
    header: Mapping[str, SourceColumn] | None
    params: Mapping[str, Lit] = field(default_factory=dict)
    currency: str = ""
    grouped: bool = False
    references: Mapping[str, str] = field(default_factory=dict)
    canonical: Callable[[str, str], Type | None] = lambda table, column: None
    lookup_header: Callable[[str, str, Span], Mapping[str, SourceColumn] | None] = lambda s, t, span: None
    functions: Mapping[str, FunctionType] = field(default_factory=dict)

    def unknown_column(self, name: str, span: Span) -> Unbound:
        """P0203 with the nearest column."""
        columns = [c.name for c in (self.header or {}).values()]
        near = nearest(name, columns)
        hint = f"Did you mean `{near}`? " if near else ""
        shown = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
        return fail("P0203", span, f"{self.source}.{self.table} has no column `{name}`", f"{hint}Its columns: {shown}")


def same(a: str, b: str) -> bool:
    return fold(a) == fold(b)

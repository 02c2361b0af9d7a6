"""An audience as lines: each clause in words, and the people left after it as a formula over yes/no columns.

Every condition that stands on a line of its own is one column; what lines, groups and both sides of an audience mean
together is a formula over these columns. So the whole tree is counted in one pass over the customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import by_place
from patron.engine.model import population
from patron.engine.model.audiences import CUSTOMER_ID, Audience
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.terms import NO, YES, Lit, Member, Op, Term, all_of, any_of, negated
from patron.engine.plan.nodes import Col, Expr
from patron.engine.runtime.errors import SpecError
from patron.engine.types import YESNO

PEOPLE, INCLUDE, EXCLUDE, KEEP = "people", "include", "exclude", "keep"

Left = Callable[[Expr], Expr]
"""The people left by a condition at a place of the tree, as a formula."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A line. `truth` says whether it holds, `left` who is left after it, both as formulas over columns.

    `node` is the condition as written (None: who is looked at in the first place, or `keep`).
    """

    words: str
    depth: int
    side: str
    truth: Expr
    left: Expr
    node: tree.Condition | None = None


@dataclass(frozen=True, slots=True)
class Clauses:
    """An audience's lines in order, the columns they need, and the formula of membership."""

    audience: Audience
    binder: Binder
    scope: Scope
    lines: tuple[Clause, ...]
    columns: Mapping[str, Term]
    member: Expr


def clauses_of(b: Binder, name: str) -> Clauses:
    """The lines of an audience. SpecError with its problems when it cannot be understood."""
    try:
        found = b.audience(tree.Name(name), Scope(""))
        declaration = b.declared.known("audience")[tree.fold(name)]
        node = declaration.statement
        assert isinstance(node, tree.AudienceDecl)
        own = b.variant(as_of=found.as_of) if found.as_of != b.as_of else b
        scope = Scope("customers", prefix=declaration.prefix)
        return _Reader(own, scope, found).read(node)
    except Unbound:
        raise SpecError(problems=by_place(b.problems)) from None


@dataclass
class _Reader:
    b: Binder
    scope: Scope
    audience: Audience
    columns: dict[Term, str] = field(default_factory=dict)

    def read(self, node: tree.AudienceDecl) -> Clauses:
        base = self._column(population.tracked(self.b, self.audience.anonymous) or YES)
        words = "all tracked users" + (", anonymous ones too" if self.audience.anonymous else "")
        lines = [Clause(words, 0, PEOPLE, base, base)]
        left = base
        for side, written in ((INCLUDE, node.include), (EXCLUDE, node.exclude)):
            if written is None:
                continue
            wanted = side == INCLUDE
            before = left

            def after(x: Expr, before: Expr = before, wanted: bool = wanted) -> Expr:
                return both(before, x if wanted else opposite(x))

            found = list(self._clauses(written, 0, side, after))
            found[0] = replace(found[0], words=f"{side} {found[0].words}")
            lines += found
            left = found[0].left
        if node.keep is not None:
            left = self._column(Member(CUSTOMER_ID, tree.fold(self.audience.name)))
            lines.append(Clause(keep_words(node.keep), 0, KEEP, left, left))
        named = {name: term for term, name in self.columns.items()}
        return Clauses(self.audience, self.b, self.scope, tuple(lines), named, left)

    def _column(self, term: Term) -> Expr:
        """The column of a condition; equal conditions share one."""
        if isinstance(term, Lit):
            return term
        name = self.columns.setdefault(term, f"c{len(self.columns)}")
        return Col(name, YESNO)

    def _clauses(self, node: tree.Condition, depth: int, side: str, left: Left) -> Iterator[Clause]:
        """A condition or group with everything in it, the group first."""
        if not isinstance(node, tree.Group):
            truth = self.truth(node)
            words = "everyone" if isinstance(node, tree.Everyone) else format_expr(node)
            yield Clause(words, depth, side, truth, left(truth), node)
            return
        truth = self.truth(node)
        yield Clause(f"{node.kind} of", depth, side, truth, left(truth), node)
        before: list[Expr] = []
        for item in node.items:
            yield from self._clauses(item, depth + 1, side, _place(node.kind, tuple(before), left))
            before.append(self.truth(item))

    def truth(self, node: tree.Condition) -> Expr:
        """Whether a condition or group holds."""
        if isinstance(node, tree.Everyone):
            return YES
        if not isinstance(node, tree.Group):
            return self._column(self.b.condition(self.scope, node))
        items = [self.truth(item) for item in node.items]
        if node.kind == "all":
            return both(*items)
        return either(*items) if node.kind == "any" else opposite(either(*items))


def _place(kind: str, before: Sequence[Expr], left: Left) -> Left:
    """What is left by one line of a group: of `all of` with the lines before it, of the others by itself."""
    if kind == "all":
        return lambda x: left(both(*before, x))
    return left if kind == "any" else lambda x: left(opposite(x))


def keep_words(node: tree.KeepTop) -> str:
    """`keep top 5000 of their total_sales`."""
    return f"keep {node.end} {format_expr(node.amount)} of {format_expr(node.value)}"


# ---------------------------------------------------------------- formulas


def both(*items: Expr) -> Expr:
    """All of them."""
    return all_of(*items) or YES


def either(*items: Expr) -> Expr:
    """Any of them."""
    return any_of(*items) if items else NO


def opposite(item: Expr) -> Expr:
    """The complement."""
    if isinstance(item, Lit):
        return NO if item.value else YES
    return negated(item)


def holds(formula: Expr, known: Callable[[str], bool | None]) -> bool | None:
    """Whether a formula holds; None where an unknown column decides."""
    if isinstance(formula, Lit):
        return bool(formula.value)
    if isinstance(formula, Col):
        return known(formula.name)
    assert isinstance(formula, Op)
    parts = [holds(a, known) for a in formula.args]
    if formula.name == "not":
        return None if parts[0] is None else not parts[0]
    deciding = formula.name == "or"
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding

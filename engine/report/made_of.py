"""What the value of a trait is made of for one customer: the values and aggregates in its definition, each with its own
value and the rows it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.dsl.tree import NOWHERE
from patron.engine.model.audiences import CUSTOMER_ID
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.canonical import TABLES
from patron.engine.model.files import Declaration
from patron.engine.model.phrases import nodes_in
from patron.engine.model.resolve import Model
from patron.engine.model.terms import Children, Lit, Term, compare
from patron.engine.model.traits import define_trait
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Step
from patron.engine.plan.planner import Planner
from patron.engine.report.assemble import clean
from patron.engine.report.context import Context
from patron.engine.report.findings import personal
from patron.engine.report.programs import fetched
from patron.engine.report.speech import Speaker, counted
from patron.engine.results import Why, WhyLine
from patron.engine.runtime.errors import SpecError
from patron.engine.types import WHOLE, reference

DEEPEST = 4
"""Traits in traits are followed so far."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value in a definition, as it is written there."""

    depth: int
    words: str
    term: Term


def why_trait(model: Model, customer_id: str, name: str, context: Context) -> Why | None:
    """The value of a trait on customers and what it is made of; None when there is no such customer."""
    b = model.binder()
    declaration = b.find("trait", name, NOWHERE)
    node = declaration.statement
    assert isinstance(node, tree.TraitDecl)
    if str(node.table) != "customers":
        hint = "Ask for a trait on customers."
        raise SpecError([Problem("P0201", NOWHERE, f"{declaration.name} is a trait on {node.table}", hint)])
    seen = {declaration.name}
    parts = [Part(0, format_expr(node.value), define_trait(b, declaration, NOWHERE)), *_parts(b, declaration, 1, seen)]
    rows = {part: _rows_of(part.term) for part in parts}
    terms = dict.fromkeys(term for part in parts for term in (part.term, rows[part]) if term is not None)
    names = {term: f"v{n}" for n, term in enumerate(terms)}
    p = Planner(b, context.store)
    who = compare("=", CUSTOMER_ID, Lit(customer_id, reference("customers")))
    values = row_plans.evaluate(p, "customers", [("id", CUSTOMER_ID), *((n, t) for t, n in names.items())], who)
    found = fetched(p, (Step("values", values, "values"),), model, context)["values"]
    if not found:
        return None
    known = {term: clean(value, term.type) for term, value in zip(names, found[0][1:], strict=True)}
    speaker = Speaker(b.settings.currency, b.settings.timezone)

    def said(part: Part) -> str:
        value = known[part.term]
        if personal(part.term):
            return "missing" if value is None else "known"
        told, count = speaker.value(value, part.term.type), rows[part]
        return told if count is None else f"{told}, of {_counted(part.term, int(str(known[count])))}"

    lines = tuple(WhyLine(part.depth, part.words, True, said(part)) for part in parts)
    return Why(customer_id, declaration.name, True, lines, value=lines[0].detail.partition(", of ")[0])


def _parts(b: Binder, declaration: Declaration, depth: int, seen: set[str]) -> Iterator[Part]:
    """The values in a trait's definition; below a trait among them, what that one is made of."""
    node = declaration.statement
    assert isinstance(node, tree.TraitDecl)
    told: set[str] = set()
    for leaf, term in _leaves(b, Scope("customers", prefix=declaration.prefix), node.value):
        words = format_expr(leaf)
        if words in told:
            continue
        told.add(words)
        if leaf is not node.value:
            yield Part(depth, words, term)
        inner = _trait(b, leaf, declaration.prefix)
        if inner is not None and inner.name not in seen and depth < DEEPEST:
            seen.add(inner.name)
            yield from _parts(b, inner, depth + 1, seen)


def _leaves(b: Binder, scope: Scope, node: object) -> Iterator[tuple[tree.Expr, Term]]:
    """Paths, events and aggregates inside an expression with what they mean; not what an aggregate is made of."""
    kinds: tuple[type[tree.Path | tree.Call | tree.Has], ...] = (tree.Path, tree.Call, tree.Has)
    for found in nodes_in(node, *kinds):
        known = len(b.problems)
        try:
            term = b.condition(scope, found) if isinstance(found, tree.Has) else b.term(scope, found)
        except Unbound:  # a word that is no value by itself, such as that of a stage
            del b.problems[known:]
            continue
        if isinstance(found, tree.Call) and not isinstance(term, Children):
            for inner in (*found.args, found.where):
                yield from _leaves(b, scope, inner)
        else:
            yield found, term


def _trait(b: Binder, leaf: tree.Expr, prefix: str) -> Declaration | None:
    """The trait on customers that a path names."""
    if not isinstance(leaf, tree.Path) or not b.has("trait", str(leaf), prefix):
        return None
    found = b.find("trait", str(leaf), NOWHERE, prefix)
    on_customers = isinstance(found.statement, tree.TraitDecl) and str(found.statement.table) == "customers"
    return found if on_customers else None


def _rows_of(term: Term) -> Term | None:
    """How many rows an aggregate looks at; None for what is none, or counts them itself."""
    if not isinstance(term, Children) or term.func == "count":
        return None
    return replace(term, func="count", type=WHOLE, value=None, each=None, share=None, order=())


def _counted(term: Term, number: int) -> str:
    assert isinstance(term, Children)
    table = term.rows if isinstance(term.rows, str) else "orders"
    one = TABLES[table].singular if table in TABLES else "row"
    return counted(number, one, table if table in TABLES else "rows").replace("_", " ")

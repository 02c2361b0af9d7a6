"""Answers: phrases, audiences and their members, computed on an open session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from patron.dsl import tree
from patron.dsl.problems import Problem, by_place
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.phrases import PLAIN, Defaults, bind_phrase
from patron.engine.model.queries import Query, Subject
from patron.engine.model.resolve import Model
from patron.engine.model.store import Store
from patron.engine.model.terms import Field, Here, Term
from patron.engine.plan import people
from patron.engine.plan import rows as row_plans
from patron.engine.plan.bounds import bounded
from patron.engine.plan.nodes import Node, Plan, Sorted, SortKey, Step, columns
from patron.engine.plan.planner import ListMembers, Planner
from patron.engine.plan.query import plan_query
from patron.engine.plan.rules import optimized
from patron.engine.report.assemble import clean
from patron.engine.report.context import Allowed, Context, lowering
from patron.engine.report.doubts import doubts, doubts_told
from patron.engine.report.history import unstored
from patron.engine.report.permitted import shown
from patron.engine.report.programs import fetched
from patron.engine.report.questions import answer, question
from patron.engine.report.subjects import taken_later
from patron.engine.results import Column, Conditions, Report, Result, Why
from patron.engine.runtime.errors import SpecError
from patron.engine.sql.program import Unable, compile_plan
from patron.engine.types import Format, reference

__all__ = ["Context", "audience", "audience_tree", "detail", "plan_text", "query", "report", "sql_text", "why"]


def bound(
    model: Model, phrase: tree.Phrase, defaults: Defaults = PLAIN, binder: Binder | None = None
) -> tuple[Query, Binder]:
    """A phrase understood; SpecError with its problems otherwise."""
    b = binder or model.binder()
    known = len(b.problems)
    try:
        found = bind_phrase(b, phrase, defaults)
    except Unbound:
        raise SpecError(problems=by_place(b.problems[known:])) from None
    return found, b


def query(model: Model, phrase: tree.Phrase, context: Context) -> Result:
    """The answer to a phrase."""
    from patron.engine.report.expired import last_counted

    found, b = bound(model, phrase)
    then, told = last_counted(model, found.subject, context)
    if then is not model:
        found, b = bound(then, phrase)
    notes = tuple(said(p) for p in (*by_place(b.problems), *unstored(b.as_of, context)) if not p.stops)
    return run_query(then, found, b, context, (*notes, *told, *taken_later(found.subject, context)))


def said(problem: Problem) -> str:
    """A warning or note in one line, with its place when a file says it."""
    s = problem.span
    place = f"{s.file}:{s.line}:{s.column}: " if s.file else ""
    return f"{place}{problem.code}: {problem.message}" + (f". {problem.hint}" if problem.hint else "")


def run_query(model: Model, found: Query, b: Binder, context: Context, notes: Sequence[str] = ()) -> Result:
    """Plan, compile and run a bound query."""
    planner = Planner(b, context.store, list_reader(context))
    asked = question(planner, bounded(planner, found))
    rows = fetched(planner, (*asked.outputs, *doubts(planner)), model, context)
    told = (said(p) for p in doubts_told(model, b, rows))
    result = answer(asked, rows, (*notes, *told), context)
    counted = [i for i, c in enumerate(result.columns) if c.role == "metric"]
    if any(row[i] for row in result.rows for i in counted):
        return result
    return replace(result, notes=(*result.notes, *why_empty(model, found.subject, context)))


def why_empty(model: Model, subject: Subject, context: Context) -> tuple[str, ...]:
    """For audiences with nobody in them: since which clause."""
    from patron.engine.report.emptiness import emptied

    names = subject.names if subject.kind == "audiences" else ()
    return tuple(said(p) for name in names if (p := emptied(model, name, context)) is not None)


def list_reader(context: Context) -> Callable[[str, int | None], ListMembers]:
    """Members of lists as the planner asks for them: stored ids become a temporary table."""
    from patron.engine.report.subjects import list_members

    def read(name: str, version: int | None) -> ListMembers:
        return list_members(context, name, version)

    return read


# ---------------------------------------------------------------- audiences


def find_audience(name: str, b: Binder) -> str:
    """The key of an audience by its name; SpecError P0201 with the nearest."""
    try:
        b.audience(tree.Name(name), Scope(""))
    except Unbound:
        raise SpecError(problems=by_place(b.problems)) from None
    return tree.fold(name)


def audience(model: Model, name: str, context: Context, extra: Sequence[str] = ()) -> Result:
    """The members of an audience or list: `id` and the columns asked, by id."""
    b = model.binder()
    p = Planner(b, context.store, list_reader(context))
    ident = reference("customers")
    node: Node
    if not b.has("audience", name) and b.has("list", name):
        ids: Node = people.list_ids(p, tree.fold(name), None)
    else:
        ids = people.audience_ids(p, find_audience(name, b))
    terms: list[tuple[str, Term]] = [("id", Field(Here(), "id", ident)), *_columns(b, extra)]
    node = row_plans.evaluate(p, "customers", terms)
    from patron.engine.plan.nodes import Col, Join, Project

    inside = Project(ids, (("@member", Col("id", ident)),))
    node = Join(node, inside, "semi", ((Col("id", ident), Col("@member", ident)),))
    node = Sorted(node, (SortKey(Col("id", ident)),))
    rows = fetched(p, (Step("rows", node), *doubts(p)), model, context)
    cols = columns(node)
    out = tuple(tuple(clean(v, c.type) for v, c in zip(row, cols, strict=True)) for row in rows["rows"])
    warnings = (p for p in by_place(b.problems) if p.severity == "W")
    notes = tuple(said(p) for p in (*warnings, *unstored(b.as_of, context), *doubts_told(model, b, rows)))
    if not out and b.has("audience", name):
        notes += why_empty(model, Subject("audiences", (name,)), context)
    return Result(
        tuple(Column(c.name, c.name.capitalize(), c.type, "dimension", format=Format("text")) for c in cols),
        out,
        notes=notes,
    )


def _columns(b: Binder, names: Sequence[str]) -> list[tuple[str, Term]]:
    found = []
    for name in names:
        path = tree.Path(tuple(tree.Name(p, span=tree.Span("", 1, 1, 1, 1)) for p in name.split(".")))
        known = len(b.problems)
        try:
            found.append((name, b.term(Scope("customers"), path)))
        except Unbound:
            raise SpecError(problems=by_place(b.problems[known:])) from None
    return found


def audience_tree(model: Model, name: str, context: Context) -> Conditions:
    """Every clause of an audience with the people left after it."""
    from patron.engine.report.explain import tree_of

    return tree_of(model, name, context)


def why(model: Model, customer: str, name: str, context: Context) -> Why:
    """Why a customer is or is not in an audience or list."""
    from patron.engine.report.explain import why as explain

    return explain(model, customer, name, context)


def report(model: Model, name: str, params: Any, context: Context) -> Report:
    """A report with all its figures."""
    from patron.engine.report.reports import make

    return make(model, name, params, context)


def detail(model: Model, name: str, table: str, params: Any, context: Context) -> Result:
    """Row-level detail of a report: `order_details`."""
    from patron.engine.report.details import detail as make

    return make(model, name, table, params, context)


# ---------------------------------------------------------------- plans as text


def plan_of(model: Model, name: str, store: Store, allowed: Allowed | None = None) -> tuple[Plan, Planner]:
    """The plan of a metric, audience or phrase by name, as if it were asked by somebody who may see what is allowed."""
    b = model.binder()
    p = Planner(b, store)
    if b.has("audience", name):
        found = people.audience_ids(p, find_audience(name, b))
        plan = Plan(tuple(p.steps), (Step("rows", found, f"members of {name}"),))
        return optimized(shown(plan, b.named, allowed)), p
    from patron.dsl.parse import parse_phrase

    phrase, problems = parse_phrase(name)
    if phrase is None:
        raise SpecError(problems=problems)
    query_, _ = bound(model, phrase, binder=b)
    outputs = plan_query(p, query_).outputs
    return optimized(shown(Plan(tuple(p.steps), outputs), b.named, allowed)), p


def plan_text(model: Model, name: str, store: Store | None = None, allowed: Allowed | None = None) -> str:
    """The plan as text."""
    from patron.engine.plan.text import text_of
    from patron.engine.report.stores import imagined

    plan, _ = plan_of(model, name, store or imagined(model.schema), allowed)
    return text_of(plan)


def sql_text(model: Model, name: str, dialect: str, store: Store | None = None, allowed: Allowed | None = None) -> str:
    """The SQL of a metric, audience, report or phrase in a dialect."""
    from patron.engine.report.stores import imagined

    known = store or imagined(model.schema)
    plan, _ = plan_of(model, name, known, allowed)
    try:
        return compile_plan(plan, lowering(model, known, dialect)).text()
    except Unable as error:
        message = f"{dialect} cannot do what this asks: {error}"
        hint = "Ask otherwise, or use the default backend."
        raise SpecError([Problem("P0901", _asked_at(model, name), message, hint)]) from error


def _asked_at(model: Model, name: str) -> tree.Span:
    """Where an audience or metric is declared; a phrase is its own place."""
    for kind in ("audience", "metric"):
        declared = model.declared.known(kind).get(tree.fold(name))
        if declared is not None and not declared.pack:
            return declared.span
    return tree.Span("", 1, 1, 1, len(name) + 1)

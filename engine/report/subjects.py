"""Lists and audiences as subjects: bounds of a list's analysis, members of lists, what is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from patron.dsl.problems import Problem
from patron.engine.model.binder import Binder
from patron.engine.model.lists import ListDefinition, define_list
from patron.engine.model.periods import cut_to, to_local
from patron.engine.model.queries import Query
from patron.engine.plan.planner import ListMembers
from patron.engine.report.context import Context
from patron.engine.runtime.errors import SpecError


def definition(b: Binder, name: str) -> ListDefinition:
    return define_list(b, b.declared.known("list")[name])


def taken_on(b: Binder, name: str, version: int | None, context: Context) -> dt.date | None:
    """The local date of a list's photograph: of the stored version, else of `take once`."""
    stored = context.lists.get(name, version) if context.lists is not None else None
    moment = stored.created_at if stored is not None else definition(b, name).taken_at
    if moment is None:
        return None
    naive = moment.replace(tzinfo=None)
    return to_local(naive, b.settings.timezone).date()


def check_lists(b: Binder, query: Query, context: Context) -> Query:
    """P0503 and P0504 for an explicit period outside what the list allows; a relative one is cut."""
    if query.subject.kind != "lists":
        return query
    for name, version in zip(query.subject.names, query.subject.versions, strict=True):
        query = _within(b, query, name, version, context)
    return query


def _within(b: Binder, query: Query, name: str, version: int | None, context: Context) -> Query:
    rules = definition(b, name).rules
    span = query.period
    if rules.at_most is not None and span.bounded and (span.planned_days or span.days) > rules.at_most:
        raise _refused("P0503", query,
                       f"the period has {span.planned_days or span.days} days, at most {rules.at_most} are allowed",
                       f"Ask for {rules.at_most} days or fewer.")  # fmt: skip
    day = taken_on(b, name, version, context)
    if day is None or rules.before is None:
        return query
    low, high = rules.bounds(day)
    if not span.bounded:
        return replace(query, period=cut_to(span, low, min(high, b.as_of.today)))
    assert span.start is not None and span.end is not None
    planned_end = span.start + dt.timedelta(days=span.planned_days - 1) if span.planned_days else span.end
    if low <= span.start and max(span.end, planned_end) <= high:
        return query
    if span.rolling or span.unit:
        return replace(query, period=cut_to(span, low, high))
    message = f"the list may be analysed from {low} to {high}"
    raise _refused("P0504", query, message, "Choose a period inside these dates.")


def _refused(code: str, query: Query, message: str, hint: str) -> SpecError:
    return SpecError(problems=(Problem(code, query.period_at, message, hint),))


def pending(query: Query, context: Context) -> bool:
    """Whether a list that is asked about has not been taken yet."""
    if query.subject.kind != "lists" or context.lists is None:
        return query.subject.kind == "lists"
    return any(
        context.lists.get(n, v) is None for n, v in zip(query.subject.names, query.subject.versions, strict=True)
    )


def list_members(context: Context, name: str, version: int | None) -> ListMembers:
    """A stored list's members as a temporary table of the session."""
    stored = context.lists.get(name, version) if context.lists is not None else None
    if stored is None:
        return ListMembers(None)
    table = f"list_{stored.name}_{stored.version}"
    if table not in context.registered:
        _fill(context, table, context.lists.members(stored.name, stored.version))
        context.registered.add(table)
    return ListMembers(table, getattr(stored, "expires_at", None))


def _fill(context: Context, table: str, ids: Sequence[str]) -> None:
    from patron.engine.model.terms import Lit
    from patron.engine.plan.nodes import Col, Plan, Stack, Step, Values
    from patron.engine.sql.expressions import Lowering
    from patron.engine.sql.program import compile_plan
    from patron.engine.sql.scalars import Scalars
    from patron.engine.types import reference

    ident = reference("customers")
    stored = context.store.tables.get("customers")
    whole = (
        frozenset({"customers"}) if stored is not None and stored.columns["id"].storage == "whole" else frozenset[str]()
    )
    chunks = [ids[i : i + 5000] for i in range(0, len(ids), 5000)] or [[]]
    nodes = tuple(Values((Col("id", ident),), tuple((Lit(i, ident),) for i in chunk)) for chunk in chunks)
    node = nodes[0] if len(nodes) == 1 else Stack(nodes)
    program = compile_plan(Plan((Step(table, node, "members of a list"),), ()), Lowering(Scalars(), whole))
    context.session.run(table, program.steps[0].sql)

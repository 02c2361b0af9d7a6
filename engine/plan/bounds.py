"""How far a question about a list may look: its period, cut or refused as the rules of the list say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from patron.dsl.problems import Problem
from patron.engine.model.lists import ListDefinition, define_list
from patron.engine.model.periods import cut_to, to_local
from patron.engine.model.queries import Query
from patron.engine.plan.planner import Planner
from patron.engine.runtime.errors import SpecError


def bounded(p: Planner, query: Query) -> Query:
    """P0503 and P0504 for an explicit period outside what the list allows; a relative one is cut."""
    if query.subject.kind != "lists":
        return query
    for name, version in zip(query.subject.names, query.subject.versions, strict=True):
        query = _within(p, query, define_list(p.b, p.b.declared.known("list")[name]), version)
    return query


def _within(p: Planner, query: Query, of: ListDefinition, version: int | None) -> Query:
    rules, span = of.rules, query.period
    if rules.at_most is not None and span.bounded and (span.planned_days or span.days) > rules.at_most:
        raise _refused("P0503", query,
                       f"the period has {span.planned_days or span.days} days, at most {rules.at_most} are allowed",
                       f"Ask for {rules.at_most} days or fewer.")  # fmt: skip
    day = _taken_on(p, of, version) if rules.before is not None else None
    if day is None:
        return query
    low, high = rules.bounds(day)
    if not span.bounded:
        return replace(query, period=cut_to(span, low, min(high, p.as_of.today)))
    assert span.start is not None and span.end is not None
    planned_end = span.start + dt.timedelta(days=span.planned_days - 1) if span.planned_days else span.end
    if low <= span.start and max(span.end, planned_end) <= high:
        return query
    if span.rolling or span.unit:
        return replace(query, period=cut_to(span, low, high))
    message = f"the list may be analysed from {low} to {high}"
    raise _refused("P0504", query, message, "Choose a period inside these dates.")


def _taken_on(p: Planner, of: ListDefinition, version: int | None) -> dt.date | None:
    """The local date of a list's photograph: of the stored version, else of `take once`."""
    moment = p.lists(of.name, version).taken_at or of.taken_at
    return None if moment is None else to_local(moment.replace(tzinfo=None), p.b.settings.timezone).date()


def _refused(code: str, query: Query, message: str, hint: str) -> SpecError:
    return SpecError(problems=(Problem(code, query.period_at, message, hint),))

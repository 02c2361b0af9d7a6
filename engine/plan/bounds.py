"""How far a question about a list may look: its period, cut or refused as the rules of the list say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.model.lists import ListDefinition, define_list
from patron.engine.model.periods import Span, cut_to, to_local, to_utc
from patron.engine.model.queries import Query
from patron.engine.plan.planner import Planner
from patron.engine.runtime.errors import SpecError


def bounded(p: Planner, query: Query) -> Query:
    """P0503 and P0504 for an explicit period outside what a list allows; a relative one is cut, and that is told."""
    if query.subject.kind != "lists":
        return query
    asked = query.period
    for name, version in zip(query.subject.names, query.subject.versions, strict=True):
        query = _within(p, query, asked, define_list(p.b, p.b.declared.known("list")[name]), version)
    return query


def _within(p: Planner, query: Query, asked: Span, of: ListDefinition, version: int | None) -> Query:
    rules, length = of.rules, asked.planned_days or asked.days
    if rules.at_most is not None and asked.bounded and length > rules.at_most:
        message = f"the period has {length} days, at most {rules.at_most} are allowed"
        raise _refused("P0503", query, message, f"Ask for {rules.at_most} days or fewer.")
    day = _taken_on(p, of, version) if rules.before is not None else None
    if day is None:
        return query
    low, high = rules.bounds(day)
    if not asked.bounded or asked.rolling or asked.unit:
        return _cut(p, query, of.name, low, high)
    assert asked.start is not None and asked.end is not None
    planned_end = asked.start + dt.timedelta(days=length - 1)
    if low <= asked.start and max(asked.end, planned_end) <= high:
        return query
    message = f"the list may be analysed from {low} to {high}"
    raise _refused("P0504", query, message, "Choose a period inside these dates.")


def _cut(p: Planner, query: Query, name: str, low: dt.date, high: dt.date) -> Query:
    """The question about those of its dates in which the list may be analysed."""
    span = query.period
    if span.elapsed:
        cut = _hours_cut(span, low, high, p.as_of.zone)
    else:
        cut = cut_to(span, low, high if span.bounded else min(high, p.as_of.today))
    if cut == span:
        return query
    if query.period_at == tree.NOWHERE:  # nobody asked for other dates
        return replace(query, period=cut)
    some = cut.elapsed[0] <= cut.elapsed[1] if cut.elapsed else not cut.bounded or cut.days > 0
    became = "the period is cut to these dates" if some else "no day of the period is among these dates"
    told = f"the list `{name}` may be analysed from {low} to {high}: {became}"
    return replace(query, period=cut, told=(*query.told, told))


def _hours_cut(span: Span, low: dt.date, high: dt.date, zone: str) -> Span:
    """The part of a stretch of elapsed time that lies within local dates."""
    assert span.elapsed is not None
    first, after = (to_utc(dt.datetime.combine(d, dt.time()), zone) for d in (low, high + dt.timedelta(days=1)))
    start, end = max(span.elapsed[0], first), min(span.elapsed[1], after - dt.timedelta(microseconds=1))
    return replace(span, elapsed=(start, end))


def _taken_on(p: Planner, of: ListDefinition, version: int | None) -> dt.date | None:
    """The local date of a list's photograph: of the stored version, else of `take once`."""
    moment = p.lists(of.name, version).taken_at or of.taken_at
    return None if moment is None else to_local(moment.replace(tzinfo=None), p.b.settings.timezone).date()


def _refused(code: str, query: Query, message: str, hint: str) -> SpecError:
    return SpecError(problems=(Problem(code, query.period_at, message, hint),))

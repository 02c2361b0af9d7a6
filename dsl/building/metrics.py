"""Builders of filters, traits, events and metrics."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Clause, Parts, builds, clause
from patron.dsl.building.values import unit


@builds("filter_decl")
def filter_decl(b: Builder, parts: Parts, start: int, end: int) -> t.FilterDecl:
    name, title, table, condition = parts
    return t.FilterDecl(b.declared(name), table, condition, b.title(title), span=b.span(start, end))


@builds("trait_decl")
def trait_decl(b: Builder, parts: Parts, start: int, end: int) -> t.TraitDecl:
    name, title, table, value = parts
    return t.TraitDecl(b.declared(name), table, value, b.title(title), span=b.span(start, end))


@builds("event_decl")
def event_decl(b: Builder, parts: Parts, start: int, end: int) -> t.EventDecl:
    name, title, table, at, *options, where = parts
    said = b.said_once(options)
    return t.EventDecl(
        b.declared(name), table, at, said.get("per"), said.get("worth"), where, b.title(title), span=b.span(start, end)
    )


for _rule, _word in (("event_per", "per"), ("event_worth", "worth"), ("metric_value", "value")):
    builds(_rule)(clause(_word))


# ---------------------------------------------------------------- metrics


@builds("metric_decl")
def metric_decl(b: Builder, parts: Parts, start: int, end: int) -> t.MetricDecl:
    name, title, value = parts
    return t.MetricDecl(b.declared(name), value, b.title(title), span=b.span(start, end))


@builds("metric_block")
def metric_block(b: Builder, parts: Parts, start: int, end: int) -> t.MetricDecl:
    name, title, *clauses = parts
    said = b.said_once(clauses)
    if "value" not in said:
        b.report("P0101", name.span, f"the metric `{name.text}` has no value", "Add a line `value ...`.")
    return t.MetricDecl(
        b.declared(name), said.get("value"), b.title(title), said.get("date"), said.get("format"), said.get("good"),
        said.get("when"), said.get("describe"), block=True, span=b.span(start, end),
    )  # fmt: skip


@builds("metric_date")
def metric_date(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("date", t.MetricDate(parts[0], span=b.span(start, end)), start, end)


@builds("metric_format")
def metric_format(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    digits = int(parts[1].text) if parts[1] else None
    return Clause("format", t.MetricFormat(parts[0], digits, span=b.span(start, end)), start, end)


@builds("metric_good")
def metric_good(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("good", t.MetricGood(parts[0].text, span=b.span(start, end)), start, end)


@builds("metric_empty")
def metric_empty(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("when", t.MetricEmpty(parts[0], span=b.span(start, end)), start, end)


@builds("attributed")
def attributed(b: Builder, parts: Parts, start: int, end: int) -> t.Credited:
    return t.Credited(parts[0], parts[1], span=b.span(start, end))


@builds("influenced")
def influenced(b: Builder, parts: Parts, start: int, end: int) -> t.Credited:
    return t.Credited(parts[0], parts[1], influenced=True, span=b.span(start, end))


@builds("event_phrase")
def event_phrase(b: Builder, parts: Parts, start: int, end: int) -> t.EventPhrase:
    return t.EventPhrase(parts[0], parts[1], span=b.span(start, end))


def _follow(b: Builder, rate: bool, parts: Parts, start: int, end: int) -> t.Follow:
    first, then, within, matching, finished = parts
    return t.Follow(rate, first, then, within, matching or (), finished is not None, span=b.span(start, end))


@builds("follow_rate")
def follow_rate(b: Builder, parts: Parts, start: int, end: int) -> t.Follow:
    return _follow(b, True, parts, start, end)


@builds("follow_count")
def follow_count(b: Builder, parts: Parts, start: int, end: int) -> t.Follow:
    return _follow(b, False, parts, start, end)


@builds("rolling")
def rolling(b: Builder, parts: Parts, start: int, end: int) -> t.Rolling:
    count, token, value = parts
    return t.Rolling(count, unit(token), value, span=b.span(start, end))


@builds("running")
def running(b: Builder, parts: Parts, start: int, end: int) -> t.Running:
    value, restart = parts
    return t.Running(value, unit(restart) if restart else None, span=b.span(start, end))


@builds("share")
def share(b: Builder, parts: Parts, start: int, end: int) -> t.Share:
    value, *within = parts
    return t.Share(value, tuple(d for d in within if d is not None), span=b.span(start, end))

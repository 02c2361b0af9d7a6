"""Statements as entries, but for audiences, attributions, reports and runs."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.printing import words as w
from patron.dsl.printing.entries import MAPPED, Entry, keyed
from patron.dsl.printing.layout import COMMA, PARTS, SPLIT, soft
from patron.dsl.printing.phrases import dimension
from patron.dsl.printing.values import IN_ATOM, condition, expr, value

EQUALS = f" ={soft(SPLIT)}"


def describe(given: t.Text | None) -> list[Entry]:
    return [] if given is None else [keyed("describe", w.text(given), given.span)]


def language_decl(given: t.LanguageDecl) -> Entry:
    return Entry(f"language {given.version}", given.span)


def import_decl(given: t.ImportDecl) -> Entry:
    names = f"{w.names(given.names)} from " if given.names else ""
    return Entry(f"import {names}{w.text(given.file)}", given.span)


def use_decl(given: t.UseDecl) -> Entry:
    version = "" if given.version is None else f" >= {given.version}"
    return Entry(f"use {w.path(given.pack)}{version}", given.span, body=settings(given.settings))


def project_decl(given: t.ProjectDecl) -> Entry:
    return Entry(f"project {w.text(given.title)}", given.span, body=settings(given.settings) or [])


def param_decl(given: t.ParamDecl) -> Entry:
    allowed = ""
    if given.allowed:
        allowed = f" one of {w.listed(expr(a, IN_ATOM) for a in given.allowed)}"
    return Entry(f"param {w.name(given.name)}{EQUALS}{value(given.default)}{allowed}", given.span)


def source_decl(given: t.SourceDecl) -> Entry:
    text = f"source {w.name(given.name)} from {w.path(given.connector)}"
    return Entry(text, given.span, body=settings(given.settings))


def settings(given: tuple[t.Setting, ...]) -> list[Entry] | None:
    return [_setting(s) for s in given] or None


def _setting(given: t.Setting) -> Entry:
    key = w.name(given.key, w.KEY)
    if given.settings is not None:
        return Entry(key, given.span, body=settings(given.settings))
    return keyed(key, w.listed(map(_setting_value, given.values)), given.span)


def _setting_value(given: t.SettingValue) -> str:
    if isinstance(given, t.EnvRef):
        return f"{w.path(given.function, w.VALUE)}({w.text(given.name)})"
    return expr(given, IN_ATOM)


# ---------------------------------------------------------------- tables


def table_decl(given: t.TableDecl) -> Entry:
    text = f"table {w.name(given.table)} from {w.path(given.source)}"
    if given.clauses is None:
        return Entry(text, given.span)
    clauses = [_map_clause(c) for c in given.clauses]
    first = [c for c, node in zip(clauses, given.clauses, strict=True) if isinstance(node, t.MapWhere)]
    others = [c for c, node in zip(clauses, given.clauses, strict=True) if not isinstance(node, t.MapWhere)]
    return Entry(text, given.span, body=[*first, *describe(given.describe), *others])


def _close(given: t.Close) -> str:
    same = f" and same {w.listed(map(value, given.same))}" if given.same else ""
    return f" within {w.duration(given.duration)} of {value(given.moment)}{same}"


def _map_clause(given: t.MapClause) -> Entry:
    match given:
        case t.MapColumn(name, source):
            return Entry(w.name(name, w.COLUMN), given.span, condition(source), MAPPED)
        case t.GroupBy(keys, close):
            near = "" if close is None else _close(close)
            return Entry(f"group by {w.listed(value(k) for k in keys)}{near}", given.span)
        case t.AddMissing(paths):
            return Entry(f"add missing from {w.names(paths)}", given.span)
        case t.KeepLatest(by):
            return Entry(f"keep latest by {w.names(by)}", given.span)
        case t.BadValues(mode):
            return Entry(f"bad values {mode}", given.span)
        case t.MapWhere(kept):
            return Entry(f"where {condition(kept)}", given.span)


def sql_table_decl(given: t.SqlTableDecl) -> Entry:
    return Entry(f'table {w.name(given.table)} = sql """{given.sql}"""', given.span)


# ---------------------------------------------------------------- filters, traits, events


def filter_decl(given: t.FilterDecl) -> Entry:
    head = f"filter {w.name(given.name)}{w.title(given.title)} on {w.path(given.table)}"
    return Entry(f"{head}{EQUALS}{condition(given.condition)}", given.span)


def trait_decl(given: t.TraitDecl) -> Entry:
    head = f"trait {w.name(given.name)}{w.title(given.title)} on {w.path(given.table)}"
    return Entry(f"{head}{EQUALS}{condition(given.value)}", given.span)


def event_decl(given: t.EventDecl) -> Entry:
    text = f"event {w.name(given.name)}{w.title(given.title)} on {w.path(given.table)} at {w.path(given.at)}"
    text += "" if given.per is None else f" per {w.path(given.per)}"
    text += "" if given.worth is None else f" worth {w.path(given.worth)}"
    text += "" if given.where is None else f"{soft(PARTS)}where {condition(given.where)}"
    return Entry(text, given.span)


# ---------------------------------------------------------------- metrics


def metric_decl(given: t.MetricDecl) -> Entry:
    head = f"metric {w.name(given.name)}{w.title(given.title)}"
    said = "" if given.value is None else measure(given.value)
    if not given.block:
        return Entry(f"{head}{EQUALS}{said}", given.span)
    body = [] if given.value is None else [keyed("value", said, given.value.span)]
    if given.date is not None:
        body.append(keyed("date", w.path(given.date.path), given.date.span))
    if given.format is not None:
        digits = "" if given.format.digits is None else f" {given.format.digits}"
        body.append(keyed("format", w.name(given.format.kind) + digits, given.format.span))
    if given.good is not None:
        body.append(keyed("good", f"when {given.good.direction}", given.good.span))
    if given.empty is not None:
        body.append(keyed("when", f"empty show {value(given.empty.value)}", given.empty.span))
    return Entry(head, given.span, body=[*body, *describe(given.describe)])


def measure(given: t.Measure) -> str:
    match given:
        case t.Credited(inner, attribution, influenced):
            return f"{value(inner)} {'influenced' if influenced else 'attributed'} by {w.path(attribution)}"
        case t.Follow():
            return _follow(given)
        case t.Rolling(count, unit, inner):
            return f"rolling {w.counted(count, unit)} of {value(inner)}"
        case t.Running(inner, restart):
            return f"running total of {value(inner)}" + ("" if restart is None else f" from start of {restart}")
        case t.Share(inner, within):
            dims = f" within {w.listed(map(dimension, within), COMMA)}" if within else ""
            return f"share of {value(inner)}{dims}"
        case _:
            return value(given)


def _follow(given: t.Follow) -> str:
    text = "rate" if given.rate else "how many"
    text += f" from {event_phrase(given.start)} to {event_phrase(given.to)} within {w.duration(given.within)}"
    text += f" matching {w.names(given.matching)}" if given.matching else ""
    return text + (" finished windows only" if given.finished_only else "")


def event_phrase(given: t.EventPhrase) -> str:
    where = "" if given.where is None else f" where ({condition(given.where, 10)})"
    return w.path(given.event) + where

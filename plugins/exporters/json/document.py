"""A report as plain JSON values. Field names are a contract: they may be added to, never renamed."""

from __future__ import annotations

from typing import TypeAlias

from patron.engine.report.text import Json, json_object, moment_text
from patron.engine.results import (
    OK,
    Conditions,
    Coverage,
    Definition,
    Figure,
    Note,
    Part,
    Provenance,
    Report,
    Section,
    SourceFact,
)

Object: TypeAlias = dict[str, Json]

VERSION = 1
"""Of this document's form."""


def report_object(report: Report) -> Object:
    """The whole report."""
    return {
        "patron_report": VERSION,
        "name": report.name,
        "title": report.title,
        "project": report.project,
        "describe": report.describe,
        "subject": report.subject,
        "period": report.period,
        "comparison": report.comparison,
        "notes": list(report.notes),
        "provenance": provenance_object(report.provenance),
        "parts": [part_object(part, report.provenance.zone) for part in report.parts],
    }


def part_object(part: Part, zone: str = "UTC") -> Object:
    """A figure, conditions, a note, or a section with its own parts; `part` says which. Moments are told in a zone."""
    match part:
        case Figure():
            return _figure(part, zone)
        case Conditions():
            return _conditions(part)
        case Note():
            return {"part": "note", "text": part.text, **({"when": part.when} if part.when else {})}
        case Section():
            return _section(part, zone)


def _section(section: Section, zone: str) -> Object:
    return {
        "part": "tab" if section.tab else "section",
        "title": section.title,
        "collapsed": section.collapsed,
        "parts": [part_object(part, zone) for part in section.parts],
    }


def _conditions(conditions: Conditions) -> Object:
    return {
        "part": "conditions",
        "title": conditions.title,
        "address": conditions.address,
        "total": _count(conditions.total, conditions.state),
        "lines": [
            {"depth": line.depth, "words": line.words, "left": _count(line.left, line.state)}
            for line in conditions.lines
        ],
    }


def _count(people: int | None, state: str) -> Json:
    return people if state == OK else {"value": people, "state": state}


def _figure(figure: Figure, zone: str) -> Object:
    return {
        "part": "figure",
        "kind": figure.kind,
        "title": figure.title,
        "address": figure.address,
        "settings": {name: list(values) for name, values in figure.settings.items()},
        "rest": figure.rest,
        "subject": figure.subject,
        "period": figure.period,
        "comparison": figure.comparison,
        "filter": figure.filter,
        "problem": figure.problem or None,
        "notes": list(figure.notes),
        "marks": [{"on": mark.on.isoformat(), "names": list(mark.names)} for mark in figure.marks],
        "definitions": [_definition(each) for each in figure.definitions],
        "sql": figure.sql,
        "result": None if figure.result is None else json_object(figure.result, zone),
    }


def _definition(definition: Definition) -> Json:
    return {
        "name": definition.name,
        "title": definition.title,
        "text": definition.text,
        "describe": definition.describe,
    }


def provenance_object(source: Provenance) -> Object:
    """What the report says about itself."""
    return {
        "spec_hash": source.spec_hash,
        "fresh_until": source.fresh_until.isoformat() if source.fresh_until is not None else None,
        "as_of": source.as_of,
        "zone": source.zone,
        "currency": source.currency,
        "order_rule": source.order_rule,
        "sales": source.sales,
        "people": source.people,
        "smallest_group": source.smallest_group,
        "week_starts": source.week_starts,
        "version": source.version,
        "sources": [_source(each) for each in source.sources],
        "coverage": [_coverage(each) for each in source.coverage],
    }


def _source(fact: SourceFact) -> Json:
    newest = None if fact.newest is None else moment_text(fact.newest)
    return {"name": fact.name, "table": fact.table, "rows": fact.rows, "rejected": fact.rejected, "newest": newest}


def _coverage(coverage: Coverage) -> Json:
    return {"name": coverage.name, "title": coverage.title, "share": coverage.share}

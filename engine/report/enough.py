"""What was learned, beside the numbers made of it: why there is not enough data, and how well it did before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from patron.engine.contracts import Learned
from patron.engine.model.canonical import JUDGED
from patron.engine.model.queries import Query
from patron.engine.model.terms import Learnt, walk
from patron.engine.report.context import Context
from patron.engine.results import NOT_ENOUGH_DATA, Result, Value


def not_enough(query: Query, today: dt.date, result: Result, context: Context) -> Result:
    """The result with `not enough data` where a model has none to learn from, and what is to be told of models."""
    if not context.learned:
        return result
    used = {m.name: tuple(_learnt(m.metric.measure)) for m in query.metrics}
    used = {name: leaves for name, leaves in used.items() if leaves}
    shown = [x for frame in query.frames.values() for d in frame.dims if d is not None for x in _learnt(d)]
    tables = dict.fromkeys(x.table for leaves in (*used.values(), shown) for x in leaves)
    said = {t: context.learned[t, today] for t in tables if (t, today) in context.learned}
    reasons = {name: reason for name, leaves in used.items() if (reason := _reason(leaves, said))}
    leaves = (*shown, *(x for own in used.values() for x in own))
    notes = list(dict.fromkeys(n for x in leaves for n in _said(x, {t: f.notes for t, f in said.items()})))
    notes += _told(result, reasons)
    short = tuple(dict.fromkeys(reasons.values())) or _untried(query, today, result, context)
    found = _without(result, reasons)
    return replace(found, notes=(*result.notes, *notes), short=short) if notes or short else result


def _untried(query: Query, today: dt.date, result: Result, context: Context) -> tuple[str, ...]:
    """Why no model was tried, where that is asked and none was."""
    if result.rows or not JUDGED.keys() & {rows for rows in query.frames if isinstance(rows, str)}:
        return ()
    learned = (found for (_, day), found in context.learned.items() if day == today)
    return tuple(dict.fromkeys(found.lacks[""] for found in learned if "" in found.lacks))


def _learnt(term: object) -> Iterator[Learnt]:
    return (t for t in walk(term) if isinstance(t, Learnt))


def _reason(leaves: tuple[Learnt, ...], said: Mapping[str, Learned]) -> str:
    """Why something of what a number is made of could not be learned."""
    lacks = {table: found.lacks for table, found in said.items()}
    return next((reason for x in leaves for reason in _said(x, lacks)), "")


def _said(leaf: Learnt, known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What is said of a column, and of all of its table."""
    own = known.get(leaf.table, {})
    return (own[name] for name in (leaf.column, "") if name in own)


def _told(result: Result, reasons: Mapping[str, str]) -> Iterator[str]:
    """Each reason once, with the numbers it is about."""
    titles = {c.name: c.title or c.name for c in result.columns}
    for reason in dict.fromkeys(reasons.values()):
        names = ", ".join(titles.get(name, name) for name, own in reasons.items() if own == reason)
        yield f"not enough data for {names}: {reason}"


def _without(result: Result, reasons: Mapping[str, str]) -> Result:
    """The result without the numbers that there is not enough data for."""
    places = [i for i, c in enumerate(result.columns) if c.role != "dimension" and (c.metric or c.name) in reasons]
    if not places:
        return result
    rows: list[tuple[Value, ...]] = []
    states = dict(result.states)
    for number, row in enumerate(result.rows):
        rows.append(tuple(None if i in places else v for i, v in enumerate(row)))
        states |= {(number, i): NOT_ENOUGH_DATA for i in places if (number, i) not in states}
    return replace(result, rows=tuple(rows), states=states)

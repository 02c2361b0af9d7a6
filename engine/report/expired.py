"""Lists whose time is over: their values stay as last computed, nothing new is counted (language reference, 11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.engine.model.binder import Scope, Unbound
from patron.engine.model.periods import AsOf
from patron.engine.model.phrases import bind_subject
from patron.engine.model.queries import Subject
from patron.engine.model.reports import bind_report
from patron.engine.model.resolve import Model
from patron.engine.report.context import Context
from patron.engine.report.params import given_param
from patron.engine.results import EXPIRED, OK, Result


def last_counted(model: Model, subject: Subject, context: Context) -> tuple[Model, tuple[str, ...]]:
    """The model as of the end of the lists it is asked about, and a sentence that says so; as it is while one lives."""
    ends = _ends(subject, context)
    over = tuple(dict.fromkeys(f"`{name}`" for name, end in zip(subject.names, ends, strict=False) if end is not None))
    if not over:
        return model, ()
    if None in ends:
        word = "list" if len(over) == 1 else "lists"
        return model, (f"the time of the {word} {' and '.join(over)} is over; beside lists that live all count on",)
    at = AsOf.at(max(end for end in ends if end is not None), model.as_of.zone)
    names = " and ".join(f"`{name}`" for name in subject.names)
    told = f"the list {names} expired on {at.today}" if len(ends) == 1 else f"the lists {names} expired by {at.today}"
    return replace(model, as_of=at), (f"{told}: nothing newer is counted",)


def lists_of_phrase(model: Model, phrase: tree.Phrase) -> tuple[tuple[str, int | None], ...]:
    """The lists that a phrase is about, each with the version it names."""
    try:
        return _named(bind_subject(model.binder(), Scope(""), phrase.subject))
    except Unbound:  # answering tells why
        return ()


def lists_of_report(
    model: Model, name: str, params: Mapping[str, object]
) -> tuple[tuple[tuple[str, int | None], ...], AsOf]:
    """The lists that a report is about, each with the version it names, and from which moment it looks at them."""
    b = model.binder()
    try:
        given = {tree.fold(k): given_param(v) for k, v in params.items()}
        frame = bind_report(b, b.find("report", name, tree.NOWHERE), given)
        return _named(bind_subject(frame.binder, Scope(""), frame.defaults.subject)), frame.binder.as_of
    except Unbound:
        return (), model.as_of


def _named(subject: Subject) -> tuple[tuple[str, int | None], ...]:
    return tuple(zip(subject.names, subject.versions, strict=True)) if subject.kind == "lists" else ()


def _ends(subject: Subject, context: Context) -> tuple[dt.datetime | None, ...]:
    """When each list of a subject ended; None for one that is pending or alive."""
    if subject.kind != "lists" or context.lists is None:
        return ()
    versions = zip(subject.names, subject.versions, strict=True)
    facts = (context.lists.facts(name, version) for name, version in versions)
    return tuple(known.expires_at if known.state == EXPIRED else None for known in facts)


def last_known(result: Result) -> Result:
    """A result whose values say that they are the last ones."""
    metrics = [i for i, c in enumerate(result.columns) if c.role != "dimension"]
    last = {
        (n, i): EXPIRED
        for n, row in enumerate(result.rows)
        for i in metrics
        if row[i] is not None and result.state(n, i) == OK
    }
    return replace(result, states={**result.states, **last}) if last else result

"""Lists whose time is over: their values stay as last computed, nothing new is counted (language reference, 11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from patron.engine.model.periods import AsOf
from patron.engine.model.queries import Subject
from patron.engine.model.resolve import Model
from patron.engine.report.context import Context
from patron.engine.results import EXPIRED


def last_counted(model: Model, subject: Subject, context: Context) -> tuple[Model, tuple[str, ...]]:
    """The model as of the end of the lists it is asked about, and a sentence that says so; as it is while one lives."""
    ends = _ends(subject, context)
    if not ends or None in ends:
        return model, ()
    at = AsOf.at(max(end for end in ends if end is not None), model.as_of.zone)
    names = " and ".join(f"`{name}`" for name in subject.names)
    told = f"the list {names} expired on {at.today}" if len(ends) == 1 else f"the lists {names} expired by {at.today}"
    return replace(model, as_of=at), (f"{told}: nothing newer is counted",)


def _ends(subject: Subject, context: Context) -> tuple[dt.datetime | None, ...]:
    """When each list of a subject ended; None for one that is pending or alive."""
    if subject.kind != "lists" or context.lists is None:
        return ()
    versions = zip(subject.names, subject.versions, strict=True)
    facts = (context.lists.facts(name, version, context.as_of.moment) for name, version in versions)
    return tuple(known.expires_at if known.state == EXPIRED else None for known in facts)

"""What is known of a version of a list, and what reports on it may show."""

from __future__ import annotations

import datetime as dt

from patron.dsl.nodes import dataclass
from patron.engine.results import ConditionLine

LIVE = "live"


@dataclass(frozen=True, slots=True)
class Taken:
    """One version of a list. `created_at` is the moment it shows (UTC), `taken_at` when that was done; `due_at` is set
    when a schedule asked for it. `spec` is the text it was taken with, `spec_hash` names what that says: its title and
    spacing do not count. `size` is the count of people then, `erased` how many of them were erased since. `digest`
    names its members, which are kept."""

    name: str
    version: int
    size: int
    created_at: dt.datetime
    audience: str
    spec: str
    conditions: tuple[ConditionLine, ...] = ()
    digest: str = ""
    taken_at: dt.datetime | None = None
    title: str = ""
    spec_hash: str = ""
    due_at: dt.datetime | None = None
    erased: int = 0
    expires_at: dt.datetime | None = None
    """By the rules of the list as they are now; not part of what was kept."""


@dataclass(frozen=True, slots=True)
class ListFacts:
    """The fields of section 11 for one version; `version` 0 is a list that was not taken yet."""

    name: str
    state: str
    version: int = 0
    size: int | None = None
    created_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    at_most: int | None = None
    title: str = ""
    conditions: str | None = None
    erased: int | None = None
    """How many were erased from it; a report counts those, too, who left in other ways."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Who came and who left between two versions of a list; people erased since are in neither."""

    name: str
    before: int
    after: int
    entered: tuple[str, ...]
    left: tuple[str, ...]
    stayed: int

"""Time comes from one place: a clock that tests replace, and the moment somebody asks to look from (`--as-of`)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Protocol

from patron.dsl.nodes import dataclass
from patron.engine.runtime.errors import UsageError

_WHEN = r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?"
_FORMS = "Write a date, `2026-05-06`, or a moment, `2026-05-06T09:00`; both are in project time."


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> dt.datetime:
        """This moment, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The computer's clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests and replays."""

    moment: dt.datetime

    def now(self) -> dt.datetime:
        return self.moment.astimezone(dt.UTC)


def read_when(text: str) -> dt.date | dt.datetime:
    """What `--as-of` says: a local date, or a local moment without a zone."""
    found = re.fullmatch(_WHEN, text.strip())
    if found is None:
        raise UsageError(f"`{text}` is no date or moment", _FORMS)
    try:
        day = dt.date.fromisoformat(found[1])
        return dt.datetime.combine(day, dt.time.fromisoformat(found[2])) if found[2] else day
    except ValueError:
        raise UsageError(f"there is no `{text}` in the calendar", _FORMS) from None

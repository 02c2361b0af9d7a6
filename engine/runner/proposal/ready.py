"""The two ready reports over a proposed project: every tab of data analytics, and how a list of people does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from patron.engine.runner.proposal.first_look import Span

MOST_DAYS = 90
"""How long a period of list performance may be."""


def ready_text(title: str, span: Span | None) -> str:
    """`ready.patron`: both reports by one line each, over audiences of `first_look.patron`."""
    days = _last_days(span) if span else None
    out = [
        f"# Two ready reports of {title}: `use` brings the parts, `like` lays them out.",
        "# Say another audience, list or period; `patron fmt` keeps your form.",
        "language 1",
        'import "first_look.patron"',
        "",
        "use aiq",
        "use shopline",
        "",
        *_tabs(span, days),
        "",
        *_list(days),
    ]
    return "\n".join(out) + "\n"


def _last_days(span: Span) -> tuple[dt.date, dt.date]:
    """The last days of the files, as many as can be compared with as many before."""
    days = max(1, min(MOST_DAYS, ((span.last - span.first).days + 1) // 2))
    return span.last - dt.timedelta(days - 1), span.last


def _tabs(span: Span | None, days: tuple[dt.date, dt.date] | None) -> Iterator[str]:
    yield "# A tab each for orders, members, campaigns, places, staff and people: `patron run data_analytics`."
    if span:
        yield f"# The files end on {span.last}: with `--as-of {span.last}` stages are those of that day, not of today."
    yield "# What no table fills says which table and column to map."
    yield "report data_analytics like aiq.data_analytics {"
    yield "  for audience all_tracked_users"
    yield from _period(days)
    yield "}"


def _list(days: tuple[dt.date, dt.date] | None) -> Iterator[str]:
    asked = f" --as-of {days[0]}" if days else ""
    yield f"# A list is a photograph of an audience, taken once: `patron lists take regulars{asked}`."
    yield "# What its people did from then on: `patron run list_performance`."
    yield 'list regulars "Came back" {'
    yield "  from audience came_back"
    yield f"  take once on {days[0] if days else '2026-01-01'}"
    yield "}"
    yield ""
    yield "report list_performance like shopline.list_performance {"
    yield "  for list regulars"
    yield from _period(days)
    yield ""
    yield '  export "List performance" as html'
    yield "}"


def _period(days: tuple[dt.date, dt.date] | None) -> Iterator[str]:
    if days:
        yield f"  period {days[0]} to {days[1]}"

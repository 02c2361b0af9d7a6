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
        *_list(span, days),
    ]
    return "\n".join(out) + "\n"


def _last_days(span: Span) -> tuple[dt.date, dt.date]:
    """The last whole weeks of the files, as many as can be compared with as many before; else the last days."""
    sunday = span.last - dt.timedelta((span.last.weekday() + 1) % 7)
    weeks = min(MOST_DAYS // 7, ((sunday - span.first).days + 1) // 14)
    if weeks > 0:
        return sunday - dt.timedelta(7 * weeks - 1), sunday
    days = max(1, min(MOST_DAYS, ((span.last - span.first).days + 1) // 2))
    return span.last - dt.timedelta(days - 1), span.last


def _tabs(span: Span | None, days: tuple[dt.date, dt.date] | None) -> Iterator[str]:
    yield "# A tab each for orders, members, campaigns, places, staff and people: `patron run data_analytics`."
    if span:
        yield f"# The files end on {span.last}, so that is its today; for rows that keep coming leave out `as of`"
        yield "# and write `period last 12 full weeks` or the like."
    yield "# What no table fills says which table and column to map."
    yield "report data_analytics like aiq.data_analytics {"
    yield "  for audience all_tracked_users"
    yield from _period(span, days)
    yield "}"


def list_taken(span: Span | None) -> str:
    """The command that takes the list of the report, at the moment of which the list says that it is taken."""
    moment = f" --as-of {_evening_before(_last_days(span)).replace(' ', 'T')}" if span else ""
    return f"patron lists take regulars{moment}"


def _evening_before(days: tuple[dt.date, dt.date]) -> str:
    """The end of the day before a period. A date alone would be its beginning to `take once`, its end to `--as-of`."""
    return f"{days[0] - dt.timedelta(1)} 23:59"


def _list(span: Span | None, days: tuple[dt.date, dt.date] | None) -> Iterator[str]:
    yield f"# A list is a photograph of an audience, taken once: `{list_taken(span)}`."
    yield "# What its people did from then on: `patron run list_performance`."
    yield 'list regulars "Came back" {'
    yield "  from audience came_back"
    yield f"  take once on {_evening_before(days) if days else '2026-01-01'}"
    yield "}"
    yield ""
    yield "report list_performance like shopline.list_performance {"
    yield "  for list regulars"
    yield from _period(span, days)
    yield ""
    yield '  export "List performance" as html'
    yield "}"


def _period(span: Span | None, days: tuple[dt.date, dt.date] | None) -> Iterator[str]:
    if span and days:
        yield f"  period {days[0]} to {days[1]}"
        yield f"  as of {span.last}"

"""The end of the page: what the report says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from patron.engine.report.reader import NONE, plain
from patron.engine.results import Provenance
from patron.plugins.exporters.html.dates import readable
from patron.plugins.exporters.html.desk import Desk


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source's table with its newest load and the rows its contract refused."""

    name: str
    table: str
    rows: str
    rejected: str
    dirty: bool
    newest: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many people have a known value; `width` in percent."""

    title: str
    text: str
    width: str


@dataclass(frozen=True, slots=True)
class ProvenanceView:
    """Facts, sources with a line about them all, and coverage."""

    facts: tuple[tuple[str, str], ...]
    summary: str
    sources: tuple[SourceLine, ...]
    coverage: tuple[Share, ...]


def provenance_view(source: Provenance, desk: Desk) -> ProvenanceView:
    """The provenance in words."""
    words, reader = desk.words, desk.reader
    facts = (
        (words["as_of"], readable(source.as_of, reader.locale)),
        (words["zone"], source.zone),
        (words["currency"], source.currency),
        (words["counted"], words["not_counted"] if source.people is None else reader.count(source.people)),
        (words["order_rule"], source.order_rule),
        (words["sales"], source.sales),
        (words["smallest"], reader.count(source.smallest_group) if source.smallest_group else ""),
        (words["spec"], source.spec_hash),
        (words["version"], source.version),
    )
    sources = tuple(
        SourceLine(
            plain(s.name),
            plain(s.table),
            reader.count(s.rows),
            reader.count(s.rejected),
            s.rejected > 0,
            words["unknown"] if s.newest is None else reader.moment(s.newest),
        )
        for s in source.sources
    )
    return ProvenanceView(
        tuple((name, plain(value)) for name, value in facts if value),
        _summary(source, desk),
        sources,
        tuple(_share(plain(c.title), c.share) for c in source.coverage),
    )


def _summary(source: Provenance, desk: Desk) -> str:
    """The sources in a line: how many tables and rows, how many rejected, when the newest was loaded."""
    newest = max((s.newest for s in source.sources if s.newest is not None), default=None)
    count, words = desk.reader.count, desk.words
    rows, rejected = (sum(getattr(s, name) for s in source.sources) for name in ("rows", "rejected"))
    told = (
        words["source_tables"].format(n=len(source.sources), rows=count(rows)),
        words["source_rejected"].format(n=count(rejected)) if rejected else "",
        "" if newest is None else words["source_newest"].format(when=desk.reader.moment(newest)),
    )
    return " · ".join(filter(None, told))


def _share(title: str, share: float | None) -> Share:
    if share is None:
        return Share(title, NONE, "0%")
    return Share(title, f"{share * 100:.1f}%", f"{min(1.0, max(0.0, share)) * 100:.2f}%")

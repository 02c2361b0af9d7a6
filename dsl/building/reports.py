"""Builders of reports."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Clause, Parts, builds

PARTS = "part"
"""The word of a clause that is a part of the report: a show, a tab, a note ..."""


@builds("report_decl")
def report_decl(b: Builder, parts: Parts, start: int, end: int) -> t.ReportDecl:
    return _report(b, parts[:3], parts[3:], start, end)


@builds("report_like")
def report_like(b: Builder, parts: Parts, start: int, end: int) -> t.ReportDecl:
    return _report(b, parts[:4], list(parts[4] or ()), start, end)


def _report(b: Builder, head: Parts, body: Parts, start: int, end: int) -> t.ReportDecl:
    name, title, params, *like = head
    seen = False
    for clause in body:
        if clause.word == PARTS:
            seen = True
        elif seen and clause.word != "describe":
            late(b, clause)
    said = b.said_once(body, (PARTS,))
    clauses = tuple(v for word, v in said.items() if word != "describe")
    shown = tuple(c.value for c in body if c.word == PARTS)
    return t.ReportDecl(b.declared(name), clauses, shown, b.title(title), params or (), said.get("describe"),
                        like[0] if like else None, span=b.span(start, end))  # fmt: skip


def late(b: Builder, clause: Clause) -> None:
    """A clause of the report after a part of it, or inside one (P0111)."""
    place = b.span(clause.start, clause.start + len(clause.word))
    hint = "Move it up, before the first show, tab, section, note or export"
    if clause.word in ("for", "compare"):
        hint += "; for one show alone, write it at the end of the line above"
    b.report("P0111", place, f"`{clause.word}` belongs to the whole report here", hint + ".")


def _part(value: t.Part, start: int, end: int) -> Clause:
    return Clause(PARTS, value, start, end)


def _tab(b: Builder, head: Parts, body: Parts, start: int, end: int, section: bool) -> Clause:
    title, collapsed, *like = head
    for clause in body:
        if clause.word == "describe":
            word = b.span(clause.start, clause.start + len("describe"))
            b.report("P0111", word, "`describe` belongs to the whole report", 'Write `note "..."` here.')
        elif clause.word != PARTS:
            late(b, clause)
    shown = tuple(c.value for c in body if c.word == PARTS)
    node = t.Tab(
        b.text(title), shown, section, collapsed is not None, like[0] if like else None, span=b.span(start, end)
    )
    return _part(node, start, end)


@builds("tab")
def tab(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _tab(b, parts[:2], parts[2:], start, end, section=False)


@builds("section")
def section(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _tab(b, parts[:2], parts[2:], start, end, section=True)


@builds("tab_like")
def tab_like(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _tab(b, parts[:3], list(parts[3] or ()), start, end, section=False)


@builds("section_like")
def section_like(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _tab(b, parts[:3], list(parts[3] or ()), start, end, section=True)


@builds("like_body")
def like_body(_b: Builder, parts: Parts, _start: int, _end: int) -> tuple[Clause, ...]:
    return tuple(parts)


@builds("note")
def note(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    text, when = parts
    return _part(t.Note(b.text(text), when, span=b.span(start, end)), start, end)


@builds("show")
def show(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    kind, title, phrase, settings = parts
    return _part(t.Show(kind, phrase, b.title(title), settings or (), span=b.span(start, end)), start, end)


@builds("export")
def export(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    title, formats, of, target, allow, settings = parts
    to = t.Target(target, span=target.span) if target else None
    node = t.Export(b.text(title), formats, of, to, allow or (), settings or (), span=b.span(start, end))
    return _part(node, start, end)


@builds("report_param")
def report_param(b: Builder, parts: Parts, start: int, end: int) -> t.ReportParam:
    return t.ReportParam(parts[0], parts[1], span=b.span(start, end))


@builds("report_subject")
def report_subject(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("for", t.ReportSubject(parts[0].value, span=b.span(start, end)), start, end)


@builds("report_period")
def report_period(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("period", t.ReportPeriod(parts[0], parts[1], span=b.span(start, end)), start, end)


@builds("report_compare")
def report_compare(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("compare", t.ReportCompare(parts[0], span=b.span(start, end)), start, end)


@builds("report_attribution")
def report_attribution(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("attribution", t.ReportAttribution(parts[0], span=b.span(start, end)), start, end)


@builds("report_as_of")
def report_as_of(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("as of", t.ReportAsOf(parts[0], span=b.span(start, end)), start, end)


@builds("only")
def only(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("only", t.Only(parts[0], span=b.span(start, end)), start, end)


@builds("smallest_group")
def smallest_group(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    node = t.SmallestGroup(int(parts[0].text), span=b.span(start, end))
    return Clause("smallest_group", node, start, end)


@builds("membership_fixed")
def membership_fixed(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("membership", t.Membership("fixed", span=b.span(start, end)), start, end)


@builds("membership_each")
def membership_each(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("membership", t.Membership("each period", span=b.span(start, end)), start, end)


@builds("report_refresh")
def report_refresh(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("refresh", t.Refresh(parts[0], span=b.span(start, end)), start, end)


@builds("without")
def without(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("without", t.Without(tuple(map(b.text, parts)), span=b.span(start, end)), start, end)

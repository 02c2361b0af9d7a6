"""A figure as the template sees it: its body by kind, its state, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from patron.engine.report.reader import plain
from patron.engine.results import Definition, Figure, Report, Result
from patron.plugins.exporters.html.cards import Cards, cards
from patron.plugins.exporters.html.charts.bar import bar
from patron.plugins.exporters.html.charts.heatmap import heatmap
from patron.plugins.exporters.html.charts.line import line
from patron.plugins.exporters.html.charts.pie import pie
from patron.plugins.exporters.html.charts.spec import Chart
from patron.plugins.exporters.html.dates import readable
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.lists import Fact, Step, facts, funnel
from patron.plugins.exporters.html.matrix import Matrix, matrix
from patron.plugins.exporters.html.prepared import past_dropped, prepared
from patron.plugins.exporters.html.sides import Sides, sides
from patron.plugins.exporters.html.tables import Table, states_of, table

Body: TypeAlias = Cards | Sides | Chart | Matrix | tuple[Step, ...] | tuple[Fact, ...] | None
Maker: TypeAlias = Callable[[Figure, Result, Desk], Body]

MAKERS: Mapping[str, tuple[str, Maker]] = {
    "card": ("cards", cards),
    "cards": ("cards", cards),
    "line": ("chart", line),
    "bar": ("chart", bar),
    "pie": ("chart", pie),
    "heatmap": ("chart", heatmap),
    "matrix": ("matrix", lambda _figure, result, desk: matrix(result, desk)),
    "funnel": ("funnel", lambda _figure, result, desk: funnel(result, desk)),
    "facts": ("facts", lambda _figure, result, desk: facts(result, desk)),
}
"""Kinds with a form of their own; any other kind is shown as a table, so that no plugin's figure is lost."""

SHORT_LINE, FEW_MARKS = 40, 3
SHORT_TABLE, NARROW_TABLE = 14, 3
NARROW = frozenset({"pie", "funnel", "facts"})


@dataclass(frozen=True, slots=True)
class About:
    """Where a figure's numbers come from, one click away."""

    subject: str
    period: str
    comparison: str
    filter: str
    tables: tuple[str, ...]
    definitions: tuple[Definition, ...]
    query: int | None
    """The number of its SQL among those of the page, which are packed."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure ready for its template; `form` names the macro of its body."""

    id: str
    kind: str
    title: str
    named: bool
    subtitle: str
    form: str
    body: Body
    numbers: Table | None
    table: Table | None
    states: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    problem: str
    empty: str
    about: About
    narrow: bool


def figure_view(figure: Figure, report: Report, desk: Desk) -> FigureView:
    """What the template needs of one figure."""
    result = prepared(figure, figure.result, desk) if figure.result is not None and not figure.problem else None
    form, body = _body(figure, result, desk)
    drawn = form in ("chart", "matrix", "sides")
    return FigureView(
        id=desk.fresh("f"),
        kind=figure.kind,
        title=plain(figure.title),
        named=figure.named,
        subtitle=_subtitle(figure, result, report, desk),
        form=form,
        body=body,
        numbers=table(figure, result, desk, behind=True) if drawn and result is not None else None,
        table=table(figure, result, desk) if form == "table" and result is not None else None,
        states=states_of(result, desk.reader) if result is not None else (),
        notes=tuple(sentence(note) for note in notes_of(figure) if not desk.told(note)),
        problem=plain(figure.problem) if figure.problem or result is not None else "?",
        empty=_why_empty(figure, report, desk) if form == "empty" else "",
        about=_about(figure, report, desk),
        narrow=figure.kind in NARROW or _small(form, body, result),
    )


def _body(figure: Figure, result: Result | None, desk: Desk) -> tuple[str, Body]:
    """The form of a figure and what it needs: its kind's own, else a table, else the words for nothing."""
    if result is None:
        return "problem", None
    if not result.rows:
        return "empty", None
    compared = sides(result, desk) if figure.kind in ("card", "cards", "table") else None
    if compared:
        return "sides", compared
    form, make = MAKERS.get(figure.kind, ("table", _no_body))
    if form in ("chart", "funnel") and not _anything(result):
        return "empty", None
    body = make(figure, result, desk)
    return (form, body) if body else ("table", None)


def _anything(result: Result) -> bool:
    """Whether any number can be drawn, or a state told."""
    if result.states:
        return True
    numbers = [n for n, column in enumerate(result.columns) if column.role in ("metric", "before")]
    return any(row[n] is not None for row in result.rows for n in numbers) or not numbers


def _no_body(_figure: Figure, _result: Result, _desk: Desk) -> Body:
    return None


def _small(form: str, body: Body, result: Result | None) -> bool:
    """Whether a figure reads well in half the width: few bars, one line over few dates, a short table."""
    if result is None:
        return False
    rows, dims = len(result.rows), [c for c in result.columns if c.role == "dimension"]
    if isinstance(body, Chart):
        if body.kind == "line":
            return len(dims) == 1 and len(body.panels) == 1 and rows <= SHORT_LINE and len(body.marks) <= FEW_MARKS
        return body.narrow or (body.kind == "bar" and len(dims) <= 2 and rows <= (7 if dims and dims[0].time else 12))
    return form == "table" and rows <= SHORT_TABLE and len(result.columns) <= NARROW_TABLE


def notes_of(figure: Figure) -> tuple[str, ...]:
    """Each note of a figure and its result once."""
    return tuple(dict.fromkeys((*figure.notes, *(figure.result.notes if figure.result is not None else ()))))


def sentence(note: str) -> str:
    """A note as a sentence."""
    text = plain(note)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '。')) else '.'}"


def differences(figure: Figure, report: Report, desk: Desk) -> tuple[str, ...]:
    """What differs from the report's own people, period and comparison."""
    period, comparison = (readable(text, desk.reader.locale) for text in (figure.period, figure.comparison))
    said = (
        figure.subject if figure.subject != report.subject else "",
        "" if _told(figure.period, report.period) else period,
        ""
        if not comparison or _told(figure.comparison, report.comparison)
        else desk.words["beside"].format(other=comparison),
    )
    return tuple(plain(text) for text in said if text)


def _subtitle(figure: Figure, result: Result | None, report: Report, desk: Desk) -> str:
    """What differs from the report, as far as the title does not say it."""
    nothing = desk.words["nothing_before"] if result is not None and past_dropped(figure.result, result) else ""
    said = (*differences(figure, report, desk), nothing)
    return " · ".join(text for text in said if text and text.casefold() != figure.title.casefold())


def _told(text: str, already: str) -> bool:
    """Whether the head of the page says it: as it is, or as the dates of its words."""
    return already == text or already.endswith(f"({text})")


def _why_empty(figure: Figure, report: Report, desk: Desk) -> str:
    facts = (
        figure.subject or report.subject,
        readable(figure.period or report.period, desk.reader.locale),
        figure.filter,
    )
    return desk.words["empty_why"].format(why="; ".join(plain(fact) for fact in facts if fact))


def _about(figure: Figure, report: Report, desk: Desk) -> About:
    definitions = tuple(
        Definition(plain(d.name), plain(d.title), plain(d.text), plain(d.describe)) for d in figure.definitions
    )
    return About(
        plain(figure.subject or report.subject),
        plain(readable(figure.period or report.period, desk.reader.locale)),
        plain(readable(figure.comparison, desk.reader.locale)),
        plain(figure.filter),
        tuple(plain(name) for name in figure.tables),
        definitions,
        desk.keep_query(plain(figure.sql)) if figure.sql else None,
    )

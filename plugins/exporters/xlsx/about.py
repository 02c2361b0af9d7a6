"""The first sheet: whom and what the numbers are about, where they come from, and what each of them means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from patron.engine.report.reader import plain
from patron.engine.report.unfilled import lacks
from patron.engine.results import OK, SOURCE_MISSING, Column, Definition, Figure, Report
from patron.engine.types import MOMENT, NUMBER, Format
from patron.plugins.exporters.drawing import colours
from patron.plugins.exporters.html.waiting import waits
from patron.plugins.exporters.parts import Placed, remarks, told
from patron.plugins.exporters.xlsx.cells import Cells

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

COUNT = Column("count", "", NUMBER, format=Format("number"))
WHEN = Column("when", "", MOMENT, format=Format("date"))
SHARE = Column("share", "", NUMBER, format=Format("percent", 1))
LEFT: dict[str, Any] = {"align": "left"}
_WIDTHS = (34, 46, 26, 34, 34, 34)


def about(
    report: Report, links: Sequence[tuple[Placed, str]], cells: Cells, words: Mapping[str, str], sheet: Worksheet
) -> None:
    """Write the sheet; `links` are the figures with the names of their sheets, "" for one that could not be made."""
    for place, wide in enumerate(_WIDTHS):
        sheet.set_column(place, place, wide)
    page = _Page(cells, sheet)
    cells.text(sheet, 0, 0, plain(report.title or report.name), cells.style(bold=True, font_size=18,
               font_color=colours()["brand"]))  # fmt: skip
    page.line = 1
    if report.describe:
        page.put(plain(report.describe))
    page.line += 1
    for name, value in _facts(report, words):
        page.pair(name, value)
    if cells.rounded:
        page.put(words["exact"])
    _contents(page, report, links, words)
    _definitions(page, links, words)
    _sources(page, report, words)
    if report.notes:
        page.heads(remarks(report, words))
        for text in report.notes:
            page.put(plain(text))


class _Page:
    """The sheet while it is written, line by line."""

    def __init__(self, cells: Cells, sheet: Worksheet) -> None:
        self.cells, self.sheet, self.line = cells, sheet, 0

    def put(self, text: str, place: int = 0) -> None:
        self.cells.text(self.sheet, self.line, place, text, self.cells.style(font_color=colours()["ink-2"]))
        self.line += 1

    def pair(self, name: str, value: str | int) -> None:
        cells = self.cells
        cells.text(self.sheet, self.line, 0, name, cells.style(bold=True))
        cells.value(self.sheet, (self.line, 1), plain(value) if isinstance(value, str) else value, OK, COUNT, LEFT)
        self.line += 1

    def heads(self, *titles: str) -> None:
        self.line += 1
        for place, title in enumerate(titles):
            self.cells.head(self.sheet, self.line, place, title, number=False)
        self.line += 1

    def row(self, *texts: str) -> None:
        for place, text in enumerate(texts):
            self.cells.text(self.sheet, self.line, place, text, self.cells.style(text_wrap=True))
        self.cells.tall(self.sheet, self.line, list(zip(texts, _WIDTHS, strict=False)))
        self.line += 1


def _facts(report: Report, words: Mapping[str, str]) -> Iterator[tuple[str, str | int]]:
    source = report.provenance
    people = words["not_counted"] if source.people is None else source.people
    facts: tuple[tuple[str, str | int], ...] = (
        (words["about_whom"], report.subject), (words["period"], report.period),
        (words["compared"], report.comparison), (words["as_of"], source.as_of), (words["zone"], source.zone),
        (words["currency"], source.currency), (words["counted"], people), (words["order_rule"], source.order_rule),
        (words["sales"], source.sales), (words["smallest"], source.smallest_group), (words["spec"], source.spec_hash),
        (words["version"], source.version),
    )  # fmt: skip
    return ((name, value) for name, value in facts if value or name == words["counted"])


def _contents(page: _Page, report: Report, links: Sequence[tuple[Placed, str]], words: Mapping[str, str]) -> None:
    if not links:
        return
    page.heads(
        words["contents"], words["part_of"], words["kind"], words["about_whom"], words["period"], words["filter"]
    )
    for placed, name in links:
        part = placed.part
        if name:
            page.cells.link(page.sheet, page.line, 0, heading(placed, words), name)
        else:
            page.cells.text(page.sheet, page.line, 0, heading(placed, words), page.cells.style(text_wrap=True))
        facts = [heading(placed, words), plain(" / ".join(placed.path))]
        if isinstance(part, Figure):
            problem = _why_absent(page.cells, part, words)
            facts += [
                words.get(f"a_{part.kind}", part.kind),
                problem or ("" if part.subject == report.subject else plain(part.subject)),
                "" if told(part.period, report.period) else plain(part.period),
                plain(part.filter),
            ]
        for place, text in enumerate(facts):
            if place:
                page.cells.text(page.sheet, page.line, place, text, page.cells.style(text_wrap=True))
        page.cells.tall(page.sheet, page.line, list(zip(facts, _WIDTHS, strict=False)))
        page.line += 1


def _why_absent(cells: Cells, figure: Figure, words: Mapping[str, str]) -> str:
    """Why a figure has no sheet; "" when it has one."""
    if figure.problem:
        return f"{words['problem']}: {plain(figure.problem)}"
    state = waits(figure)
    if state == SOURCE_MISSING and figure.result is not None:
        return f"{words['waiting_names']} {', '.join(lacks(figure.result))}"
    return cells.reader.words(state).full if state else ""


def heading(placed: Placed, words: Mapping[str, str]) -> str:
    """What a part is called: its title; one that its author gave none is called as the section it stands in."""
    part = placed.part
    if isinstance(part, Figure) and not part.named and placed.path:
        return plain(placed.path[-1])
    return plain(part.title or words.get(f"a_{placed.title}", placed.title))


def _definitions(page: _Page, links: Sequence[tuple[Placed, str]], words: Mapping[str, str]) -> None:
    parts = [placed.part for placed, name in links if name]
    found: dict[str, Definition] = {d.name: d for part in parts if isinstance(part, Figure) for d in part.definitions}
    if not found:
        return
    page.heads(words["name"], words["definition"], words["meaning"])
    for each in found.values():
        page.row(plain(each.title or each.name), plain(each.text), plain(each.describe))


def _sources(page: _Page, report: Report, words: Mapping[str, str]) -> None:
    source, cells = report.provenance, page.cells
    if source.sources:
        page.heads(words["source"], words["table"], words["row_count"], words["rejected"], words["newest"])
        for each in source.sources:
            cells.text(page.sheet, page.line, 0, plain(each.name), cells.style())
            cells.text(page.sheet, page.line, 1, plain(each.table), cells.style())
            cells.value(page.sheet, (page.line, 2), each.rows, OK, COUNT, LEFT)
            cells.value(page.sheet, (page.line, 3), each.rejected, OK, COUNT, LEFT)
            cells.value(page.sheet, (page.line, 4), each.newest, OK, WHEN, LEFT)
            page.line += 1
    if source.coverage:
        page.heads(words["coverage"], words["value"])
        for share in source.coverage:
            cells.text(page.sheet, page.line, 0, plain(share.title), cells.style())
            cells.value(page.sheet, (page.line, 1), share.share, OK, SHARE, LEFT)
            page.line += 1

"""The workbook: what it is about first, a sheet for every figure, the numbers behind its charts last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from patron.engine.contracts import ExportError, ExportJob
from patron.engine.report.reader import Reader, plain
from patron.engine.report.unfilled import without_lacking
from patron.engine.results import Conditions, Figure, Report, Result
from patron.plugins.exporters.drawing import colours
from patron.plugins.exporters.html.shape import shape
from patron.plugins.exporters.html.waiting import waits
from patron.plugins.exporters.parts import Placed, chosen, figures, true_at
from patron.plugins.exporters.xlsx.about import about, heading
from patron.plugins.exporters.xlsx.cells import Cells
from patron.plugins.exporters.xlsx.charts import CHARTED, ChartData, charts, sparkline
from patron.plugins.exporters.xlsx.sheets import MOST_ROWS, conditions, figure_sheet
from patron.plugins.exporters.xlsx.words import book_words

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

LONGEST_NAME = 31
LONGEST_PRINTED = 120
"""Signs of a text above or below a sheet: with each of them doubled they fit."""


def write(report: Report, job: ExportJob) -> Path:
    """Write `stem.xlsx`."""
    path = job.folder / f"{job.stem}.xlsx"
    placed = (chosen(report, job.only),) if job.only is not None else tuple(figures(report.parts))
    if job.only is not None and isinstance(placed[0].part, Figure) and placed[0].part.result is None:
        raise ExportError(f'"{placed[0].title}" could not be made: {placed[0].part.problem}')
    book = Workbook(str(path), {"constant_memory": True, "tmpdir": str(job.folder), "strings_to_formulas": False})
    book.set_properties({"title": plain(report.title), "subject": plain(report.subject), "created": true_at(report),
                         "comments": plain(report.describe)})  # fmt: skip
    with _let_go(book):
        _Book(report, book, Cells(book, Reader.of(report.provenance, job.locale), job.raw), placed).write()
        book.close()
    return path


@contextmanager
def _let_go(book: Workbook) -> Iterator[None]:
    """Whatever stops the writing, no file stays open, and what the system said of it is told."""
    try:
        yield
    except BaseException as error:
        for part in (book, *book.worksheets(), *book.charts):
            for file in (getattr(part, "row_data_fh", None), getattr(part, "fh", None)):
                if file is not None:
                    with suppress(OSError):
                        file.close()
        if isinstance(error, FileCreateError) and error.args and isinstance(error.args[0], OSError):
            raise error.args[0] from error
        raise


class _Book:
    """One workbook while it is written."""

    def __init__(self, report: Report, book: Workbook, cells: Cells, placed: Sequence[Placed]) -> None:
        self._report, self._book, self._cells, self._placed = report, book, cells, placed
        self._words = book_words(cells.reader.locale)
        self._taken: set[str] = {"history"}

    def write(self) -> None:
        first = self._sheet(self._words["about"])
        shown = [each for each in self._placed if _shown(each)]
        own = {id(each): [self._sheet(name) for name in self._names(each)] for each in shown}
        data = ChartData(self._sheet(self._words["chart_data"]), self._cells) if _charted(shown) else None
        for each in shown:
            self._figure(each, own[id(each)], data)
        links = [(each, own[id(each)][0].name if id(each) in own else "") for each in self._placed]
        about(self._report, links, self._cells, self._words, first)
        first.activate()
        if data is not None:
            data.sheet.set_column(0, 0, 28)
            data.sheet.set_column(1, 40, 16)
            data.sheet.set_tab_color(colours()["rest"])

    def _figure(self, placed: Placed, own: list[Worksheet], data: ChartData | None) -> None:
        part, left = placed.part, iter(own)
        if isinstance(part, Conditions):
            conditions(part, self._cells, self._words, own[0])
            return
        assert part.result is not None
        result = without_lacking(part.result)
        figure_sheet(part, result, self._report, self._cells, self._words, lambda: next(left))
        if data is None:
            return
        if part.kind in CHARTED:
            top = 1
            for chart in charts(part, result, data, self._words):
                own[0].insert_chart(top, _wide(result) + 1, chart)
                top += 21
        elif part.kind in ("card", "cards"):
            self._courses(part, result, own[0], data)

    def _courses(self, figure: Figure, result: Result, sheet: Worksheet, data: ChartData) -> None:
        ranges = sparkline(figure, data)
        found = shape(result)
        place = 5 if found.compared else 3
        for line, measure in enumerate(found.measures if len(result.rows) == 1 else (), 1):
            if measure.column.name in ranges:
                sheet.add_sparkline(line, place, {"range": ranges[measure.column.name],
                                                  "series_color": colours()["s1"], "weight": 1.5})  # fmt: skip
                sheet.set_column(place, place, 28)

    def _names(self, placed: Placed) -> list[str]:
        """The names of a figure's sheets: as many as its rows need."""
        part = placed.part
        rows = len(part.result.rows) if isinstance(part, Figure) and part.result is not None else 0
        title = heading(placed, self._words)
        pages = max(1, -(-rows // MOST_ROWS))
        return [title if n == 0 else self._words["goes_on"].format(title=title, n=n + 1) for n in range(pages)]

    def _sheet(self, title: str) -> Worksheet:
        name = sheet_name(title, self._taken)
        self._taken.add(name.casefold())
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if name != title:
            sheet.set_header(f"&L{_printed(title)}")
        sheet.set_footer(f"&L{_printed(f'{self._report.title} · {self._report.provenance.as_of}')}&R&P / &N")
        return sheet


def _shown(placed: Placed) -> bool:
    """Whether there is something to see; of the rest the first sheet tells why not."""
    return isinstance(placed.part, Conditions) or (placed.part.result is not None and not waits(placed.part))


def _charted(shown: Sequence[Placed]) -> bool:
    """Whether any figure has numbers for the last sheet."""
    return any(
        isinstance(p.part, Figure) and (p.part.kind in CHARTED or p.part.trend is not None) for p in shown
    )  # fmt: skip


def _wide(result: Result) -> int:
    return len(result.columns)


def _printed(text: str) -> str:
    """A text above or below a printed sheet, without the signs that mean something there."""
    known = plain(text).encode("utf-8", "replace").decode()
    return known.replace("\n", " ")[:LONGEST_PRINTED].replace("&", "&&")


def sheet_name(title: str, taken: set[str]) -> str:
    r"""A name that every spreadsheet takes: at most 31 signs, none of `[]:*?/\\`, none twice."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", title.encode("utf-8", "replace").decode())
    clean = " ".join(clean.split()).strip("' ") or "Sheet"
    name, n = _cut(clean, LONGEST_NAME), 1
    while name.casefold() in taken:
        n += 1
        tail = f" ({n})"
        name = _cut(clean, LONGEST_NAME - len(tail)) + tail
    return name


def _cut(text: str, most: int) -> str:
    """At most so many signs as spreadsheets count them, those beyond the first plane as two, the last says that more
    would follow."""
    end = ""
    while len((text + end).encode("utf-16-le")) // 2 > most:
        text, end = text[:-1].rstrip(), "…"
    return text.strip("' ") + end

"""The pages: the same figures as those of the HTML page, set on paper by WeasyPrint, with charts drawn beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import weasyprint
from markupsafe import Markup

from patron.engine.contracts import ExportJob
from patron.engine.report.reader import Reader, plain
from patron.engine.report.unfilled import without_lacking
from patron.engine.results import Definition, Figure, Part, Report, Result, Section
from patron.plugins.exporters.drawing import FONT, colours, sketch
from patron.plugins.exporters.html.charts.spec import Chart
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.figures import MAKERS, FigureView
from patron.plugins.exporters.html.layout import Block, Row, SectionView, Tabs, blocks
from patron.plugins.exporters.html.page import STYLES, environment, heading, joined
from patron.plugins.exporters.html.provenance import provenance_view
from patron.plugins.exporters.html.waiting import waits
from patron.plugins.exporters.html.words import page_words
from patron.plugins.exporters.parts import chosen, figures
from patron.plugins.exporters.pdf.words import paper_words
from patron.plugins.exporters.tabular import bands, first_rows

HERE = Path(__file__).parent
WIDE = 1000
"""How wide an upright page is while it is laid out, as on a screen; it is made smaller as a whole."""
EDGE, HEAD, FOOT = 66, 78, 70
"""From the edge of the paper to the text."""
FRAME = 42
"""What a figure's frame takes of its width."""
BETWEEN = 18
LONGEST = 600
"""Signs of a text."""
WIDEST = {False: 10, True: 15}
"""Columns of a table on upright and on wide paper."""
SIZES = {"a4": (595, 842), "letter": (612, 792)}
"""Paper in points of 1/72 inch."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How large the pages are, and how many rows of a table are printed."""

    size: str
    landscape: bool
    rows: int

    @classmethod
    def of(cls, job: ExportJob) -> Paper:
        """The settings of an export."""
        rows = job.settings.get("rows") or 100
        return cls(
            str(job.settings.get("paper") or "a4"), job.settings.get("landscape") is True,
            min(1000, max(1, int(str(rows)))),
        )  # fmt: skip

    @property
    def points(self) -> float:
        """How many points of the paper are one of the layout's: upright or not, letters are as large."""
        return SIZES[self.size][0] / WIDE

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height, as they are laid out."""
        across, down = (side / self.points for side in SIZES[self.size])
        return (down, across) if self.landscape else (across, down)


def pages(report: Report, job: ExportJob) -> bytes:
    """The report, or one figure of it, as a PDF."""
    paper, reader = Paper.of(job), Reader.of(report.provenance, job.locale)
    parts = report.parts if job.only is None else (chosen(report, job.only).part,)
    desk = Desk(reader, {**page_words(job.locale), **paper_words(job.locale)})
    body = blocks(_printed(parts, paper, desk), report, desk)
    text = environment(HERE / "templates").get_template("paper.html.j2").render(
        report=heading(report, job.locale, desk.words),
        blocks=body,
        contents=_contents(body),
        definitions=_definitions(parts),
        provenance=provenance_view(report.provenance, desk),
        t=SimpleNamespace(**desk.words),
        language=job.locale.replace("_", "-"),
        style=Markup(_style(paper, desk)),  # noqa: S704 - our own files
        paper=_Drawn(desk, dict(_widths(body, int(paper.sides[0]) - 2 * EDGE))),
    )  # fmt: skip
    document = weasyprint.HTML(string=_printable(text), url_fetcher=_nothing)
    return bytes(document.write_pdf(zoom=paper.points * 96 / 72, pdf_identifier=b"patron"))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Draws charts for the templates, each as wide as its place."""

    desk: Desk
    widths: Mapping[str, int]

    def drawn(self, name: str) -> Markup:
        return Markup(sketch(self.desk, name, self.widths[name]).svg)  # noqa: S704 - its maker escapes texts


def _printable(text: str) -> str:
    """The page with no text longer than anybody reads on paper, and with the colours of its small drawings written into
    them: they know no style sheet here."""
    head, end, body = text.partition("</head>")
    body = _TEXT.sub(lambda found: f"{_ENTITY.sub('', found[0][:LONGEST])}…", body)
    paint = {name: said.format(**colours()) for name, said in _PAINT.items()}
    return re.sub(
        r'class="(rail|past|fill|course)"', lambda found: f"{found[0]} {paint[found[1]]}", f"{head}{end}{body}"
    )


_TEXT = re.compile(rf"(?<=>)[^<>]{{{LONGEST + 1},}}(?=<)")
_ENTITY = re.compile(r"&[^;\s]{0,9}$")
_PAINT = {
    "rail": 'fill="{line}"', "past": 'fill="{s1}" fill-opacity="0.3"', "fill": 'fill="{s1}"',
    "course": 'fill="none" stroke="{s1}" stroke-width="1.75" stroke-linejoin="round"',
}  # fmt: skip


def _widths(body: Sequence[Block], inner: int) -> Iterator[tuple[str, int]]:
    """How wide each chart is drawn, by its id."""
    for block in body:
        if isinstance(block, SectionView):
            yield from _widths(block.blocks, inner)
        elif isinstance(block, Tabs):
            yield from _widths(block.tabs, inner)
        elif isinstance(block, Row):
            room = (inner - (len(block.parts) - 1) * BETWEEN) // len(block.parts) - FRAME
            for part in block.parts:
                if isinstance(part, FigureView) and isinstance(part.body, Chart):
                    yield from ((panel.id, room) for panel in part.body.panels)


def _nothing(url: str, *_more: object, **_named: object) -> NoReturn:
    """Whatever a text may ask for, nothing is fetched."""
    raise ValueError(f"nothing is fetched: {url}")


def _printed(parts: Sequence[Part], paper: Paper, desk: Desk) -> tuple[Part, ...]:
    """The parts with as many rows of their tables as are printed, and wide tables one band of columns after another."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Section):
            made.append(replace(part, parts=_printed(part.parts, paper, desk)))
        elif isinstance(part, Figure) and part.result is not None and part.kind not in MAKERS and not waits(part):
            made += _tables(part, part.result, paper, desk)
        else:
            made.append(part)
    return tuple(made)


def _tables(figure: Figure, result: Result, paper: Paper, desk: Desk) -> Iterator[Figure]:
    kept, every = first_rows(without_lacking(result), paper.rows)
    told = desk.words["print_more"].format(shown=desk.reader.count(paper.rows), n=desk.reader.count(every))
    settings = {**figure.settings, "rows_per_page": (str(paper.rows),)}
    notes = (*figure.notes, told) if every > paper.rows else figure.notes
    parts = bands(kept, WIDEST[paper.landscape]) if kept.rows else (kept,)
    for number, part in enumerate(parts, 1):
        title = figure.title if number == 1 else f"{figure.title} ({number})"
        last, named = number == len(parts), figure.named and number == 1
        yield replace(figure, title=title, result=part if last else replace(part, notes=()), settings=settings,
                      notes=notes if last else (), named=named)  # fmt: skip


def _contents(body: Sequence[Block]) -> tuple[SectionView, ...]:
    """The tabs and sections that a reader may look for, when there are several."""
    found: list[SectionView] = []
    for block in body:
        if isinstance(block, Tabs):
            found += block.tabs
        elif isinstance(block, SectionView):
            found.append(block)
    return tuple(found) if len(found) > 1 else ()


def _definitions(parts: Sequence[Part]) -> tuple[Definition, ...]:
    """What each number that is shown means, once."""
    shown = (each.part for each in figures(parts) if isinstance(each.part, Figure) and not waits(each.part))
    found = {d.name: d for part in shown for d in part.definitions}
    return tuple(Definition(d.name, plain(d.title), plain(d.text), plain(d.describe)) for d in found.values())


def _style(paper: Paper, desk: Desk) -> str:
    """The page's own style, then that of paper: its size, and the words below each page."""
    across, down = paper.sides
    before, between, after = re.split(r"\{\w+\}", desk.words["page_of"])
    number = f'"{before}" counter(page) "{between}" counter(pages) "{after}"'
    sides = f"size:{across:.3f}px {down:.3f}px;margin:{HEAD}px {EDGE}px {FOOT}px"
    page = f"@page{{{sides};font-family:{FONT}}}"
    paint = ";".join(f"--{name}:{colour}" for name, colour in colours().items())
    own = (HERE / "static" / "paper.css").read_text(encoding="utf-8").replace("var(--pages)", number)
    screen = joined(tuple(name for name in STYLES if name != "print.css"))  # that is for browsers
    flat = re.sub(r"display: (inline-)?grid", "display: block", screen)  # grids do not break between pages
    return f"{flat}\n:root{{{paint}}}\nbody{{font-family:{FONT}}}\n{page}\n{own}"

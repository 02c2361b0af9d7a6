"""A figure as one picture that stands alone: its title, what it is about, its legend, its drawing, its notes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from pathlib import Path

from patron.engine.contracts import ExportError, ExportJob
from patron.engine.report.reader import Reader, plain
from patron.engine.results import Figure, Report
from patron.plugins.exporters.drawing import DRAWN, FONT, Drawing, colours, drawing
from patron.plugins.exporters.html.charts.spec import Key
from patron.plugins.exporters.html.dates import readable
from patron.plugins.exporters.html.waiting import waits
from patron.plugins.exporters.parts import Placed, chosen, figures, stable_slugs, told

_NAMED = re.compile(r'(<clipPath id="|clip-path="url\(#)')

WIDTH, EDGE, GAP = 800, 28, 12
TITLE, TEXT = 19, 12.5


def pictures(report: Report, job: ExportJob, ending: str, made: Callable[[str], bytes]) -> tuple[Path, ...]:
    """Write the one picture asked for, or all of them below each other as `stem` and each as `stem-<title>`."""
    reader = Reader.of(report.provenance, job.locale)
    main = job.folder / f"{job.stem}.{ending}"
    if job.only is not None:
        main.write_bytes(made(_only(report, job.only, reader)))
        return (main,)
    placed = tuple(figures(report.parts))
    named = [(each, name) for each, name in zip(placed, stable_slugs(placed), strict=True) if _kind(each) in DRAWN]
    drawn = [
        (each.part, found, name) for each, name in named if isinstance(each.part, Figure) and _has_data(each.part)
        and (found := drawing(each.part, reader, WIDTH - 2 * EDGE)) is not None
    ]  # fmt: skip
    if not drawn:
        raise ExportError("the report has no chart to draw", f"Drawn are: {', '.join(sorted(DRAWN))}.")
    main.write_bytes(made(_poster(report, [(figure, found) for figure, found, _ in drawn], reader)))
    paths = [job.folder / f"{job.stem}-{name}.{ending}" for *_, name in drawn]
    for path, (figure, found, _) in zip(paths, drawn, strict=True):
        path.write_bytes(made(_alone(figure, found, report, reader)))
    return (main, *paths)


def _has_data(figure: Figure) -> bool:
    """Whether there is something to see: no source may fill it yet, or nothing happened."""
    return figure.result is not None and bool(figure.result.rows) and not waits(figure)


def _kind(placed: Placed) -> str:
    return placed.part.kind if isinstance(placed.part, Figure) else "conditions"


def _only(report: Report, title: str, reader: Reader) -> str:
    found = chosen(report, title)
    part = found.part
    if isinstance(part, Figure) and part.kind in DRAWN:
        if part.problem:
            raise ExportError(f'"{found.title}" could not be made: {part.problem}')
        text = picture(part, report, reader) if _has_data(part) else ""
        if text:
            return text
        raise ExportError(f'"{found.title}" has nothing to draw')
    raise ExportError(
        f'"{found.title}" is a {_kind(found)}, which is not drawn', f"Drawn are: {', '.join(sorted(DRAWN))}."
    )


def picture(figure: Figure, report: Report, reader: Reader) -> str:
    """A figure as SVG; "" when it has no drawing."""
    found = drawing(figure, reader, WIDTH - 2 * EDGE)
    return "" if found is None else _alone(figure, found, report, reader)


def _alone(figure: Figure, found: Drawing, report: Report, reader: Reader) -> str:
    sheet = _Sheet()
    sheet.figure(figure, found, report, _about(report, reader, figure))
    sheet.words(_foot(report, reader), "var(--ink-3)", size=10.5)
    return sheet.svg()


def _poster(report: Report, drawn: Sequence[tuple[Figure, Drawing]], reader: Reader) -> str:
    """All pictures of a report below each other; what they share is said once."""
    sheet = _Sheet()
    sheet.heading(plain(report.title or report.name), size=24)
    shared = _about(report, reader)
    sheet.words(" · ".join(shared), "var(--ink-3)")
    for figure, found in drawn:
        sheet.rule()
        sheet.top += GAP
        own = [text for text in _about(report, reader, figure) if not any(told(text, said) for said in shared)]
        sheet.figure(figure, found, report, own)
    sheet.rule()
    sheet.words(_foot(report, reader), "var(--ink-3)", size=10.5)
    return sheet.svg()


def _foot(report: Report, reader: Reader) -> str:
    """Whose numbers these are, and when they were true."""
    source = report.provenance
    return f"{plain(report.project)} · {plain(readable(source.as_of, reader.locale))} {plain(source.zone)}"


def _about(report: Report, reader: Reader, figure: Figure | None = None) -> list[str]:
    """Whom and what a report, or a figure of it, is about."""
    texts = [report.subject, report.period, report.comparison]
    if figure is not None:
        texts = [figure.subject or report.subject, figure.period or report.period, figure.comparison, figure.filter]
    return [plain(readable(text, reader.locale)) for text in texts if text]


@dataclass(slots=True)
class _Sheet:
    """An SVG written from top to bottom; `top` is how far it is."""

    top: float = EDGE
    made: list[str] = field(default_factory=list)

    def svg(self) -> str:
        height = round(self.top + EDGE)
        text = "\n".join(self.made)
        for name, colour in colours().items():
            text = text.replace(f"var(--{name})", colour)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="{escape(FONT)}">\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n{text}\n</svg>\n'
        )

    def figure(self, figure: Figure, found: Drawing, report: Report, about: Sequence[str]) -> None:
        """A figure from its title to its notes."""
        self.heading(plain(figure.title or report.title))
        self.words(" · ".join(about), "var(--ink-3)")
        self.top += GAP
        if found.keys and not found.beside:
            self.legend(found)
        for panel in found.panels:
            if panel.title:
                self.words(panel.title, "var(--ink)", bold=True)
            top = self.top
            self.place(panel.svg, EDGE, panel.width, panel.height)
            if found.beside:
                self.list_beside(found, EDGE + panel.width + 40, top, panel.height)
        if found.ramp:
            self.ramp(found.ramp)
        self.notes(found, (*figure.notes, *(figure.result.notes if figure.result is not None else ())))

    def heading(self, text: str, size: float = TITLE) -> None:
        self.words(text, "var(--ink)", size=size, bold=True)

    def words(self, text: str, colour: str, *, size: float = TEXT, bold: bool = False) -> None:
        """A paragraph over the whole width."""
        for line in wrapped(text, (WIDTH - 2 * EDGE) / size):
            self.top += size * 1.3
            self._text(line, EDGE, self.top, colour, size, bold=bold)
        self.top += size * 0.3

    def rule(self) -> None:
        self.top += GAP
        self.made.append(f'<path d="M{EDGE} {self.top:g}H{WIDTH - EDGE}" stroke="var(--line)"/>')

    def place(self, svg: str, left: float, width: float, height: float) -> None:
        """Another picture, at its own size."""
        inner = svg.partition(">")[2].rpartition("</svg>")[0]
        inner = _NAMED.sub(rf"\g<1>p{len(self.made)}-", inner)  # names of another picture's clips may be the same
        self.made.append(
            f'<svg x="{left:g}" y="{self.top:g}" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" overflow="visible">{inner}</svg>'  # letters may be wider elsewhere
        )
        self.top += height + GAP

    def legend(self, found: Drawing) -> None:
        """Keys beside each other, in as many lines as they need."""
        left, self.top = float(EDGE), self.top + TEXT
        for key in found.keys:
            wide = 22 + measure(key.text) * TEXT + 18
            if left + wide > WIDTH - EDGE and left > EDGE:
                left, self.top = float(EDGE), self.top + TEXT * 1.6
            self._swatch(found.kind, key, left, self.top - 4)
            self._text(key.text, left + 20, self.top, "var(--ink-2)")
            left += wide
        self.top += GAP

    def list_beside(self, found: Drawing, left: float, top: float, height: float) -> None:
        """Keys below each other with their values, in the middle of a drawing's height."""
        keys = found.keys
        step = min(24.0, height / max(1, len(keys)))
        line = top + height / 2 - step * len(keys) / 2 + step * 0.7
        values = left + 34 + max((measure(key.text) for key in keys), default=0) * TEXT + 20
        for key in keys:
            self._swatch(found.kind, key, left, line - 4)
            self._text(key.text, left + 20, line, "var(--ink)")
            value = f"{key.value}  {key.share}".strip()
            self._text(value, min(values, WIDTH - EDGE - measure(value) * TEXT), line, "var(--ink-2)", bold=True)
            line += step

    def ramp(self, ends: tuple[str, str]) -> None:
        """What light and dark mean."""
        self.top += TEXT
        self._text(ends[0], EDGE, self.top, "var(--ink-3)")
        left = EDGE + measure(ends[0]) * TEXT + 8
        for level in range(7):
            self.made.append(
                f'<rect x="{left + level * 22:g}" y="{self.top - 10:g}" width="22" height="11" fill="var(--h{level})"/>'
            )
        self._text(ends[1], left + 162, self.top, "var(--ink-3)")
        self.top += GAP

    def notes(self, found: Drawing, notes: Iterable[str]) -> None:
        """Marked dates by their numbers, then what was left out."""
        for mark in found.marks:
            self.words(f"({mark.number}) {mark.date}: {mark.names}", "var(--ink-2)", size=11.5)
        for text in (*found.remarks, *map(plain, notes)):
            self.words(text, "var(--ink-2)", size=11.5)

    def _swatch(self, kind: str, key: Key, left: float, middle: float) -> None:
        """A square of the colour; what was before is dashed beside lines and pale beside bars, as they are drawn."""
        colour = "var(--rest)" if key.swatch == "rest" else f"var(--s{key.swatch})"
        if key.before and kind == "line":
            dash = f'stroke="{colour}" stroke-width="2" stroke-dasharray="4 3"'
            self.made.append(f'<path d="M{left:g} {middle:g}h14" {dash}/>')
        else:
            pale = ' fill-opacity="0.38"' if key.before else ""
            box = f'x="{left:g}" y="{middle - 6:g}" width="12" height="12" rx="2"'
            self.made.append(f'<rect {box} fill="{colour}"{pale}/>')

    def _text(
        self, text: str, left: float, line: float, colour: str, size: float = TEXT, *, bold: bool = False
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        self.made.append(
            f'<text x="{left:g}" y="{line:g}" font-size="{size:g}"{weight} fill="{colour}">{escape(text)}</text>'
        )


def measure(text: str) -> float:
    """About how wide a text is, in heights of its letters."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.55 for sign in text)


def wrapped(text: str, wide: float) -> Iterator[str]:
    """A text in lines that are not wider; a word that is wider is broken."""
    pieces = [0, *(n for n, sign in enumerate(text) if sign == " "), len(text)]
    line = ""
    for start, end in pairwise(pieces):
        word = text[start:end]
        if line and measure(line + word) > wide:
            yield line
            line = ""
        line += word if line else word.strip()
        while measure(line) > wide:
            most = max(1, int(wide / 1.0))
            yield line[:most]
            line = line[most:]
    if line:
        yield line

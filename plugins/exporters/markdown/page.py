"""The page: what it is about, then every part in reading order; long tables show their first rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from patron.engine.contracts import ExportError, ExportJob
from patron.engine.report.markdown import markdown_lines, quiet
from patron.engine.report.reader import Reader
from patron.engine.report.text import is_number
from patron.engine.results import OK, Column, Conditions, Figure, Note, Part, Report, Result, Section, Value
from patron.engine.types import TEXT
from patron.plugins.exporters.drawing import DRAWN
from patron.plugins.exporters.html.dates import readable
from patron.plugins.exporters.html.shape import drawn_rows, kind_of, label, name_of, order, shape, visible
from patron.plugins.exporters.html.tables import rows_per_page
from patron.plugins.exporters.html.words import page_words
from patron.plugins.exporters.markdown.drawn import bar, course
from patron.plugins.exporters.parts import chosen, figures, remarks, stable_slugs, told
from patron.plugins.exporters.tabular import first_rows

MOST_BARS = 30
MOST_POINTS = 120

Lines = Iterator[str]


def write(report: Report, job: ExportJob, *, pictures: bool) -> tuple[Path, ...]:
    """Write the page, and its pictures beside it when they are asked for."""
    reader = Reader.of(report.provenance, job.locale)
    parts: tuple[Part, ...] = report.parts if job.only is None else (chosen(report, job.only).part,)
    if job.only is not None and isinstance(parts[0], Figure) and parts[0].result is None:
        raise ExportError(f'"{parts[0].title}" could not be made: {parts[0].problem}')
    drawn = _pictures(report, parts, job, reader) if pictures else {}
    filters = {each.part.filter for each in figures(parts) if isinstance(each.part, Figure)}
    shared = filters.pop() if len(filters) == 1 else ""
    page = _Page(report, reader, page_words(reader.locale), {key: path.name for key, path in drawn.items()}, shared)
    main = job.folder / f"{job.stem}.md"
    with main.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        stream.writelines(page.lines(parts))
    return (main, *drawn.values())


def _pictures(report: Report, parts: Sequence[Part], job: ExportJob, reader: Reader) -> dict[str, Path]:
    """A picture for each figure that has one, by the figure's address."""
    from patron.plugins.exporters.picture import picture

    placed = tuple(figures(parts))
    made: dict[str, Path] = {}
    for each, name in zip(placed, stable_slugs(placed), strict=True):
        text = picture(each.part, report, reader) if isinstance(each.part, Figure) and each.part.kind in DRAWN else ""
        if text:
            made[each.part.address] = job.folder / f"{job.stem}-{name}.svg"
            made[each.part.address].write_bytes(text.encode("utf-8", "replace"))
    return made


@dataclass(frozen=True, slots=True)
class _Page:
    """A report as lines of Markdown, each with its line end."""

    report: Report
    reader: Reader
    words: Mapping[str, str]
    pictures: Mapping[str, str]
    filter: str
    """What every figure is filtered by."""

    def lines(self, parts: Sequence[Part]) -> Lines:
        report, source = self.report, self.report.provenance
        yield f"# {quiet(report.title or report.name)}\n\n"
        if report.describe:
            yield f"{quiet(report.describe)}\n\n"
        facts = (
            (self.words["about_whom"], report.subject), (self.words["period"], self._dated(report.period)),
            (self.words["compared"], self._dated(report.comparison)),
            (self.words["as_of"], f"{self._dated(source.as_of)} {source.zone}"),
            (self.words["filter"], self.filter),
        )  # fmt: skip
        yield from (f"- **{name}:** {quiet(value)}\n" for name, value in facts if value)
        yield "\n"
        yield from self._parts(parts, 2)
        yield from self._provenance()
        if report.notes:
            yield f"\n<details><summary>{remarks(report, self.words)}</summary>\n\n"
            yield from (f"- {quiet(note)}\n" for note in report.notes)
            yield "\n</details>\n"

    def _dated(self, text: str) -> str:
        return readable(text, self.reader.locale)

    def _parts(self, parts: Sequence[Part], level: int) -> Lines:
        for part in parts:
            match part:
                case Section():
                    yield f"{'#' * min(6, level)} {quiet(part.title)}\n\n"
                    yield from self._parts(part.parts, level + 1)
                case Note():
                    yield f"{quiet(part.text)}\n\n"
                case Conditions():
                    yield from self._conditions(part, level)
                case Figure():
                    yield from self._figure(part, level)

    def _conditions(self, tree: Conditions, level: int) -> Lines:
        yield f"{'#' * min(6, level)} {quiet(tree.title)}\n\n"
        for line in tree.lines:
            left = "" if line.left is None else f": {self.reader.count(line.left)}"
            hidden = "" if line.state == OK else f": {self.reader.words(line.state).full}"
            yield f"{'  ' * line.depth}- {quiet(line.words)}{left or hidden}\n"
        yield "\n"

    def _figure(self, figure: Figure, level: int) -> Lines:
        if figure.title and figure.named:
            yield f"{'#' * min(6, level)} {quiet(figure.title)}\n\n"
        result = figure.result
        about = (
            figure.subject if figure.subject != self.report.subject else "",
            "" if told(figure.period, self.report.period) else self._dated(figure.period),
            figure.filter if figure.filter != self.filter else "",
        )
        said = " · ".join(quiet(text) for text in about if text)
        if said:
            yield f"*{said}*\n\n"
        if figure.problem or result is None:
            yield f"> **{self.words['problem']}:** {quiet(figure.problem)}\n\n"
            return
        if not result.rows:
            yield f"> {self.words['empty']}\n\n"
        elif figure.address in self.pictures:
            yield f"![{quiet(figure.title)}]({self.pictures[figure.address]})\n\n"
            yield from self._folded(result)
        else:
            yield from _FORMS.get(figure.kind, _Page.table)(self, figure, result)
        for mark in figure.marks:
            yield f"- {self.reader.date(mark.on)}: {quiet(', '.join(mark.names))}\n"
        yield "\n" if figure.marks else ""
        for note in dict.fromkeys((*figure.notes, *result.notes)):
            yield f"*{quiet(note)}*\n\n"

    # ------------------------------------------------------------ forms

    def table(self, figure: Figure, result: Result) -> Lines:
        most = rows_per_page(figure.settings)
        kept, every = first_rows(result, most)
        yield from markdown_lines(_named(kept, self.reader), self.reader)
        yield "\n"
        if every > most:
            yield f"*{self.words['rows'].format(a=1, b=most, n=self.reader.count(every))}*\n\n"

    def _folded(self, result: Result) -> Lines:
        """The numbers behind a drawing."""
        yield f"<details><summary>{self.words['numbers']}</summary>\n\n"
        yield from markdown_lines(_named(result, self.reader), self.reader)
        yield "\n</details>\n\n"

    def cards(self, figure: Figure, result: Result) -> Lines:
        found = shape(result)
        trend = figure.trend
        at = {c.name: n for n, c in enumerate(trend.columns)} if trend is not None else {}
        heads = ["", ""] + (["compared", "change"] if found.compared else []) + (["day"] if trend is not None else [])
        names = {"compared": self.words["before"], "change": self.words["change"], "day": "", "": ""}
        yield _row([names[head] for head in heads])
        yield _row(["---", *["---:"] * (len(heads) - 1 - (trend is not None)), *(["---"] if trend is not None else [])])
        for row in range(len(result.rows)):
            for measure in found.measures:
                whose = label(result, row, found.dims, self.reader)
                title = " · ".join(filter(None, (whose, measure.column.title or measure.column.name)))
                cells = [f"**{quiet(title)}**", self._shown(result, row, measure.now)]
                if found.compared:
                    cells += [self._shown(result, row, n) for n in (measure.before, measure.change)]
                if trend is not None:
                    drawn = [visible(trend, n, at.get(measure.column.name)) for n in range(len(trend.rows))]
                    cells.append(course(drawn[-MOST_POINTS:]))
                yield _row(cells)
        yield "\n"

    def _shown(self, result: Result, row: int, number: int | None) -> str:
        if number is None:
            return ""
        return quiet(self.reader.shown(result.rows[row][number], result.state(row, number), result.columns[number]))

    def line(self, figure: Figure, result: Result) -> Lines:
        """The course of every series, then the numbers folded away."""
        found = shape(result)
        rows = drawn_rows(result)
        groups: dict[str, list[int]] = {}
        for row in rows:
            groups.setdefault(label(result, row, found.dims[1:], self.reader), []).append(row)
        if found.dims and found.measures and len(rows) > 1:
            for measure in found.measures:
                for name, own in groups.items():
                    title = " · ".join(filter(None, (measure.column.title or measure.column.name, name)))
                    drawn = course([visible(result, row, measure.now) for row in own][-MOST_POINTS:])
                    yield f"- {quiet(title)} `{drawn}`\n" if drawn else ""
            yield "\n"
            first, last = (name_of(result, rows[n], found.dims[0], self.reader) for n in (0, -1))
            yield f"{quiet(first)} – {quiet(last)}\n\n"
            yield from self._folded(result)
        else:
            yield from self.table(figure, result)

    def bars(self, figure: Figure, result: Result) -> Lines:
        """A bar beside the first metric of each row."""
        found = shape(result)
        if not found.measures or not found.dims:
            yield from self.table(figure, result)
            return
        kept, _ = first_rows(result, MOST_BARS)
        known = [visible(kept, row, found.measures[0].now) for row in range(len(kept.rows))]
        largest = max((value for value in known if value is not None), default=0.0)
        bars = ["" if kind_of(kept, row) in ("total", "all") else bar(known[row], largest) for row in range(len(known))]
        drawn = Column("bar", " ", TEXT, role="dimension")
        wide = Result((*kept.columns, drawn), tuple((*r, b) for r, b in zip(kept.rows, bars, strict=True)),
                      kept.states, kept.kinds)  # fmt: skip
        yield from markdown_lines(_named(wide, self.reader), self.reader)
        yield "\n"
        if len(result.rows) > len(kept.rows):
            told = self.words["cut"].format(drawn=MOST_BARS, all=len(result.rows), what=self.words["bars"])
            yield f"*{told}*\n\n"
            yield from self._folded(result)

    def parts(self, figure: Figure, result: Result) -> Lines:
        """Bars; of one ratio, itself and what is left to 1."""
        found = shape(result)
        share = visible(result, 0, found.measures[0].now) if found.measures else None
        if found.dims or share is None:
            yield from self.bars(figure, result)
            return
        column = found.measures[0].column
        write = self.reader.formatter(column)
        yield _row(["", "", ""])
        yield _row(["---", "---:", "---"])
        for title, value in ((column.title or column.name, share), (figure.rest, 1 - share)):
            yield _row([f"**{quiet(title)}**", write(value), bar(value, 1.0)])
        yield "\n"

    def facts(self, _figure: Figure, result: Result) -> Lines:
        for row in range(len(result.rows)):
            for number, column in enumerate(result.columns):
                yield f"- **{quiet(column.title or column.name)}:** {self._shown(result, row, number)}\n"
        yield "\n"

    def funnel(self, _figure: Figure, result: Result) -> Lines:
        found = shape(result)
        drawn = [visible(result, 0, measure.now) for measure in found.measures]
        largest = max((value for value in drawn if value is not None), default=0.0)
        yield _row(["", "", "", ""])
        yield _row(["---", "---:", "---:", "---"])
        for measure, value in zip(found.measures, drawn, strict=True):
            share = f"{value / drawn[0] * 100:.1f}%" if value is not None and drawn[0] else ""
            title = quiet(measure.column.title or measure.column.name)
            yield _row([f"**{title}**", self._shown(result, 0, measure.now), share, bar(value, largest)])
        yield "\n"

    def across(self, figure: Figure, result: Result) -> Lines:
        """The first dimensions down, the last across, for one metric; else a table."""
        found = shape(result)
        if len(found.dims) < 2 or len(found.measures) != 1 or found.compared:
            yield from self.bars(figure, result)
            return
        (*down, across), measure, rows = found.dims, found.measures[0], drawn_rows(result)
        heads = order([result.rows[row][across] for row in rows], result.columns[across])
        names = {result.rows[row][across]: label(result, row, [across], self.reader) for row in rows}
        at: dict[str, dict[Value, int]] = {}
        for row in rows:
            at.setdefault(label(result, row, down, self.reader), {})[result.rows[row][across]] = row
        yield _row([quiet(" · ".join(result.columns[n].title for n in down)), *(quiet(names[h]) for h in heads)])
        yield _row(["---", *["---:"] * len(heads)])
        for title, own in at.items():
            yield _row(
                [f"**{quiet(title)}**", *(self._shown(result, own[h], measure.now) if h in own else "" for h in heads)]
            )
        yield "\n"

    # ------------------------------------------------------------ the end

    def _provenance(self) -> Lines:
        source, words = self.report.provenance, self.words
        yield f"<details><summary>{words['where_from']}</summary>\n\n"
        people = words["not_counted"] if source.people is None else self.reader.count(source.people)
        facts = (
            (words["currency"], source.currency), (words["counted"], people), (words["order_rule"], source.order_rule),
            (words["sales"], source.sales), (words["spec"], source.spec_hash), (words["version"], source.version),
        )  # fmt: skip
        yield from (f"- **{name}:** {quiet(value)}\n" for name, value in facts if value)
        if source.sources:
            yield "\n"
            yield _row([words[name] for name in ("source", "table", "row_count", "rejected", "newest")])
            yield _row(["---", "---", "---:", "---:", "---"])
            for each in source.sources:
                newest = words["unknown"] if each.newest is None else self.reader.moment(each.newest)
                counts = (self.reader.count(each.rows), self.reader.count(each.rejected))
                yield _row([quiet(each.name), quiet(each.table), *counts, newest])
        yield "\n</details>\n"


_FORMS: Mapping[str, Callable[[_Page, Figure, Result], Lines]] = {
    "card": _Page.cards, "cards": _Page.cards, "line": _Page.line, "bar": _Page.bars, "pie": _Page.parts,
    "facts": _Page.facts, "funnel": _Page.funnel, "matrix": _Page.across, "heatmap": _Page.across,
}  # fmt: skip


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _named(result: Result, reader: Reader) -> Result:
    """The result with words for what a dimension does not know."""
    blank = [n for n, c in enumerate(result.columns) if c.role == "dimension" and not is_number(c.type)]
    if not any(row[n] is None for row in result.rows for n in blank):
        return result
    rows = []
    for number, row in enumerate(result.rows):
        cells = list(row)
        for n in blank:
            if row[n] is None and (number, n) not in result.states:
                cells[n] = name_of(result, number, n, reader)
        rows.append(tuple(cells))
    return replace(result, rows=tuple(rows))

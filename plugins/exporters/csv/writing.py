"""Writing figures as comma-separated values, and the index of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from patron.engine.contracts import ExportError, ExportJob
from patron.engine.report.text import csv_line, csv_lines, inert
from patron.engine.results import OK, Conditions, Figure, Report
from patron.plugins.exporters.parts import Placed, chosen, figures, stable_slugs

INDEX = (
    "file",
    "title",
    "kind",
    "part_of",
    "address",
    "rows",
    "subject",
    "period",
    "comparison",
    "filter",
    "as_of",
    "zone",
    "currency",
    "spec_hash",
    "problem",
)


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.csv` alone for one figure; for a whole report the index `stem.csv` and `stem-<title>.csv` each."""
    main = job.folder / f"{job.stem}.csv"
    if job.only is not None:
        _write(main, _lines(chosen(report, job.only), raw=job.raw))
        return (main,)
    placed = tuple(figures(report.parts))
    paths = tuple(job.folder / f"{job.stem}-{name}.csv" for name in stable_slugs(placed))
    for path, each in zip(paths, placed, strict=True):
        if not _problem(each.part):
            _write(path, _lines(each, raw=job.raw))
    _write(main, _index(report, placed, paths, raw=job.raw))
    return (main, *(p for p, each in zip(paths, placed, strict=True) if not _problem(each.part)))


def _lines(placed: Placed, *, raw: bool) -> Iterator[str]:
    part = placed.part
    if isinstance(part, Conditions):
        return _condition_lines(part, raw=raw)
    if part.result is None:
        raise ExportError(f'"{placed.title}" could not be made: {_problem(part)}')
    return csv_lines(part.result, raw=raw)


def _condition_lines(conditions: Conditions, *, raw: bool) -> Iterator[str]:
    stated = any(line.state != OK for line in conditions.lines)
    yield csv_line(["depth", "condition", "people_left", *(["people_left_state"] if stated else [])])
    for line in conditions.lines:
        words = line.words if raw else inert(line.words)
        left = "" if line.left is None else str(line.left)
        yield csv_line([str(line.depth), words, left, *([line.state] if stated else [])])


def _index(report: Report, placed: Sequence[Placed], paths: Sequence[Path], *, raw: bool) -> Iterator[str]:
    source = report.provenance
    about = (source.as_of, source.zone, source.currency, source.spec_hash)
    yield csv_line(list(INDEX))
    for each, path in zip(placed, paths, strict=True):
        problem = _problem(each.part)
        cells = ["" if problem else path.name, each.title, *_facts(report, each), *about, problem]
        yield csv_line(cells if raw else [inert(cell) for cell in cells])


def _facts(report: Report, placed: Placed) -> tuple[str, ...]:
    """Kind, place, address, rows, subject, period, comparison and filter of a figure."""
    part, path = placed.part, " / ".join(placed.path)
    if isinstance(part, Conditions):
        return ("conditions", path, part.address, str(len(part.lines)), report.subject, "", "", "")
    rows = "" if part.result is None else str(len(part.result.rows))
    return (
        part.kind,
        path,
        part.address,
        rows,
        part.subject or report.subject,
        part.period or report.period,
        part.comparison,
        part.filter,
    )


def _problem(part: Figure | Conditions) -> str:
    if isinstance(part, Conditions):
        return ""
    return part.problem or ("" if part.result is not None else "it has no result")


def _write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        stream.writelines(lines)

"""Writing figures as comma-separated values, and the index of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from patron.engine.contracts import ExportJob
from patron.engine.report.text import csv_lines
from patron.engine.results import Report, Result
from patron.plugins.exporters.parts import chosen, figures, stable_slugs
from patron.plugins.exporters.tabular import absence, index, values_of


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.csv` alone for one figure; for a whole report the index `stem.csv` and `stem-<title>.csv` each."""
    main, zone = job.folder / f"{job.stem}.csv", report.provenance.zone
    if job.only is not None:
        _write(main, values_of(chosen(report, job.only)), raw=job.raw, zone=zone)
        return (main,)
    placed = tuple(figures(report.parts))
    paths = tuple(job.folder / f"{job.stem}-{name}.csv" for name in stable_slugs(placed))
    made = [(path, each) for path, each in zip(paths, placed, strict=True) if not absence(each.part)]
    for path, each in made:
        _write(path, values_of(each), raw=job.raw, zone=zone)
    _write(main, index(report, placed, paths), raw=job.raw, zone=zone)
    return (main, *(path for path, _ in made))


def _write(path: Path, result: Result, *, raw: bool, zone: str) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        stream.writelines(csv_lines(result, raw=raw, zone=zone))

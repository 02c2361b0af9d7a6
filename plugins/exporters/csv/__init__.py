"""CSV: one file per figure, and an index of them that says what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.csv` alone for one figure; for a whole report the index `stem.csv` and `stem-<title>.csv` each."""
    from patron.plugins.exporters.csv import writing

    return writing.export(report, job)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The csv exporter."""
    return [ExporterType("csv", "comma-separated files, one per figure", ".csv", export)]

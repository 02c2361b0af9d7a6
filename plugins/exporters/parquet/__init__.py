"""Parquet: one typed file per figure, for other programs, and an index of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

EXTRA = "frames"


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.parquet` for one figure; for a whole report the index `stem.parquet` and `stem-<title>.parquet`s."""
    from patron.plugins.exporters.parts import extra

    with extra(EXTRA, "parquet files"):
        from patron.plugins.exporters.parquet.writing import write

        return write(report, job)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The parquet exporter."""
    return [ExporterType("parquet", "typed files for other programs, one per figure", ".parquet", export, needs=EXTRA)]

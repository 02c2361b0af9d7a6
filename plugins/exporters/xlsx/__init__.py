"""XLSX: a workbook with a sheet for every figure, real numbers and dates, and charts that can be edited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

EXTRA = "xlsx"


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.xlsx`: a first sheet that says what the report is about, then a sheet a figure."""
    from patron.plugins.exporters.parts import extra

    with extra(EXTRA, "workbooks"):
        from patron.plugins.exporters.xlsx.book import write

        return (write(report, job),)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The xlsx exporter."""
    return [ExporterType("xlsx", "a workbook with a sheet for every figure", ".xlsx", export, needs=EXTRA)]

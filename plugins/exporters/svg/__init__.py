"""SVG: charts as drawings that stay sharp at any size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

EXTRA = "html"


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.svg` for one chart; for a whole report all charts in `stem.svg` and each in `stem-<title>.svg`."""
    from patron.plugins.exporters.parts import extra

    with extra(EXTRA, "pictures"):
        from patron.plugins.exporters.picture import pictures

        return pictures(report, job, "svg", lambda svg: svg.encode("utf-8", "replace"))


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The svg exporter."""
    return [ExporterType("svg", "charts as drawings, sharp at any size", ".svg", export, needs=EXTRA)]

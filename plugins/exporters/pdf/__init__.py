"""PDF: pages to print and to send, with contents, page numbers, and where the numbers come from at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExportError, ExporterType, ExportJob, SettingSpec
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

EXTRA = "pdf"
PAPER = SettingSpec("paper", "choice", "the size of a page", default="a4", choices=("a4", "letter"))
LANDSCAPE = SettingSpec("landscape", "yesno", "pages that are wider than high", default=False)
ROWS = SettingSpec("rows", "number", "most rows of a table that are printed, 1 to 1,000", default=100)


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.pdf`."""
    from patron.plugins.exporters.parts import extra

    path = job.folder / f"{job.stem}.pdf"
    with extra(EXTRA, "pages"):
        try:
            from patron.plugins.exporters.pdf.pages import pages
        except OSError as error:  # the libraries that set type are the system's
            hint = "Install pango: `apt install libpango-1.0-0 libpangoft2-1.0-0`, `brew install pango`."
            raise ExportError(f"a library of the system is not there: {error}", hint) from error

        path.write_bytes(pages(report, job))
    return (path,)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The pdf exporter."""
    return [ExporterType("pdf", "pages to print and to send", ".pdf", export, (PAPER, LANDSCAPE, ROWS), EXTRA)]

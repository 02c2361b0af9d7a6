"""HTML: one page that stands alone, with tabs, charts and tables, for the people the report is made for."""

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
    """Write `stem.html`. ImportError names the extra to install when a library is absent."""
    from patron.plugins.exporters.parts import chosen, extra

    with extra(EXTRA, "pages"):
        from patron.plugins.exporters.html.page import page

        text = page(report, job.locale, None if job.only is None else (chosen(report, job.only).part,))
    path = job.folder / f"{job.stem}.html"
    path.write_bytes(text.encode("utf-8", "replace"))
    return (path,)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The html exporter."""
    return [ExporterType("html", "one page with charts and tables that needs no network", ".html", export, needs=EXTRA)]

"""Markdown: a page for pull requests, messages and wikis, with figures drawn in text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob, SettingSpec
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

EXTRA = "html"
PICTURES = SettingSpec(
    "pictures", "yesno", "charts as SVG files beside the page, instead of drawn in text", default=False
)


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.md`, and with `pictures yes` a `stem-<title>.svg` for each chart."""
    from patron.plugins.exporters.parts import extra

    with extra(EXTRA, "numbers in words"):
        from patron.plugins.exporters.markdown.page import write

        return write(report, job, pictures=job.settings.get(PICTURES.name) is True)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The markdown exporter."""
    describe = "one page for pull requests and messages"
    return [ExporterType("markdown", describe, ".md", export, settings=(PICTURES,), needs=EXTRA)]

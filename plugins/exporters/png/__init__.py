"""PNG: charts as pictures for slides, chats and mails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob, SettingSpec
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

EXTRA = "html"
SCALE = SettingSpec("scale", "number", "how many pixels a point of the picture has, 1 to 8", default=2)


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.png` for one chart; for a whole report all charts in `stem.png` and each in `stem-<title>.png`."""
    from patron.plugins.exporters.parts import extra

    with extra(EXTRA, "pictures"):
        import vl_convert

        from patron.plugins.exporters.picture import pictures

        asked = job.settings.get(SCALE.name) or SCALE.default
        scale = min(8.0, max(1.0, float(str(asked))))
        return pictures(report, job, "png", lambda svg: vl_convert.svg_to_png(svg, scale=scale))


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The png exporter."""
    return [ExporterType("png", "charts as pictures", ".png", export, settings=(SCALE,), needs=EXTRA)]

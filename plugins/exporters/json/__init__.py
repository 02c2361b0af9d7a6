"""JSON: the whole report, or one figure of it, as one document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report


def export(report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem.json`."""
    from patron.engine.report.text import dump
    from patron.plugins.exporters.json.document import part_object, provenance_object, report_object
    from patron.plugins.exporters.parts import chosen

    if job.only is None:
        made = report_object(report)
    else:
        figure = part_object(chosen(report, job.only).part, report.provenance.zone)
        made = {**figure, "report": report.name, "provenance": provenance_object(report.provenance)}
    path = job.folder / f"{job.stem}.json"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        stream.write(dump(made, indent=1) + "\n")
    return (path,)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """The json exporter."""
    return [ExporterType("json", "one JSON document with every number, its meaning and its state", ".json", export)]

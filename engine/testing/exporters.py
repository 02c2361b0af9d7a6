"""Whether an exporter keeps its contract with the publishing of files."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from patron.engine.contracts import ExportError, ExporterType, ExportJob
from patron.engine.results import Report
from patron.engine.testing.promise import promise
from patron.engine.testing.sample import sample_people, sample_report

_STEM = "sample"


def check_exporter(
    kind: ExporterType, folder: Path, settings: Mapping[str, object] | None = None, only: str | None = None
) -> Sequence[Path]:
    """Export a report with every kind of figure, or of people, into `folder`, and give the files to look at further.

    Checked: the main file comes first and has the format's extension; all files lie in the folder, are not empty and
    are all named; the same report gives the same bytes; an empty report is exported, or refused with an ExportError.
    """
    job = ExportJob(folder, _STEM, settings=settings or {}, only=only)
    report = sample_people() if kind.takes else sample_report()
    files = _exported(kind, report, job)
    with tempfile.TemporaryDirectory() as other:
        again = _exported(kind, report, replace(job, folder=Path(other)))
        promise(_digests(files) == _digests(again), f"{kind.name}: the same report gives other bytes the second time")
    if only is None:
        with tempfile.TemporaryDirectory() as other:
            empty = sample_people(()) if kind.takes else replace(report, parts=())
            with suppress(ExportError):
                _exported(kind, empty, replace(job, folder=Path(other)))
    return files


def _exported(kind: ExporterType, report: Report, job: ExportJob) -> tuple[Path, ...]:
    files = tuple(kind.export(report, job))
    promise(len(files) > 0, f"{kind.name}: it names no file that it wrote")
    ending = f".{kind.extension.removeprefix('.')}"
    promise(files[0].name.endswith(ending), f"{kind.name}: the main file {files[0].name} does not end in {ending}")
    for file in files:
        promise(job.folder.resolve() in file.resolve().parents, f"{kind.name}: {file} lies outside the folder")
        promise(file.is_file() and file.stat().st_size > 0, f"{kind.name}: {file.name} is not there, or empty")
    left = {p.resolve() for p in job.folder.rglob("*") if p.is_file()} - {p.resolve() for p in files}
    promise(not left, f"{kind.name}: it wrote files that it does not name: {sorted(p.name for p in left)}")
    return files


def _digests(files: Sequence[Path]) -> list[tuple[str, str]]:
    return [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]

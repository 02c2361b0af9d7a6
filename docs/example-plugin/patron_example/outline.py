"""An exporter: what is in the report and how many rows each figure has. It writes only inside the job's folder."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from patron.engine.contracts import ExportJob
from patron.engine.results import Conditions, Figure, Note, Part, Report, Section


def export_outline(report: Report, job: ExportJob) -> Sequence[Path]:
    path = job.folder / f"{job.stem}.txt"
    lines = [f"{report.title}, {report.subject}, {report.period}", *_lines(report.parts, 1)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return [path]


def _lines(parts: Iterable[Part], depth: int) -> Iterator[str]:
    for part in parts:
        match part:
            case Section():
                yield f"{'  ' * depth}{part.title}"
                yield from _lines(part.parts, depth + 1)
            case Figure():
                rows = part.problem or f"{len(part.result.rows) if part.result else 0} rows"
                yield f"{'  ' * depth}{part.title} ({part.kind}): {rows}"
            case Conditions():
                yield f"{'  ' * depth}{part.title}: {len(part.lines)} conditions"
            case Note():
                yield f"{'  ' * depth}{part.text}"

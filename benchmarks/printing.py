"""The figures as tables for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.measure import Spent, geometric_mean, growth_exponent

Figures = Mapping[str, Any]


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def show(told: Figures) -> None:
    """Print everything that was measured."""
    say(f"data {told['data']}, {told['threads']} threads, {told['repeats']} repeats; milliseconds, wall and cpu")
    if "note" in told:
        say(told["note"])
    table(("job", "hand, files", "hand, store", "patron sql", "patron whole", "steps", "cpu ×", "wall ×", "whole ×"),
          [job_row(job) for job in told["jobs"]])  # fmt: skip
    ratios = [job["ratio_cpu"] for job in told["jobs"] if "ratio_cpu" in job]
    if ratios:
        say(f"geometric mean {geometric_mean(ratios):.2f}, largest {max(ratios):.2f}")
    for job in told["jobs"]:
        for sentence in job["wrong"]:
            say(f"DIFFERENT {job['job']}: {sentence}")
    for title, rows in sections(told):
        say(f"\n{title}")
        table(rows[0], rows[1:])


def job_row(job: Figures) -> tuple[str, ...]:
    """One line of the main table."""
    times = [spent(job.get(side)) for side in ("hand_files", "hand_store", "backend", "whole")]
    ratios = [f"{job[r]:.2f}" if r in job else "" for r in ("ratio_cpu", "ratio_wall", "ratio_whole")]
    return job["job"], *times, str(job["steps"] or ""), *ratios


def sections(told: Figures) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The other tables: title, then header and rows."""
    if "small" in told:
        yield "growth, from a tenth (1 is linear)", [("job", "hand, files", "patron"), *growth_rows(told)]
    if told.get("loading"):
        loads = [(name, spent(s), f"{s['peak'] / 2**20:.0f}") for name, s in told["loading"].items()]
        yield "loading", [("data", "time", "peak, MiB"), *loads]
    if "peaks" in told:
        rows = [(job, *(f"{size / 2**20:.0f}" for size in sides.values())) for job, sides in told["peaks"].items()]
        width = len(rows[0])
        yield "peak memory of a process, MiB", [("job", "hand", "patron")[:width], *rows]
    if "skew" in told:
        rows = [(s["what"], spent(s["one"]), spent(s["spread"]), f"{s['ratio']:.2f}") for s in told["skew"]]
        yield "one busy customer over ten thousand", [("attribution", "one", "spread", "×"), *rows]
    if "start" in told:
        rows = [
            (name, spent(s["patron"]), spent(s["imports"]), f"{s['ratio']:.2f}") for name, s in told["start"].items()
        ]
        yield "start-up beside the imports alone", [("command", "patron", "imports", "×"), *rows]
    if "definitions" in told:
        yield "a thousand definitions", [("step", "time"), *((n, spent(s)) for n, s in told["definitions"].items())]


def growth_rows(told: Figures) -> Iterator[tuple[str, ...]]:
    """The exponent by job for both sides."""
    for large, small in zip(told["jobs"], told["small"], strict=True):
        yield (
            large["job"],
            *(
                f"{growth_exponent(small[side]['cpu'], large[side]['cpu'], 0.1, 1):.2f}" if side in large else ""
                for side in ("hand_files", "backend")
            ),
        )


def spent(figure: Figures | None) -> str:
    """`197 (356)`: wall and cpu milliseconds."""
    return spent_of(Spent(figure["wall"], figure["cpu"])) if figure else ""


def spent_of(figure: Spent) -> str:
    """`197 (356)`: wall and cpu milliseconds."""
    return f"{figure.wall * 1e3:.0f} ({figure.cpu * 1e3:.0f})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, the first to the left."""
    widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]
    for row in (header, *rows):
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        cells[0] = row[0].ljust(widths[0])
        say("  ".join(cells).rstrip())

"""Whole reports beside all hand-written jobs together, interleaved in one process, and the size of a process alone.

    python -m benchmarks.reports --data /tmp/bench/1

What every figure means is in the README beside this file.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import patron_side, printing
from benchmarks.jobs import JOBS
from benchmarks.measure import NOTHING, Spent, median, paired_ratio, peak_bytes
from patron.engine.cli import MANY

REPORTS = (
    "jobs", "everything", "conversions_tab", "demographics_tab", "geo_tab", "lifecycle_tab", "loyalty_tab",
    "orders_tab", "personas_tab", "predictions_tab", "rfm_tab", "staff_tab",
)  # fmt: skip
HEADER = ("report", "whole", "in the backend", "steps", "figures", "wall ×", "cpu ×", "peak, MiB")


def measured(patron: patron_side.PatronSide, names: Sequence[str], repeats: int) -> list[tuple[str, ...]]:
    """A row for each report; the first round warms up."""
    by_hand: list[Spent] = []
    made: dict[str, list[patron_side.Made]] = {name: [] for name in names}
    for turn in range(repeats + 1):
        hand = sum((patron.hand(job.hand_sql)[1] for job in JOBS), NOTHING)
        found = {name: patron.report(name) for name in names}
        if turn:
            by_hand.append(hand)
            for name, one in found.items():
                made[name].append(one)
    rows = [row(name, found, by_hand) for name, found in made.items()]
    return [("all jobs by hand", printing.spent_of(median(by_hand)), "", "", "", "", "", ""), *rows]


def row(name: str, found: Sequence[patron_side.Made], by_hand: Sequence[Spent]) -> tuple[str, ...]:
    """The medians of a report, and how they stand beside the jobs."""
    whole, backend = [f.whole for f in found], [f.in_backend for f in found]
    wall = paired_ratio([s.wall for s in whole], [s.wall for s in by_hand])
    cpu = paired_ratio([s.cpu for s in whole], [s.cpu for s in by_hand])
    return (
        name, printing.spent_of(median(whole)), printing.spent_of(median(backend)), str(found[0].steps),
        str(found[0].figures), f"{wall:.2f}", f"{cpu:.2f}", "",
    )  # fmt: skip


def peak_alone(root: Path, name: str) -> int:
    """The largest size of a process that makes nothing but this report; the load is there."""
    command = [sys.executable, "-m", "benchmarks.reports", "--project", str(root), "--reports", name]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - this very program
    peak: int = json.loads(done.stdout)
    return peak


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder made by benchmarks.generate")
    parser.add_argument("--reports", default=",".join(REPORTS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    gc.set_threshold(MANY, 20, 20)  # as the command does
    names = args.reports.split(",")
    if args.project:
        with patron_side.opened(args.project) as patron:
            patron.report(names[0])
        printing.say(str(peak_bytes()))
        return
    with patron_side.project(args.data, args.threads, args.memory) as root:
        with patron_side.opened(root) as patron:
            rows = measured(patron, names, args.repeats)
        peaks = {name: f"{peak_alone(root, name) / 2**20:.0f}" for name in names}
    printing.say(f"data {args.data.name}, {args.threads} threads, {args.repeats} repeats; milliseconds, wall (cpu)")
    printing.table(HEADER, [(*r[:-1], peaks.get(r[0], "")) for r in rows])


if __name__ == "__main__":
    main()

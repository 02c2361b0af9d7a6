"""Patron beside hand-written SQL, interleaved in one process.

    python -m benchmarks.run --data /tmp/bench/1 --small /tmp/bench/0.1 --skew /tmp/bench/skew --json figures.json

What every figure means is in the README beside this file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import patron_side, printing
from benchmarks.compare import differences
from benchmarks.hand_side import HandOnFiles
from benchmarks.jobs import JOBS, SKEW_PHRASES, Job
from benchmarks.measure import Spent, median, paired_ratio, peak_bytes, timed


@dataclass(frozen=True, slots=True)
class Machine:
    """What both sides may use."""

    threads: int
    memory: str
    temp: Path
    repeats: int


@dataclass(slots=True)
class Figures:
    """All repeats of one job. Patron's two figures: its steps in the backend, and the whole answer with planning."""

    job: str
    hand_files: list[Spent] = field(default_factory=list)
    hand_store: list[Spent] = field(default_factory=list)
    backend: list[Spent] = field(default_factory=list)
    whole: list[Spent] = field(default_factory=list)
    steps: int = 0
    wrong: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """Medians and paired ratios, as they are printed and kept."""
        sides = {"hand_files": self.hand_files, "hand_store": self.hand_store}
        sides |= {"backend": self.backend, "whole": self.whole}
        told: dict[str, object] = {"job": self.job, "steps": self.steps, "wrong": self.wrong}
        told |= {name: asdict(median(spent)) for name, spent in sides.items() if spent}
        if self.backend:
            told["ratio_cpu"] = paired_ratio([s.cpu for s in self.backend], [s.cpu for s in self.hand_store])
            told["ratio_wall"] = paired_ratio([s.wall for s in self.backend], [s.wall for s in self.hand_store])
            told["ratio_whole"] = paired_ratio([s.wall for s in self.whole], [s.wall for s in self.hand_store])
        return told


def measure_jobs(data: Path, jobs: Sequence[Job], machine: Machine, with_patron: bool) -> list[dict[str, object]]:
    """Every job on every side, one after the other, as often as asked; the first round warms up and compares."""
    with ExitStack() as stack:
        hand = HandOnFiles(data, machine.threads, machine.memory, machine.temp)
        stack.callback(hand.close)
        patron = None
        if with_patron:
            patron = stack.enter_context(patron_side.opened(data, machine.threads, machine.memory))
        figures = [Figures(job.name) for job in jobs]
        for turn in range(machine.repeats + 1):
            for job, found in zip(jobs, figures, strict=True):
                one_round(job, found, hand, patron, turn)
        return [f.summary() for f in figures]


def one_round(job: Job, found: Figures, hand: HandOnFiles, patron: patron_side.PatronSide | None, turn: int) -> None:
    """One job on all sides."""
    rows, columns, on_files = hand.answer(job)
    if turn:
        found.hand_files.append(on_files)
    if patron is None:
        return
    answer = patron.answer(job)
    _, on_store = patron.hand(job.hand_sql)
    if turn:
        found.backend.append(answer.in_backend)
        found.whole.append(answer.whole)
        found.hand_store.append(on_store)
    else:
        found.steps = len(answer.program)
        found.wrong = list(differences(answer.rows, answer.columns, rows, columns, job.keys))[:5]


def measure_skew(data: Path, machine: Machine) -> list[dict[str, object]]:
    """Attributions on one busy customer over the same rows spread over ten thousand."""
    told: list[dict[str, object]] = []
    with ExitStack() as stack:
        sides = [
            stack.enter_context(patron_side.opened(data / name, machine.threads, machine.memory, patron_side.SKEW_SPEC))
            for name in ("one", "spread")
        ]
        for name, phrase in SKEW_PHRASES.items():
            job = Job(name, "", (), phrase)
            pairs = [tuple(side.answer(job).in_backend for side in sides) for _ in range(machine.repeats)]
            ratio = paired_ratio([one.wall for one, _ in pairs], [spread.wall for _, spread in pairs])
            one, spread = (median(side) for side in zip(*pairs, strict=True))
            told.append({"what": name, "one": asdict(one), "spread": asdict(spread), "ratio": ratio})
    return told


# ---------------------------------------------------------------- peak memory: a process for every figure


def peaks(data: Path, jobs: Sequence[Job], machine: Machine, with_patron: bool) -> dict[str, dict[str, int]]:
    """The largest size of a process that does nothing but this job, by job and side."""
    sides = ("hand", "patron") if with_patron else ("hand",)
    return {job.name: {side: _peak_of(data, job, side, machine) for side in sides} for job in jobs}


def _peak_of(data: Path, job: Job, side: str, machine: Machine) -> int:
    command = [sys.executable, "-m", "benchmarks.run", "--data", str(data), "--peak", side, "--jobs", job.name]
    command += ["--threads", str(machine.threads), "--memory", machine.memory]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - this very program
    return int(done.stdout)


def run_alone(data: Path, job: Job, side: str, machine: Machine) -> int:
    """The job once; what the process grew to. For Patron the load is made by a child, so that it does not count."""
    if side == "hand":
        hand = HandOnFiles(data, machine.threads, machine.memory, machine.temp)
        hand.answer(job)
        return peak_bytes()
    with patron_side.opened(data, machine.threads, machine.memory) as patron:
        patron.answer(job)
    return peak_bytes()


# ---------------------------------------------------------------- the command


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder made by benchmarks.generate")
    parser.add_argument("--small", type=Path, help="a folder of a tenth of the size, for growth")
    parser.add_argument("--skew", type=Path, help="folder made by benchmarks.generate --skew")
    parser.add_argument("--jobs", default=",".join(j.name for j in JOBS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--no-start", action="store_true", help="leave start-up and the thousand definitions out")
    parser.add_argument("--no-peaks", action="store_true", help="leave peak memory out")
    parser.add_argument("--hand-only", action="store_true", help="only the hand-written SQL")
    parser.add_argument("--json", type=Path, help="write all figures here as well")
    parser.add_argument("--peak", choices=("hand", "patron"), help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_all(args: argparse.Namespace, machine: Machine) -> dict[str, object]:
    """Everything asked for."""
    jobs = [j for j in JOBS if j.name in args.jobs.split(",")]
    absent = patron_side.what_is_missing()
    with_patron = not args.hand_only and not absent
    told: dict[str, object] = {"data": args.data.name, "threads": machine.threads, "repeats": machine.repeats}
    if absent and not args.hand_only:
        told["note"] = f"Patron's side is left out: there is no {absent}"
    told["jobs"] = measure_jobs(args.data, jobs, machine, with_patron)
    if args.small:
        told["small"] = measure_jobs(args.small, jobs, machine, with_patron)
    if not args.no_peaks:
        told["peaks"] = peaks(args.data, jobs, machine, with_patron)
    if args.skew and with_patron:
        told["skew"] = measure_skew(args.skew, machine)
    if not args.no_start and with_patron:
        told |= start_figures(machine)
    return told


def start_figures(machine: Machine) -> dict[str, object]:
    """Start-up, and the project of a thousand definitions."""
    from benchmarks import definitions, startup

    starts = {
        name: {"patron": asdict(ours), "imports": asdict(theirs), "ratio": ours.wall / theirs.wall}
        for name, (ours, theirs) in startup.measure(machine.repeats).items()
    }
    many, _ = timed(definitions.measure)
    return {"start": starts, "definitions": {name: asdict(spent) for name, spent in many.items()}}


def main() -> None:
    """The command line."""
    args = arguments()
    with TemporaryDirectory(prefix="patron-benchmark-") as temp:
        machine = Machine(args.threads, args.memory, Path(temp), args.repeats)
        if args.peak:
            (job,) = (j for j in JOBS if j.name == args.jobs)
            printing.say(str(run_alone(args.data, job, args.peak, machine)))
            return
        told = measure_all(args, machine)
    printing.show(told)
    if args.json:
        args.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

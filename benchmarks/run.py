"""Patron beside hand-written SQL, interleaved in one process.

    python -m benchmarks.run --data /tmp/bench/1 --small /tmp/bench/0.1 --skew /tmp/bench/skew --json figures.json

What every figure means is in the README beside this file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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


def measure_jobs(data: Path, project: Path | None, jobs: Sequence[Job], machine: Machine) -> list[dict[str, object]]:
    """Every job on every side, one after the other, as often as asked; the first round warms up and compares."""
    with ExitStack() as stack:
        hand = HandOnFiles(data, machine.threads, machine.memory, machine.temp)
        stack.callback(hand.close)
        patron = stack.enter_context(patron_side.opened(project)) if project else None
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
        projects = [
            patron_side.project(data / name, machine.threads, machine.memory, patron_side.SKEW_SPEC)
            for name in ("one", "spread")
        ]
        sides = [stack.enter_context(patron_side.opened(stack.enter_context(project))) for project in projects]
        for name, phrase in SKEW_PHRASES.items():
            job = Job(name, "", (), phrase)
            pairs = [tuple(side.answer(job).in_backend for side in sides) for _ in range(machine.repeats)]
            ratio = paired_ratio([one.wall for one, _ in pairs], [spread.wall for _, spread in pairs])
            one, spread = (median(side) for side in zip(*pairs, strict=True))
            told.append({"what": name, "one": asdict(one), "spread": asdict(spread), "ratio": ratio})
    return told


# ---------------------------------------------------------------- a process for every figure


@contextmanager
def ready(data: Path, machine: Machine, loads: dict[str, Any], with_patron: bool) -> Iterator[Path | None]:
    """A loaded project over the data (None without Patron); what loading took is noted in `loads`."""
    if not with_patron:
        yield None
        return
    with patron_side.project(data, machine.threads, machine.memory) as project:
        loads[data.name] = alone("load", data, project, machine)
        yield project


def peaks(data: Path, project: Path | None, jobs: Sequence[Job], machine: Machine) -> dict[str, dict[str, int]]:
    """The largest size of a process that does nothing but this job, by job and side; Patron's has its load already."""
    sides = ("hand", "patron") if project else ("hand",)
    return {job.name: {side: alone(side, data, project, machine, job)["peak"] for side in sides} for job in jobs}


def alone(side: str, data: Path, project: Path | None, machine: Machine, job: Job | None = None) -> dict[str, Any]:
    """What a process needed that does nothing else: wall, cpu and peak."""
    command = [sys.executable, "-m", "benchmarks.run", "--data", str(data), "--alone", side]
    command += ["--threads", str(machine.threads), "--memory", machine.memory]
    command += ["--project", str(project)] if project else []
    command += ["--jobs", job.name] if job else []
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - this very program
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def run_alone(args: argparse.Namespace, machine: Machine) -> dict[str, Any]:
    """The load, or a job on one side, once."""
    jobs = [j for j in JOBS if j.name in args.jobs.split(",")]
    if args.alone == "hand":
        hand = HandOnFiles(args.data, machine.threads, machine.memory, machine.temp)
        _, spent = timed(lambda: [hand.answer(job) for job in jobs])
    else:
        with patron_side.opened(args.project) as patron:
            _, spent = timed(lambda: [patron.answer(job) for job in jobs if args.alone == "patron"])
            spent = patron.loading if args.alone == "load" else spent
    return {**asdict(spent), "peak": peak_bytes()}


# ---------------------------------------------------------------- the command


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder made by benchmarks.generate")
    parser.add_argument("--small", type=Path, help="a folder of a tenth of the size, for growth")
    parser.add_argument("--skew", type=Path, help="folder made by benchmarks.generate --skew")
    parser.add_argument("--jobs", default=",".join(j.name for j in JOBS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="1GB", help="what Patron takes for two threads when nobody says")
    parser.add_argument("--no-start", action="store_true", help="leave start-up and the thousand definitions out")
    parser.add_argument("--no-peaks", action="store_true", help="leave peak memory out")
    parser.add_argument("--hand-only", action="store_true", help="only the hand-written SQL")
    parser.add_argument("--json", type=Path, help="write all figures here as well")
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--alone", choices=("hand", "patron", "load"), help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_all(args: argparse.Namespace, machine: Machine) -> dict[str, object]:
    """Everything asked for."""
    jobs = [j for j in JOBS if j.name in args.jobs.split(",")]
    absent = patron_side.what_is_missing()
    with_patron = not args.hand_only and not absent
    told: dict[str, object] = {"data": args.data.name, "threads": machine.threads, "repeats": machine.repeats}
    if absent and not args.hand_only:
        told["note"] = f"Patron's side is left out: there is no {absent}"
    loads: dict[str, Any] = {}
    told["loading"] = loads
    with ready(args.data, machine, loads, with_patron) as project:
        if not args.no_peaks:
            told["peaks"] = peaks(args.data, project, jobs, machine)
        told["jobs"] = measure_jobs(args.data, project, jobs, machine)
    if args.small:
        with ready(args.small, machine, loads, with_patron) as project:
            told["small"] = measure_jobs(args.small, project, jobs, machine)
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
        if args.alone:
            printing.say(json.dumps(run_alone(args, machine)))
            return
        told = measure_all(args, machine)
    printing.show(told)
    if args.json:
        args.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

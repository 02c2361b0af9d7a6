"""Patron's side: the one module that knows how a project is opened and asked.

Every answer comes from a session of its own over the same stored load, so that no temporary table of an earlier
repeat helps a later one. A recorder between runner and backend notes every step and what it took.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.jobs import AS_OF, Job
from benchmarks.measure import NOTHING, Spent, timed

if TYPE_CHECKING:
    import pyarrow

    from patron.engine.contracts import Session
    from patron.engine.results import Result
    from patron.engine.runner.project import Project

SPEC = Path(__file__).parent / "spec"
SKEW_SPEC = Path(__file__).parent / "spec_skew"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One statement that was sent, in order."""

    name: str
    sql: str
    spent: Spent


@dataclass(slots=True)
class Recorder:
    """A session that passes everything on and keeps a note of it."""

    inner: Session
    program: list[Step] = field(default_factory=list)

    def run(self, name: str, sql: str) -> None:
        """A step that makes a temporary table."""
        self._note(name, sql, lambda: self.inner.run(name, sql))

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        return self._note("fetch", sql, lambda: self.inner.fetch(sql))

    def arrow(self, sql: str) -> pyarrow.Table:
        """The Arrow table of a SELECT."""
        return self._note("arrow", sql, lambda: self.inner.arrow(sql))

    def columns(self, sql: str) -> Mapping[str, Any]:
        """The numpy columns of a SELECT."""
        return self._note("columns", sql, lambda: self.inner.columns(sql))

    def handed(self, name: str, sql: str, columns: Mapping[str, Any]) -> None:
        """A step that makes a temporary table of columns."""
        self._note(name, sql, lambda: self.inner.handed(name, sql, columns))

    def cancel(self) -> None:
        """Stop."""
        self.inner.cancel()

    def close(self) -> None:
        """Let go."""
        self.inner.close()

    def _note(self, name: str, sql: str, work: Callable[[], T]) -> T:
        result, spent = timed(work)
        self.program.append(Step(name, sql, spent))
        return result

    @property
    def spent(self) -> Spent:
        """What all steps took in the backend."""
        return sum((s.spent for s in self.program), NOTHING)


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows and columns, the steps, what they took in the backend, and what the whole answer took with planning."""

    rows: list[tuple[Any, ...]]
    columns: list[str]
    program: tuple[Step, ...]
    in_backend: Spent
    whole: Spent


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was made: its steps, its figures with a result, and what it took."""

    steps: int
    figures: int
    in_backend: Spent
    whole: Spent


class PatronSide:
    """An opened and loaded project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        _, self.loading = timed(lambda: project.loaded)

    def answer(self, job: Job) -> Answer:
        """One job in a fresh session."""
        if job.audience:
            return self.ask(lambda project: project.audience(job.audience))
        return self.ask(lambda project: project.query(job.phrase))

    def ask(self, question: Callable[[Project], Result]) -> Answer:
        """Any question in a fresh session."""
        result, recorder, whole = self._recorded(question)
        columns = [c.name for c in result.columns]
        return Answer(list(result.rows), columns, tuple(recorder.program), recorder.spent, whole)

    def report(self, name: str) -> Made:
        """A whole report in a fresh session."""
        from patron.plugins.exporters.parts import figures

        report, recorder, whole = self._recorded(lambda project: project.report(name))
        made = sum(getattr(placed.part, "result", None) is not None for placed in figures(report.parts))
        return Made(len(recorder.program), made, recorder.spent, whole)

    def _recorded(self, work: Callable[[Project], T]) -> tuple[T, Recorder, Spent]:
        """What the work gives in a fresh session, what it sent there, and what it took."""
        fresh = self.project.seen_from(None)
        recorder = Recorder(fresh.session)
        fresh.__dict__["session"] = recorder  # the place where the project keeps it
        try:
            result, whole = timed(lambda: work(fresh))
        finally:
            fresh.close()
        return result, recorder, whole

    def hand(self, sql: str) -> tuple[list[tuple[Any, ...]], Spent]:
        """Hand-written SQL in a fresh session over the same stored tables."""
        fresh = self.project.seen_from(None)
        session = fresh.session
        try:
            return timed(lambda: session.fetch(sql))
        finally:
            fresh.close()

    def close(self) -> None:
        self.project.close()


@contextmanager
def project(data: Path, threads: int, memory: str, spec: Path = SPEC) -> Iterator[Path]:
    """A project over a data folder, in a temporary folder of its own, with nothing loaded yet."""
    with TemporaryDirectory(prefix="patron-benchmark-") as name:
        root = Path(name)
        shutil.copytree(spec, root, dirs_exist_ok=True)
        (root / "data").symlink_to(data.resolve(), target_is_directory=True)
        (root / "patron.toml").write_text(
            f'threads = {threads}\nmemory = "{memory}"\nallow_paths = ["{data.resolve()}"]\n', encoding="utf-8"
        )
        yield root


@contextmanager
def opened(root: Path) -> Iterator[PatronSide]:
    """The project in a folder, loaded."""
    from patron import open_project

    side = PatronSide(open_project(root, as_of=AS_OF))
    try:
        yield side
    finally:
        side.close()


def what_is_missing() -> str:
    """Empty when Patron can be asked, else the module that is not there yet."""
    needed = ("patron.engine.runner.project", "patron.engine.load", "patron.engine.report.answers")
    return next((module for module in needed if find_spec(module) is None), "")

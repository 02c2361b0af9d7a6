"""Performing a `run` declaration once: its steps in the order written, until one fails."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, suggest
from patron.engine.runner import testing
from patron.engine.runner.delivering import deliver
from patron.engine.runner.made import Broken, Made, code_of, failure_of
from patron.engine.runner.making import Order, make
from patron.engine.runner.schedule.repeating import repeated
from patron.engine.runtime import stopping
from patron.engine.runtime.errors import Busy, PatronError, SpecError, raise_for
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


@dataclass(frozen=True, slots=True)
class Done:
    """A step after it was performed, in words; `failed` when the run stops there."""

    words: str
    exit_code: int = 0
    error: PatronError | None = None
    tested: tuple[testing.Tested, ...] = ()
    made: tuple[Made, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the run stops here."""
        return self.exit_code != 0


@dataclass
class Performance:
    """What a run has made so far."""

    project: Project
    out: Path | None
    files: list[Path] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    failure: str = ""
    """What failed, in words; it is delivered with the files by `if failed send`."""
    number: int = 0
    """Which step it is at."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run after it was performed."""

    name: str
    steps: tuple[Done, ...]
    files: tuple[Path, ...]
    skipped: tuple[Problem, ...]

    @property
    def exit_code(self) -> int:
        """That of what failed; else that of exports and parts that were left out."""
        return self.failure or code_of(self.skipped, self.broken)

    @property
    def failure(self) -> int:
        """That of the step or the part of a report that failed; what is not permitted is left out, and no failure."""
        return next((s.exit_code for s in self.steps if s.failed), 0) or failure_of(self.broken)

    @property
    def broken(self) -> tuple[Broken, ...]:
        """Parts that its reports lack."""
        return tuple(b for s in self.steps for m in s.made for b in m.broken)

    @property
    def words(self) -> str:
        """What was done, or what failed and why."""
        failed = next((s for s in self.steps if s.failed), None)
        if failed is None:
            return "; ".join([*(s.words for s in self.steps), *(b.words for b in self.broken)])
        return ": ".join([failed.words, *([str(failed.error)] if failed.error is not None else [])])


def perform(project: Project, decl: tree.RunDecl, out: Path | None = None) -> Run:
    """Perform the steps of a run in the role of runs. After a failing step only `if failed send` happens."""
    with project.as_run() as acting:
        return _performed(acting, decl, out)


def tell_failure(project: Project, decl: tree.RunDecl, words: str) -> Run:
    """`if failed send` of a run that cannot be performed at all."""
    with project.as_run() as acting:
        steps = tuple(_notices(Performance(acting, None, failure=f"{words}\n"), decl))
    return Run(decl.name.text, steps, (), ())


def _performed(project: Project, decl: tree.RunDecl, out: Path | None) -> Run:
    so_far = Performance(project, out)
    point("run.begin")
    steps: list[Done] = []
    for so_far.number, step in enumerate(_in_turn(decl), 1):
        point("run.step")
        done = _step(so_far, step)
        steps.append(done)
        if done.failed:
            so_far.failure = "\n".join((f"The run {decl.name.text} failed at: {done.words}", *_why(done))) + "\n"
            steps.extend(_notices(so_far, decl))
            break
    run = Run(decl.name.text, tuple(steps), tuple(so_far.files), tuple(so_far.skipped))
    if run.failure and not so_far.failure:  # all steps were done, and parts are lacking
        lacking = (b.words for b in run.broken)
        so_far.failure = "\n".join((f"The run {run.name} made reports that lack parts:", *lacking)) + "\n"
        run = replace(run, steps=(*steps, *_notices(so_far, decl)))
    point("run.over")
    return run


def _notices(so_far: Performance, decl: tree.RunDecl) -> Iterator[Done]:
    """`if failed send`, each of them."""
    for so_far.number, step in enumerate(decl.steps, 1):
        if isinstance(step, tree.RunSend) and step.if_failed:
            yield _step(so_far, step, late=True)


def _why(done: Done) -> Iterator[str]:
    """What went wrong in a step: its error, and both sides of every expectation that failed."""
    if done.error is not None:
        yield str(done.error)
    for tested in done.tested:
        if tested.error is not None:
            yield f"{tested.title}: {tested.error}"
        for failure in tested.failures:
            yield f"{tested.title}: {failure.line}"
            yield from (f"  {said}" for said in (*failure.told, failure.hint) if said)


def _in_turn(decl: tree.RunDecl) -> Iterator[tree.RunStep]:
    """The steps that are performed: not the schedule, not what happens only after a failure."""
    for step in decl.steps:
        if isinstance(step, (tree.Every, tree.RunMissed)) or (isinstance(step, tree.RunSend) and step.if_failed):
            continue
        yield step


def _step(so_far: Performance, step: tree.RunStep, *, late: bool = False) -> Done:
    """One step; what goes wrong in it is told, not thrown."""
    if isinstance(step, tree.RunSend) and step.if_failed and not late:
        return Done("")
    try:
        return repeated(so_far.project, lambda: _tried(so_far, step))
    except PatronError as error:
        stopping.pass_on(error)
        if isinstance(error, Busy) and so_far.project.duty is not None:
            so_far.project.duty.check()  # whoever was taken over performs no further step
        return Done(_words(step), error.exit_code, error)


def _tried(so_far: Performance, step: tree.RunStep) -> Done:
    with io_errors(so_far.project.root):
        return _STEPS[type(step)](so_far, step)


# ---------------------------------------------------------------- the kinds of steps


def _check(so_far: Performance, step: tree.RunCheck) -> Done:
    """Everything named must exist and the project be free of errors."""
    project = so_far.project
    raise_for(project.check())
    kinds = (tree.ReportDecl, tree.AudienceDecl, tree.MetricDecl, tree.ListDecl)
    names = {d.name.key for kind in kinds for d in project.statements(kind)}
    lacking = [p for p in step.names if p.key not in names]
    if lacking:
        raise SpecError(
            [Problem("P0201", p.span, f"there is no report called {p}", suggest(str(p), names)) for p in lacking]
        )
    return Done(_words(step))


def _tests(so_far: Performance, step: tree.RunTests) -> Done:
    project = so_far.project
    tested = tuple(testing.perform(project, testing.chosen(project, [t.value for t in step.titles])))
    return Done(_words(step), testing.exit_code(tested), tested=tested)


def _lists(so_far: Performance, step: tree.RunLists) -> Done:
    project = so_far.project
    scheduled = project.duty is not None and project.duty.patient
    due = project.as_of.moment.replace(tzinfo=dt.UTC) if scheduled else None  # begun again, it is the same version
    taken = [project.take_list(str(name), due) for name in step.names]
    told = ", ".join(f"{t.name} version {t.version}: {t.size:,} people" for t in taken)
    return Done(f"list {told}")


def _reports(so_far: Performance, step: tree.RunReports) -> Done:
    formats = tuple(str(f).lower() for f in step.formats)
    made = []
    for one in step.reports:
        params = {p.name.text: p.value for p in one.params}
        done = make(so_far.project, Order(str(one.report), params, formats, out=so_far.out))
        so_far.files.extend(f for f in done.files if f not in so_far.files)  # a step may be repeated
        so_far.skipped.extend(p for p in done.skipped if p not in so_far.skipped)
        made.append(done)
    return Done(_words(step), made=tuple(made))


def _refresh(so_far: Performance, step: tree.RunRefresh) -> Done:
    so_far.project.refresh(str(n) for n in step.names)
    return Done(_words(step))


def _send(so_far: Performance, step: tree.RunSend) -> Done:
    name, files = str(step.target.call.function), so_far.files
    with _failure_file(so_far.failure) as told, so_far.project.grants.action("send", name) as asked:
        asked.record(files=[f.name for f in (*told, *files)])
        asked.deliver()
        which = f"{'if failed' if so_far.failure else 'step'} {so_far.number}"
        said = deliver(so_far.project, step.target, (*told, *files), which)
        asked.made(files, name)
    return Done(f"send to {step.target.call.function}: {said}")


@contextmanager
def _failure_file(words: str) -> Iterator[tuple[Path, ...]]:
    """`failed.txt` with what failed; no file while nothing has."""
    if not words:
        yield ()
        return
    with tempfile.TemporaryDirectory(prefix="patron-") as folder:
        path = Path(folder) / "failed.txt"
        path.write_text(words, encoding="utf-8")
        yield (path,)


_STEPS: dict[type, Callable[..., Done]] = {
    tree.RunCheck: _check, tree.RunTests: _tests, tree.RunLists: _lists, tree.RunReports: _reports,
    tree.RunRefresh: _refresh, tree.RunSend: _send,
}  # fmt: skip


def _words(step: tree.RunStep) -> str:
    """A step as it is told."""
    match step:
        case tree.RunCheck() | tree.RunRefresh() | tree.RunLists():
            word = {tree.RunCheck: "check", tree.RunRefresh: "refresh", tree.RunLists: "list"}[type(step)]
            return f"{word} {', '.join(str(n) for n in step.names)}"
        case tree.RunTests():
            return "test " + ", ".join(f'"{t.value}"' for t in step.titles)
        case tree.RunReports():
            return f"report {', '.join(str(r.report) for r in step.reports)}"
        case tree.RunSend():
            return f"send to {step.target.call.function}"
    return ""

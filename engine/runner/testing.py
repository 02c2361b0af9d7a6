"""The `test` declarations: performed one after the other, each with its own data and moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import suggest
from patron.engine.report.speech import Speaker
from patron.engine.runner import overrides
from patron.engine.runner.expecting import Expectation, Outcome
from patron.engine.runtime.errors import DataError, PatronError, SpecError, UsageError, raise_for
from patron.engine.runtime.files import safe_path

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold: where it stands, its line, both sides, and what may be meant."""

    span: tree.Span
    line: str
    told: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """A test after it was performed. `error` is set when it could not be."""

    title: str
    data_check: bool
    expectations: int
    failures: tuple[Failure, ...] = ()
    error: PatronError | None = None

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.failures and self.error is None

    @property
    def exit_code(self) -> int:
        """0; 4 when a data check fails, 3 when another test does; an error's own code."""
        if self.error is not None:
            return self.error.exit_code
        if not self.failures:
            return 0
        return DataError.exit_code if self.data_check else SpecError.exit_code


def exit_code(tested: Iterable[Tested]) -> int:
    """The exit code of several tests: 4 only when nothing but data checks fails."""
    codes = {t.exit_code for t in tested} - {0}
    return 0 if not codes else min(codes - {DataError.exit_code}, default=DataError.exit_code)


def chosen(project: Project, titles: Iterable[str]) -> tuple[tree.TestDecl, ...]:
    """The tests of these titles, compared without regard to case; all when none is named."""
    every = project.statements(tree.TestDecl)
    wanted = [tree.fold(t) for t in titles]
    if not wanted:
        return every
    by_title = {tree.fold(t.title.value): t for t in every}
    for title in wanted:
        if title not in by_title:
            raise UsageError(f"there is no test called `{title}`", suggest(title, [t.title.value for t in every]))
    return tuple(by_title[t] for t in wanted)


def perform(project: Project, tests: Iterable[tree.TestDecl]) -> Iterator[Tested]:
    """Perform tests one after the other. A test that cannot be performed does not stop the next."""
    raise_for(project.ground_problems)
    for test in tests:
        project.progress.step(f'test "{test.title.value}"')
        yield _one(project, test)


def _one(project: Project, test: tree.TestDecl) -> Tested:
    title, data_check = test.title.value, test.on is None
    try:
        with project.seen_from(_when(test), _folder(project, test)) as seen:
            failures = tuple(_failures(seen, test))
    except PatronError as error:
        return Tested(title, data_check, len(test.expects), error=error)
    return Tested(title, data_check, len(test.expects), failures)


def _when(test: tree.TestDecl) -> dt.date | dt.datetime | None:
    if test.at is None:
        return None
    if isinstance(test.at, tree.Date):
        return dt.date.fromisoformat(test.at.text)
    return dt.datetime.fromisoformat(test.at.text)


def _folder(project: Project, test: tree.TestDecl) -> Path | None:
    if test.on is None:
        return None
    base = (project.root / test.span.file).parent
    return safe_path(test.on.value, base, project.config.readable)


def _failures(seen: Project, test: tree.TestDecl) -> Iterator[Failure]:
    params, settings = parameters(seen), seen.declared.settings
    speaker = Speaker(settings.currency, settings.timezone)
    for expect in test.expects:
        outcome = (
            _member(seen, expect)
            if isinstance(expect, tree.ExpectMember)
            else Expectation(expect, seen.query, params, speaker).judge()
        )
        if not outcome.holds:
            line = seen.line(expect.span.file, expect.span.line) or ""
            yield Failure(expect.span, line.strip(), outcome.told, outcome.hint)


def _member(seen: Project, expect: tree.ExpectMember) -> Outcome:
    result = seen.audience(expect.audience.text)
    inside = any(str(row[0]) == expect.id.value for row in result.rows)
    people = f"{len(result.rows):,} people of {expect.audience.text}"
    told = f'"{expect.id.value}" is {"" if inside else "not "}among the {people}'
    return Outcome(inside != expect.negated, (told,))


def parameters(project: Project) -> Mapping[str, tree.Expr]:
    """The value of every parameter of the project."""
    found = {p.name.key: p.default for p in project.statements(tree.ParamDecl)}
    given = overrides.values(project.params, project.documents, project.stages.value)
    return {**found, **{tree.fold(name): value for name, value in given.items()}}

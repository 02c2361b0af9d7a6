"""What was made of a report, and the exit code of what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.engine.results import Figure, Section
from patron.engine.runtime.errors import DATA_CODES, DataError, PatronError, PermissionDenied, SpecError

CANNOT = "P0807"
"""The code of an export that its exporter cannot make."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A part of a report in whose place stands why it could not be made, in words."""

    words: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one report, and what was left out and why. `error` says why there is none at all."""

    report: str
    folder: Path
    files: tuple[Path, ...]
    skipped: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    error: PatronError | None = None
    broken: tuple[Broken, ...] = ()

    @property
    def exit_code(self) -> int:
        """That of the error; else of what left a part or an export out."""
        return self.error.exit_code if self.error is not None else code_of(self.skipped, self.broken)


def code_of(skipped: Iterable[Problem], broken: Iterable[Broken] = ()) -> int:
    """The exit code that exports and parts left out lead to."""
    parts = tuple(broken)
    withheld = PermissionDenied.exit_code if parts else 0
    return failure_of(parts) or _code_of_exports({p.code for p in skipped}) or withheld


def failure_of(broken: Iterable[Broken]) -> int:
    """The exit code of parts that failed; 0 for those that are not permitted, which are left out as exports are."""
    return next((b.exit_code for b in broken if b.exit_code != PermissionDenied.exit_code), 0)


def _code_of_exports(codes: set[str]) -> int:
    if codes & DATA_CODES:
        return DataError.exit_code
    return SpecError.exit_code if CANNOT in codes else PermissionDenied.exit_code if codes else 0


def broken_of(parts: Iterable[object]) -> Iterator[Broken]:
    """The parts that could not be made, in their order."""
    for part in parts:
        if isinstance(part, Section):
            yield from broken_of(part.parts)
        elif isinstance(part, Figure) and part.problem and not part.awaited:
            yield Broken(f'"{part.title}" could not be made: {part.problem}', part.exit_code)

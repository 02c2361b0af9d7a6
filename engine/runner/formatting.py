"""Formatting a spec without ever changing what it means."""

from __future__ import annotations

from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.engine.runtime.errors import InternalError


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file before and after; `after` is `before` when it has problems of form."""

    file: str
    before: str
    after: str
    problems: tuple[Problem, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether formatting changes the file."""
        return self.before != self.after

    def line(self, _file: str, number: int) -> str | None:
        """A line of it, for the excerpt under a problem."""
        lines = self.before.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else None


def formatted(raw: bytes, file: str) -> Formatted:
    """The canonical form of a file. What was written is read back and must say the same."""
    from patron.dsl.format import format_document
    from patron.dsl.parse import parse_file

    document, problems = parse_file(raw, file)
    before = raw.decode("utf-8", errors="replace")
    if any(p.stops for p in problems):
        return Formatted(file, before, before, tuple(problems))
    after = format_document(document)
    if after != before:
        again, faults = parse_file(after.encode("utf-8"), file)
        if faults or again != document:
            raise InternalError(f"P0999: formatting would change the meaning of {file}; it is left as it is")
    return Formatted(file, before, after)

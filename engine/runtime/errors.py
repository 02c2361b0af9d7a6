"""Everything Patron raises on purpose, and the exit code each kind ends with.

    PatronError
    ├── UsageError          2  wrong use of the command
    ├── SpecError           3  the spec is wrong
    ├── DataError           4  the data breaks its contract
    ├── PermissionDenied    5  not permitted
    ├── Busy                6  another run holds the project
    ├── LimitReached        7  a limit of memory, rows or time
    ├── IoFailed            8  reading or writing failed
    ├── Damaged             9  something kept was damaged
    └── InternalError       1  a fault of Patron

Whatever else is raised is a fault of Patron too; the command line turns it into an InternalError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patron.dsl.problems import Problem

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells expect it."""

DATA_CODES = frozenset({"P0705", "P0706", "P0707", "P0806"})
"""Problems that only rows can have: they are the data's fault, not the spec's."""

READ_CODES = frozenset({"P0702"})
"""Problems that are nobody's fault who writes specs or data, once rows are read: a server gone, a file damaged."""


class PatronError(Exception):
    """The root: a sentence, perhaps a hint what to do, perhaps the problems behind it."""

    exit_code = 1
    kind = "error"

    def __init__(self, message: str, hint: str = "", problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.message, self.hint, self.problems = message, hint, tuple(problems)


class UsageError(PatronError):
    """The command was called in a way it does not know."""

    exit_code = 2
    kind = "usage"


class _Told(PatronError):
    """An error that is made of problems; the sentence follows from them when none is given."""

    def __init__(self, problems: Iterable[Problem] = (), message: str = "", hint: str = "") -> None:
        found = tuple(problems)
        super().__init__(message or _sentence(found), hint, found)


class SpecError(_Told):
    """The spec, or the phrase asked, is wrong: `SpecError(problems)`."""

    exit_code = 3
    kind = "spec"


class DataError(_Told):
    """The rows break what the spec says about them: `DataError(problems)`."""

    exit_code = 4
    kind = "data"


class PermissionDenied(PatronError):
    """The role of this run may not do that."""

    exit_code = 5
    kind = "permission"


class Busy(PatronError):
    """Another run holds the project."""

    exit_code = 6
    kind = "busy"


class LimitReached(PatronError):
    """A limit of memory, rows or time was reached."""

    exit_code = 7
    kind = "limit"


class IoFailed(PatronError):
    """Reading or writing failed."""

    exit_code = 8
    kind = "io"


class Damaged(PatronError):
    """Something Patron kept is not what it wrote."""

    exit_code = 9
    kind = "damaged"


class InternalError(PatronError):
    """A fault of Patron. `key` names the place of the fault, the same for the same fault."""

    exit_code = 1
    kind = "internal"

    def __init__(self, message: str, hint: str = "", key: str = "") -> None:
        super().__init__(message, hint)
        self.key = key


def raise_for(problems: Iterable[Problem], *, reading: bool = False) -> None:
    """Raise when one of the problems stops."""
    found = tuple(problems)
    kind = kind_of(found, reading=reading)
    if kind is not None:
        raise kind(message=_sentence(found), problems=found)


def kind_of(problems: Iterable[Problem], *, reading: bool = False) -> type[PatronError] | None:
    """SpecError, DataError when only the data is at fault, IoFailed when only reading broke off, None when none stops.

    `reading` says that rows were read: before, a source that cannot be opened is the spec's fault."""
    codes = {p.code for p in problems if p.stops}
    if not codes:
        return None
    return DataError if codes <= DATA_CODES else IoFailed if reading and codes <= READ_CODES else SpecError


def _sentence(problems: tuple[Problem, ...]) -> str:
    stopping = [p for p in problems if p.stops]
    if not stopping:
        return "the spec is wrong"
    return stopping[0].message if len(stopping) == 1 else f"{len(stopping)} problems"

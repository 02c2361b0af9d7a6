"""Who runs this process, as the kernel knows them: never a variable of the environment, never an option."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from patron.dsl.nodes import dataclass
from patron.engine.runtime.errors import PermissionDenied


@dataclass(frozen=True, slots=True)
class Caller:
    """A user of the system by effective user id, with the names of their groups."""

    uid: int
    user: str
    groups: frozenset[str] = frozenset()


def caller() -> Caller:
    """The user whose rights this process has."""
    if not hasattr(os, "geteuid"):
        raise PermissionDenied(
            "this system does not tell who runs a program, so roles cannot be given",
            "Run Patron where users have numbers (Linux, macOS), or leave `[roles]` out.",
        )
    import grp
    import pwd

    uid = os.geteuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:  # containers often run as a number without a name
        user = str(uid)
    groups = set()
    for gid in {os.getegid(), *os.getgroups()}:
        try:
            groups.add(grp.getgrgid(gid).gr_name)
        except KeyError:
            groups.add(str(gid))
    return Caller(uid, user, frozenset(groups))


def readable(paths: Iterable[Path]) -> bool:
    """Whether one of these may be read by whoever runs this process."""
    return any(_access(path, os.R_OK) for path in paths)


def writable(path: Path) -> bool:
    """Whether a file may be changed, or put in the place of the one that is there."""
    return _access(path, os.W_OK) or _access(path.parent, os.W_OK)


def _access(path: Path, mode: int) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, mode, effective_ids=effective)

"""Named places at which tests have a process fail: `PATRON_FAULT=state.commit:2` kills it at the second passing.

    PATRON_FAULT=NAME:N          SIGKILL at the N-th passing of this point
    PATRON_FAULT=NAME:N:stop     SIGSTOP there; whoever tests has it go on
    PATRON_FAULT=NAME:N:error    the disk is full there
    PATRON_FAULT=:0:PATH         nothing fails; the name of every point passed is written to PATH, one a line

Without the variable a point is one comparison.
"""

from __future__ import annotations

import errno
import os
import signal
from collections import Counter

VARIABLE = "PATRON_FAULT"
_armed = os.environ.get(VARIABLE)
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """This place has a name, and something may happen here when a test says so."""
    if _armed is not None:
        _meet(name, *_armed.split(":", 2))


def _meet(name: str, wanted: str, count: str, how: str = "kill") -> None:
    if not wanted:
        with open(how, "a", encoding="utf-8") as file:  # noqa: PTH123 - Path.open is slower, and this is passed often
            file.write(name + "\n")
        return
    _passed[name] += name == wanted
    if name != wanted or _passed[name] != int(count):
        return
    if how == "error":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"fault at {name}")
    os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)

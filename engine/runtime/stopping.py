"""Being told to stop by the system is the same as by Ctrl-C: what is begun is undone, and left clean.

A signal becomes a KeyboardInterrupt wherever the process is just then. Libraries make something else of it, or nothing
at all: DuckDB a RuntimeError, Python a RuntimeError while it makes a class, a half imported module its own fault. So
that there was a signal is remembered: from then on, whatever goes wrong is the interruption.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n))
QUERY_INTERRUPTED = "Query interrupted"
"""What DuckDB makes of Ctrl-C."""

_told = threading.Event()
_letting_go: list[None] = []
"""As many as there are blocks that end before a signal is heard."""


@contextmanager
def stoppable() -> Iterator[None]:
    """While the block runs, SIGINT, SIGTERM and SIGHUP interrupt it, and it is remembered that they came. A signal that
    is ignored, as `nohup` and shells do for what they start behind themselves, stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _told.clear()
    heard = [number for number in SIGNALS if signal.getsignal(number) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, _interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _told.clear()


@contextmanager
def letting_go() -> Iterator[None]:
    """The block comes to its end, though the process be told to stop in the midst of it: what is not let go of now is
    let go of by nobody. That takes moments, and a signal that came meanwhile is heard then."""
    before = told()
    _letting_go.append(None)
    try:
        yield
    finally:
        _letting_go.pop()
    if not before and not _letting_go:
        check()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _told.set()
    if not _letting_go:
        raise KeyboardInterrupt


def told() -> bool:
    """Whether this process was told to stop."""
    return _told.is_set()


def check() -> None:
    """KeyboardInterrupt when this process was told to stop and something kept that from being heard."""
    if told():
        raise KeyboardInterrupt


def is_stop(error: BaseException) -> bool:
    """Whether an error is, or comes of, being told to stop."""
    return told() or isinstance(error, KeyboardInterrupt) or str(error) == QUERY_INTERRUPTED


def pass_on(error: BaseException) -> None:
    """KeyboardInterrupt when an error comes of being told to stop, and is no failure of what was at work."""
    if is_stop(error):
        raise KeyboardInterrupt from error

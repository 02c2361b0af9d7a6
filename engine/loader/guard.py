"""A fence around other people's import: not endless, and nothing of it in our output.

It keeps accidents away, not malice: a plugin is code and runs with all rights of the person who runs Patron.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

SECONDS = 20.0
"""How long a plugin may take to be imported and asked. Heavy libraries belong behind `open`, not here."""


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Send what is printed to standard error, and raise TimeoutError inside when it takes too long."""
    with contextlib.redirect_stdout(sys.stderr), _deadline(SECONDS):
        yield


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """By the alarm signal, which only the main thread can set and which Windows lacks: there is no deadline there."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def too_long(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it was not done after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

"""One run at a time may change what a project keeps."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from patron.engine.runtime.errors import Busy
from patron.engine.runtime.files import io_errors


@contextmanager
def held(state_folder: Path, wait: float = 2.0) -> Iterator[None]:
    """Hold the project while the block runs; Busy when another run does so for longer than `wait` seconds."""
    from filelock import FileLock, Timeout

    with io_errors(state_folder):
        state_folder.mkdir(parents=True, exist_ok=True)
        lock, holder = FileLock(state_folder / "lock"), state_folder / "lock.holder"
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise Busy(
                f"another run holds this project{_told(holder)}",
                f"Wait until it ends and try again ({state_folder / 'lock'}).",
            ) from error
    try:
        with suppress(OSError):  # who holds it is good to know, not more
            holder.write_text(_self(), "utf-8")
        yield
    finally:
        lock.release()


def _self() -> str:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return f"process {os.getpid()} on {platform.node()} since {now}"


def _told(holder: Path) -> str:
    """Who holds the project, as far as is known."""
    with suppress(OSError, UnicodeError):
        return f": {holder.read_text('utf-8')[:200]}"
    return ""

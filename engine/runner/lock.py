"""One run at a time may change what a project keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from patron.engine.runtime.errors import Busy
from patron.engine.runtime.files import io_errors


@contextmanager
def held(state_folder: Path, wait: float = 2.0) -> Iterator[None]:
    """Hold the project while the block runs; Busy when another run does so for longer than `wait` seconds."""
    from filelock import FileLock, Timeout

    with io_errors(state_folder):
        state_folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(state_folder / "lock")
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise Busy(
                "another run holds this project", f"Wait until it ends and try again ({state_folder / 'lock'})."
            ) from error
    try:
        yield
    finally:
        lock.release()

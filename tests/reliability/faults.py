"""The n-th call that writes fails: opening for writing, renaming, making a folder, flushing to the disk."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_now: Fault | None = None
_hooked: list[bool] = []


@dataclass
class Fault:
    """What happens at the `at`-th writing call below `root`; `calls` counts them."""

    root: Path
    at: int
    happens: Callable[[str], object]
    calls: int = 0

    def met(self, path: object) -> None:
        try:
            inside = Path(os.fsdecode(path)).is_relative_to(self.root)  # type: ignore[arg-type]
        except TypeError:
            return
        if inside:
            self.calls += 1
            if self.calls == self.at:
                self.happens(os.fsdecode(path))  # type: ignore[arg-type]


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _now is None:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = any(c in mode for c in "wax+") if isinstance(mode, str) else bool(int(flags or 0) & _WRITES)  # type: ignore[call-overload]
        if writes:
            _now.met(path)
    elif event in ("os.rename", "os.mkdir", "os.link", "os.symlink"):
        _now.met(arguments[0])


@contextmanager
def fault(root: Path, at: int, happens: Callable[[str], object]) -> Iterator[Fault]:
    """Have it happen while the block runs."""
    global _now
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked.append(True)
    honest = os.fsync
    made = Fault(root, at, happens)

    def fsync(handle: int) -> None:
        made.met(Path(f"/proc/self/fd/{handle}").readlink())
        honest(handle)

    _now, os.fsync = made, fsync
    try:
        yield made
    finally:
        _now, os.fsync = None, honest


def fails(number: int) -> Callable[[str], object]:
    """The system's error of this number."""

    def happens(path: str) -> None:
        raise OSError(number, os.strerror(number), path)

    return happens


NUMBERS = {"full": errno.ENOSPC, "broken": errno.EIO, "forbidden": errno.EACCES}

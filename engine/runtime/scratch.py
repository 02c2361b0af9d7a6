"""Scratch folders, named by the process that works in them, so that what a killed one left can be told and removed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from patron.engine.runtime.files import io_errors

_PATIENCE = 3600
"""Seconds after which something half-made that names no process is nobody's."""


def scratch_folder(beside: Path) -> Path:
    """A new folder of this process; those that killed processes left beside it are removed. IoFailed."""
    with io_errors(beside):
        beside.mkdir(parents=True, exist_ok=True)
        for path in beside.glob(".scratch-*.part"):
            if abandoned(path):
                shutil.rmtree(path, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=".scratch-", suffix=f".{os.getpid()}.part", dir=beside))


def abandoned(path: Path) -> bool:
    """Whether nobody works any more on something half-made, `.name.PROCESS.part`."""
    number = next((part for part in reversed(path.name.split(".")) if part.isdigit()), "")
    if number:
        return not _runs(int(number))
    return time.time() - path.stat().st_mtime > _PATIENCE


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

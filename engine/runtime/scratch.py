"""Scratch folders, named by the process that works in them, so that what a killed one left can be told and removed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors, sweep
from patron.engine.runtime.processes import in_file_names


def scratch_folder(beside: Path) -> Path:
    """A new folder of this process; those that killed processes left beside it are removed. IoFailed."""
    with io_errors(beside):
        beside.mkdir(parents=True, exist_ok=True)
        sweep(beside, ".scratch-")
        point("scratch.before")
        return Path(tempfile.mkdtemp(prefix=".scratch-", suffix=f".{in_file_names()}.part", dir=beside))


@contextmanager
def working_folder(beside: Path) -> Iterator[Path]:
    """A scratch folder for as long as the block runs."""
    folder = scratch_folder(beside)
    try:
        yield folder
        point("scratch.done")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Where a project is and which files are its specs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from patron.engine.runner.config import NAME
from patron.engine.runtime.errors import UsageError
from patron.engine.runtime.files import io_errors

SUFFIX = ".patron"
_PROJECT = re.compile(rb'^[ \t]*project[ \t]+"', re.MULTILINE)
LARGEST = 1 << 20
"""A spec file may have 1 MiB (P0107); of a larger one only this much and one byte is read."""


def find_root(given: Path | None, start: Path) -> Path:
    """The folder given, else the nearest at or above `start` with a `patron.toml` or a spec that says `project`."""
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"there is no project folder {given}", "--project names the folder of a project")
        return given.resolve()
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / NAME).is_file() or _declares_project(folder):
            return folder
    raise UsageError(
        f"there is no project in {here} or above it",
        "make one with `patron init`, or name its folder with --project",
    )


def _declares_project(folder: Path) -> bool:
    try:
        specs = sorted(p for p in folder.iterdir() if p.suffix == SUFFIX and not p.name.startswith("."))
    except OSError:
        return False
    return any(_PROJECT.search(_head(p)) for p in specs)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError:
        return b""


def spec_files(root: Path, leave_out: Iterable[Path] = ()) -> tuple[str, ...]:
    """All spec files under the root, relative, with forward slashes, in order of name; hidden folders left out."""
    return tuple(sorted(_walk(root, frozenset(str(p) for p in leave_out))))


def _walk(root: Path, leave_out: frozenset[str]) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".") and str(Path(folder, f)) not in leave_out]
        for name in files:
            if name.endswith(SUFFIX) and not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()


def read_spec(path: Path) -> bytes:
    """The bytes of a spec file, never more than what is needed to see that it is too large."""
    with io_errors(path), path.open("rb") as file:
        return file.read(LARGEST + 1)

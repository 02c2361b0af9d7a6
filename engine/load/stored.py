"""Stored loads on the disk: a database file and, beside it, what it is and by what it is known to be whole.

    <loads>/<key>.duckdb    the canonical tables; its blocks bear check sums, which DuckDB compares as it reads them
    <loads>/<key>.json      the first line: the size of that file, hashes of its head with some pieces, of all of it and
                            of what follows;
                            then the description of the load

Before it is used, a load is compared with its size and the hash of its head, which says where everything else lies and
is written last, and of some pieces: a file cut, replaced or put back from elsewhere is told by them. `fault` compares
all of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from patron.engine.load.loaded import Loaded, decode, encode
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors, publish, sha256

KEPT = 3
"""So many loads stay, the newest; older ones are removed unless `needed`."""
_HEAD = 3 << 12
"""The three heads of a DuckDB file: its own, and two that are written in turn."""
_PIECE, _PIECES = 1 << 12, 16
"""How much is read of the rest, in pieces that lie evenly: heads of two files with equally many rows may be equal."""


def place(folder: Path, key: str) -> Path:
    """Where the load of this key lies, or would lie."""
    return folder / f"{key}.duckdb"


def write(made: Loaded, path: Path) -> Loaded:
    """Give a finished load, which lies elsewhere on the same disk, its name; it is there whole or not at all."""
    assert made.path is not None
    with io_errors(path):
        _flush(made.path)
        said = encode(made)
        marks = f"{made.path.stat().st_size} {_head(made.path)} {sha256(made.path)}"
        point("load.made")
        made.path.replace(path)
        point("load.named")
        publish(path.with_suffix(".json"), f"{marks} {_digest(marks, said)}\n{said}")
        path.with_suffix(".stale").unlink(missing_ok=True)
    return replace(made, path=path)


def read(path: Path) -> Loaded | None:
    """The load in a file; None when there is none, or not as it was written."""
    try:
        return _read(path) if path.is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def fault(path: Path) -> str:
    """What is wrong with a stored load, every byte of it looked at; nothing when it is whole."""
    about = path.with_suffix(".json")
    if not about.is_file():
        return "has no description"
    if not path.is_file():
        return "is gone"
    if read(path) is None:
        return "is not what was written"
    return "" if sha256(path) == _marks(about)[0][2] else "is not what was written"


def found_good(path: Path, now: dt.datetime) -> None:
    """A load is still what its sources give."""
    with suppress(OSError):
        os.utime(path, (now.timestamp(), now.timestamp()))


def last_loaded(folder: Path) -> Loaded | None:
    """The load that was made last; None when there is none that can be read."""
    loads = (read(path) for path in folder.glob("*.duckdb")) if folder.is_dir() else ()
    return max((found for found in loads if found is not None), key=_made_at, default=None)


def _made_at(loaded: Loaded) -> dt.datetime:
    return loaded.made_at or dt.datetime.min.replace(tzinfo=dt.UTC)


def outdate(path: Path) -> None:
    """Have a load made again the next time that it is asked for; it stays until then."""
    path.with_suffix(".stale").touch()


def outdated(path: Path) -> bool:
    return path.with_suffix(".stale").exists()


def same(copy: Path, path: Path) -> bool:
    """Whether a copy of a stored load is what was written, every byte of it."""
    return sha256(copy) == _marks(path.with_suffix(".json"))[0][2]


def remove(path: Path) -> None:
    """Remove a load with what stands beside it."""
    for beside in (".json", ".stale"):
        path.with_suffix(beside).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def prune(folder: Path, current: Path, needed: frozenset[str] = frozenset()) -> None:
    """Keep the newest loads, and those whose keys are `needed`."""
    every = (p for p in folder.glob("*.duckdb") if p != current and p.stem not in needed)
    found = sorted(((_moment(p), p) for p in every), reverse=True)
    for _, path in found[KEPT - 1 :]:
        with suppress(OSError):
            remove(path)


def _moment(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(path: Path) -> Loaded | None:
    marks, said = _marks(path.with_suffix(".json"))
    if marks[3] != _digest(" ".join(marks[:3]), said):
        return None
    whole = path.stat().st_size == int(marks[0]) and _head(path) == marks[1]
    return decode(said, path) if whole else None


def _marks(about: Path) -> tuple[list[str], str]:
    first, _, said = about.read_text("utf-8").partition("\n")
    marks = first.split(" ")
    if len(marks) != 4:
        raise ValueError(first)
    return marks, said


def _head(path: Path) -> str:
    size, found = path.stat().st_size, hashlib.sha256()
    with path.open("rb") as file:
        found.update(file.read(_HEAD))
        for number in range(1, _PIECES + 1):
            file.seek(max(0, size * number // _PIECES - _PIECE))
            found.update(file.read(_PIECE))
    return found.hexdigest()


def _digest(marks: str, said: str) -> str:
    return hashlib.sha256(f"{marks}\n{said}".encode()).hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())

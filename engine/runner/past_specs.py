"""The specs as they were: their texts are kept whenever rows are read with others than before.

<state>/specs/specs.json    which texts there were, the oldest first, and since when; a hash before it
<state>/specs/kept/..       the texts of all files, named by their hash
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from patron.engine.load.history import Known, read, write
from patron.engine.runner.config import Config
from patron.engine.runtime.files import io_errors
from patron.engine.runtime.kept import Kept

FOLDER = "specs"


def remember(config: Config, texts: Mapping[str, str], now: dt.datetime) -> None:
    """These are the specs from now on."""
    from filelock import FileLock

    said = json.dumps(dict(sorted(texts.items())), ensure_ascii=False).encode("utf-8")
    folder, key = config.state_folder / FOLDER, str(hash_of(said))
    if (known := read(folder / "specs.json")) and known[-1].key == key:
        return
    with io_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            known = read(folder / "specs.json")
            before = tuple(e for e in known[:-1] if config.history is None or e.until >= now - config.history)
            last = tuple(Known(e.key, e.made_at, max(now, e.made_at), e.changes) for e in known[-1:])
            write(folder / "specs.json", (*before, *last, Known(key, now, now, Kept(folder).put(said))))


def hash_of(said: bytes) -> str:
    """A short name for texts."""
    import hashlib

    return hashlib.sha256(said).hexdigest()[:24]


def at(config: Config, moment: dt.datetime) -> Mapping[str, str] | None:
    """The specs of a moment by file; None when none are kept of then. Damaged."""
    found = [e for e in read(_file(config)) if e.made_at <= moment]
    if not found:
        return None
    return _texts(config, found[-1])


def since(config: Config, holds: Callable[[Mapping[str, str]], bool]) -> dt.datetime | None:
    """Since when something holds of the specs without a break; None when it does not of the last that are kept."""
    found = None
    for entry in reversed(read(_file(config))):
        if not holds(_texts(config, entry)):
            break
        found = entry.made_at
    return found


def faults(config: Config) -> list[str]:
    """What is wrong with the specs that are kept, every byte of them looked at."""
    kept = Kept(config.state_folder / FOLDER)
    every = ((e, kept.fault(e.changes)) for e in read(_file(config)))
    return [f"the specs of {e.made_at:%Y-%m-%d %H:%M} {fault}" for e, fault in every if fault]


def _texts(config: Config, entry: Known) -> Mapping[str, str]:
    said = Kept(config.state_folder / FOLDER).get(entry.changes, f"the specs of {entry.made_at:%Y-%m-%d %H:%M}")
    texts: Mapping[str, str] = json.loads(said)
    return texts


def _file(config: Config) -> Path:
    return config.state_folder / FOLDER / "specs.json"

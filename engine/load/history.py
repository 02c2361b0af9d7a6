"""The history of the loads of one set of mappings: which there were, when, and how to get back to each.

    <state>/history/<shape>.json    every load, the oldest first: its key, since when, until when; a hash before it
    <state>/history/kept/..         the changes that lead from each load back to the one before (see `changes`)

The newest load lies whole among the stored loads; former ones are made again from it. A load is known to hold from
when it was made until it was last found to be still good; what came between that and the next one, nobody saw.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from patron.dsl.nodes import dataclass
from patron.engine.contracts import Limits
from patron.engine.load import changes, stored
from patron.engine.load.happened import newest_until
from patron.engine.load.loaded import Loaded
from patron.engine.runtime.errors import Busy, Damaged
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors, publish
from patron.engine.runtime.kept import Kept
from patron.engine.runtime.scratch import working_folder

FOLDER = "history"


@dataclass(frozen=True, slots=True)
class Known:
    """A load of the history. `changes` names what leads back to it from the next one; the newest has none."""

    key: str
    made_at: dt.datetime
    until: dt.datetime
    changes: str = ""


class History:
    """The loads of one set of mappings. `loads` is the folder of stored loads."""

    def __init__(self, loads: Path, shape: str, limits: Limits | None = None) -> None:
        self._loads, self._limits = loads, limits or Limits()
        self._folder = loads.parent / FOLDER
        self._file = self._folder / f"{shape}.json"
        self._kept = Kept(self._folder)

    @property
    def entries(self) -> tuple[Known, ...]:
        """All loads, the oldest first. Damaged when the file is not what was written."""
        return read(self._file)

    def newest(self) -> Loaded | None:
        """The load that was remembered last; None when it is not there any more, or nobody can tell which it was."""
        entries = _unless_damaged(self._file)
        return stored.read(stored.place(self._loads, entries[-1].key)) if entries else None

    # ------------------------------------------------------------ remembering

    def remember(
        self, loaded: Loaded, now: dt.datetime, keep: dt.timedelta, led: tuple[str, str] = ("", "")
    ) -> tuple[Known, ...]:
        """The history with this load, which is the newest now; what is older than `keep` is forgotten. `led` is the key
        of a load before it, and the name of the changes that lead back to that, where they are known already."""
        assert loaded.path is not None
        entries = self.entries
        if entries and entries[-1].key == loaded.store.key:
            return entries
        with self._held():
            entries = self.entries
            if entries and entries[-1].key == loaded.store.key:  # another process was quicker
                return entries
            every = self._with(entries, loaded, now, led)
            entries = tuple(e for e in every if not e.changes or e.until >= now - keep)
            point("history.kept")
            write(self._file, entries)
            point("history.written")
            if len(entries) < len(every) or len(entries) == 1:
                self.tidy(now - keep)
        return entries

    def _with(
        self, entries: tuple[Known, ...], loaded: Loaded, now: dt.datetime, led: tuple[str, str]
    ) -> tuple[Known, ...]:
        key = loaded.store.key
        if not entries:
            return (Known(key, now, now),)
        last = entries[-1]
        now = max(now, last.made_at)  # a clock that went back
        before = stored.read(stored.place(self._loads, last.key))
        if before is None:
            publish(self._file.with_suffix(".lost"), self._file.read_bytes())  # who reads meanwhile finds the old one
            return (Known(key, now, now),)
        back = led[1] if led[0] == last.key else self._changes(before, loaded)
        if not back:
            return (*entries[:-1], replace(last, key=key))
        until = min(max(last.made_at, _confirmed(stored.place(self._loads, last.key))), now)
        return (*entries[:-1], replace(last, until=until, changes=back), Known(key, now, now))

    def _changes(self, before: Loaded, loaded: Loaded) -> str:
        """The name of what leads back from a load to the one before; empty when they have the same rows."""
        with working_folder(self._folder) as scratch:
            file = changes.write(before, loaded, scratch, self._limits)
            return self.keep(file) if file is not None else ""

    def keep(self, file: Path) -> str:
        """Take a file of changes in; the answer is its name."""
        return self._kept.adopt(file)

    def tidy(self, before: dt.datetime) -> None:
        """Remove histories that ended before, and changes that no history leads through."""
        for file in self._files():
            entries = _unless_damaged(file)
            if file != self._file and entries and _ended(entries, self._loads) < before:
                file.unlink()
        if not any(self._folder.glob("*.lost")) and not any(not _unless_damaged(f) for f in self._files()):
            self._kept.collect({e.changes for file in self._files() for e in _unless_damaged(file)})

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))

    # ------------------------------------------------------------ going back

    def there_at(self, moment: dt.datetime) -> Known | None:
        """The load that was there at a moment, the first when none was; None when that is the newest."""
        return _there_at(self.entries, moment)

    def at(self, moment: dt.datetime) -> Known | None:
        """The load that answers as of a moment; None when that is the newest, or none is old enough.

        It is the one that was there, unless something happened between it and the moment, as the next one tells. Then
        the next one answers: most of what it tells more was known at that moment, and what happened later is hidden by
        its own moment.
        """
        entries = self.entries
        known = _there_at(entries, moment)
        if known is None or moment < entries[0].made_at:
            return None
        following = entries[entries.index(known) + 1]
        if moment <= known.until or not self._tells_more(following, known, moment):
            return known
        return None if following == entries[-1] else following

    def _tells_more(self, following: Known, known: Known, moment: dt.datetime) -> bool:
        """Whether something happened up to a moment, later than everything that a load knows of."""
        until = moment.astimezone(dt.UTC).replace(tzinfo=None)
        before, after = (newest_until(self.load(one), until, self._limits) for one in (known, following))
        return after is not None and (before is None or after > before)

    def load(self, known: Known) -> Loaded:
        """A former load, made again when it is not among the stored ones. Damaged."""
        path = stored.place(self._loads, known.key)
        there = stored.read(path)
        if there is not None:
            with suppress(OSError):
                os.utime(path)
            return there
        entries = self.entries
        at = next((n for n, e in enumerate(entries) if (e.key, e.made_at) == (known.key, known.made_at)), None)
        if at is None:
            raise Busy("former loads were forgotten while one was looked up", "Ask once more.")
        later = entries[at:-1]
        latest = stored.place(self._loads, entries[-1].key)
        if stored.read(latest) is None:
            raise Damaged(f"the newest load is not what was written: {latest}", "`patron doctor` tells what is lost.")
        files = [self._kept.file(e.changes, f"the changes since the load of {e.made_at:%Y-%m-%d %H:%M}") for e in later]
        with working_folder(self._loads) as scratch:
            made = stored.write(changes.go_back(latest, files, scratch, self._limits), path)
            stored.prune(self._loads, path, needed(self._loads))
        return made

    # ------------------------------------------------------------ the doctor's

    def faults(self) -> Iterator[str]:
        """What is wrong with this history, every byte of it looked at."""
        try:
            entries = self.entries
        except Damaged as error:
            yield error.message
            return
        if len(entries) > 1 and (fault := stored.fault(stored.place(self._loads, entries[-1].key))):
            yield f"the newest load, from which {len(entries) - 1} former ones are made, {fault}"
        for entry in entries[:-1]:
            if fault := self._kept.fault(entry.changes):
                yield f"what leads back to the load of {entry.made_at:%Y-%m-%d %H:%M} {fault}"

    @contextmanager
    def _held(self) -> Iterator[None]:
        from filelock import FileLock

        with io_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "lock"):
                yield


def _there_at(entries: Sequence[Known], moment: dt.datetime) -> Known | None:
    made = [e for e in entries if e.made_at <= moment] or entries[:1]
    return made[-1] if made and made[-1] != entries[-1] else None


def histories(loads: Path) -> tuple[str, ...]:
    """The shapes of which there is a history."""
    return tuple(sorted(p.stem for p in (loads.parent / FOLDER).glob("*.json")))


def needed(loads: Path) -> frozenset[str]:
    """The keys of stored loads that others can only be made again from."""
    every = (_unless_damaged(file) for file in (loads.parent / FOLDER).glob("*.json"))
    return frozenset(entries[-1].key for entries in every if len(entries) > 1)


def read(file: Path) -> tuple[Known, ...]:
    """The loads that a history names. Damaged when it is not what was written."""
    try:
        digest, _, said = file.read_text("utf-8").partition("\n")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeError):
        digest, said = "", ""
    if digest != hashlib.sha256(said.encode()).hexdigest():
        hint = "Put it back from a backup, or remove it: former loads can then not be replayed."
        raise Damaged(f"{file} is not what was written", hint)
    return _known(said)


@lru_cache(maxsize=8)
def _known(said: str) -> tuple[Known, ...]:
    """What a text says; it is asked for several times in a run, and grows for as long as former loads are kept."""
    moment = dt.datetime.fromisoformat
    return tuple(Known(k, moment(made), moment(until), c) for k, made, until, c in json.loads(said))


def write(file: Path, entries: Sequence[Known]) -> None:
    said = json.dumps([[e.key, e.made_at.isoformat(), e.until.isoformat(), e.changes] for e in entries])
    publish(file, f"{hashlib.sha256(said.encode()).hexdigest()}\n{said}")


def _unless_damaged(file: Path) -> tuple[Known, ...]:
    try:
        return read(file)
    except Damaged:
        return ()


def _confirmed(path: Path) -> dt.datetime:
    """When a stored load was last found to be good."""
    with suppress(OSError):
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return dt.datetime.min.replace(tzinfo=dt.UTC)


def _ended(entries: Sequence[Known], loads: Path) -> dt.datetime:
    return max(entries[-1].until, _confirmed(stored.place(loads, entries[-1].key)))

"""Kept content: bytes under the name of their own SHA-256, so that nothing kept can change without being noticed.

    <state>/kept/ab/abcdef...    the content whose SHA-256 is abcdef...

A content is written whole or not at all, never changed, and compared with its name whenever it is read. Who refers to
it is told elsewhere, in the state; what nobody refers to is removed by `collect`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from patron.engine.runtime.errors import Damaged
from patron.engine.runtime.files import io_errors, publish, publishing, sha256

REMEDY = "Put it back from a backup of the state folder. `patron doctor` tells what else is damaged."
_GRACE = 86_400.0
"""Seconds that a content stays although nobody refers to it: its reference may be about to be written."""


class Kept:
    """The kept contents of one state folder."""

    def __init__(self, state_folder: Path) -> None:
        self.folder = state_folder / "kept"

    # ------------------------------------------------------------ writing

    def put(self, content: bytes) -> str:
        """Keep these bytes; the answer is their name. The same bytes are kept once."""
        digest = hashlib.sha256(content).hexdigest()
        if not self._still(digest):
            publish(self.place(digest), content)
        return digest

    def adopt(self, file: Path) -> str:
        """Keep a finished file, which is moved away from where it was; the answer is its name."""
        digest = sha256(file)
        if self._still(digest):
            file.unlink()
        else:
            with publishing(self.place(digest)) as beside:
                shutil.move(file, beside)
        return digest

    def _still(self, digest: str) -> bool:
        """Whether it is there and whole; if so it counts as new, and is not collected before its new reference."""
        with self._collecting():
            if self.fault(digest):
                return False
            try:
                os.utime(self.place(digest))
            except FileNotFoundError:
                return False
        return True

    # ------------------------------------------------------------ reading

    def get(self, digest: str, what: str = "") -> bytes:
        """The bytes of this name. Damaged when they are gone or changed; `what` says to people what they are."""
        place = self.place(digest)
        with io_errors(place):
            content = place.read_bytes() if place.is_file() else None
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            raise self._damaged(digest, "is gone" if content is None else "is not what was written", what)
        return content

    def file(self, digest: str, what: str = "") -> Path:
        """The file of this name, compared with it first; Damaged as in `get`. It may be read, never written."""
        if fault := self.fault(digest):
            raise self._damaged(digest, fault, what)
        return self.place(digest)

    def fault(self, digest: str) -> str:
        """What is wrong with the content of this name; nothing when it is whole."""
        place = self.place(digest)
        if not place.is_file():
            return "is gone"
        return "" if sha256(place) == digest else "is not what was written"

    def place(self, digest: str) -> Path:
        """Where the content of this name lies, or would lie."""
        return self.folder / digest[:2] / digest

    def __iter__(self) -> Iterator[str]:
        """The names of everything kept, ascending."""
        if self.folder.is_dir():
            for folder in sorted(self.folder.iterdir()):
                yield from sorted(p.name for p in folder.glob("[0-9a-f]*")) if folder.is_dir() else ()

    # ------------------------------------------------------------ removing

    def remove(self, digest: str) -> None:
        """Remove a content at once. The caller knows that nobody refers to it any more."""
        place = self.place(digest)
        with io_errors(place):
            place.unlink(missing_ok=True)

    def collect(self, referred: Container[str], grace: float = _GRACE) -> tuple[str, ...]:
        """Remove what nobody refers to and is older than `grace` seconds; the answer is what was removed."""
        return tuple(digest for digest in tuple(self) if digest not in referred and self._collected(digest, grace))

    def _collected(self, digest: str, grace: float) -> bool:
        place = self.place(digest)
        with self._collecting(), io_errors(place):
            try:
                old = time.time() - place.stat().st_mtime >= grace
            except FileNotFoundError:
                return False
            if old:
                place.unlink(missing_ok=True)
            return old

    @contextmanager
    def _collecting(self) -> Iterator[None]:
        """Nobody collects a content while somebody else finds that it is still there."""
        from filelock import FileLock

        with io_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock"):
                yield

    def _damaged(self, digest: str, fault: str, what: str) -> Damaged:
        named = f"{what} ({self.place(digest)})" if what else str(self.place(digest))
        return Damaged(f"{named} {fault}", REMEDY)

"""The audit log: who was given which rows, when, by what right; every record holds the hash of the one before.

    <state>/audit.jsonl    one record a line, only ever appended to
    <state>/audit.head     the newest record's head, to notice a log that was cut
    <state>/project.key    the project's key (0600): records are signed with it

A chain alone shows careless edits. Whoever has the key can write all of it anew; that shows only against a head that
was kept elsewhere (`patron audit verify --head`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.runtime.errors import Busy, Damaged, IoFailed, PermissionDenied
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors, publish
from patron.engine.runtime.processes import in_file_names

if TYPE_CHECKING:
    from patron.engine.runtime.clock import Clock

LOG, HEAD, KEY, LOCK = "audit.jsonl", "audit.head", "project.key", "audit.lock"
_BEFORE_THE_FIRST = "0" * 64
_PATIENCE = 30.0
"""Seconds to wait for others who append."""
_SEALS = ("hash", "mac")
"""The fields that say whether the others are what was written."""


@dataclass(frozen=True, slots=True)
class Head:
    """A place in the log: a record's number and hash. Written `12-3f9a...`."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}-{self.hash}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a log: edited, truncated, rewritten, gap or damaged; `line` counts from 1."""

    kind: str
    message: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Verified:
    """A log after it was read whole: how many records it has, where it ends, and what is wrong with it."""

    records: int
    head: Head | None
    findings: tuple[Finding, ...] = ()


# ---------------------------------------------------------------- appending


class AuditLog:
    """The log of a project's state folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self._clock = folder, clock
        self.path = folder / LOG

    def append(self, entry: Mapping[str, object]) -> Head:
        """Write one record and flush it; what cannot be recorded raises, so that nothing is handed out."""
        with self._alone(), io_errors(self.path):
            before, cut = self._end()
            moment = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            body = {"seq": before.seq + 1, "at": moment, **entry, "previous": before.hash}
            if cut:
                body["cut"] = cut
            head, line = _sealed(body, project_key(self.folder))
            point("audit.write")
            _write(self.path, line)
            point("audit.written")
            publish(self.folder / HEAD, f"{head}\n")
            point("audit.head")
        return head

    def head(self) -> Head | None:
        """Where the log ends; None while there is nothing in it."""
        end, _ = self._end()
        return end if end.seq else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Processes append one after the other."""
        from filelock import FileLock, Timeout

        with io_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / LOCK)
            try:
                lock.acquire(timeout=_PATIENCE)
            except Timeout as error:
                raise Busy("others are writing to the audit log", f"Try again ({self.folder / LOCK}).") from error
        try:
            yield
        finally:
            lock.release()

    def _end(self) -> tuple[Head, int]:
        """The last record, and how many bytes of one that was never finished stand behind it (they are cut off)."""
        kept = _read_head(self.folder / HEAD)
        line, rest, size = _last_line(self.path)
        end = self._checked(line) if line else Head(0, _BEFORE_THE_FIRST)
        if kept is not None and (end.seq < kept.seq or (end.seq == kept.seq and end.hash != kept.hash)):
            raise _broken(self.path, f"ends at record {end.seq}, and record {kept.seq} was written")
        if rest:
            os.truncate(self.path, size - rest)
        return end, rest

    def _checked(self, line: bytes) -> Head:
        record = _record(line)
        key = project_key(self.folder)
        if record is None or _seal(record, key) != tuple(record.get(s) for s in _SEALS):
            raise _broken(self.path, "ends with a record that is not what was written")
        return Head(record["seq"], record["hash"])


def _broken(path: Path, what: str) -> Damaged:
    hint = "`patron audit verify` tells what is wrong. Keep the file; then move it and `audit.head` away to begin anew."
    return Damaged(f"{path} {what}", hint)


def _write(path: Path, line: bytes) -> None:
    """The whole line in one write, flushed, or nothing of it."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        size = os.fstat(handle).st_size
        try:
            point("audit.writing")
            whole = os.write(handle, line) == len(line)
            os.fsync(handle)
        except BaseException:
            _cut(handle, size)
            raise
        if not whole:
            _cut(handle, size)
            raise IoFailed(f"{path}: only a part could be written", "The disk may be full; nothing was handed out.")
    finally:
        os.close(handle)


def _cut(handle: int, size: int) -> None:
    with suppress(OSError):
        os.ftruncate(handle, size)


def _last_line(path: Path) -> tuple[bytes, int, int]:
    """The last whole line of a file, how many bytes stand behind it, and the file's size."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            block = 1 << 14
            while True:
                start = max(0, size - block)
                file.seek(start)
                tail = file.read()
                end = tail.rfind(b"\n")
                begin = tail.rfind(b"\n", 0, end) if end >= 0 else -1
                if start == 0 or begin >= 0:
                    return (tail[begin + 1 : end] if end >= 0 else b""), len(tail) - end - 1, size
                block *= 4
    except FileNotFoundError:
        return b"", 0, 0


# ---------------------------------------------------------------- seals


def project_key(folder: Path) -> bytes:
    """The project's key, made when it is first needed; only its owner may read it."""
    path = folder / KEY
    with io_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise PermissionDenied(f"{path} may be read by others than its owner", f"`chmod 600 {path}` puts it right.")
        found = path.read_text("ascii", errors="replace").strip()
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise Damaged(f"{path} is not what was written", "Put it back from a backup: records are checked with it.")
    return bytes.fromhex(found)


def _make_key(path: Path) -> None:
    """A new key under its name in one step; of several who make one, the first wins."""
    beside = path.with_name(f".{path.name}.{in_file_names()}.{secrets.token_hex(4)}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, f"{secrets.token_hex(32)}\n".encode())
        os.fsync(handle)
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.close(handle)
        beside.unlink()


def _sealed(body: dict[str, Any], key: bytes) -> tuple[Head, bytes]:
    digest, mac = _seal(body, key)
    text = json.dumps({**body, "hash": digest, "mac": mac}, ensure_ascii=False, separators=(",", ":"))
    return Head(body["seq"], digest), text.encode("utf-8", "surrogatepass") + b"\n"


def _seal(record: Mapping[str, Any], key: bytes) -> tuple[str, str]:
    """The hash of a record with the hash before it, and that hash signed."""
    body = {k: v for k, v in record.items() if k not in _SEALS}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    return digest, hmac.new(key, f"audit:{digest}".encode(), hashlib.sha256).hexdigest()


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    whole = isinstance(found, dict) and type(found.get("seq")) is int and isinstance(found.get("hash"), str)
    return found if whole else None


def read_head(text: str) -> Head | str:
    """A head as it is written; a hash alone stays a text."""
    number, dash, digest = text.strip().partition("-")
    return Head(int(number), digest) if dash and number.isdigit() else text.strip()


def _read_head(path: Path) -> Head | None:
    try:
        found = read_head(path.read_text("ascii", errors="replace"))
    except FileNotFoundError:
        return None
    if isinstance(found, str):
        raise Damaged(f"{path} is not what was written", "`patron audit verify` tells whether the log is whole.")
    return found


# ---------------------------------------------------------------- reading


def records(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The records of a log as they stand there, the oldest first; lines that are none are left out."""
    path = folder / LOG
    if path.exists():
        with io_errors(path), path.open("rb") as file:
            yield from (r for r in map(_record, file) if r is not None)


def verify(folder: Path, given: Head | str | None = None) -> Verified:
    """Read the whole log; with a head that was kept elsewhere also tell a log that was cut or written anew."""
    path = folder / LOG
    key = project_key(folder) if (folder / KEY).exists() else b""
    raw = b""
    if path.exists():
        with io_errors(path):
            raw = path.read_bytes()
    last, hashes, found = Head(0, _BEFORE_THE_FIRST), {0: _BEFORE_THE_FIRST}, list[Finding]()
    lines = raw.split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        record = _record(line)
        if record is None:
            found.append(Finding("edited", f"line {number} is no record", number))
            continue
        found.extend(_of_record(record, last, key, number))
        last = Head(record["seq"], record["hash"])
        hashes[last.seq] = last.hash
    if lines[-1]:
        found.append(Finding("damaged", f"{len(lines[-1])} bytes of an unfinished record at the end", len(lines)))
    kept = None
    try:
        kept = _read_head(folder / HEAD)
    except Damaged as error:
        found.append(Finding("damaged", error.message))
    for head, whose in ((kept, f"{HEAD} of the state folder"), (given, "the head given")):
        if head is not None:
            found.extend(_against(head, whose, last, hashes))
    return Verified(len(hashes) - 1, last if last.seq else None, tuple(found))


def _of_record(record: Mapping[str, Any], before: Head, key: bytes, number: int) -> Iterator[Finding]:
    digest, mac = _seal(record, key)
    seq = record["seq"]
    if record["hash"] != digest:
        yield Finding("edited", f"record {seq} was changed after it was written", number)
    elif not hmac.compare_digest(str(record.get("mac")), mac):
        yield Finding("rewritten", f"record {seq} was not signed with the key of this project", number)
    if seq != before.seq + 1:
        yield Finding("gap", f"record {seq} follows record {before.seq}", number)
    elif record.get("previous") != before.hash:
        yield Finding("edited", f"record {seq} does not follow from the record before it", number)


def _against(head: Head | str, whose: str, last: Head, hashes: Mapping[int, str]) -> Iterator[Finding]:
    if isinstance(head, str):
        if head not in hashes.values():
            yield Finding("rewritten", f"{whose} is in no record: the log was cut or written anew")
    elif head.seq > last.seq:
        yield Finding("truncated", f"the log ends at record {last.seq}; {whose} is record {head.seq}")
    elif hashes.get(head.seq) != head.hash:
        yield Finding("rewritten", f"record {head.seq} is not the one of {whose}")

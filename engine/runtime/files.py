"""Files: published whole or not at all, read and written only where the project allows it."""

from __future__ import annotations

import os
import re
import time
import unicodedata
from collections.abc import Container, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from patron.engine.runtime.errors import IoFailed, PermissionDenied
from patron.engine.runtime.faults import point
from patron.engine.runtime.processes import in_file_names

_CHUNK = 1 << 20
_PATIENCE = 3600
"""Seconds after which something half-made that names no process is nobody's."""
_ELSEWHERE = 86_400
"""Seconds after which what another host began is nobody's."""
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}
)


# ---------------------------------------------------------------- publishing


def publish(path: Path, content: bytes | str) -> None:
    """Write a file so that readers see the old one or the new one, never a part: beside it, flushed, moved."""
    with publishing(path) as beside:
        beside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def publishing(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; it becomes `path` when the block ends well, and is removed when not."""
    beside = path.with_name(f".{path.name[:100]}.{in_file_names()}.part")
    with io_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent, f".{path.name[:100]}.")
        try:
            yield beside
            point("publish.before flush")
            _flush(beside)
            point("publish.before move")
            beside.replace(path)
            point("publish.after move")
            _flush(path.parent)
        finally:
            beside.unlink(missing_ok=True)


def sweep(folder: Path, begins: str) -> None:
    """Remove what is half-made in a folder and belongs to nobody any more."""
    for path in folder.iterdir():
        if path.name.startswith(begins) and path.name.endswith(".part") and abandoned(path):
            import shutil  # brings five compressors along, and there is seldom something to sweep

            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def abandoned(path: Path) -> bool:
    """Whether nobody works any more on something half-made, `.name.PROCESS@HOST.part`. Of another host's processes
    nothing is known here."""
    parts = (part.partition("@") for part in reversed(path.name.split(".")))
    number, host = next(((number, host) for number, _, host in parts if number.isdigit()), ("", ""))
    if number and host in ("", in_file_names().partition("@")[2]):
        return not _runs(int(number))
    return time.time() - path.stat().st_mtime > (_ELSEWHERE if number else _PATIENCE)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def move_in(made: Iterable[Path], folder: Path) -> tuple[Path, ...]:
    """Move finished files into a folder, in this order, each in one step; where one fails, the folder is as before."""
    files = tuple(made)
    with io_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            point("move in.before flush")
            _flush(file)
        with ExitStack() as undo:
            for file in files:
                target = folder / file.name
                _remember(target, file.with_name(f"{file.name}.before"), undo)
                point("move in.before move")
                file.replace(target)
                point("move in.after move")
            _flush(folder)
            undo.pop_all()
    return tuple(folder / file.name for file in files)


def _remember(target: Path, before: Path, undo: ExitStack) -> None:
    """Have the file that is there, or nothing, put back by `undo`."""
    if not target.exists():
        undo.callback(target.unlink, missing_ok=True)
        return
    try:
        before.hardlink_to(target)
    except OSError:  # not every disk has links
        before.write_bytes(target.read_bytes())
    undo.callback(before.replace, target)


def _flush(path: Path) -> None:
    """Make sure that it is on the disk. A folder cannot be flushed everywhere (Windows)."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def io_errors(path: Path) -> Iterator[None]:
    """Turn what the system says into a sentence with the path."""
    try:
        yield
    except OSError as error:
        named = error.filename and not str(error.filename).endswith(
            ".part"
        )  # what is half-made says nothing to anybody
        at = error.filename if named else path
        raise IoFailed(f"{at}: {(error.strerror or str(error)).lower()}", _advice(error)) from error


def _advice(error: OSError) -> str:
    import errno

    rights = "Nobody may read or write there; look at the owner and rights of the folder."
    a_file = "A folder is needed there, and a file stands in its way: move it, or choose another folder."
    return {
        errno.EPERM: rights,
        errno.EEXIST: a_file,
        errno.ENOTDIR: a_file,
        errno.ENOSPC: "The disk is full. What was there before is unchanged; make room and try again.",
        errno.EACCES: rights,
        errno.EROFS: "That disk can only be read; choose another folder with --out.",
        errno.ENOENT: "Look at the spelling of the path; it is relative to the working directory.",
    }.get(error.errno or 0, "What was there before is unchanged.")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    import hashlib  # slow to import, and most commands never need it

    digest = hashlib.sha256()
    with io_errors(path), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


# ---------------------------------------------------------------- safe paths


def safe_path(text: str, base: Path, roots: Iterable[Path]) -> Path:
    """The path `text` names, from `base`, once every link is followed; PermissionDenied when it leaves all roots."""
    if "\0" in text or re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) or text.startswith(("~", "\\\\")):
        raise PermissionDenied(f"`{text}` is no path inside the project", "write it relative to the file that names it")
    allowed = tuple(Path(os.path.realpath(r)) for r in roots)
    found = Path(os.path.realpath(base / text))
    if not any(found.is_relative_to(r) for r in allowed):
        raise PermissionDenied(
            f"`{text}` is outside the project",
            "Paths stay under the project's folder, or under one that `allow_paths` of patron.toml lists.",
        )
    return found


def slug(title: str, taken: Container[str] = (), limit: int = 80) -> str:
    """A file name for a title. When more than blanks had to change, or the name is `taken` (compared in small
    letters), a piece of the title's hash keeps two titles apart."""
    plain = re.sub(r"\s+", "_", unicodedata.normalize("NFC", title).strip())
    name = re.sub(r"[^\w.-]+", "_", plain).strip("._") or "report"
    name = name.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
    lossless = name == plain and name.casefold().partition(".")[0] not in _RESERVED and name.casefold() not in taken
    if lossless:
        return name
    import hashlib

    return f"{name}-{hashlib.sha256(title.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"

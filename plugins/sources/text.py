"""Opening text files: compression, encodings, and limits on what a small file may unfold to."""

from __future__ import annotations

import codecs
import io
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from patron.dsl.nodes import dataclass
from patron.engine.contracts import SourceError

CHUNK = 1 << 20
UNFOLDED = 64 << 30
"""Bytes that all files of a table may unfold to (limit `unfolded_bytes`)."""
RATIO = 1000
"""How many times its own size a compressed file may unfold to, above 1 GiB (limit `unfolded_ratio`)."""

_MARKS = (
    ("utf-32", b"\xff\xfe\x00\x00"),
    ("utf-32", b"\x00\x00\xfe\xff"),
    ("utf-16", b"\xff\xfe"),
    ("utf-16", b"\xfe\xff"),
)


def compression(path: Path) -> str:
    """none, gzip, zstd or bzip2, by the extension."""
    return {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2"}.get(path.suffix.lower(), "none")


@contextmanager
def opened(path: Path, source: str) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a file; whatever goes wrong while reading is a SourceError that names the file."""
    try:
        with _unpacked(path) as file:
            yield file
    except (OSError, EOFError, ValueError, zlib.error) as error:
        if isinstance(error, UnicodeError):
            raise
        raise SourceError("P0702", f"cannot open `{source}`: {path.name}: {_reason(error)}", where=path.name) from error


def _unpacked(path: Path) -> IO[bytes]:
    kind = compression(path)
    if kind == "gzip":
        import gzip

        return gzip.open(path, "rb")  # type: ignore[return-value]
    if kind == "bzip2":
        import bz2

        return bz2.open(path, "rb")
    if kind == "zstd":
        return _zstd(path)
    return path.open("rb")


def _zstd(path: Path) -> IO[bytes]:
    """Python 3.11 cannot unpack it; pyarrow can."""
    try:
        import pyarrow
    except ImportError as error:
        raise SourceError(
            "P0702", f"{path.name}: unpacking .zst needs pyarrow", "pip install 'patron[frames]'"
        ) from error
    return io.BufferedReader(pyarrow.input_stream(str(path), compression="zstd"))


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or "the file ends too early").lower()


@contextmanager
def decoded(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper[Any]]:
    """The text of an opened file; a byte order mark is skipped, line ends are kept as they are."""
    known = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    text = io.TextIOWrapper(file, encoding=known, errors="strict", newline="")
    try:
        yield text
    finally:
        text.detach()


def composed(text: str) -> str:
    """The text in NFC, in which texts are compared."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def wrong_encoding(path: Path, encoding: str) -> SourceError:
    """The error of bytes that are no text in this encoding, with the first line of them."""
    line = _bad_line(path, encoding)
    return SourceError(
        "P0702", f"{path.name}, line {line}: this is not {encoding} text",
        'say its encoding in the source: `encoding "latin-1"`, `encoding "utf-16"`', where=f"{path.name}:{line}",
    )  # fmt: skip


def _bad_line(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with opened(path, path.name) as file:
        for number, raw in enumerate(file, 1):
            line = number
            try:
                decoder.decode(raw)
            except UnicodeError:
                break
    return line


def marked(path: Path, source: str) -> None:
    """SourceError when the first bytes say another encoding than UTF-8."""
    with opened(path, source) as file:
        head = file.read(4)
    for name, mark in _MARKS:
        if head.startswith(mark):
            raise SourceError(
                "P0702", f"{path.name}: this is {name.upper()} text", f'say so in the source: `encoding "{name}"`'
            )


@dataclass(frozen=True, slots=True)
class Survey:
    """What the bytes of a text file are: lines, of which some end in a carriage return too, quotes, empty lines."""

    lines: int
    plain: bool
    """Whether all lines end alike, in \\n or in \\r\\n."""
    quoted: bool
    blank_lines: bool
    ascii: bool = True
    """Whether every character is one byte: nothing needs to be composed."""


def surveyed(path: Path, source: str, ratio: int = RATIO, most: int = UNFOLDED) -> Survey:
    """Read a file once as bytes: SourceError for NUL bytes, and for a small file that unfolds to a huge one."""
    size = max(path.stat().st_size, 1)
    allowed = most if compression(path) == "none" else min(most, max(size * ratio, 1 << 30))
    ends = pairs = returns = total = 0
    quoted, blank, ascii_only, last = False, False, True, b"\n"
    with opened(path, source) as file:
        while chunk := file.read(CHUNK):
            total += len(chunk)
            _refuse_nul(chunk, ends, path)
            if total > allowed:
                raise SourceError("P0702",
                                  f"cannot open `{source}`: {path.name} unfolds to more than {allowed:,} bytes",
                                  "unpack it, or raise `unfolded_bytes` or `unfolded_ratio` in patron.toml",
                                  where=path.name)  # fmt: skip
            if chunk.endswith(b"\r"):
                chunk += file.read(1)
            ends += chunk.count(b"\n")
            pairs += chunk.count(b"\r\n")
            returns += chunk.count(b"\r")
            quoted = quoted or b'"' in chunk
            ascii_only = ascii_only and chunk.isascii()
            blank = blank or b"\n\n" in chunk or b"\n\r\n" in chunk or (last == b"\n" and chunk[:1] in b"\r\n")
            last = chunk[-1:]
    lines = ends + (last != b"\n")
    return Survey(lines, returns == pairs and pairs in (0, ends), quoted, blank, ascii_only)


def _refuse_nul(chunk: bytes, ends: int, path: Path) -> None:
    at = chunk.find(b"\0")
    if at >= 0:
        line = ends + 1 + chunk.count(b"\n", 0, at)
        raise SourceError("P0705", f"{path.name}, line {line}: a NUL byte is no text",
                          "is the file damaged, or UTF-16?",
                          where=f"{path.name}:{line}")  # fmt: skip

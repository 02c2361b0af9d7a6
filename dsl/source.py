"""The text of a file before it is read: decoding, limits on size, characters that are refused, places."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from patron.dsl.problems import Problem
from patron.dsl.tree import Span

MAX_BYTES = 1 << 20

# Control, format, direction, separator and surrogate characters. Tab and newline are blanks; the joiners U+200C and
# U+200D are letters' business in several scripts and are let through inside texts and comments.
_REFUSED = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_REFUSED_ASCII = "[\x00-\x08\x0b-\x1f\x7f]"
JOINERS = "\u200c\u200d"


class Source:
    """A text ready to be read, and the way from an offset in it to a place for people."""

    __slots__ = ("_first", "_line", "_lines", "_next", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._line, self._first, self._next = 1, 0, self._lines[1]  # the line asked for last: mostly asked for again

    def span(self, start: int, end: int) -> Span:
        """The place from one offset to another."""
        if not self._first <= start < self._next:
            self._line = bisect_right(self._lines, start)
            self._first, self._next = self._lines[self._line - 1], self._lines[self._line]
        line, first = self._line, self._first
        if end < self._next:
            return Span(self.file, line, start - first + 1, line, end - first + 1)
        end_line = bisect_right(self._lines, end)
        return Span(self.file, line, start - first + 1, end_line, end - self._lines[end_line - 1] + 1)

    def line_of(self, offset: int) -> int:
        return bisect_right(self._lines, offset)


def read(given: str | bytes, file: str) -> tuple[Source, Problem | None]:
    """The text in the form in which it is read, or the problem that keeps it from being read at all."""
    size = len(given) if isinstance(given, bytes) else _size(given)
    if size > MAX_BYTES:
        return Source("", file), too_large(file, "the file is too large: a spec may have 1 MiB (1,048,576 bytes)")
    if isinstance(given, bytes):
        try:
            text = given.decode("utf-8")
        except UnicodeDecodeError as fault:
            return Source("", file), _not_utf8(given, fault, file)
    else:
        text = given
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return Source(text, file), None


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def refused(text: str) -> Iterator[int]:
    """Offsets of the characters that may stand nowhere."""
    pattern = _REFUSED_ASCII if text.isascii() else _REFUSED
    return (m.start() for m in re.finditer(pattern, text))


def too_large(file: str, message: str) -> Problem:
    return Problem("P0107", Span(file, 1, 1, 1, 1), message, "Divide it into several files and import them.")


def _not_utf8(given: bytes, fault: UnicodeDecodeError, file: str) -> Problem:
    before = given[: fault.start].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").decode("utf-8")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    byte = f"byte {fault.start} of the file (0x{given[fault.start]:02X})"
    return Problem("P0106", Span(file, line, column, line, column + 1),
                   f"this is not UTF-8 text: {byte} cannot be read", "Save the file as UTF-8.")  # fmt: skip

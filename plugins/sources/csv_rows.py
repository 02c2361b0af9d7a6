"""Rows of delimited text, read with care: every row is given, or rejected with its file, line and reason."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from patron.dsl.nodes import dataclass
from patron.engine.contracts import Rejected, SourceError
from patron.plugins.sources.text import composed, decoded, opened, wrong_encoding

FIELD_BYTES = 16 << 20
"""The longest value that is read (limit `field_bytes`)."""
_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class CsvShape:
    """How the values of a file are written."""

    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"
    blank: tuple[str, ...] = ("",)
    field_bytes: int = FIELD_BYTES

    @property
    def utf8(self) -> bool:
        return self.encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def first_row(lines: Iterable[str], shape: CsvShape, file: Path) -> list[str] | None:
    """The first row that is no empty line, or None."""
    for _, row in _parsed(lines, shape, file):
        if isinstance(row, str):
            raise SourceError("P0713", f"the header of {file.name} cannot be read: {row}", where=file.name)
        if row and (len(row) > 1 or row[0].strip()):
            return row
    return None


def rows(
    files: Sequence[Path], names: Sequence[str], shape: CsvShape, source: str, reject: Callable[[Rejected], None]
) -> Iterator[Sequence[Sequence[object]]]:
    """The rows of all files, in chunks of tuples; columns without a name are left out and must be empty."""
    for file in files:
        with opened(file, source) as raw, decoded(raw, shape.encoding) as text:
            yield from _chunks(_rows_of(text, file, names, shape, reject))


def place(files: Sequence[Path], names: Sequence[str], shape: CsvShape, source: str, row: int) -> str:
    """Where the n-th given row (from 0) stands: its file and line."""
    kept = [i for i, name in enumerate(names) if name]
    unnamed = [i for i, name in enumerate(names) if not name]
    for file in files:
        header = shape.header
        with opened(file, source) as raw, decoded(raw, shape.encoding) as text:
            for line, found in _parsed(text, shape, file):
                if isinstance(found, str) or _is_blank(found, names):
                    continue
                if header:
                    header = False
                    continue
                if _fault(found, names, unnamed) is None and kept:
                    if row == 0:
                        return f"{file.name}:{line}"
                    row -= 1
    return source


def _is_blank(row: list[str], names: Sequence[str]) -> bool:
    return not row or (len(row) == 1 and not row[0].strip() and len(names) > 1)


def _chunks(found: Iterator[tuple[str | None, ...]]) -> Iterator[list[tuple[str | None, ...]]]:
    chunk: list[tuple[str | None, ...]] = []
    for row in found:
        chunk.append(row)
        if len(chunk) >= _ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _rows_of(
    lines: Iterable[str], file: Path, names: Sequence[str], shape: CsvShape, reject: Callable[[Rejected], None]
) -> Iterator[tuple[str | None, ...]]:
    kept = [i for i, name in enumerate(names) if name]
    unnamed = [i for i, name in enumerate(names) if not name]
    blank, header = frozenset(shape.blank), shape.header
    for line, row in _parsed(lines, shape, file):
        if isinstance(row, str):
            reject(Rejected(file.name, line, row))
            continue
        if _is_blank(row, names):
            continue
        if header:
            header = False
            continue
        reason = _fault(row, names, unnamed)
        if reason:
            reject(Rejected(file.name, line, *reason))
        else:
            yield tuple(None if (value := composed(row[i])) in blank else value for i in kept)


def _fault(row: list[str], names: Sequence[str], unnamed: Sequence[int]) -> tuple[str, str] | None:
    """What is wrong with a row, and in which column."""
    if len(row) != len(names):
        column = next((n for n in names[len(row) :] if n), "") if len(row) < len(names) else ""
        return f"it has {len(row)} values, {len(names)} are expected", column
    for i in unnamed:
        if row[i].strip():
            return f"value {i + 1} stands under no name", ""
    for i, value in enumerate(row):
        if "\0" in value:
            return "a NUL character is no text", names[i]
    return None


def _parsed(lines: Iterable[str], shape: CsvShape, file: Path) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line it begins on; a text in place of a row says why it cannot be read."""
    csv.field_size_limit(shape.field_bytes)
    counted = _Counted(lines, strip=shape.delimiter == " ")
    reader = csv.reader(counted, delimiter=shape.delimiter, strict=True, skipinitialspace=shape.delimiter == " ")
    while True:
        begin = counted.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if counted.done:  # nothing after the open quote could be counted
                raise SourceError("P0705", f"{file.name}, line {begin}: {_words(error, shape)}",
                                  "close it, or write it twice",
                                  where=f"{file.name}:{begin}") from error  # fmt: skip
            yield begin, _words(error, shape)
            reader = csv.reader(
                counted, delimiter=shape.delimiter, strict=True, skipinitialspace=shape.delimiter == " "
            )
            continue
        except UnicodeError as error:
            raise wrong_encoding(file, shape.encoding) from error
        yield begin, row


class _Counted:
    """Lines that count themselves. A line that ends in a lone carriage return counts too."""

    def __init__(self, lines: Iterable[str], strip: bool) -> None:
        self._lines, self._strip, self.number, self.done = iter(lines), strip, 0, False

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.done = True
            raise
        self.number += 1
        return line.replace("\t", " ").strip(" \r\n") + "\n" if self._strip else line


def _words(error: csv.Error, shape: CsvShape) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quote is opened here and never closed"
    if "field larger" in text:
        return f"a value is longer than {shape.field_bytes:,} bytes"
    if "expected after" in text:
        return "something stands after a closing quote"
    if "NUL" in text:
        return "a NUL character is no text"
    return text

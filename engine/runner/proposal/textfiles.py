"""Text files before anything is known about them: encoding, delimiter, header, decimal sign, rows."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from patron.engine.load.peek import Peeked
from patron.engine.runner.proposal.columns import Column, column_of
from patron.engine.runner.proposal.tables import Shape, Table

_COMMA = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d{1,2}")
HEAD = 1 << 18
"""Bytes that tell the encoding and the delimiter."""
_AROUND = " \u00a0€$£¥%"
_POINT = re.compile(r"-?\d*\.\d+")


def opened(path: Path) -> BinaryIO:
    """A file, unpacked."""
    if path.suffix.lower() == ".zst":
        raise ValueError("packed with zstd: unpack it, or write its source by hand")
    if path.suffix.lower() == ".gz":
        return cast("BinaryIO", gzip.open(path))
    return cast("BinaryIO", bz2.open(path)) if path.suffix.lower() == ".bz2" else path.open("rb")


def first_line(path: Path) -> bytes:
    with opened(path) as file:
        return file.readline(1 << 16).rstrip(b"\r\n")


def read(files: tuple[Path, ...], limit: int) -> tuple[Shape, Peeked]:
    """The columns of files of one table, and how they are written: "" where all encodings or signs would do."""
    with opened(files[0]) as file:
        head = file.read(HEAD)
    encoding = _encoding(head)
    lines = [line for line in head.decode(encoding, errors="replace").splitlines()[:50] if line.strip()]
    if not lines:
        raise ValueError("it is empty")
    delimiter = _delimiter(lines)
    first = _split(lines[0], delimiter)
    header = _is_header(first, [_split(line, delimiter) for line in lines[1:21]])
    shape = Shape(delimiter, header, encoding)
    plain = len(files) == 1 and len(head) < HEAD and head.isascii()
    names = [n.strip().lstrip("\ufeff") for n in first] if header else [f"column_{i}" for i in range(1, len(first) + 1)]
    _distinct(names)
    rows = [row for path in files for row in _body(path, shape, len(names), limit)][:limit]
    data = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    if not header:
        names = _guessed(data)
    found = [(name, "text", values) for name, values in zip(names, data, strict=True) if name]
    return replace(shape, encoding="" if plain else encoding, decimal=_decimal(data)), found


def _distinct(names: Sequence[str]) -> None:
    known = [n.casefold() for n in names if n]
    double = next((n for n in known if known.count(n) > 1), None)
    if double is not None:
        raise ValueError(f"its header holds `{double}` twice")


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 4:  # cut in the middle of a sign
            return "utf-8"
        return "cp1252" if any(0x80 <= b <= 0x9F for b in head) else "latin-1"
    return "utf-8"


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that cuts all lines into the same number of pieces, and into most of them."""
    best, most = ",", 0
    for sign in (",", ";", "\t", "|"):
        counts = [len(_split(line, sign)) for line in lines[:20]]
        if min(counts) == max(counts) and counts[0] > 1 and counts[0] > most:
            best, most = sign, counts[0]
    if most:
        return best
    blank = {len(line.split()) for line in lines[:20]}
    if len(blank) == 1 and blank != {1} and not any("," in line for line in lines[:20]):
        return " "
    return max((",", ";", "\t", "|"), key=lambda sign: len(_split(lines[0], sign)))


def _split(line: str, delimiter: str) -> list[str]:
    return line.split() if delimiter == " " else next(csv.reader([line], delimiter=delimiter), [""])


def _is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """A first line is a header unless it looks like the others: numbers where they have numbers."""
    if not body:
        return True
    numbers = sum(any(ch.isdigit() for ch in cell) and not any(ch.isalpha() for ch in cell) for cell in first)
    return numbers < max(1, len(first) / 3)


def _body(path: Path, shape: Shape, width: int, limit: int) -> Iterator[list[str | None]]:
    for number, (line, cells) in enumerate(_lines(path, shape)):
        if (number == 0 and shape.header) or not cells:
            continue
        if number > limit:
            return
        if len(cells) > width + 1 or (len(cells) != width and width == 1):
            raise ValueError(f"line {line} has {len(cells)} values, the header {width}")
        yield [c if c != "" else None for c in (*cells, *("" for _ in range(width - len(cells))))][:width]


def _lines(path: Path, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row, with the line on which it begins."""
    with opened(path) as raw, io.TextIOWrapper(raw, encoding=shape.encoding, errors="replace", newline="") as stream:
        if shape.delimiter == " ":
            yield from ((number, line.split()) for number, line in enumerate(stream, 1))
            return
        rows, before = csv.reader(stream, delimiter=shape.delimiter), 0
        for cells in rows:
            yield before + 1, cells
            before = rows.line_num


def place(table: Table, column: Column) -> str:
    """Where the first value that is not of its column's kind stands: `orders.csv:12`."""
    shape = replace(table.origin.shape, encoding=table.origin.shape.encoding or "utf-8")
    for path in table.files:
        names: list[str] = []
        for line, cells in _lines(path, shape):
            names = names or [c.strip().lstrip("\ufeff") for c in (cells if shape.header else table.origin.columns)]
            if column.first_bad in cells and dict(zip(names, cells, strict=False)).get(column.name) == column.first_bad:
                return f"{path.name}:{line}"
    return ""


def _decimal(data: Sequence[Sequence[str | None]]) -> str:
    """The sign before the fraction: a comma when numbers are written so; "" when no number has a fraction."""
    comma = point = 0
    for values in data:
        some = [v.strip(_AROUND) for v in values[:2000] if v]
        fits = [v for v in some if _COMMA.fullmatch(v)]
        comma += bool(fits) and sum(v.lstrip("-").replace(".", "").replace(",", "").isdigit() for v in some) == len(
            some
        )
        point += bool(some) and sum(bool(_POINT.fullmatch(v)) for v in some) > 0.5 * len(some)
    return "," if comma > point else "." if point else ""


# ---------------------------------------------------------------- files without a header


def _guessed(data: Sequence[Sequence[str | None]]) -> list[str]:
    """Names for columns, from what they hold."""
    taken: list[str] = []
    for number, values in enumerate(data):
        base = _guess(column_of(f"column_{number + 1}", values), first="customer" not in taken)
        taken.append(next(n for n in (base, *(f"{base}_{i}" for i in range(2, 99))) if n not in taken))
    return taken


def _guess(column: Column, *, first: bool) -> str:
    if column.dated:
        return "day" if column.kind == "date" else "moment"
    if column.kind == "decimal":
        return "amount"
    if any(len(v.strip()) > 1 and v.strip().startswith("0") for v in list(column.values)[:100]):
        return "customer" if first else "other_id"
    if column.kind == "whole" and column.distinct <= 200:
        return "quantity"
    return "id" if column.kind == "whole" else "text"

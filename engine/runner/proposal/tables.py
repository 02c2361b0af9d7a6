"""Files as tables: read up to a number of rows, with what their columns hold."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from patron.engine.runner.proposal.columns import Column, column_of
from patron.engine.runner.proposal.names import names_entity

MOST_ROWS = 300_000
"""Rows looked at of one table; ids seen twice further below are found by the first load."""

CONNECTORS: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv", ".tsv", ".txt"), "parquet": (".parquet", ".pq"), "json": (".json", ".jsonl", ".ndjson"),
}  # fmt: skip

Values = Sequence[str | None]
"""The values of one column, as texts, in the order of the rows."""

ReadParquet = Callable[[Path, int], Sequence[tuple[str, str, Values]]]
"""The columns of a Parquet file: name, kind of type, values."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a text file is written; `header` False when its first line is a row."""

    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or several of one kind, as a table. `pattern` is the file name with `*`, for several files."""

    name: str
    connector: str
    files: tuple[Path, ...]
    columns: tuple[Column, ...]
    data: Sequence[Values] = field(compare=False, repr=False)
    shape: Shape = Shape()
    pattern: str = ""

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def place(self, column: Column) -> int:
        return next(i for i, c in enumerate(self.columns) if c.name == column.name)

    def values(self, *columns: Column) -> Iterator[tuple[str | None, ...]]:
        """The values of some columns, row by row."""
        return zip(*(self.data[self.place(c)] for c in columns), strict=True)

    @property
    def size(self) -> int:
        return len(self.data[0]) if self.data else 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was left out, and why."""

    file: Path
    reason: str


def read_folder(folder: Path, read_parquet: ReadParquet) -> tuple[tuple[Table, ...], tuple[Unread, ...]]:
    """Every data file of a folder as a table."""
    tables: list[Table] = []
    unread: list[Unread] = []
    for files in _alike(sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))):
        connector = _connector(files[0])
        if connector is None:
            continue
        try:
            tables.append(_read(files, connector, read_parquet))
        except (ValueError, OSError, UnicodeError) as error:
            unread.extend(Unread(f, str(error)) for f in files)
    return tuple(tables), tuple(unread)


def _connector(path: Path) -> str | None:
    suffixes = [s.lower() for s in path.suffixes if s.lower() not in (".gz", ".zst", ".bz2")]
    last = suffixes[-1] if suffixes else ""
    return next((name for name, endings in CONNECTORS.items() if last in endings), None)


def _alike(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """Files whose names differ only in numbers (months, parts) belong together."""
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(re.sub(r"\d+", "*", path.name), []).append(path)
    found: list[tuple[Path, ...]] = []
    for group in groups.values():
        if len(group) > 1 and len({_first_line(p) for p in group}) > 1:
            found.extend((p,) for p in group)
        else:
            found.append(tuple(group))
    return found


def _first_line(path: Path) -> bytes:
    if _connector(path) == "parquet":
        return b""
    with _opened(path) as file:
        return file.readline(1 << 16)


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _read(files: tuple[Path, ...], connector: str, read_parquet: ReadParquet) -> Table:
    name = files[0].name.split(".", 1)[0]
    pattern = ""
    if len(files) > 1:
        pattern = re.sub(r"\d+", "*", files[0].name)
        name = re.sub(r"[\W_]*\d+[\W_]*", "_", name).strip("_") or name
    shape = Shape()
    if connector == "parquet":
        read = read_parquet(files[0], MOST_ROWS)
    elif connector == "json":
        read = _as_columns(*_json_rows(files))
    else:
        shape, names, rows = _csv_rows(files)
        read = _as_columns(names, rows)
    columns = [column_of(name_, values, kind) for name_, kind, values in read]
    if not shape.header:
        columns = _named(columns)
    return Table(name, connector, files, tuple(columns), [values for _, _, values in read], shape, pattern)


def _as_columns(names: Sequence[str], rows: Sequence[Values]) -> list[tuple[str, str, Values]]:
    data: Sequence[Values] = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    return [(name, "text", values) for name, values in zip(names, data, strict=True)]


# ---------------------------------------------------------------- text files


def _csv_rows(files: tuple[Path, ...]) -> tuple[Shape, list[str], list[list[str | None]]]:
    with _opened(files[0]) as file:
        head = file.read(1 << 18)
    encoding = _encoding(head)
    lines = head.decode(encoding, errors="replace").splitlines()[:50]
    if not lines:
        raise ValueError("it is empty")
    delimiter = _delimiter(lines)
    first = _split(lines[0], delimiter)
    header = _is_header(first, [_split(line, delimiter) for line in lines[1:21]])
    names = [n.strip().lstrip("\ufeff") for n in first] if header else [f"column_{i}" for i in range(1, len(first) + 1)]
    rows: list[list[str | None]] = []
    for path in files:
        rows.extend(_body(path, Shape(delimiter, header, encoding), len(names)))
    kept = [i for i, n in enumerate(names) if n]
    return Shape(delimiter, header, encoding), [names[i] for i in kept], [[r[i] for i in kept] for r in rows]


def _encoding(head: bytes) -> str:
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    try:
        head[: len(head) - 4].decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start > len(head) - 8 else "latin-1"
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
    return ","


def _split(line: str, delimiter: str) -> list[str]:
    return line.split() if delimiter == " " else next(csv.reader([line], delimiter=delimiter), [""])


def _is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """A first line is a header unless it looks like the others: numbers where they have numbers."""
    if not body:
        return True
    numbers = sum(any(ch.isdigit() for ch in cell) and not any(ch.isalpha() for ch in cell) for cell in first)
    return numbers < max(1, len(first) / 3)


def _body(path: Path, shape: Shape, width: int) -> Iterator[list[str | None]]:
    with _opened(path) as raw, io.TextIOWrapper(raw, encoding=shape.encoding, errors="replace", newline="") as stream:
        lines: Iterator[list[str]]
        lines = (
            (line.split() for line in stream)
            if shape.delimiter == " "
            else csv.reader(stream, delimiter=shape.delimiter)
        )
        for number, cells in enumerate(lines):
            if (number == 0 and shape.header) or not cells:
                continue
            if number > MOST_ROWS:
                return
            if len(cells) > width + 1 or (len(cells) != width and width == 1):
                raise ValueError(f"line {number + 1} has {len(cells)} values, the header {width}")
            yield [c if c != "" else None for c in (*cells, *("" for _ in range(width - len(cells))))][:width]


def _named(columns: Sequence[Column]) -> list[Column]:
    """Names for the columns of a file without a header, from what they hold."""
    from dataclasses import replace

    taken: set[str] = set()
    out = []
    for column in columns:
        name = base = _guess(column, taken)
        number = 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        out.append(replace(column, name=name))
    return out


def _guess(column: Column, taken: set[str]) -> str:
    if column.dated:
        return "day" if column.kind == "date" else "moment"
    if column.kind == "decimal":
        return "amount"
    if any(len(v.strip()) > 1 and v.strip().startswith("0") for v in list(column.values)[:100]):
        return "customer" if not taken else "other_id"
    if column.kind == "whole" and column.distinct <= 200:
        return "quantity"
    return "id" if column.kind == "whole" else "text"


def _json_rows(files: tuple[Path, ...]) -> tuple[list[str], list[list[str | None]]]:
    import json

    found: list[Mapping[str, object]] = []
    for path in files:
        with _opened(path) as file:
            text = file.read().decode("utf-8-sig")
        body = json.loads(text) if text.lstrip().startswith("[") else [json.loads(x) for x in text.splitlines() if x]
        if not isinstance(body, list) or not all(isinstance(x, dict) for x in body):
            raise ValueError("it is no list of objects")
        found.extend(body[:MOST_ROWS])
    names = list(dict.fromkeys(k for row in found for k in row))
    return names, [[_plain(row.get(n)) for n in names] for row in found]


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


# ---------------------------------------------------------------- how tables hang together


def key_of(table: Table, entity: str) -> Column | None:
    """The column that names the rows of a table: unique, and called after the thing, or plain `id`."""
    unique = [c for c in table.columns if c.unique and not c.dated and c.kind != "decimal"]
    called = sorted(unique, key=lambda c: -names_entity(c.name, entity))
    if called and names_entity(called[0].name, entity):
        return called[0]
    return next((c for c in unique if c.name.lower() in ("id", "code", "key", "uuid")), None)


def contained(column: Column, key: Column) -> float:
    """The share of the rows with a value whose value is in the other column."""
    known = column.values.total()
    return sum(n for v, n in column.values.items() if v in key.values) / known if known else 0.0

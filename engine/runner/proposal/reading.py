"""A folder as tables: every file that a connector reads, up to a number of rows, and what was left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from patron.engine.load.peek import Peeked, peek_database, peek_parquet
from patron.engine.runner.proposal import textfiles
from patron.engine.runner.proposal.columns import column_of
from patron.engine.runner.proposal.tables import Origin, Table, Unread
from patron.engine.runtime.errors import UsageError

MOST_ROWS = 300_000
"""Rows looked at of one table; ids seen twice further below are found by the first load."""

CONNECTORS: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv", ".tsv", ".txt"), "parquet": (".parquet", ".pq"), "json": (".json", ".jsonl", ".ndjson"),
    "sqlite": (".sqlite", ".sqlite3"), "duckdb": (".duckdb",),
}  # fmt: skip
EXPECTED = "csv, parquet, json, sqlite or duckdb files"
_SQLITE = b"SQLite format 3\0"


def read_folder(folder: Path) -> tuple[tuple[Table, ...], tuple[Unread, ...]]:
    """Every data file of a folder as a table, and what is no table."""
    tables: list[Table] = []
    unread: list[Unread] = []
    known, others = _listing(folder)
    for files in _alike(known):
        try:
            tables.extend(_read(files))
        except (ValueError, OSError, ArithmeticError) as error:
            unread.extend(Unread(f, _reason(error)) for f in files)
    return tuple(_told_apart(_agreed(tables))), (*unread, *others)


def _listing(folder: Path) -> tuple[list[Path], list[Unread]]:
    """The files a connector reads, and everything else that lies there."""
    try:
        found = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {_reason(error)}", "Look at who may open it.") from None
    known = [p for p in found if p.is_file() and _connector(p)]
    folders = [Unread(p, "a folder: only the files beside it were looked at") for p in found if p.is_dir()]
    strange = [Unread(p, f"no {EXPECTED.replace(' files', ' file')}") for p in found if p.is_file() and p not in known]
    return known, folders + strange


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _connector(path: Path) -> str:
    suffixes = [s.lower() for s in path.suffixes if s.lower() not in (".gz", ".zst", ".bz2")]
    last = suffixes[-1] if suffixes else ""
    if last == ".db":
        with path.open("rb") as file:
            return "sqlite" if file.read(len(_SQLITE)) == _SQLITE else "duckdb"
    return next((name for name, endings in CONNECTORS.items() if last in endings), "")


def _alike(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """Files whose names differ only in numbers (months, parts) belong together when their columns agree."""
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(re.sub(r"\d+", "*", path.name), []).append(path)
    found: list[tuple[Path, ...]] = []
    for group in groups.values():
        together = len(group) > 1 and len({_head(p) for p in group}) == 1
        found += [tuple(group)] if together else [(p,) for p in group]
    return found


def _head(path: Path) -> object:
    """What must be the same in files of one table."""
    try:
        connector = _connector(path)
        if connector == "parquet":
            return tuple((n, k) for n, k, _ in peek_parquet(path, 0))
        return textfiles.first_line(path) if connector in ("csv", "json") else path
    except (ValueError, OSError):
        return path


def _read(files: tuple[Path, ...]) -> Iterator[Table]:
    connector = _connector(files[0])
    if connector in ("sqlite", "duckdb"):
        for name, read in peek_database(files[0], connector, MOST_ROWS).items():
            yield _table(name, Origin(connector, file=files[0].name), files, read)
        return
    name = files[0].name.split(".", 1)[0]
    named = ""
    if len(files) > 1:
        named = re.sub(r"\d+", "*", files[0].name)
        name = re.sub(r"[\W_]*\d+[\W_]*", "_", name).strip("_") or name
    if connector == "csv":
        shape, read = textfiles.read(files, MOST_ROWS)
        columns = () if shape.header else tuple(n for n, _, _ in read)
        yield _table(name, Origin("csv", shape, columns=columns), files, read, named)
    elif connector == "json":
        yield _table(name, Origin("json"), files, _json(files), named)
    else:
        parts = [peek_parquet(f, MOST_ROWS) for f in files]
        yield _table(name, Origin("parquet"), files, _below(parts), named)


def _table(name: str, origin: Origin, files: tuple[Path, ...], read: Peeked, named: str = "") -> Table:
    columns = tuple(column_of(n, values, kind, comma=origin.shape.decimal == ",") for n, kind, values in read)
    data = [values for _, _, values in read]
    return Table(name, origin, files, columns, data, named, cut=bool(data) and len(data[0]) >= MOST_ROWS)


def _below(parts: Sequence[Peeked]) -> Peeked:
    """Files of one table, one below the other."""
    out = []
    for column in zip(*parts, strict=True):
        values = [v for _, _, part in column for v in part]
        out.append((column[0][0], column[0][1], values[:MOST_ROWS]))
    return out


def _agreed(tables: Sequence[Table]) -> Iterator[Table]:
    """Files that could be written in one way are: plain letters in any encoding, whole numbers with any sign."""
    shapes = [t.origin.shape for t in tables if t.origin.connector == "csv"]
    for table in tables:
        shape = table.origin.shape
        alike = [s for s in shapes if s.delimiter == shape.delimiter]
        encoding = shape.encoding or next((s.encoding for s in alike if s.encoding), "utf-8")
        decimal = shape.decimal or next((s.decimal for s in alike if s.decimal), ".")
        yield replace(table, origin=replace(table.origin, shape=replace(shape, encoding=encoding, decimal=decimal)))


def _told_apart(found: Iterable[Table]) -> Iterator[Table]:
    """Two files of one name (`orders.csv`, `orders.txt`) get names of their own."""
    tables = tuple(found)
    taken: dict[tuple[str, str], int] = {}
    for table in tables:
        key = (table.origin.connector + table.origin.file, table.name.casefold())
        taken[key] = taken.get(key, 0) + 1
    for table in tables:
        if table.origin.file or taken[(table.origin.connector, table.name.casefold())] == 1:
            yield table
        else:
            own = re.sub(r"\W+", "_", table.files[0].name)
            yield replace(table, name=own, named=table.named or table.files[0].name)


# ---------------------------------------------------------------- json


def _json(files: tuple[Path, ...]) -> Peeked:
    rows = [row for path in files for row in islice(_objects(path), MOST_ROWS)][:MOST_ROWS]
    names = list(dict.fromkeys(k for row in rows for k in row))
    if not names:
        raise ValueError("it holds no object, so it has no columns")
    out = []
    for name in names:
        values = [row.get(name) for row in rows]
        out.append((name, _json_kind(values), [_plain(v) for v in values]))
    return out


def _objects(path: Path) -> Iterator[dict[str, object]]:
    with textfiles.opened(path) as file:
        text = file.read().decode("utf-8-sig")
    if text.lstrip().startswith("["):
        body = json.loads(text, parse_float=_Fraction)
    else:
        body = [json.loads(line, parse_float=_Fraction) for line in text.splitlines() if line.strip()]
    if not all(isinstance(row, dict) for row in body):
        raise ValueError("it is no list of objects")
    yield from body


class _Fraction(str):
    """A number with a fraction, as it was written."""

    __slots__ = ()


def _json_kind(values: Sequence[object]) -> str:
    """The kind that all values share, as the connector tells it."""
    known = [v for v in values if v is not None]
    if known and all(isinstance(v, bool) for v in known):
        return "yesno"
    if known and all(isinstance(v, (int, _Fraction)) and not isinstance(v, bool) for v in known):
        return "number"
    return "text"


def _plain(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)

"""`json`: a folder of JSON files, one per table: an array of objects, or an object a line (`.jsonl`, `.ndjson`).

Values keep the kind they were written in: texts, numbers, yes/no; what is nested is handed on as JSON text. Columns
are the names met in the first rows; a later row with another name is an error, never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from patron.engine.contracts import Provided, Rejected, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.engine.types import NUMBER, TEXT, WHOLE, YESNO
from patron.plugins.sources.folders import FOLDER_SETTINGS, Folder
from patron.plugins.sources.text import decoded, opened, wrong_encoding

EXTENSIONS = (".json", ".jsonl", ".ndjson")
LOOKED_AT = 20_000
"""Rows of each file that tell names and kinds."""
_ROWS = 10_000
_WHOLE_FILE = 512 << 20


class JsonFolder:
    """An opened folder of JSON files."""

    def __init__(self, config: SourceConfig) -> None:
        self._folder = Folder(config, EXTENSIONS)
        self._most = int(config.limits.get("json_bytes", _WHOLE_FILE))
        self._columns: dict[str, tuple[SourceColumn, ...]] = {}

    def tables(self) -> Sequence[str]:
        return self._folder.tables()

    def files(self, table: str) -> Sequence[Path]:
        return self._folder.files(table)

    def columns(self, table: str) -> Sequence[SourceColumn]:
        if table not in self._columns:
            self._columns[table] = self._look(table)
        return self._columns[table]

    def read(self, table: str) -> Provided:
        return self.part(table, self._folder.files(table))

    def part(self, table: str, files: Sequence[Path]) -> Provided:
        columns = self.columns(table)
        return Provided(rows=lambda reject: self._rows(files, columns, reject), files=tuple(files))

    def _look(self, table: str) -> tuple[SourceColumn, ...]:
        """Names in order of their first meeting, each with the kind that all its values share."""
        kinds: dict[str, set[str]] = {}
        for file in self._folder.files(table):
            for line, row in islice(self._objects(file), LOOKED_AT):
                if isinstance(row, str):
                    continue
                for name, value in row.items():
                    kinds.setdefault(name, set()).add(_kind(value))
                _once(row, file, line)
        if not kinds:
            raise SourceError("P0713", f"{self._folder.name}.{table} holds no object, so it has no columns")
        return tuple(_column(name, found - {"missing"}) for name, found in kinds.items())

    def _rows(
        self, files: Sequence[Path], columns: Sequence[SourceColumn], reject: Callable[[Rejected], None]
    ) -> Iterator[Sequence[Sequence[object]]]:
        names = {c.name for c in columns}
        for file in files:
            chunk: list[tuple[object, ...]] = []
            for line, row in self._objects(file):
                if isinstance(row, str):
                    reject(Rejected(file.name, line, row))
                    continue
                new = next((n for n in row if n not in names), None)
                if new is not None:
                    raise SourceError("P0713",
                                      f"{file.name}, row {line}: the name `{new}` is in none of the first rows",
                                      "put a row with all names first", where=f"{file.name}:{line}")  # fmt: skip
                odd = next((c.name for c in columns if not _fits(row.get(c.name), c)), None)
                if odd is not None:
                    reject(Rejected(file.name, line, f"`{odd}` is of another kind than in the first rows", odd))
                    continue
                chunk.append(tuple(_plain(row.get(c.name)) for c in columns))
                if len(chunk) >= _ROWS:
                    yield chunk
                    chunk = []
            yield chunk

    def _objects(self, file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Each object with its line (or its number in the array); a text says why a line is none."""
        with opened(file, self._folder.name) as raw, decoded(raw, "utf-8") as text:
            try:
                first = text.read(1)
                while first and first.isspace():
                    first = text.read(1)
                if first == "[":
                    yield from self._array(first + text.read(self._most + 1), file)
                elif first:
                    yield from _lines(first, text)
            except UnicodeError as error:
                raise wrong_encoding(file, "utf-8") from error

    def _array(self, text: str, file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
        if len(text) > self._most:
            raise SourceError("P0702", f"cannot open `{self._folder.name}`: {file.name} is too large to be one array",
                              "write one object a line (.jsonl), or raise `json_bytes`", where=file.name)  # fmt: skip
        try:
            rows = _read(text)
        except (ValueError, RecursionError) as error:
            raise SourceError(
                "P0702", f"cannot open `{self._folder.name}`: {file.name} is no JSON: {error}", where=file.name
            ) from error
        for number, row in enumerate(rows, 1):
            yield number, row if isinstance(row, dict) else "it is no object"


class _Decimal(str):
    """A number with a fraction, kept as it was written."""

    __slots__ = ()


def _read(text: str) -> Any:
    import json  # here, so that listing plugins does not load it

    return json.loads(text, parse_float=_Decimal)


def _lines(first: str, text: Any) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """One object a line; a single object over several lines is one row."""
    begin = first + text.readline()
    try:
        row = _read(begin)
    except ValueError:
        yield 1, _one(begin + text.read())
        return
    yield 1, row if isinstance(row, dict) else "it is no object"
    for number, line in enumerate(text, 2):
        if line.strip():
            yield number, _one(line)


def _one(text: str) -> dict[str, Any] | str:
    try:
        row = _read(text)
    except (ValueError, RecursionError) as error:
        return f"it is no JSON: {error}"
    return row if isinstance(row, dict) else "it is no object"


def _once(row: dict[str, Any], file: Path, line: int) -> None:
    """Two names that differ only by case cannot be told apart."""
    if len({n.casefold() for n in row}) != len(row):
        raise SourceError(
            "P0713", f"{file.name}, row {line}: two names differ only by case", where=f"{file.name}:{line}"
        )


def _kind(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yesno"
    if isinstance(value, int):
        return "whole" if abs(value) < 2**63 else "number"
    return "number" if isinstance(value, _Decimal) else "text"


def _column(name: str, kinds: set[str]) -> SourceColumn:
    if kinds == {"yesno"}:
        return SourceColumn(name, YESNO, "BOOLEAN")
    if kinds == {"whole"}:
        return SourceColumn(name, WHOLE, "BIGINT")
    if kinds and kinds <= {"whole", "number"}:
        return SourceColumn(name, NUMBER, "DOUBLE")
    return SourceColumn(name, TEXT)


def _fits(value: object, column: SourceColumn) -> bool:
    kind = _kind(value)
    allowed = {"BOOLEAN": ("yesno",), "BIGINT": ("whole",), "DOUBLE": ("whole", "number")}.get(column.stored)
    return kind == "missing" or allowed is None or kind in allowed


def _plain(value: object) -> object:
    """A value as it is spooled: nested ones as JSON text, numbers as written."""
    if isinstance(value, _Decimal):
        return str(value)
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return value


@hookimpl
def patron_sources() -> list[SourceType]:
    return [SourceType("json", "a folder of JSON files, one per table", JsonFolder, FOLDER_SETTINGS, EXTENSIONS)]

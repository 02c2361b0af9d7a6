"""`csv`: a folder of text files, one per table. Every column is a text; nothing is guessed.

The header is compared here, so that columns never swap in silence. DuckDB reads the rows, told everything; where it
refuses a file, or cannot read it (encodings, blanks as delimiters), the reader of `csv_rows` does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from patron.engine.contracts import CsvText, Provided, SettingSpec, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.hooks import hookimpl
from patron.engine.types import TEXT
from patron.plugins.sources import csv_rows
from patron.plugins.sources.csv_rows import CsvShape
from patron.plugins.sources.folders import FOLDER_SETTINGS, Folder
from patron.plugins.sources.text import RATIO, UNFOLDED, compression, decoded, marked, opened, surveyed, wrong_encoding

EXTENSIONS = (".csv", ".tsv", ".txt")


class CsvFolder:
    """An opened folder of CSV files."""

    def __init__(self, config: SourceConfig) -> None:
        self._folder = Folder(config, EXTENSIONS)
        self._limits = config.limits
        self._settings = config.settings
        self._shape = _shape(config)
        self._headers: dict[Path, tuple[str, ...]] = {}

    def tables(self) -> Sequence[str]:
        return self._folder.tables()

    def files(self, table: str) -> Sequence[Path]:
        return self._folder.files(table)

    def columns(self, table: str) -> Sequence[SourceColumn]:
        return [SourceColumn(name, TEXT) for name in self._names(table) if name]

    def read(self, table: str) -> Provided:
        return self.part(table, self._folder.files(table))

    def part(self, table: str, files: Sequence[Path]) -> Provided:
        names, files = self._names(table), tuple(files)
        shape, source = self._shape, self._folder.name
        return Provided(
            rows=lambda reject: csv_rows.rows(files, names, shape, source, reject),
            csv=self._fast(files, names),
            files=files,
            decimal=str(self._settings.get("decimal") or "."),
            place=lambda row: csv_rows.place(files, names, shape, source, row),
        )

    def _limit(self, name: str, default: int) -> int:
        return int(self._limits.get(name, default))

    def _fast(self, files: tuple[Path, ...], names: tuple[str, ...]) -> CsvText | None:
        """What DuckDB needs to know, or None when it cannot read these files itself."""
        if not self._shape.utf8:
            return None
        ratio, most = self._limit("unfolded_ratio", RATIO), self._limit("unfolded_bytes", UNFOLDED)
        found = [surveyed(f, self._folder.name, ratio, most) for f in files]
        packed = {compression(f) for f in files}
        odd = self._shape.delimiter == " " or len(names) < 2 or len(packed) != 1 or "bzip2" in packed
        simple = all(s.ascii for s in found)
        if odd or not all(s.plain for s in found) or not (simple or all(b.isascii() for b in self._shape.blank)):
            return None
        lines = sum(s.lines for s in found) - (len(files) if self._shape.header else 0)
        counted = not any(s.quoted or s.blank_lines for s in found)
        return CsvText(
            files, names, self._shape.delimiter, self._shape.header, packed.pop(), self._shape.blank,
            self._shape.field_bytes,
            lines if counted else None, lines, simple,
        )  # fmt: skip

    def _names(self, table: str) -> tuple[str, ...]:
        """The columns of all files of a table, which must agree. An empty name is a column without header."""
        files = self._folder.files(table)
        first = self._header(files[0])
        for file in files[1:]:
            other = self._header(file)
            if other != first:
                raise SourceError("P0713", _difference(files[0], first, file, other),
                                  "files of one table need the same columns in the same order",
                                  where=file.name)  # fmt: skip
        return first

    def _header(self, file: Path) -> tuple[str, ...]:
        if file not in self._headers:
            self._headers[file] = self._given(file) if not self._shape.header else self._read_header(file)
        return self._headers[file]

    def _given(self, file: Path) -> tuple[str, ...]:
        names = self._settings.get("columns")
        if not names or not isinstance(names, tuple):
            raise SourceError("P0702", f"cannot open `{self._folder.name}`: without a header it must name its columns",
                              'write `columns "a", "b"`')  # fmt: skip
        return _checked(tuple(str(n) for n in names), file)

    def _read_header(self, file: Path) -> tuple[str, ...]:
        if self._shape.utf8:
            marked(file, self._folder.name)
        with opened(file, self._folder.name) as raw:
            try:
                with decoded(raw, self._shape.encoding) as text:
                    found = csv_rows.first_row(text, self._shape, file)
            except UnicodeError as error:
                raise wrong_encoding(file, self._shape.encoding) from error
        if found is None:
            raise SourceError("P0713", f"{file.name} is empty: it has no header", "write `header no` if that is meant",
                              where=file.name)  # fmt: skip
        return _checked(tuple(found), file)


def _checked(names: tuple[str, ...], file: Path) -> tuple[str, ...]:
    """The names in NFC without blanks around them; SourceError P0713 for a doubled one."""
    clean = tuple(unicodedata.normalize("NFC", n).strip() for n in names)
    seen: set[str] = set()
    for name in clean:
        if name and name.casefold() in seen:
            raise SourceError("P0713", f"the header of {file.name} holds `{name}` twice",
                              "two columns of one name cannot be told apart; rename one in the file",
                              where=file.name)  # fmt: skip
        seen.add(name.casefold())
    if not any(clean):
        raise SourceError("P0713", f"the header of {file.name} names no column", where=file.name)
    return clean


def _difference(first: Path, a: tuple[str, ...], other: Path, b: tuple[str, ...]) -> str:
    """In which way the headers of two files differ."""
    lost, new = [n for n in a if n not in b], [n for n in b if n not in a]
    words = [f"it lacks {_listed(lost)}"] if lost else []
    words += [f"it has {_listed(new)}"] if new else []
    said = " and ".join(words) or "the order of its columns differs"
    return f"the header of {other.name} is not that of {first.name}: {said}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{n}`" for n in names[:5])


def _shape(config: SourceConfig) -> CsvShape:
    s = config.settings
    blank = s.get("blank")
    delimiter = str(s.get("delimiter") or ",").replace("\\t", "\t")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise SourceError("P0702", f"cannot open `{config.name}`: a delimiter is one character", r'tabs are "\t"')
    encoding = str(s.get("encoding") or "utf-8")
    try:
        "".encode(encoding)
    except LookupError as error:
        raise SourceError(
            "P0702", f"cannot open `{config.name}`: there is no encoding `{encoding}`", 'such as "latin-1"'
        ) from error
    return CsvShape(
        delimiter, s.get("header") is not False, encoding,
        blank if isinstance(blank, tuple) else ("",) if blank is None else (str(blank),),
        int(config.limits.get("field_bytes", csv_rows.FIELD_BYTES)),
    )  # fmt: skip


@hookimpl
def patron_sources() -> list[SourceType]:
    settings = (
        *FOLDER_SETTINGS,
        SettingSpec("delimiter", "text", "what parts the values of a line; a blank means any run of blanks", ","),
        SettingSpec("encoding", "text", "how characters are written", "utf-8"),
        SettingSpec("header", "yesno", "whether the first line names the columns", default=True),
        SettingSpec("columns", "texts", "the columns' names, when there is no header"),
        SettingSpec("blank", "texts", "texts that are read as missing", ("",)),
        SettingSpec("decimal", "text", "the decimal sign of numbers", ".", choices=(".", ",")),
    )
    return [
        SourceType(
            "csv", "a folder of CSV files, one per table; every column is a text", CsvFolder, settings, EXTENSIONS
        )
    ]

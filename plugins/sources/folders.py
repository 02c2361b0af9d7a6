"""Folders of files as sources: which file is which table, and that every file may be read."""

from __future__ import annotations

import fnmatch
import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from patron.dsl.problems import nearest
from patron.engine.contracts import SettingSpec, SourceConfig, SourceError

FOLDER_SETTINGS = (
    SettingSpec("folder", "text", "the folder, relative to the file that names it", required=True),
    SettingSpec("files", "files", 'tables by name: `orders "orders_*.csv"`, or several names'),
    SettingSpec(
        "timezone", "text", "the zone of times without one; default: that of the row's store, else the project's"
    ),
)
COMPRESSED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2"}
_WILD = "*?["
NEAR = 0.8
"""How like a name that is there another one must be to be taken for a slip of it."""
SHOWN = 12
"""How many of the names that are there a hint lists."""


class Folder:
    """The files of a source's folder by table name. Files named under `files` come first; every other file with one
    of the extensions is a table by its name up to the first dot."""

    def __init__(self, config: SourceConfig, extensions: Sequence[str]) -> None:
        if config.folder is None:
            raise SourceError("P0702", f"cannot open `{config.name}`: it says no folder", 'write `folder "data"`')
        self.name = config.name
        self.folder = config.folder
        self._roots = (config.folder, *config.roots)
        self._extensions = tuple(extensions)
        named = config.settings.get("files")
        self._named: Mapping[str, object] = named if isinstance(named, Mapping) else {}
        self._found: dict[str, tuple[Path, ...]] | None = None

    def tables(self) -> Sequence[str]:
        return sorted({*self._named, *self._by_name()})

    def files(self, table: str) -> tuple[Path, ...]:
        """The files of a table, in order of name. SourceError P0703 when there is none, P0702 when one is missing."""
        for name, patterns in self._named.items():
            if _same(name, table):
                return self._matching(name, patterns)
        for name, files in self._by_name().items():
            if _same(name, table):
                return tuple(self._allowed(f) for f in self._only(name, files))
        kinds = ", ".join(self._extensions)
        message = f"`{self.name}` has no table `{table}`: no file of {self._called} is called so ({kinds})"
        raise SourceError("P0703", message, self._instead(table, self.tables()))

    def _by_name(self) -> Mapping[str, tuple[Path, ...]]:
        if self._found is None:
            found: dict[str, tuple[Path, ...]] = {}
            for path in self._listing():
                table = path.name.split(".", 1)[0]
                if table and _extension(path) in self._extensions:
                    found[table] = (*found.get(table, ()), path)
            self._found = found
        return self._found

    def _listing(self) -> list[Path]:
        try:
            with os.scandir(self.folder) as found:
                return sorted((Path(e.path) for e in found if e.is_file()), key=lambda p: p.name)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SourceError(
                "P0702", f"cannot open `{self.name}`: {self.folder}: {reason}", "look at `folder`"
            ) from error

    def _matching(self, table: str, patterns: object) -> tuple[Path, ...]:
        found: dict[Path, None] = {}
        for pattern in patterns if isinstance(patterns, (tuple, list)) else (patterns,):
            found |= dict.fromkeys(self._one_pattern(table, str(pattern)))
        return tuple(self._allowed(f) for f in sorted(found, key=lambda p: natural(p.name)))

    def _one_pattern(self, table: str, pattern: str) -> Sequence[Path]:
        parts = Path(pattern).parts
        if not pattern or "\0" in pattern or Path(pattern).is_absolute() or ".." in parts or pattern.startswith("~"):
            raise SourceError("P0702", f"cannot open `{self.name}`: `{pattern}` is no file of its folder",
                              "write a name inside the folder")  # fmt: skip
        if not any(sign in pattern for sign in _WILD):
            path = self.folder / pattern
            if not path.is_file():
                message = f"cannot open `{self.name}`: there is no file `{pattern}` in {self._called}"
                raise SourceError("P0702", message, self._instead(pattern, [p.name for p in self._listing()]))
            return (path,)
        inside = self.folder.joinpath(*parts[:-1])
        if inside == self.folder:
            found = [p for p in self._listing() if fnmatch.fnmatchcase(p.name, parts[-1])]
        else:
            found = [p for p in self.folder.glob(pattern) if p.is_file()]
        if not found:
            raise SourceError(
                "P0702", f"cannot open `{self.name}`: no file is called `{pattern}`", f"folder: {self.folder}"
            )
        return found

    @property
    def _called(self) -> str:
        """The folder as a message names it."""
        return self.folder.absolute().name

    def _instead(self, name: str, there: Sequence[str]) -> str:
        """A name that is really near, and what is there: a file that was taken away has no other in its place."""
        near = nearest(name, there, cutoff=NEAR)
        shown = ", ".join([*there[:SHOWN], *(["..."] if len(there) > SHOWN else [])])
        return (f"Did you mean `{near}`? " if near else "") + (f"There: {shown}" if there else "Nothing is there.")

    def _only(self, table: str, files: tuple[Path, ...]) -> tuple[Path, ...]:
        if len(files) > 1:
            names = " and ".join(f"`{f.name}`" for f in files)
            raise SourceError("P0702", f"cannot open `{self.name}`: {names} would both be the table `{table}`",
                              f'say which: `files {{ {table} "{files[0].name}" }}`')  # fmt: skip
        return files

    def _allowed(self, file: Path) -> Path:
        """The file with links followed, when that is still inside the folders that may be read."""
        real = Path(os.path.realpath(file))
        if not any(real.is_relative_to(os.path.realpath(r)) for r in self._roots):
            raise SourceError("P0702", f"cannot open `{self.name}`: `{file.name}` leads outside the project",
                              "copy the file, or list its folder in `allow_paths` of patron.toml")  # fmt: skip
        return real


def natural(name: str) -> str:
    """The order of files of one table: by name, code point by code point."""
    return unicodedata.normalize("NFC", name)


def _extension(path: Path) -> str:
    """The extension without that of a compression: `.csv` of `a.csv.gz`."""
    name = path.name.lower()
    for packed in COMPRESSED:
        name = name.removesuffix(packed)
    return Path(name).suffix


def _same(a: str, b: str) -> bool:
    return unicodedata.normalize("NFC", a).casefold() == unicodedata.normalize("NFC", b).casefold()

"""A source: each `.tab` file of a folder is a table; its first line names the columns, all of them texts."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from patron.engine.contracts import Provided, Rejected, SourceColumn, SourceConfig, SourceError
from patron.engine.types import TEXT

CHUNK = 10_000


class Tabs:
    """An opened folder."""

    def __init__(self, config: SourceConfig) -> None:
        if config.folder is None or not config.folder.is_dir():
            raise SourceError("P0702", f"cannot open `{config.name}`: there is no folder {config.folder}")
        self._files = {path.stem: path for path in sorted(config.folder.glob("*.tab"))}

    def tables(self) -> Sequence[str]:
        return tuple(self._files)

    def columns(self, table: str) -> Sequence[SourceColumn]:
        with self._file(table).open(encoding="utf-8") as file:
            return [SourceColumn(name, TEXT) for name in _cells(file.readline())]

    def read(self, table: str) -> Provided:
        path, width = self._file(table), len(self.columns(table))
        return Provided(rows=lambda reject: _chunks(path, width, reject), files=(path,))

    def files(self, table: str) -> Sequence[Path]:
        return (self._file(table),)

    def _file(self, table: str) -> Path:
        if table not in self._files:
            raise SourceError("P0703", f"there is no table `{table}`", f"its tables: {', '.join(self._files)}")
        return self._files[table]


def _chunks(path: Path, width: int, reject: Callable[[Rejected], None]) -> Iterator[Sequence[Sequence[object]]]:
    """Rows in handy portions. A row of another width is not repaired but handed back with the reason."""
    chunk: list[Sequence[object]] = []
    with path.open(encoding="utf-8") as file:
        next(file)
        for number, line in enumerate(file, 2):
            cells = _cells(line)
            if len(cells) != width:
                reject(Rejected(path.name, number, f"{len(cells)} cells, expected {width}"))
                continue
            chunk.append(cells)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _cells(line: str) -> list[str]:
    return line.rstrip("\n").split("\t")

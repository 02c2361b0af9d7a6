"""Database files as sources: the file that a source names, inside the folders that may be read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from patron.dsl.problems import suggest
from patron.engine.contracts import SettingSpec, SourceConfig, SourceError

FILE_SETTINGS = (
    SettingSpec("file", "text", "the database file, relative to the file that names it", required=True),
    SettingSpec(
        "timezone", "text", "the zone of times without one; default: that of the row's store, else the project's"
    ),
)


def database(config: SourceConfig) -> Path:
    """The database file, when it is there."""
    path = Path(str(config.settings.get("file") or ""))
    if not path.is_file():
        raise SourceError(
            "P0702", f"cannot open `{config.name}`: there is no file `{path.name or '?'}`", "look at `file`"
        )
    return path


def known(name: str, table: str, tables: Iterable[str]) -> str:
    """The table as the database spells it; of two that differ in capitals, the one spelled so. SourceError P0703."""
    found = list(tables)
    alike = [t for t in found if t.casefold() == table.casefold()]
    if table in alike or len(alike) == 1:
        return table if table in alike else alike[0]
    hint = f"it has {' and '.join(f'`{t}`' for t in alike)}: write one of them so" if alike else suggest(table, found)
    raise SourceError("P0703", f"`{name}` has no table `{table}`", hint)

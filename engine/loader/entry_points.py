"""The entry points of the group `patron`, read from the installed packages' own files.

`importlib.metadata` gives the same answer, but importing it alone takes longer than all the rest of the start-up,
and it opens the metadata of every package. Here each folder of `sys.path` is listed once and only small
`entry_points.txt` files are read; nothing is cached, so nothing can be stale. Zip archives on the path are left
to `importlib.metadata`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from patron.dsl.nodes import dataclass

GROUP = "patron"
_SECTION = f"[{GROUP}]"


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A plugin as a distribution announces it: `name = module:attribute`; nothing of it is imported yet."""

    name: str
    module: str
    attribute: str
    distribution: str
    version: str


def entry_points(path: Sequence[str] | None = None) -> tuple[EntryPoint, ...]:
    """All plugins announced along `path` (default `sys.path`), in order of distribution and name.

    Of a distribution found twice the first on the path counts, as it does for imports.
    """
    seen: dict[str, tuple[EntryPoint, ...]] = {}
    for folder in sys.path if path is None else path:
        for name, found in _announced(Path(folder)):
            seen.setdefault(name, found)
    return tuple(sorted((e for found in seen.values() for e in found), key=lambda e: (e.distribution, e.name)))


def normal(name: str) -> str:
    """The form in which distributions' names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _announced(folder: Path) -> Iterator[tuple[str, tuple[EntryPoint, ...]]]:
    """Each distribution in a folder with its plugins, most often none."""
    try:
        inside = sorted(os.listdir(folder))  # noqa: PTH208 - a `Path` for each is most of the time this takes
    except NotADirectoryError:
        yield from _in_archive(folder)
        return
    except OSError:
        return
    for name in inside:
        if name.endswith((".dist-info", ".egg-info")):
            yield normal(name.rpartition(".")[0].partition("-")[0]), _of_distribution(folder / name)


def _of_distribution(folder: Path) -> tuple[EntryPoint, ...]:
    text = _read(folder / "entry_points.txt")
    if _SECTION not in text:
        return ()
    header = _read(folder / "METADATA") or _read(folder / "PKG-INFO")
    return _parse(text, _field(header, "Name"), _field(header, "Version"))


def _in_archive(path: Path) -> Iterator[tuple[str, tuple[EntryPoint, ...]]]:
    """A zip file on the path: rare, so the slow import is taken only here."""
    import importlib.metadata

    for found in importlib.metadata.distributions(path=[str(path)]):
        text = found.read_text("entry_points.txt") or ""
        yield normal(found.name), _parse(text, found.name, found.version)


def _parse(text: str, distribution: str, version: str) -> tuple[EntryPoint, ...]:
    """The lines `name = module:attribute [extras]` of our section."""
    found, ours = [], False
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("["):
            ours = line == _SECTION
        elif ours and line and line[0] not in "#;":
            name, _, target = line.partition("=")
            module, _, attribute = target.partition("[")[0].strip().partition(":")
            found.append(EntryPoint(name.strip(), module.strip(), attribute.strip(), distribution, version))
    return tuple(found)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _field(header: str, name: str) -> str:
    """The value of a field of the metadata's head, which ends at the first empty line."""
    head = header.partition("\n\n")[0]
    found = re.search(rf"^{name}:[ \t]*(.*?)[ \t]*$", head, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""

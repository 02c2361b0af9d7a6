"""Distributions as an installer leaves them behind: a module and its metadata, in a folder of their own."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = """
    from patron.engine.contracts import SourceType
    from patron.engine.hooks import hookimpl

    @hookimpl
    def patron_sources():
        return [SourceType("{source}", "a source for tests", open=print)]
"""


class Shelf:
    """A folder on the path into which distributions are put."""

    def __init__(self, folder: Path) -> None:
        self.path = [str(folder)]
        self._folder = folder

    def put(self, distribution: str, code: str, version: str = "1.0") -> None:
        """A distribution with one module of its own name (dashes become _) and one entry point, its name."""
        module = distribution.replace("-", "_")
        (self._folder / f"{module}.py").write_text(textwrap.dedent(code))
        info = self._folder / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\n\nRead me\n")
        (info / "entry_points.txt").write_text(f"[patron]\n{distribution} = {module}\n")

    def source(self, distribution: str, source: str) -> None:
        """A distribution whose plugin offers one source."""
        self.put(distribution, textwrap.dedent(SOURCE).format(source=source))


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(sys.modules) - before:
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


@pytest.fixture
def plugin() -> Callable[..., object]:
    """A plugin as an object: its hooks given by name."""
    from patron.engine.hooks import hookimpl

    def make(**hooks: Callable[[], object]) -> object:
        made = type("Plugin", (), {})()
        for name, hook in hooks.items():
            setattr(made, name, hookimpl(hook))
        return made

    return make

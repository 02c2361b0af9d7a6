"""Small projects on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.load.support import SOURCE, World


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """Make a project: the statements after `source shop`, and the files of its folder `data`."""

    def make(
        spec: str, files: Mapping[str, str | bytes], zone: str = "UTC", source: str = SOURCE, **more: Any
    ) -> World:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "spec.patron").write_text("language 1\n" + source + spec, "utf-8")
        for name, content in files.items():
            raw = content if isinstance(content, bytes) else content.encode()
            (tmp_path / "data" / name).write_bytes(raw)
        return World(tmp_path, zone, **more)

    return make

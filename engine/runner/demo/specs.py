"""The specs of the demo, as they lie among the example projects."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

COUNTED = "counted.patron"
"""Expectations in numbers: they hold for one size and one seed."""


def texts() -> Mapping[str, str]:
    """Every file of the example project by name."""
    folder = files("patron.specs") / "greenhouse"
    return {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.is_file()}

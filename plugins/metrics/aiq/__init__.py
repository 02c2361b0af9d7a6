"""The preset for those who come from Alpine IQ (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `aiq`."""
    folder = Path(__file__).parent
    files = {"aiq.patron": folder / "aiq.patron"}
    return [Pack("aiq", "1.0", "Alpine IQ's way of counting: conversions, stage labels, age bands", files)]

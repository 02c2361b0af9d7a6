"""The standard library: what every project can use without a word (language reference, section 9)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `standard`, always in."""
    folder = Path(__file__).parent
    return [Pack("standard", "1.0", "the standard library", {"standard.patron": folder / "standard.patron"})]

"""A group of customers described, beside everybody."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `personas`."""
    folder = Path(__file__).parent
    files = {"personas.patron": folder / "personas.patron"}
    return [Pack("personas", "1.0", "a group of customers described: who, what, when, where, beside everybody", files)]

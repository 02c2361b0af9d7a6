"""The member club (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `loyalty`."""
    folder = Path(__file__).parent
    files = {"loyalty.patron": folder / "loyalty.patron"}
    return [Pack("loyalty", "1.0", "members, their orders, points and credits", files)]

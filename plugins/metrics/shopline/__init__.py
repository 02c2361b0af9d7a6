"""The preset for those who come from SHOPLINE (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `shopline`."""
    folder = Path(__file__).parent
    files = {"shopline.patron": folder / "shopline.patron"}
    return [Pack("shopline", "1.1", "SHOPLINE's way of counting: attributed and activity performance", files)]

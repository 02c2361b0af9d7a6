"""Where customers are (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack, SettingSpec
from patron.engine.hooks import hookimpl

SETTINGS = (
    SettingSpec("cell", "number", "the side of a map cell, in degrees", 0.1),
    SettingSpec("map", "text", "the map that cells are drawn on", "us"),
    SettingSpec("points", "text", "a file with positions of postcodes"),
)


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `geo`."""
    folder = Path(__file__).parent
    files = {"geo.patron": folder / "geo.patron"}
    return [Pack("geo", "1.0", "positions of customers and orders, the nearest store", files, SETTINGS)]

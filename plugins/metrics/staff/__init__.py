"""How the team is doing (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack, SettingSpec
from patron.engine.hooks import hookimpl

SETTINGS = (SettingSpec("channels", "texts", "only orders of these channels count (default: all)"),)


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `staff`."""
    folder = Path(__file__).parent
    files = {"staff.patron": folder / "staff.patron"}
    return [Pack("staff", "1.0", "sales, ratings and hours by member of staff", files, SETTINGS)]

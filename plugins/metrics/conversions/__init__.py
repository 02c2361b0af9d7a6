"""Campaigns and what they brought (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl

_REASON = "no event can say yet that an order was credited"
LATER = {f"conversions.{name}": _REASON for name in ("converted",)}


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `conversions`."""
    folder = Path(__file__).parent
    files = {"conversions.patron": folder / "conversions.patron"}
    return [Pack("conversions", "1.0", "sendings, reactions and credited sales of campaigns", files, later=LATER)]

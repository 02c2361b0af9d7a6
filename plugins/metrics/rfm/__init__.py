"""Recency, frequency and monetary value: who came lately, often, and for how much."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `rfm`."""
    folder = Path(__file__).parent
    return [Pack("rfm", "1.0", "who came lately, often and for how much", {"rfm.patron": folder / "rfm.patron"})]

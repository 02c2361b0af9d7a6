"""Order insights: what was sold, when, and for how much."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack
from patron.engine.hooks import hookimpl


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `orders`."""
    folder = Path(__file__).parent
    files = {"orders.patron": folder / "orders.patron"}
    return [Pack("orders", "1.0", "order insights: totals, best products, payment, weekdays and hours", files)]

"""Expected orders, lifetime value, product forecasts (language reference, section 16)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from patron.engine.contracts import Pack, SettingSpec
from patron.engine.hooks import hookimpl
from patron.plugins.metrics.predictions.customers import CUSTOMERS
from patron.plugins.metrics.predictions.items import BRANDS, CATEGORIES, PRODUCTS

SETTINGS = (
    SettingSpec("horizon", "duration", "how far ahead customers are predicted", dt.timedelta(days=365)),
    SettingSpec(
        "model", "choice", "how orders of customers are predicted", "auto", choices=("auto", "bg", "hybrid", "cells")
    ),
    SettingSpec("product_horizon", "duration", "how far ahead products are predicted", dt.timedelta(days=30)),
    SettingSpec(
        "product_model",
        "choice",
        "how products are predicted",
        "auto",
        choices=("auto", "smooth", "pooled", "seasonal"),
    ),
    SettingSpec("interval", "percent", "how often the true value shall lie between low and high", 0.8),
    SettingSpec("discount", "percent", "how much less money is worth a year later", 0),
    SettingSpec("gate_buyers", "number", "buyers needed before anything is predicted", 500),
    SettingSpec("gate_days", "number", "days of history needed before anything is predicted", 180),
)

BY = {"product.category": "category", "product.brand": "brand", "product": "product"}
LEVELS = {
    f"predictions.{name}": {path: f"predictions.{level}_{name}" for path, level in BY.items()}
    for name in "units revenue low high rank rank_change direction days_of_cover".split()
}


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `predictions`."""
    folder = Path(__file__).parent
    files = {"predictions.patron": folder / "predictions.patron"}
    return [
        Pack(
            "predictions",
            "1.3",
            "what customers and products are likely to do next, each number beside its back-test",
            files,
            SETTINGS,
            learned=(CUSTOMERS, PRODUCTS, CATEGORIES, BRANDS),
            levels=LEVELS,
        )
    ]

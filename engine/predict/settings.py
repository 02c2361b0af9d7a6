"""What is asked of the models of customers."""

from __future__ import annotations

from patron.dsl.nodes import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """The settings of the pack, as plain values."""

    horizon: int = 365  # days
    model: str = "auto"  # auto, bg, hybrid, cells
    interval: float = 0.8
    discount: float = 0.0  # how much less money is worth a year later
    gate_buyers: int = 500
    gate_days: int = 180
    house_gap: float | None = None  # days, where the shop has said so
    house_gap_default: float = 90.0  # days, while too few gaps are known

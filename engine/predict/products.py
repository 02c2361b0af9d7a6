"""What products, categories or brands are likely to sell in the next period."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict import trees
from patron.engine.predict.figures import in_cents, in_digits
from patron.engine.predict.folds import BEFORE, NAIVE, Learned, learned
from patron.engine.predict.periods import Bools, Calendar, Sales, calendar
from patron.engine.predict.purchases import Floats, Ints
from patron.engine.predict.scores import Scored

__all__ = ["Fitted", "Sales", "Scores", "Wanted", "fit", "score"]

PERIODS = BEFORE + 2
"""Whole periods needed: three to learn from, one to see how far off that is, one to see how often that holds."""
LARGEST = 1e30
"""What is larger is no money of this world, and its square is no number."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The settings of the pack, as plain values, and what the items are."""

    level: str = "product"  # product, category, brand
    horizon: int = 30  # days
    model: str = "auto"  # auto, smooth, pooled, seasonal
    interval: float = 0.8
    gate_days: int = 180


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything learned from all items, or the reason why there is too little to learn from."""

    reason: str = ""
    units: Learned | None = None
    revenue: Learned | None = None
    flags: tuple[str, ...] = ()  # of all items: no second season, baseline
    backtest: tuple[Scored, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a file."""
        return {
            "reason": self.reason,
            "units": None if self.units is None else self.units.to_json(),
            "revenue": None if self.revenue is None else self.revenue.to_json(),
            "flags": [*self.flags],
            "backtest": [dataclasses.asdict(row) for row in self.backtest],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Fitted:
        return cls(
            reason=said["reason"],
            units=None if said["units"] is None else Learned.from_json(said["units"]),
            revenue=None if said["revenue"] is None else Learned.from_json(said["revenue"]),
            flags=tuple(said["flags"]),
            backtest=tuple(Scored.from_json(row) for row in said["backtest"]),
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """A column per figure, an entry per item with a past, in the order of `items`."""

    items: Ints  # its number in the sales
    units: Floats  # of the next period
    revenue: Floats
    low: Floats | None  # of the revenue; None: too few errors to take it from
    high: Floats | None
    rank: Ints  # 1 has most predicted revenue
    rank_change: Ints  # places won against the last period's revenue; negative: lost
    direction: tuple[str, ...] | None  # up, down, or hold where the interval holds the last period's revenue
    units_per_day: Floats  # predicted
    run_rate: Floats  # units a day in the last period
    last_units: Floats
    last_revenue: Floats
    short_history: Bools  # first sold within the last period
    new: Ints  # items without a past: they have no forecast


def fit(sales: Sales, wanted: Wanted) -> Fitted:
    """Learn from all items of a level."""
    known = calendar(sales, wanted.horizon)
    if reason := too_little(sales, known, wanted):
        return Fitted(reason)
    units, of_units = learned(known, "units", wanted.level, wanted.model, wanted.interval)
    revenue, of_revenue = learned(known, "revenue", wanted.level, wanted.model, wanted.interval)
    said = {
        "no second season": not any(row.model == "seasonal" for row in of_revenue),
        "baseline": units.line in NAIVE or revenue.line in NAIVE,
    }
    flags = tuple(flag for flag, holds in said.items() if holds)
    return Fitted(units=units, revenue=revenue, flags=flags, backtest=(*of_units, *of_revenue))


def too_little(sales: Sales, known: Calendar, wanted: Wanted) -> str:
    """Why nothing can be predicted; empty when it can."""
    if not np.isfinite(sales.units).all() or not np.isfinite(sales.revenue).all():
        return "the value of a sale is not a number"
    if max(np.abs(sales.units).max(initial=0.0), np.abs(sales.revenue).max(initial=0.0)) > LARGEST:
        return "the value of a sale is too large"
    if not known.known().any():
        return f"no sale of a {wanted.level} is known yet"
    if known.days < wanted.gate_days:
        return f"{known.days} days of history, {wanted.gate_days} are needed (gate_days)"
    if known.periods < PERIODS:
        needed = PERIODS * wanted.horizon
        return f"{known.days} days of history, {needed} are needed: {PERIODS} times product_horizon"
    if wanted.model == "pooled" and not trees.available():
        return "the model pooled needs scikit-learn: install patron[predict]"
    return ""


def score(sales: Sales, wanted: Wanted, fitted: Fitted) -> Scores:
    """Every item's figures for the next period."""
    if fitted.units is None or fitted.revenue is None:
        raise ValueError(f"nothing was learned: {fitted.reason}")
    known = calendar(sales, wanted.horizon)
    past = known.past("revenue")
    units, revenue = fitted.units.forecast(known.past("units")), in_cents(fitted.revenue.forecast(past))
    last_units, last_revenue = known.units[known.known(), -1], in_cents(past.amount[:, -1])
    low, high = _around(fitted.revenue, revenue)
    rank = _rank(revenue)
    return Scores(
        items=np.flatnonzero(known.known()),
        units=in_digits(units),
        revenue=revenue,
        low=low,
        high=high,
        rank=rank,
        rank_change=_rank(last_revenue) - rank,
        direction=None if low is None or high is None else _direction(low, last_revenue, high),
        units_per_day=in_digits(units / wanted.horizon),
        run_rate=in_digits(last_units / wanted.horizon),
        last_units=in_digits(last_units),
        last_revenue=last_revenue,
        short_history=past.age < 1,
        new=np.flatnonzero(~known.known()),
    )


def _around(fitted: Learned, revenue: Floats) -> tuple[Floats | None, Floats | None]:
    if fitted.spread is None:
        return None, None
    low, high = fitted.spread.around(revenue)
    return in_cents(low), in_cents(high)


def _direction(low: Floats, now: Floats, high: Floats) -> tuple[str, ...]:
    """Where revenue is going, if nothing within the interval is what it is now."""
    return tuple(np.where(now < low, "up", np.where(now > high, "down", "hold")).tolist())


def _rank(revenue: Floats) -> Ints:
    """1 for the most; of equal ones the first item."""
    ranks = np.empty(len(revenue), dtype=np.int64)
    ranks[np.argsort(-revenue, kind="stable")] = np.arange(1, len(revenue) + 1)
    return ranks

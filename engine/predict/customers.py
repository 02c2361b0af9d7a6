"""What customers are likely to do: orders, their value, and the chance that they stay away."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.outlook import Learned, Outlook, learn, outlook
from patron.engine.predict.purchases import Floats, Ints, Purchases
from patron.engine.predict.scores import Scored
from patron.engine.predict.settings import Wanted

__all__ = ["Fitted", "Purchases", "Scored", "Scores", "Wanted", "fit", "score"]

YEAR = 365
SEASONS = 396  # days: a season has to have come twice, thirteen months


@dataclass
class Fitted:
    """Everything learned from all customers, or the reason why there is too little to learn from."""

    reason: str = ""
    learned: Learned | None = None
    flags: tuple[str, ...] = ()  # short history, no second season, order size says nothing, baseline
    bands: tuple[float, float] | None = None  # a sum lies between these multiples of it; None: too few past origins
    backtest: tuple[Scored, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a file."""
        said: dict[str, Any] = _plain(self)
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Fitted:
        return cls(
            reason=said["reason"],
            learned=None if said["learned"] is None else Learned.from_json(said["learned"]),
            flags=tuple(said["flags"]),
            bands=None if said["bands"] is None else (said["bands"][0], said["bands"][1]),
            backtest=tuple(_scored(row) for row in said["backtest"]),
        )


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json") and not isinstance(value, Fitted):
        return value.to_json()
    if dataclasses.is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _scored(said: Mapping[str, Any]) -> Scored:
    deciles = tuple((float(pair[0]), float(pair[1])) for pair in said["deciles"])
    return Scored(**{**said, "deciles": deciles})


@dataclass
class Scores:
    """A column per figure, an entry per person with an order, in the order of `people`."""

    people: Ints  # her number in the purchases
    expected_orders: Floats
    expected_orders_low: Floats | None  # None: no back-test to take its errors from
    expected_orders_high: Floats | None
    order_value: Floats
    lifetime_value: Floats
    lifetime_value_low: Floats | None
    lifetime_value_high: Floats | None
    churn_risk: Floats
    cell_people: Ints | None  # None: not enough history to look back from
    cell_orders: Floats | None
    cell: tuple[str, ...] | None  # in words
    # What an explanation needs.
    own_gap: Floats  # days, her own gaps and one house gap
    house_gap: float
    rate: Floats  # orders within the horizon, were she to keep her rhythm
    alive: Floats  # the chance that she is still a customer
    parts: Mapping[str, Floats]  # what each model expects


def fit(purchases: Purchases, wanted: Wanted) -> Fitted:
    """Learn from all customers."""
    purchases = purchases.until(purchases.today)
    if reason := too_little(purchases, wanted):
        return Fitted(reason)
    learned = learn(purchases, wanted)
    return Fitted(learned=learned, flags=_flags(purchases, wanted, learned))


def too_little(purchases: Purchases, wanted: Wanted) -> str:
    """Why nothing can be predicted; empty when it can."""
    if not np.isfinite(purchases.amount).all() or not np.isfinite(purchases.squares).all():
        return "the value of an order is not a number"
    buyers = int(np.count_nonzero(np.diff(purchases.person, prepend=-1)))
    days = _days(purchases)
    if not buyers:
        return "nobody has bought yet"
    if buyers < wanted.gate_buyers:
        return f"{buyers} customers have bought, {wanted.gate_buyers} are needed (gate_buyers)"
    return f"{days} days of history, {wanted.gate_days} are needed (gate_days)" if days < wanted.gate_days else ""


def _days(purchases: Purchases) -> int:
    """Days of history."""
    return purchases.today - int(purchases.day.min()) if len(purchases.day) else 0


def _flags(purchases: Purchases, wanted: Wanted, learned: Learned) -> tuple[str, ...]:
    days = _days(purchases)
    said = {
        "short history": days < wanted.horizon,
        "no second season": days < SEASONS,
        "order size says nothing": learned.credibility.says_nothing,
    }
    return tuple(flag for flag, holds in said.items() if holds)


def score(purchases: Purchases, wanted: Wanted, fitted: Fitted) -> Scores:
    """Every person's figures. Any part of the people may be scored by itself: the figures are the same."""
    if fitted.learned is None:
        raise ValueError(f"nothing was learned: {fitted.reason}")
    ahead = outlook(fitted.learned, purchases.until(purchases.today))
    value = fitted.learned.credibility.value(ahead.known)
    orders = ahead.orders(wanted.horizon)
    lifetime = ahead.worth(wanted.horizon, wanted.discount) * value
    known = ahead.known
    return Scores(
        people=known.people,
        expected_orders=_number(orders),
        expected_orders_low=None,
        expected_orders_high=None,
        order_value=_money(value),
        lifetime_value=_money(lifetime),
        lifetime_value_low=None,
        lifetime_value_high=None,
        churn_risk=_number(ahead.silent(wanted.horizon)),
        cell_people=None,
        cell_orders=None,
        cell=None,
        own_gap=_number((known.span + fitted.learned.gap) / (known.repeats + 1)),
        house_gap=round(fitted.learned.gap, 6),
        rate=_number(_rate(ahead, wanted.horizon)),
        alive=_number(ahead.alive()),
        parts={name: _number(part) for name, part in ahead.parts(wanted.horizon).items()},
    )


def _rate(ahead: Outlook, days: int) -> Floats:
    one, learned = ahead.alike, ahead.learned
    return np.asarray(learned.modified.rate(one.x, one.age)[one.inverse] * days / 7 * learned.per_day)


def _number(values: Floats) -> Floats:
    return _finite(np.round(values, 6))


def _money(values: Floats) -> Floats:
    return _finite(np.round(values, 2))


def _finite(values: Floats) -> Floats:
    """A figure that is none is our fault, and is never shown as one."""
    if not np.isfinite(values).all():
        raise ArithmeticError("a prediction is not a finite number")
    return values

"""What customers are likely to do: orders, their value, and the chance that they stay away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.backtest import Judgement, Used, backtest
from patron.engine.predict.cells import label as cell_label
from patron.engine.predict.cells import own_gap
from patron.engine.predict.figures import in_cents, in_digits
from patron.engine.predict.naive import lines, order_values
from patron.engine.predict.outlook import Learned, Outlook, discounted, learn, outlook, voting
from patron.engine.predict.purchases import GAPS_NEEDED, Floats, Ints, Purchases, begins
from patron.engine.predict.scores import Scored
from patron.engine.predict.settings import Wanted
from patron.engine.predict.threads import each, one_thread
from patron.engine.predict.trees import available

__all__ = ["VERSION", "Fitted", "Purchases", "Scored", "Scores", "Wanted", "cell_label", "fit", "in_pieces", "score"]

Taken = TypeVar("Taken")
VERSION = 1  # of the models: what was fitted by another one is fitted anew
PIECE = 100_000  # people who are scored at once, by each that is at work
LEAST = 1e-6  # orders
SEASONS = 396  # days: a season has to have come twice, thirteen months


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything learned from all customers, or the reason why there is too little to learn from."""

    reason: str = ""
    learned: Learned | None = None
    judged: Judgement = Judgement()
    flags: tuple[str, ...] = ()  # short history, no second season, order size says nothing, baseline

    @property
    def backtest(self) -> tuple[Scored, ...]:
        """The rows of the back-test; none where the history is too short for one."""
        return self.judged.rows

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a file."""
        return {
            "reason": self.reason,
            "learned": self.learned and self.learned.to_json(),
            "judged": self.judged.to_json(),
            "flags": list(self.flags),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Fitted:
        learned = said["learned"] and Learned.from_json(said["learned"])
        return cls(said["reason"], learned, Judgement.from_json(said["judged"]), tuple(said["flags"]))


@dataclass(frozen=True, slots=True)
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
    cell: Ints  # number of the cell; `cell_label` says it in words
    cell_people: Ints | None  # None: not enough history to look back from
    cell_orders: Floats | None
    # What an explanation needs.
    own_gap: Floats  # days, her own gaps and one house gap
    house_gap: float
    usual: float  # orders of a person in as many days, on average
    rate: Floats  # orders within the horizon, were she to keep her rhythm
    alive: Floats  # the chance that she is still a customer
    parts: Mapping[str, Floats]  # what each model expects
    # What makes her figure of the usual one, as factors: usual × rhythm × wait × alike is the figure.
    rhythm: Floats  # how often she bought
    wait: Floats  # how long she has been away, and that customers leave
    alike: Floats  # what people like her bought, by the models that look at them


def fit(purchases: Purchases, wanted: Wanted) -> Fitted:
    """Learn from all customers."""
    purchases = purchases.until(purchases.today)
    if reason := too_little(purchases, wanted):
        return Fitted(reason)
    members = voting(purchases, wanted.model)
    with one_thread(), ThreadPoolExecutor(1) as aside:
        learning = aside.submit(learn, purchases, wanted, members)
        judged = backtest(purchases, wanted, members)
        learned = learning.result()
    return Fitted("", learned, judged, _flags(purchases, wanted, learned, judged))


def too_little(purchases: Purchases, wanted: Wanted) -> str:
    """Why nothing can be predicted; empty when it can."""
    if not np.isfinite(purchases.amount).all() or not np.isfinite(purchases.squares).all():
        return "the value of an order is not a number"
    if wanted.model == "hybrid" and not available():
        return "model hybrid needs scikit-learn: install patron[predict]"
    buyers, days = len(begins(purchases.person)), purchases.days + 1  # the first counts, too
    if not buyers:
        return "nobody has bought yet"
    if buyers < wanted.gate_buyers:
        return f"{buyers} customers have bought, {wanted.gate_buyers} are needed (gate_buyers)"
    return f"{days} days of history, {wanted.gate_days} are needed (gate_days)" if days < wanted.gate_days else ""


def _flags(purchases: Purchases, wanted: Wanted, learned: Learned, judged: Judgement) -> tuple[str, ...]:
    days, uncertain = purchases.days, wanted.house_gap is None
    uncertain = uncertain and (learned.gaps < GAPS_NEEDED or days < 3 * learned.gap)  # P0615 of the pack `lifecycle`
    said = {
        "short history": days < wanted.horizon or uncertain,
        "no second season": days < SEASONS,
        "order size says nothing": learned.credibility.says_nothing,
        "baseline": judged.used.naive,
    }
    return tuple(flag for flag, holds in said.items() if holds)


def score(purchases: Purchases, wanted: Wanted, fitted: Fitted) -> Scores:
    """Every person's figures. Any part of the people may be scored by itself: the figures are the same."""
    pieces = in_pieces(purchases, wanted, fitted, lambda piece: {name: piece.figure(name) for name in FIGURES})
    return Scores(**{name: _joined([piece[name] for piece in pieces]) for name in FIGURES})


def _joined(found: list[Any]) -> Any:
    """One column of several; what holds for everybody is in each of them."""
    first = found[0]
    if isinstance(first, Mapping):
        return {name: _joined([one[name] for one in found]) for name in first}
    return np.concatenate(found) if isinstance(first, np.ndarray) else first


def in_pieces(purchases: Purchases, wanted: Wanted, fitted: Fitted, taken: Callable[[Piece], Taken]) -> list[Taken]:
    """What is taken of the figures of so many people at a time: of very many, no more than that stays."""
    learned = fitted.learned
    if learned is None:
        raise ValueError(f"nothing was learned: {fitted.reason}")
    pieces = list(purchases.pieces(PIECE)) or [purchases]
    return each(lambda piece: taken(_piece(piece, wanted, fitted, learned)), pieces)


@dataclass(frozen=True, slots=True)
class Piece:
    """What lies ahead of some people; a figure is made when it is asked for."""

    wanted: Wanted
    learned: Learned
    judged: Judgement
    ahead: Outlook
    parts: Mapping[str, Floats]
    orders: Floats
    value: Floats
    lifetime: Floats

    def figure(self, name: str) -> Any:
        """One of the columns of `Scores`."""
        return FIGURES[name](self)


def _piece(purchases: Purchases, wanted: Wanted, fitted: Fitted, learned: Learned) -> Piece:
    purchases = purchases.until(purchases.today)
    ahead = outlook(learned, purchases)
    parts = ahead.parts(wanted.horizon)
    shown = _shown(ahead, parts, purchases, wanted, fitted.judged.used)
    return Piece(wanted, learned, fitted.judged, ahead, parts, *shown)


FIGURES: Mapping[str, Callable[[Piece], Any]] = {
    "people": lambda one: one.ahead.known.people,
    "expected_orders": lambda one: in_digits(one.orders),
    "expected_orders_low": lambda one: _orders_around(one, 0),
    "expected_orders_high": lambda one: _orders_around(one, 1),
    "order_value": lambda one: in_cents(one.value),
    "lifetime_value": lambda one: in_cents(one.lifetime),
    "lifetime_value_low": lambda one: _lifetime_around(one, 0),
    "lifetime_value_high": lambda one: _lifetime_around(one, 1),
    "churn_risk": lambda one: in_digits(one.ahead.silent(one.wanted.horizon)),
    "cell": lambda one: one.ahead.cells,
    "cell_people": lambda one: one.learned.cells and np.array(one.learned.cells.people)[one.ahead.cells],
    "cell_orders": lambda one: one.learned.cells and np.array(one.learned.cells.bought)[one.ahead.cells],
    "own_gap": lambda one: in_digits(own_gap(one.ahead.known, one.learned.gap)),
    "house_gap": lambda one: round(one.learned.gap, 6),
    "usual": lambda one: round(one.learned.usual.orders, 6),
    "rate": lambda one: in_digits(_rate(one.ahead, one.wanted.horizon)),
    "alive": lambda one: in_digits(one.ahead.alive()),
    "parts": lambda one: {name: in_digits(part) for name, part in one.parts.items()},
    "rhythm": lambda one: _least(one.figure("rate")) / max(one.figure("usual"), LEAST),
    "wait": lambda one: _least(in_digits(one.parts["bg"])) / _least(one.figure("rate")),
    "alike": lambda one: _least(one.figure("expected_orders")) / _least(in_digits(one.parts["bg"])),
}
"""How each column of `Scores` is made."""


def _orders_around(one: Piece, end: int) -> Floats | None:
    errors = one.judged.orders
    return None if errors is None else errors.around(one.orders, whole=True)[end]


def _lifetime_around(one: Piece, end: int) -> Floats | None:
    errors = one.judged.lifetime
    return None if errors is None else in_cents(errors.around(one.lifetime, whole=False)[end])


def _least(orders: Floats) -> Floats:
    """Factors are of no less."""
    return np.maximum(orders, LEAST)


def _shown(
    ahead: Outlook, parts: Mapping[str, Floats], purchases: Purchases, wanted: Wanted, used: Used
) -> tuple[Floats, Floats, Floats]:
    """Orders, the value of one, and lifetime value, of the lines in use."""
    horizon, known = wanted.horizon, ahead.known
    naive, money = lines(purchases, known, horizon, ahead.learned.usual) if used.naive else ({}, {})
    model = used.orders == "model"
    orders = ahead.voted(parts) if model else naive[used.orders]
    value = ahead.learned.credibility.value(known)
    if used.value != "model":
        value = order_values(purchases, known, ahead.learned.usual)[used.value]
    if used.lifetime != "model":
        evenly = money[used.lifetime] / horizon
        return orders, value, discounted(lambda days: evenly * days, horizon, wanted.discount)
    if not wanted.discount:
        return orders, value, orders * value
    until = ahead.orders if model else lambda days: orders * (days / horizon)
    return orders, value, discounted(until, horizon, wanted.discount) * value


def _rate(ahead: Outlook, days: int) -> Floats:
    one, learned = ahead.alike, ahead.learned
    return np.asarray(learned.modified.rate(one.x, one.age)[one.inverse] * days / 7 * learned.usual.per_day)

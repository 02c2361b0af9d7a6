"""What customers are likely to do: orders, their value, and the chance that they stay away."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.backtest import Judgement, Used, backtest
from patron.engine.predict.cells import label as cell_label
from patron.engine.predict.cells import own_gap
from patron.engine.predict.figures import in_cents, in_digits
from patron.engine.predict.naive import lines, order_values
from patron.engine.predict.outlook import PIECE, Learned, Outlook, discounted, learn, outlook, voting
from patron.engine.predict.purchases import GAPS_NEEDED, Floats, Ints, Purchases, begins
from patron.engine.predict.scores import Scored
from patron.engine.predict.settings import Wanted
from patron.engine.predict.threads import each, one_thread
from patron.engine.predict.trees import available

__all__ = ["VERSION", "Fitted", "Purchases", "Scored", "Scores", "Wanted", "cell_label", "fit", "in_pieces", "score"]

Taken = TypeVar("Taken")
VERSION = 1  # of the models: what was fitted by another one is fitted anew
LEAST = 1e-6  # orders: factors are of no less
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

    def moves(self) -> dict[str, Floats]:
        """What makes her figure of the usual one, as factors: usual × rhythm × wait × alike is the figure.

        Rhythm: how often she bought. Wait: how long she has been away, and that customers leave. Alike: what people
        like her bought, by the models that look at them.
        """
        usual, bg = max(self.usual, LEAST), np.maximum(self.parts["bg"], LEAST)
        rate = np.maximum(self.rate, LEAST)
        return {"rhythm": rate / usual, "wait": bg / rate, "alike": np.maximum(self.expected_orders, LEAST) / bg}


def fit(purchases: Purchases, wanted: Wanted) -> Fitted:
    """Learn from all customers."""
    purchases = purchases.until(purchases.today)
    if reason := too_little(purchases, wanted):
        return Fitted(reason)
    members = voting(purchases, wanted.model)
    with one_thread():
        learned, judged = learn(purchases, wanted, members), backtest(purchases, wanted, members)
    return Fitted("", learned, judged, _flags(purchases, wanted, learned, judged))


def too_little(purchases: Purchases, wanted: Wanted) -> str:
    """Why nothing can be predicted; empty when it can."""
    if not np.isfinite(purchases.amount).all() or not np.isfinite(purchases.squares).all():
        return "the value of an order is not a number"
    if wanted.model == "hybrid" and not available():
        return "model hybrid needs scikit-learn: install patron[predict]"
    buyers, days = len(begins(purchases.person)), purchases.days
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
    pieces = in_pieces(purchases, wanted, fitted, lambda piece: piece)
    return _joined(pieces)


def in_pieces(purchases: Purchases, wanted: Wanted, fitted: Fitted, taken: Callable[[Scores], Taken]) -> list[Taken]:
    """What is taken of the figures of so many people at a time: of very many, no more than that stays."""
    learned = fitted.learned
    if learned is None:
        raise ValueError(f"nothing was learned: {fitted.reason}")
    pieces = list(purchases.pieces(PIECE)) or [purchases]
    return each(lambda piece: taken(_scored(piece, wanted, fitted, learned)), pieces)


def _joined(pieces: Sequence[Scores]) -> Scores:
    """One table of several."""
    first = pieces[0]

    def column(name: str) -> Any:
        one = getattr(first, name)
        return np.concatenate([getattr(piece, name) for piece in pieces]) if isinstance(one, np.ndarray) else one

    parts = {name: np.concatenate([piece.parts[name] for piece in pieces]) for name in first.parts}
    columns = {one.name: column(one.name) for one in dataclasses.fields(Scores)}
    return Scores(**{**columns, "parts": parts})


def _scored(purchases: Purchases, wanted: Wanted, fitted: Fitted, learned: Learned) -> Scores:
    judged, purchases = fitted.judged, purchases.until(purchases.today)
    ahead = outlook(learned, purchases)
    parts = ahead.parts(wanted.horizon)
    orders, value, lifetime = _shown(ahead, parts, purchases, wanted, judged.used)
    low, high = judged.orders.around(orders, whole=True) if judged.orders else (None, None)
    least, most = judged.lifetime.around(lifetime, whole=False) if judged.lifetime else (None, None)
    cells, known, number = learned.cells, ahead.known, ahead.cells
    return Scores(
        people=known.people,
        expected_orders=in_digits(orders),
        expected_orders_low=low,
        expected_orders_high=high,
        order_value=in_cents(value),
        lifetime_value=in_cents(lifetime),
        lifetime_value_low=None if least is None else in_cents(least),
        lifetime_value_high=None if most is None else in_cents(most),
        churn_risk=in_digits(ahead.silent(wanted.horizon)),
        cell=number,
        cell_people=np.array(cells.people)[number] if cells else None,
        cell_orders=np.array(cells.bought)[number] if cells else None,
        own_gap=in_digits(own_gap(known, learned.gap)),
        house_gap=round(learned.gap, 6),
        usual=round(learned.usual.orders, 6),
        rate=in_digits(_rate(ahead, wanted.horizon)),
        alive=in_digits(ahead.alive()),
        parts={name: in_digits(part) for name, part in parts.items()},
    )


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

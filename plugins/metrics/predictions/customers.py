"""Customers for the models: purchase days in, what each is likely to do out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from patron.engine.contracts import Learned, LearnedTable, Learning
from patron.plugins.metrics.predictions.evidence import kept_or, quiet, rows_of, told

if TYPE_CHECKING:
    from patron.engine.predict.customers import Fitted, Piece, Purchases, Wanted

FIRST = dt.date(1970, 1, 1)
COLUMNS = {
    "expected_orders": "number", "expected_orders_low": "number", "expected_orders_high": "number",
    "order_value": "money", "lifetime_value": "money", "lifetime_value_low": "money", "lifetime_value_high": "money",
    "churn_risk": "number", "cell": "count", "cell_people": "count", "cell_orders": "number", "own_gap": "number",
    "rhythm": "number", "wait": "number", "alike": "number",
}  # fmt: skip
AHEAD = "value_ahead"
"""The next order's value, as often as orders are expected: what a mean over customers is made of."""
BANDS = {
    "orders_low": ("order_band", 0), "orders_high": ("order_band", 1),
    "lifetime_low": ("lifetime_band", 0), "lifetime_high": ("lifetime_band", 1),
}  # fmt: skip
NO_TEST = "no day is far enough back to try the models there"
NO_BAND = "fewer than three days are far enough back to try the models there"


def learn(task: Learning) -> Learned:
    """What every customer with an order is likely to do."""
    from patron.engine.predict.customers import Fitted, fit

    purchases, wanted = _purchases(task), _wanted(task.settings)
    pause = quiet(task.rows["day"], task.today)
    if reason := pause.reason(wanted.horizon):
        return Learned(lacks={"": reason})
    fitted = kept_or(task.kept, Fitted.from_json, lambda: fit(purchases, wanted))
    if fitted.learned is None:
        return Learned(lacks={"": fitted.reason}, keep=fitted.to_json())
    lacks = dict.fromkeys(_untold(fitted), NO_TEST)
    names = [name for name in (*COLUMNS, AHEAD) if name not in lacks and (task.wanted is None or name in task.wanted)]
    known = _figures(names, task.things, purchases, wanted, fitted)
    said = {"house_gap": round(fitted.learned.gap, 6), "usual": round(fitted.learned.usual.orders, 6)}
    numbers = {"flags": fitted.flags, **said, **_bands(fitted)}
    lacks |= {name: NO_BAND for name in BANDS if numbers[name] is None}
    tests = fitted.backtest
    notes = {**told(tests, NOTES, wanted.horizon, fitted.flags), **pause.notes()}
    return Learned(known, numbers, lacks, rows_of(tests), notes, fitted.to_json())


def _figures(
    names: Sequence[str], things: int, purchases: Purchases, wanted: Wanted, fitted: Fitted
) -> Mapping[str, Any]:
    """These columns, with a place for each customer."""
    import numpy as np

    from patron.engine.predict.customers import in_pieces

    known = {name: np.full(things, np.nan) for name in names}

    def take(piece: Piece) -> None:
        people = piece.figure("people")
        for name, column in known.items():
            column[people] = _value_ahead(piece) if name == AHEAD else piece.figure(name)

    if known:
        in_pieces(purchases, wanted, fitted, take)
    return known


def _value_ahead(piece: Piece) -> Any:
    return (piece.figure("expected_orders") * piece.figure("order_value")).round(4)


def _untold(fitted: Fitted) -> Iterator[str]:
    """The columns that there is no past to take from."""
    assert fitted.learned is not None
    judged = fitted.judged
    yield from () if judged.orders else ("expected_orders_low", "expected_orders_high")
    yield from () if judged.lifetime else ("lifetime_value_low", "lifetime_value_high")
    yield from () if fitted.learned.cells else ("cell_people", "cell_orders")


def _bands(fitted: Fitted) -> Mapping[str, float | None]:
    """Between which multiples of it a sum lies."""
    found = {name: getattr(fitted.judged, band) for name, (band, _) in BANDS.items()}
    return {name: found[name] and found[name][place] for name, (_, place) in BANDS.items()}


NOTES = {
    "expected_orders": "orders", "order_value": "order_value", "lifetime_value": "lifetime_value",
    "churn_risk": "orders", "orders_low": "orders", "orders_high": "orders", "lifetime_low": "lifetime_value",
    "lifetime_high": "lifetime_value", AHEAD: "order_value",
}  # fmt: skip
"""By which back-test a column is judged."""


def _purchases(task: Learning) -> Purchases:
    import numpy as np

    from patron.engine.predict.customers import Purchases

    rows = {name: np.asarray(values) for name, values in task.rows.items()}
    whole = {name: rows[name].astype(np.int32, copy=False) for name in ("of", "day", "orders")}
    today = (task.today - FIRST).days
    return Purchases(whole["of"], whole["day"], whole["orders"], rows["amount"], rows["squares"], today)


def _wanted(settings: Mapping[str, Any]) -> Wanted:
    from patron.engine.predict.customers import Wanted

    return Wanted(
        horizon=settings["horizon"].days, model=str(settings["model"]), interval=float(settings["interval"]),
        discount=float(settings["discount"]), gate_buyers=int(settings["gate_buyers"]),
        gate_days=int(settings["gate_days"]), house_gap=_days(settings["lifecycle.house_gap"]),
        house_gap_default=_days(settings["lifecycle.house_gap_default"]) or 90.0,
    )  # fmt: skip


def _days(said: object) -> float | None:
    return said / dt.timedelta(days=1) if isinstance(said, dt.timedelta) else None


MOVES = {
    "rhythm": "how often they bought", "wait": "how long they have been away", "alike": "what customers alike bought",
}  # fmt: skip
"""What a figure is made of, as multiples of what is usual."""


def explain(said: Mapping[str, Any]) -> str:
    """Where the expected orders of a customer come from."""
    if said["expected_orders"] is None:
        return ""
    gaps = f"their own gap is {said['own_gap']:.0f} days, the shop's {said['house_gap']:.0f}"
    name = max(MOVES, key=lambda move: abs(math.log(max(said[move], 1e-9))))
    moved = f"{MOVES[name]} moves the figure most, times {said[name]:.2f} of the usual {said['usual']:.2f} orders"
    return f"{said['expected_orders']:.2f} orders are expected: {gaps}; {_alike(said)}{moved}"


def _alike(said: Mapping[str, Any]) -> str:
    """What customers in the same cell did."""
    from patron.engine.predict.customers import cell_label

    if not said["cell_people"]:
        return ""
    who = f"{said['cell_people']:,.0f} customers alike ({cell_label(int(said['cell']))})"
    return f"{who} bought {said['cell_orders']:.2f} times on average; "


CUSTOMERS = LearnedTable(
    "customers",
    "what every customer with an order is likely to do",
    "count(orders where purchase), sum(orders.value where purchase), "
    "sum(number(orders.value) * number(orders.value) where purchase) by customer, order.created_date "
    "for audience all_tracked_users during all time",
    ("day", "orders", "amount", "squares"),
    COLUMNS | {AHEAD: "money"},
    learn,
    of="customers",
    numbers={"flags": "texts", "house_gap": "number", "usual": "number"} | dict.fromkeys(BANDS, "number"),
    needs="predict",
    settings=("lifecycle.house_gap", "lifecycle.house_gap_default"),
    explain=explain,
)

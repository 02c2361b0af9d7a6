"""Products, categories and brands for the models: units and revenue of their days in, the next period out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from patron.engine.contracts import Learned, LearnedTable, Learning
from patron.plugins.metrics.predictions.evidence import kept_or, quiet, rows_of, told

if TYPE_CHECKING:
    from patron.engine.predict.products import Fitted, Sales, Scores, Wanted

FIRST = dt.date(1970, 1, 1)
COLUMNS = {
    "units": "number", "revenue": "money", "low": "money", "high": "money", "rank": "count", "rank_change": "count",
    "direction": "text", "units_per_day": "number", "flags": "texts",
}  # fmt: skip
NO_TEST = "too few periods to tell how far off predictions are"
NOTES = {name: "units" if name in ("units", "units_per_day") else "revenue" for name in COLUMNS}
"""By which back-test a column is judged."""


def learner(level: str) -> Callable[[Learning], Learned]:
    """The model of one level."""

    def learn(task: Learning) -> Learned:
        from patron.engine.predict.products import Fitted, fit, score

        sales, wanted = _sales(task), _wanted(level, task.settings)
        pause = quiet(task.rows["day"], task.today)
        if reason := pause.reason(wanted.horizon):
            return Learned(lacks={"": reason})
        fitted = kept_or(task.kept, Fitted.from_json, lambda: fit(sales, wanted))
        if fitted.reason:
            return Learned(lacks={"": fitted.reason}, keep=fitted.to_json())
        scores = score(sales, wanted, fitted)
        columns = _columns(scores, fitted, task.things)
        lacks = {name: NO_TEST for name in COLUMNS if name not in columns}
        tests = fitted.backtest
        totals = {
            "units": (float(scores.units.sum()), float(scores.last_units.sum())),
            "revenue": (float(scores.revenue.sum()), float(scores.last_revenue.sum())),
        }
        notes = {**told(tests, NOTES, wanted.horizon, fitted.flags, totals), **pause.notes()}
        return Learned(columns, {"unsold": ("new",)}, lacks, rows_of(tests), notes, fitted.to_json())

    return learn


def _sales(task: Learning) -> Sales:
    import numpy as np

    from patron.engine.predict.products import Sales

    rows = {name: np.asarray(values) for name, values in task.rows.items()}
    today = (task.today - FIRST).days
    return Sales(rows["of"], rows["day"], rows["units"], rows["revenue"], today, task.things)


def _wanted(level: str, settings: Mapping[str, Any]) -> Wanted:
    from patron.engine.predict.products import Wanted

    return Wanted(
        level=level, horizon=settings["product_horizon"].days, model=str(settings["product_model"]),
        interval=float(settings["interval"]), gate_days=int(settings["gate_days"]),
    )  # fmt: skip


def _columns(scores: Scores, fitted: Fitted, things: int) -> Mapping[str, Any]:
    """Each figure with a place for every item; a figure that there is no back-test for is not among them."""
    import numpy as np

    found: dict[str, Any] = {}
    for name, kind in COLUMNS.items():
        values = getattr(scores, name, None)
        if values is None:
            continue
        found[name] = np.full(things, None, dtype=object) if kind == "text" else np.full(things, np.nan)
        found[name][scores.items] = values
    found["flags"] = [("new",)] * things
    for item, short in zip(scores.items, scores.short_history, strict=True):
        found["flags"][item] = (*(("short history",) if short else ()), *fitted.flags)
    return found


def _table(name: str, level: str, of: str, key: str) -> LearnedTable:
    reads = f"units, product_sales by {key}, order.created_date during all time"
    said = f"what each {level} is likely to sell"
    return LearnedTable(
        name, said, reads, ("day", "units", "revenue"), COLUMNS, learner(level), of, {"unsold": "texts"}, "predict"
    )  # fmt: skip


PRODUCTS = _table("products", "product", "products", "product")
CATEGORIES = _table("categories", "category", "", "product.category")
BRANDS = _table("brands", "brand", "", "product.brand")

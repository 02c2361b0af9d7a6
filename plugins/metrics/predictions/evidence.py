"""What a back-test found: rows of the table `predictions.backtest`, and a sentence below every prediction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patron.engine.predict.scores import Scored

FIRST = dt.date(1970, 1, 1)
NAIVE = ("repeat", "own_rate", "mean", "last_year")
WORDS = {
    "repeat": "the period before, again", "own_rate": "their own rate", "mean": "the mean of all",
    "last_year": "the year before, again",
}  # fmt: skip


def rows_of(tests: Iterable[Scored]) -> Sequence[Mapping[str, object]]:
    """The rows of the table."""
    return [{f.name: getattr(t, f.name) for f in fields(t)} | {"origin": _date(t.origin)} for t in tests]


def _date(day: int) -> dt.date:
    return FIRST + dt.timedelta(day)


def told(tests: Sequence[Scored], of: Mapping[str, str], flags: Sequence[str] = ()) -> Mapping[str, str]:
    """By column, how well the model did when it was tried, and flags: `of` says by which target a column is judged."""
    latest = {t: max((x.origin for x in tests if x.target == t), default=0) for t in of.values()}
    cards = {t: card([x for x in tests if x.target == t and x.origin == latest[t]]) for t in of.values()}
    known = f" ({', '.join(flags)})" if flags else ""
    return {column: f"{cards[target]}{known}" for column, target in of.items() if cards[target]}


def card(tests: Sequence[Scored]) -> str:
    """One sentence about the model that is used, and the best naive line beside it."""
    used = next((t for t in tests if t.used), None)
    if used is None:
        return ""
    said = [
        f"off by {_number(used.mae)} each", _known("predicted ÷ actual", used.ratio),
        _known("ranking (Gini)", used.gini), _inside(used),
    ]  # fmt: skip
    naive = min((t for t in tests if t.model in NAIVE and t.model != used.model), key=lambda t: t.mae, default=None)
    beside = f"; {WORDS[naive.model]} was off by {_number(naive.mae)}" if naive is not None else ""
    each = "" if used.level == "customer" else "forecasts of "
    name = f"{used.target.replace('_', ' ')} of {used.n:,} {each}{_plural(used.level)}"
    days = f"made on {_date(used.origin)} for {used.days} days, model {used.model}"
    return f"back-test of {name}, {days}: {', '.join(filter(None, said))}{beside}"


def _plural(level: str) -> str:
    return {"category": "categories"}.get(level, f"{level}s")


def _number(value: float) -> str:
    return f"{value:,.2f}"


def _known(name: str, value: float | None) -> str:
    return "" if value is None else f"{name} {value:.2f}"


def _inside(used: Scored) -> str:
    return "" if used.coverage is None else f"{used.coverage:.0%} of what happened within low and high"

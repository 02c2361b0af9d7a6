"""What was learned before; what a back-test found: rows of the table `predictions.backtest`, and a sentence below
every prediction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from patron.engine.predict.scores import Scored

Fitted = TypeVar("Fitted")
FIRST = dt.date(1970, 1, 1)
PIECE = 1_000_000
QUIET = 3
"""Days without an order that any shop may have."""
LONGEST = 180
"""After so many days without an order nothing is predicted, however far ahead is looked."""
NAIVE = ("repeat", "own_rate", "mean", "last_year")
BASELINE = "baseline"
"""The flag of a model that gave way to a naive line."""
WORDS = {
    "repeat": "the period before once more", "own_rate": "their own rate", "mean": "the mean of all",
    "last_year": "the year before once more",
}  # fmt: skip


def kept_or(kept: object, read: Callable[[Any], Fitted], fit: Callable[[], Fitted]) -> Fitted:
    """What was learned before, else what is learned now."""
    try:
        return read(kept)
    except (AttributeError, KeyError, TypeError, ValueError):  # nothing was kept, or something else
        return fit()


def rows_of(tests: Iterable[Scored]) -> Sequence[Mapping[str, object]]:
    """The rows of the table."""
    return [{f.name: getattr(t, f.name) for f in fields(t)} | _origins(t) for t in tests]


def _origins(tested: Scored) -> dict[str, dt.date]:
    last = tested.origin if tested.last_origin is None else tested.last_origin
    return {"origin": _date(tested.origin), "last_origin": _date(last)}


def _date(day: int) -> dt.date:
    return FIRST + dt.timedelta(day)


def told(
    tests: Sequence[Scored],
    of: Mapping[str, str],
    ahead: int,
    flags: Sequence[str] = (),
    totals: Mapping[str, tuple[float, float]] = MappingProxyType({}),
) -> Mapping[str, str]:
    """By column, how far it looks ahead, how well the model did when it was tried, and flags: `of` says by which target
    it is judged, `totals` what is expected of a target in all, and what the last period had. That a model gave way is
    said where it did."""
    latest = {t: max((x.origin for x in tests if x.target == t), default=0) for t in of.values()}
    tried = {t: [x for x in tests if x.target == t and x.origin == latest[t]] for t in of.values()}
    cards = {t: f"{said}{_flags(rows, flags)}" for t, rows in tried.items() if (said := card(rows))}
    begun = {t: f"of the next {ahead} days{_beside_last(*totals.get(t, (0, 0)), ahead)}" for t in cards}
    return {column: f"{begun[target]}; {cards[target]}" for column, target in of.items() if target in cards}


def _beside_last(expected: float, last: float, ahead: int) -> str:
    """How much is expected in all, as a share of the last period."""
    return f", in all {expected / last:.0%} of the last {ahead}" if last > 0 else ""


def _flags(tests: Sequence[Scored], flags: Sequence[str]) -> str:
    gave_way = any(t.used and t.model.removesuffix(" orders") in NAIVE for t in tests)
    known = [flag for flag in flags if gave_way or flag != BASELINE]
    return f" ({', '.join(known)})" if known else ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """That a shop has sold nothing for twice as long as ever before; `last` is None of one that has."""

    last: dt.date | None
    today: dt.date

    @property
    def words(self) -> str:
        """What is said of it."""
        return "" if self.last is None else f"the newest order is of {self.last}, {self._days} days before {self.today}"

    @property
    def _days(self) -> int:
        return 0 if self.last is None else (self.today - self.last).days

    def notes(self) -> Mapping[str, str]:
        """What is to be known of it beside every figure: its data may be old."""
        if self.last is None:
            return {}
        advice = f"if newer ones are not loaded yet, what is predicted is too low; ask as of {self.last} then"
        return {"": f"{self.words}: {advice}"}

    def reason(self, ahead: int) -> str:
        """Why nothing can be learned of a shop that has sold nothing for as long as is looked ahead, or half a year: no
        day of the last back-test has a sale, and to foretell nothing would always be right."""
        short = self.last is None or self._days < min(ahead, LONGEST)
        return "" if short else f"{self.words}: ask as of {self.last}, or load newer ones"


def quiet(days: Any, today: dt.date) -> Quiet:
    """Whether the last day with a sale lies twice as far back as any other from the one before it."""
    import numpy as np

    if not len(days):
        return Quiet(None, today)
    begin = days.min()
    sold = np.zeros(int(days.max() - begin) + 1, dtype=np.bool_)
    for at in range(0, len(days), PIECE):
        sold[days[at : at + PIECE] - begin] = True
    known = np.flatnonzero(sold) + begin
    last, longest = FIRST + dt.timedelta(int(known[-1])), int(np.diff(known).max(initial=1))
    return Quiet(last if (today - last).days > 2 * max(longest, QUIET) else None, today)


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
    each = "" if used.level == "customer" else "forecasts of "
    name = f"{used.target.replace('_', ' ')} of {used.n:,} {each}{_plural(used.level)}"
    first, last = _origins(used).values()
    made = f"made on {first}" if first == last else f"made from {first} to {last}, each"
    days = f"{made} for {used.days} days, model {used.model}"
    return f"back-test of {name}, {days}: {', '.join(filter(None, said))}{_beside(used, naive)}"


def _beside(used: Scored, naive: Scored | None) -> str:
    """How the naive line did. One that was nearer and is not used was not so by enough, or not in every way."""
    if naive is None:
        return ""
    nearer = ", not clearly better" if _number(naive.mae) != _number(used.mae) and naive.mae < used.mae else ""
    return f"; {WORDS[naive.model]} was off by {_number(naive.mae)}{nearer}"


def _plural(level: str) -> str:
    return {"category": "categories"}.get(level, f"{level}s")


def _number(value: float) -> str:
    return f"{value:,.2f}"


def _known(name: str, value: float | None) -> str:
    return "" if value is None else f"{name} {value:.2f}"


def _inside(used: Scored) -> str:
    return "" if used.coverage is None else f"{used.coverage:.0%} of what happened within low and high"

"""What would have been said on past dates, beside what happened since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.predict.intervals import Errors, band, covered, fit_errors, halves
from patron.engine.predict.naive import lines, order_values
from patron.engine.predict.outlook import learn, mean, outlook
from patron.engine.predict.purchases import Floats, History, Purchases, begins
from patron.engine.predict.rolling import LEAST, after
from patron.engine.predict.scores import Judged, Scored, gini, mae, places, rmse, scored
from patron.engine.predict.settings import Wanted
from patron.engine.predict.threads import each

SHORTER = (180, 90, 30)  # days, where the horizon is too long
TIE = 0.99  # a naive line has to be better by more than a hundredth
MOST_PEOPLE = 100_000  # are judged; of more, every so many-th
PAST = 6  # origins for the spread of sums, at most
MODEL = "credibility"


@dataclass(frozen=True, slots=True)
class Used:
    """The lines whose figures are shown; `model` where no naive line was better."""

    orders: str = "model"
    value: str = "model"
    lifetime: str = "model"

    @property
    def naive(self) -> bool:
        """Whether a naive line is shown anywhere."""
        return {self.orders, self.value, self.lifetime} != {"model"}


MODELS = Used()


@dataclass(frozen=True, slots=True)
class Said:
    """What was said at an origin by every line, and what happened."""

    purchases: Purchases
    known: History
    days: int
    name: str  # of the model that votes, or of several
    house: float  # the mean order
    orders: Mapping[str, Floats]
    value: Mapping[str, Floats]
    money: Mapping[str, Floats]  # of the naive lines
    bought: Floats
    spent: Floats

    def lifetime(self, used: Used) -> Floats:
        """Lifetime value of the line in use."""
        if used.lifetime != "model":
            return self.money[used.lifetime]
        return self.line("orders", used.orders) * self.line("value", used.value)

    def line(self, target: str, used: str) -> Floats:
        """The figures of the model, or of a naive line."""
        said: Mapping[str, Floats] = getattr(self, target)
        own = self.name if target == "orders" else MODEL
        return said[own if used == "model" else used]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A back-test, and what follows from it."""

    rows: tuple[Scored, ...] = ()
    used: Used = MODELS
    orders: Errors | None = None
    lifetime: Errors | None = None
    order_band: tuple[float, float] | None = None
    lifetime_band: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = dataclasses.asdict(self)
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Judgement:
        read: dict[str, Any] = {name: said[name] and tuple(said[name]) for name in ("order_band", "lifetime_band")}
        read |= {name: said[name] and Errors.from_json(said[name]) for name in ("orders", "lifetime")}
        return cls(tuple(Scored.from_json(one) for one in said["rows"]), Used(**said["used"]), **read)


def backtest(purchases: Purchases, wanted: Wanted, members: tuple[str, ...]) -> Judgement:
    """The models against the naive lines on the last days that can be judged; nothing where there are too few."""
    people = len(begins(purchases.person))
    some = purchases.of(-(-people // MOST_PEOPLE))
    days = judged_days(some.days, wanted.horizon)
    if not days:
        return Judgement()
    last = [some.today - days, *earlier_origin(some, days)]
    past, dates = past_origins(some, wanted.horizon)
    asked = [(date, days, False) for date in last]
    asked += [(date, past, True) for date in dates if (date, past, False) not in asked]
    all_said = each(lambda one: say(some, wanted, members, one[0], one[1], sums=one[2]), asked)
    said, earlier = all_said[0], all_said[1] if len(last) > 1 else None
    used = _used(said)
    by_date = {(one.known.at, one.days): one for one in all_said}
    ratios = [found for date in dates if (found := past_ratio(by_date[date, past], used))]
    longer = wanted.horizon / past if past else 1.0
    whole = fit_errors(said.line("orders", used.orders), said.bought, wanted.interval)
    money = fit_errors(said.lifetime(used), said.spent, wanted.interval, _unit(said))
    return Judgement(
        rows=_rows(said, earlier, used, wanted.interval),
        used=used,
        orders=whole,
        lifetime=money,
        order_band=band([one for one, _ in ratios], wanted.interval, longer),
        lifetime_band=band([other for _, other in ratios], wanted.interval, longer),
    )


def judged_days(history: int, horizon: int) -> int:
    """The horizon, or the longest of fewer days that leaves as many to learn from; 0 where none does."""
    shorter = [days for days in SHORTER if days < horizon]
    return next((days for days in (horizon, *shorter) if 2 * days <= history), 0)


def say(
    purchases: Purchases, wanted: Wanted, members: tuple[str, ...], origin: int, days: int, *, sums: bool = False
) -> Said:
    """Everything as it would have been said at the origin."""
    then = purchases.until(origin)
    learned = learn(then, dataclasses.replace(wanted, horizon=days), members, sums=sums)
    ahead = outlook(learned, then)
    parts = ahead.parts(days)
    name = learned.members[0] if len(learned.members) == 1 else "auto"
    if name == "auto":
        parts["auto"] = mean([parts[one] for one in learned.members])
    naive, money = lines(then, ahead.known, days, learned.usual)
    values = {MODEL: learned.credibility.value(ahead.known), **order_values(then, ahead.known, learned.usual)}
    bought, spent = after(purchases, ahead.known, days, purchases.orders, purchases.amount)
    return Said(
        then, ahead.known, days, name, learned.credibility.house, {**parts, **naive}, values, money, bought, spent
    )


def earlier_origin(purchases: Purchases, days: int) -> list[int]:
    """One stretch of days before the last that can be judged, if there is enough to learn from."""
    enough = purchases.days - 2 * days >= max(LEAST, purchases.days / 5)
    return [purchases.today - 2 * days] if enough else []


def past_ratio(said: Said, used: Used) -> tuple[float, float] | None:
    """Predicted ÷ actual of orders and of money; None where there was nothing on either side, or no such line yet."""
    if not {used.orders, used.lifetime} <= {"model", *said.money}:
        return None
    bought, spent = float(said.bought.sum()), float(said.spent.sum())
    orders, money = float(said.line("orders", used.orders).sum()), float(said.lifetime(used).sum())
    return (orders / bought, money / spent) if min(bought, spent, orders, money) > 0 else None


def past_origins(purchases: Purchases, horizon: int) -> tuple[int, list[int]]:
    """The longest days with three origins or more that leave as many to learn from, half of them apart."""
    begin = purchases.today - purchases.days
    for days in (horizon, *(one for one in SHORTER if one < horizon)):
        dates = range(purchases.today - days, begin + days - 1, -max(days // 2, 1))
        if len(dates) >= 3:
            return days, list(dates[:PAST])
    return 0, []


def _used(said: Said) -> Used:
    """The model, unless a naive line is better than it."""
    buyers = said.bought > 0
    naive = {name: said.orders[name] for name in said.money}
    orders = _better(naive, said.line("orders", "model"), said.bought)
    per_order = said.spent[buyers] / said.bought[buyers]
    values = {name: line[buyers] for name, line in said.value.items() if name != MODEL}
    value = _better(values, said.value[MODEL][buyers], per_order) if buyers.any() else "model"
    lifetime = _better(said.money, said.lifetime(Used(orders, value)), said.spent)
    return Used(orders, value, lifetime)


def _better(naive: Mapping[str, Floats], model: Floats, actual: Floats) -> str:
    """The naive line that is better in absolute and in squared error and finds those with most as well; else the model.

    Less than a hundredth is a tie, and goes to the model.
    """
    far = {name: rmse(line - actual) for name, line in naive.items()}
    error = model - actual
    better = [n for n in naive if mae(naive[n] - actual) < TIE * mae(error) and far[n] < TIE * rmse(error)]
    if not better:
        return "model"
    was = places(actual)
    own = gini(places(model), was) or 0.0
    as_well = [name for name in better if (gini(places(naive[name]), was) or 0.0) >= TIE * own]
    return min(as_well, key=far.__getitem__, default="model")


def _rows(said: Said, earlier: Said | None, used: Used, interval: float) -> tuple[Scored, ...]:
    """A row for every line of every target; coverage of those that are models, or in use."""
    orders, money = _order_rows(said, earlier, used, interval), _money_rows(said, earlier, used, interval)
    return (*orders, *_value_rows(said, used), *money)


def _order_rows(said: Said, earlier: Said | None, used: Used, interval: float) -> list[Scored]:
    judged = Judged("orders", "customer", said.known.at, said.days)
    shown = said.name if used.orders == "model" else used.orders
    rows = []
    for name, line in said.orders.items():
        before = (earlier.orders[name], earlier.bought) if earlier and name in earlier.orders else None
        share = _coverage(line, said.bought, before, interval, 1.0, whole=True)
        rows.append(scored(judged, name, line, said.bought, used=name == shown, coverage=share))
    return rows


def _value_rows(said: Said, used: Used) -> list[Scored]:
    judged, buyers = Judged("order_value", "customer", said.known.at, said.days), said.bought > 0
    if not buyers.any():
        return []
    actual, shown = said.spent[buyers] / said.bought[buyers], MODEL if used.value == "model" else used.value
    return [scored(judged, name, line[buyers], actual, used=name == shown) for name, line in said.value.items()]


def _money_rows(said: Said, earlier: Said | None, used: Used, interval: float) -> list[Scored]:
    judged = Judged("lifetime_value", "customer", said.known.at, said.days)
    then = _money_lines(earlier, used) if earlier else {}
    shown = _own(said, used) if used.lifetime == "model" else used.lifetime
    rows = []
    for name, line in _money_lines(said, used).items():
        before = (then[name], earlier.spent) if earlier and name in then else None
        share = _coverage(line, said.spent, before, interval, _unit(said), whole=False)
        rows.append(scored(judged, name, line, said.spent, used=name == shown, coverage=share))
    return rows


def _own(said: Said, used: Used) -> str:
    """The name of lifetime value as orders times the value of one."""
    return said.name if used.orders == "model" else f"{used.orders} orders"


def _money_lines(said: Said, used: Used) -> dict[str, Floats]:
    value = said.line("value", used.value)
    models = {name: line * value for name, line in said.orders.items() if name not in said.money}
    plain = dataclasses.replace(used, lifetime="model")
    own = {_own(said, used): said.lifetime(plain)} if used.orders in ("model", *said.orders) else {}
    return {**models, **own, **said.money}


def _coverage(
    predicted: Floats,
    actual: Floats,
    before: tuple[Floats, Floats] | None,
    interval: float,
    unit: float,
    *,
    whole: bool,
) -> float | None:
    """How many came to lie within: by the errors of an earlier origin, or of the other half of the people."""
    if before is None:
        return halves(predicted, actual, interval, unit, whole=whole)
    return covered(fit_errors(*before, interval, unit), predicted, actual, whole=whole)


def _unit(said: Said) -> float:
    return said.house if said.house > 0 else 1.0

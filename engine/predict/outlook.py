"""Everything learned on one date, and what it makes of every person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.counting import Counting, Groups, fit_counting, groups
from patron.engine.predict.credibility import Credibility, fit_credibility
from patron.engine.predict.purchases import Floats, History, Purchases, history, house_gap
from patron.engine.predict.settings import Wanted


@dataclass
class Learned:
    """The parameters of all models that vote on how often people buy, and of what an order is worth."""

    members: tuple[str, ...]  # whose mean is the prediction
    gap: float  # the house gap, in days
    per_day: float  # orders on a purchase day
    modified: Counting  # MBG/NBD: `bg`
    credibility: Credibility

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Learned:
        return cls(
            members=tuple(said["members"]),
            gap=said["gap"],
            per_day=said["per_day"],
            modified=Counting(**said["modified"]),
            credibility=Credibility(**said["credibility"]),
        )


def learn(purchases: Purchases, wanted: Wanted) -> Learned:
    """Everything that can be learned from purchase days up to a date."""
    known = history(purchases)
    return Learned(
        members=("bg",),
        gap=house_gap(known, wanted.house_gap),
        per_day=known.per_day,
        modified=fit_counting(groups(known), first=1),
        credibility=fit_credibility(known),
    )


@dataclass
class Outlook:
    """What lies ahead of every person, for any number of days."""

    learned: Learned
    known: History
    alike: Groups

    def parts(self, days: float) -> dict[str, Floats]:
        """Orders within so many days, by model."""
        one = self.alike
        bg = self.learned.modified.expected(one.x, one.tx, one.age, days / 7)
        return {"bg": bg[one.inverse] * self.learned.per_day}

    def orders(self, days: float) -> Floats:
        """What the models that vote say on average."""
        parts = self.parts(days)
        return np.asarray(sum(parts[name] for name in self.learned.members) / len(self.learned.members))

    def alive(self) -> Floats:
        """The chance that she is still a customer."""
        one = self.alike
        return self.learned.modified.alive(one.x, one.tx, one.age)[one.inverse]

    def silent(self, days: float) -> Floats:
        """The chance of no order within so many days."""
        one = self.alike
        return self.learned.modified.silent(one.x, one.tx, one.age, days / 7)[one.inverse]

    def worth(self, days: int, discount: float) -> Floats:
        """Orders within so many days, each counting less the later it comes: month by month, at the month's end."""
        if not discount:
            return self.orders(days)
        total, before = np.zeros(len(self.known.people)), np.zeros(len(self.known.people))
        for end in month_ends(days):
            until = self.orders(end)
            total, before = total + (until - before) / (1 + discount) ** (end / 365), until
        return total


def month_ends(days: int) -> list[float]:
    """Where the months of a horizon end, in days; the last may be a part of one."""
    month = 365 / 12
    whole = [month * number for number in range(1, int(days / month) + 1)]
    return whole if whole and days - whole[-1] < 0.5 else [*whole, float(days)]


def outlook(learned: Learned, purchases: Purchases) -> Outlook:
    """What was learned, applied to persons; they need not be all of those it was learned from."""
    known = history(purchases)
    return Outlook(learned, known, groups(known))

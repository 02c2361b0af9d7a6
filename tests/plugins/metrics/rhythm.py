"""What the lifecycle of customers is, day by day in plain Python: an oracle written from the language reference.

Nothing here knows the pack or its SQL. A shop is the purchase days of its customers; a stage on a day is found by
walking to that day and looking at what was known when the wait began.
"""

import datetime as dt
import statistics
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache, cached_property
from itertools import pairwise

DAY = dt.timedelta(days=1)
LEARNED = (Decimal("0.80"), Decimal("0.90"), Decimal("0.95"), Decimal("0.99"))
FEW = (Decimal("1.5"), Decimal(2), Decimal(3), Decimal(4))


@dataclass(frozen=True)
class Rules:
    """The settings of the pack that decide about stages."""

    rule: str = "measured"
    cuts: tuple | str | None = None
    mix: Decimal = Decimal("0.5")
    shrink: int = 1
    one_time_shift: int = 1
    house_gap: int | None = None
    house_gap_default: int = 90
    new_days: int = 30
    won_back_from: tuple = ("Gone",)

    @property
    def written(self):
        """As settings of a `use` block."""
        lines = [f"rule {self.rule}", f"mix {self.mix}", f"shrink {self.shrink}", f"new_days {self.new_days}"]
        lines += [f"one_time_shift {self.one_time_shift}", f"house_gap_default {self.house_gap_default} days"]
        lines += [f"house_gap {self.house_gap} days"] if self.house_gap else []
        lines += [f"cuts {', '.join(str(c) for c in self.cuts)}"] if isinstance(self.cuts, tuple) else []
        lines += ["cuts data"] if self.cuts == "data" else []
        lines += ["won_back_from " + ", ".join(f'"{stage}"' for stage in self.won_back_from)]
        return "lifecycle {\n" + "".join(f"  {line}\n" for line in lines) + "}"


class Rhythm:
    """A shop: the sorted purchase days of each tracked customer, as known today."""

    def __init__(self, days, rules, today):
        self.days = {c: tuple(d for d in dates if d <= today) for c, dates in days.items()}
        self.rules, self.today = rules, today
        self.cadence, self.cuts, self.ends = cache(self._cadence), cache(self._cuts), cache(self._ends)

    # ------------------------------------------------------------ the shop

    @cached_property
    def gaps(self):
        return {c: [(b - a).days for a, b in pairwise(dates)] for c, dates in self.days.items()}

    @cached_property
    def house_gap(self):
        if self.rules.house_gap:
            return Decimal(self.rules.house_gap)
        known = [g for gaps in self.gaps.values() for g in gaps]
        if len(known) < 30:
            return Decimal(self.rules.house_gap_default)
        return max(Decimal(1), Decimal(sum(known)) / len(known))

    @cached_property
    def usual_gap(self):
        known = [g for gaps in self.gaps.values() for g in gaps]
        return Decimal(str(statistics.median(known))) if known else Decimal(self.rules.house_gap_default)

    # ------------------------------------------------------------ a wait: the customer and the number of its first day

    def _cadence(self, customer, number):
        """What the customer usually takes, by the gaps known on the purchase day with this number, from 0."""
        gaps = self.gaps[customer][:number]
        with localcontext(prec=60):
            if self.rules.rule == "fixed_days":
                return Decimal(1)
            if self.rules.rule == "measured":
                return self._measured(gaps)
            if not gaps:
                return max(Decimal(1), self.usual_gap)
            if self.rules.rule == "first_two":
                return Decimal(gaps[0])
            own = Decimal(str(statistics.median(gaps)))
            if self.rules.rule == "own":
                return own
            weight = Decimal(len(gaps)) / (len(gaps) + 2)
            return (weight * own.ln() + (1 - weight) * self.usual_gap.ln()).exp()

    def _measured(self, gaps):
        house, shrink = self.house_gap, self.rules.shrink
        if not gaps:
            return house
        own = max(Decimal(1), (sum(gaps) + shrink * house) / (len(gaps) + shrink))
        return power(own, self.rules.mix) * power(house, 1 - self.rules.mix)

    def _cuts(self, month):
        """The four multiples for waits that began in this month."""
        said = self.rules.cuts
        if isinstance(said, tuple):
            return said
        if said is None and self.rules.rule == "measured":
            return (Decimal(1), Decimal(2), Decimal(3), Decimal(5))
        if said is None and self.rules.rule == "fixed_days":
            return (Decimal(30), Decimal(60), Decimal(90), Decimal(180))
        ended = [
            Decimal((b - a).days) / self.cadence(customer, number)
            for customer, dates in self.days.items()
            for number, (a, b) in enumerate(pairwise(dates))
            if b < month
        ]
        return FEW if len(ended) < 500 else tuple(between(sorted(ended), share) for share in LEARNED)

    def _ends(self, customer, number):
        """On which day of the wait each of its stages is over; a hair of rounding decides nothing."""
        cuts = self.cuts(self.days[customer][number].replace(day=1))
        lengths = [round(c * self.cadence(customer, number), 9) for c in cuts]
        return [int(length.to_integral_value("ROUND_CEILING")) for length in lengths]

    def ahead(self, number):
        return self.rules.rule == "measured" and self.rules.one_time_shift == 1 and number == 0

    def stage_of_wait(self, customer, number, day):
        """The stage on a day of the wait, whatever happens on that day."""
        waited = (day - self.days[customer][number]).days
        over = sum(waited >= end for end in self.ends(customer, number))
        if over == 0:
            return "New" if self._is_new(customer, number, day) else "Active"
        if self.ahead(number):
            return ("Absent", "Highly absent", "Gone", "Gone")[over - 1]
        return ("Chilling", "Absent", "Highly absent", "Gone")[over - 1]

    def _is_new(self, customer, number, day):
        if self.rules.rule == "measured":
            return number == 0
        return (day - self.days[customer][0]).days <= self.rules.new_days

    # ------------------------------------------------------------ what is asked

    def stage(self, customer, day):
        """The stage at the end of a day."""
        before = [d for d in self.days[customer] if d <= day]
        return self.stage_of_wait(customer, len(before) - 1, day) if before else "Prospect"

    def first_day(self, customer, wanted):
        """The first day from today on, nothing more being bought, whose stage is wanted; None when there is none."""
        for ahead in range(4000):
            if wanted(self.stage(customer, self.today + ahead * DAY)):
                return self.today + ahead * DAY
        return None

    def gone_on(self, customer):
        """The first day of the open wait on which the stage is Gone."""
        dates = self.days[customer]
        if not dates:
            return None
        ends = self.ends(customer, len(dates) - 1)
        return dates[-1] + (ends[2] if self.ahead(len(dates) - 1) else ends[3]) * DAY

    def next_stage_on(self, customer):
        now = self.stage(customer, self.today)
        return None if now in ("Gone", "Prospect") else self.first_day(customer, lambda stage: stage != now)

    def steps(self, customer):
        """(day, stage the day before, stage at its end, whether there was a purchase) of every day since the first."""
        dates = self.days[customer]
        day, before = (dates[0] if dates else self.today + DAY), "Prospect"
        while day <= self.today:
            after = self.stage(customer, day)
            yield day, before, after, day in dates
            day, before = day + DAY, after

    def went_gone(self):
        """(customer, day) of every turn to Gone."""
        return [
            (c, day)
            for c in self.days
            for day, before, after, _ in self.steps(c)
            if after == "Gone" and before != "Gone"
        ]

    def won_back(self):
        """(customer, day) of every purchase by somebody who had been lost the day before."""
        return [
            (c, day)
            for c in self.days
            for day, before, _, bought in self.steps(c)
            if bought and before in self.rules.won_back_from
        ]


def power(base, exponent):
    """A root has a quick way."""
    return base.sqrt() if exponent == Decimal("0.5") else base**exponent


def between(ordered, share):
    """The percentile, linear between two neighbours."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

"""The packs `lifecycle`, `rfm` and `orders` (language reference, section 16), calculated."""

from __future__ import annotations

import datetime as dt
import statistics
from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.packs.members import event, metric, trait
from tests.packs.of_standard import days_since_last_order
from tests.packs.plain import DAY, Row, mean, ratio
from tests.plugins.metrics.rhythm import Rhythm, Rules

# ---------------------------------------------------------------- purchase days and the waits they open


def days_of(shop):
    """The purchase days of everybody who ever bought."""
    return shop.kept("days", lambda: {c: sorted({o.created_at.day for o in os}) for c, os in shop.orders_of.items()})


def rules(shop):
    return shop.settings.get("lifecycle", Rules())


def rhythm_of_tracked(shop):
    return Rhythm({c: d for c, d in days_of(shop).items() if c in shop.tracked}, rules(shop), shop.today)


def rhythm(shop):
    """Everybody's waits, by the rhythm of all tracked users."""
    return shop.kept("rhythm", lambda: _Borrowed(rhythm_of_tracked(shop), days_of(shop)))


class _Borrowed(Rhythm):
    """Waits of all customers; the shop's own numbers are those of its tracked users."""

    def __init__(self, tracked, days):
        super().__init__(days, tracked.rules, tracked.today)
        self.of_tracked = tracked
        self.house_gap, self.usual_gap = tracked.house_gap, tracked.usual_gap

    def _cuts(self, month):
        """Learned from what tracked users did before the month."""
        return self.of_tracked.cuts(month)


def waits(shop):
    """A row for every purchase day: the wait it opens, and that which it ends."""
    if "waits" not in shop.tables:
        shop.tables["waits"] = [wait for c in days_of(shop) for wait in _waits(shop, c)]
    return shop.tables["waits"]


def _waits(shop, customer):
    days, r = days_of(shop)[customer], rhythm(shop)
    first = {}
    for order in shop.orders_of[customer]:
        first.setdefault(order.created_at.day, order)
    for n, day in enumerate(days):
        lengths = r.ends(customer, n)
        ends = [day + length * DAY for length in lengths]
        later = days[n + 1] if n + 1 < len(days) else None
        gone_on = ends[2] if r.ahead(n) else ends[3]
        before = r.stage_of_wait(customer, n - 1, day - DAY) if n else "Prospect"
        yield Row(
            customer=customer, order=first[day], number=n + 1, day=day, later=later, before=before,
            gap=(day - days[n - 1]).days if n else None, cadence=r.cadence(customer, n),
            lengths=lengths, ends=ends, cold_on=ends[0], gone_on=gone_on,
            turned_gone=gone_on <= shop.today and (later is None or later > gone_on),
            turned_cold=ends[0] <= shop.today and (later is None or later > ends[0]),
            won_back=before in r.rules.won_back_from,
        )  # fmt: skip


def stage(shop, customer, day):
    """The stage at the end of a day."""
    known = bisect_right(days_of(shop).get(customer, ()), day)
    return rhythm(shop).stage_of_wait(customer, known - 1, day) if known else "Prospect"


def waits_in(view, date="day", when=lambda wait: True):
    waits(view.shop)
    return [w for w in view.undated("waits") if when(w) and view.inside(getattr(w, date))]


# ---------------------------------------------------------------- the rhythm of the shop


@metric("lifecycle.gaps_known")
def gaps_known(view):
    return sum(map(len, rhythm(view.shop).of_tracked.gaps.values()))


@metric("lifecycle.house_gap")
def house_gap(view):
    """The same whatever is asked."""
    view.shop.rows("orders")
    given, gaps = rules(view.shop).house_gap, rhythm(view.shop).of_tracked.gaps
    known = [gap for mine in gaps.values() for gap in mine]
    if given:
        return Fraction(given)
    return max(Fraction(1), Fraction(sum(known), len(known))) if len(known) >= 30 else Fraction(90)


@metric("lifecycle.usual_gap")
def usual_gap(view):
    return Fraction(rhythm(view.shop).of_tracked.usual_gap)


@metric("lifecycle.history_days")
def history_days(view):
    firsts = [d[0] for d in rhythm(view.shop).of_tracked.days.values() if d]
    return (view.shop.today - min(firsts)).days


class Told:
    """Some text, whatever it says."""


@metric("lifecycle.why_uncertain")
def why_uncertain(view):
    if rules(view.shop).house_gap or rules(view.shop).rule != "measured":
        return None
    few = gaps_known(view) < 30
    return Told if few or history_days(view) < 3 * house_gap(view) else None


# ---------------------------------------------------------------- new, gone, won back


@metric("lifecycle.new_customers")
def new_customers(view):
    return len(waits_in(view, when=lambda w: w.number == 1))


@metric("lifecycle.returning_customers")
def returning_customers(view):
    """Bought in the period, and for the first time before it."""
    return len({w.customer for w in waits_in(view) if days_of(view.shop)[w.customer][0] < view.first})


@metric("lifecycle.gone")
def gone(view):
    return len(waits_in(view, "gone_on", lambda w: w.turned_gone))


@metric("lifecycle.won_back")
def won_back(view):
    return len(waits_in(view, when=lambda w: w.won_back))


@metric("lifecycle.won_back_customers")
def won_back_customers(view):
    return len({w.customer for w in waits_in(view, when=lambda w: w.won_back)})


@metric("lifecycle.new_active")
def new_active(view):
    return new_customers(view) + won_back(view)


@metric("lifecycle.leaky_bucket")
def leaky_bucket(view):
    return ratio(gone(view), new_customers(view))


@metric("lifecycle.turned_active")
def turned_active(view):
    return len(waits_in(view, when=lambda w: w.before not in ("New", "Active")))


@metric("lifecycle.cooled_down")
def cooled_down(view):
    return len(waits_in(view, "cold_on", lambda w: w.turned_cold))


@metric("lifecycle.waits_begun")
def waits_begun(view):
    return len(waits_in(view))


def ended(*stages):
    """Waits that a purchase of the period ended, by the stage on the day before."""

    def found(view):
        before = waits_in(view, "later", lambda w: w.later is not None)
        return sum(stage(view.shop, w.customer, w.later - DAY) in stages for w in before)

    return found


metric("lifecycle.waits_ended")(ended("New", "Active", "Chilling", "Absent", "Highly absent", "Gone"))
metric("lifecycle.waits_ended_warm")(ended("New", "Active"))
metric("lifecycle.waits_ended_gone")(ended("Gone"))


# ---------------------------------------------------------------- where they stand at the end


def standing(view, *stages):
    """How many buyers are in one of these stages on the last day; grouped by the purchase day that came last."""
    waits(view.shop)
    mine = [w for w in view.undated("waits") if w.day <= view.last and (w.later is None or w.later > view.last)]
    return sum(stage(view.shop, w.customer, view.last) in stages for w in mine)


@metric("lifecycle.buyers_end")
def buyers_end(view):
    return standing(view, "New", "Active", "Chilling", "Absent", "Highly absent", "Gone")


@metric("lifecycle.active_end")
def active_end(view):
    return standing(view, "New", "Active")


@metric("lifecycle.fading_end")
def fading_end(view):
    return standing(view, "Chilling", "Absent", "Highly absent")


@metric("lifecycle.gone_end")
def gone_end(view):
    return standing(view, "Gone")


# ---------------------------------------------------------------- customers who came again


def repeating(view):
    """Of the people asked, those with two purchase days or more: their days."""
    found = [days_of(view.shop).get(c.id, ()) for c in view.customers]
    return [days for days in found if len(days) >= 2]


@metric("lifecycle.repeat_customers")
def repeat_customers(view):
    return len(repeating(view))


@metric("lifecycle.repeat_rate")
def repeat_rate(view):
    return ratio(len(repeating(view)), sum(c.id in days_of(view.shop) for c in view.customers))


@metric("lifecycle.days_to_return", "orders.days_until_return", "personas.gap")
def days_to_return(view):
    return mean(Fraction((days[-1] - days[0]).days, len(days) - 1) for days in repeating(view))


@metric("lifecycle.retention")
def retention(view):
    """Without months this is everybody by everybody; by months it has a test of its own."""
    return ratio(len(view.shoppers), len(view.whole.shoppers))


# ---------------------------------------------------------------- of one customer


def of_days(name, least, calculation):
    """A trait of the purchase days; missing with fewer of them."""

    def found(shop, customer):
        days = days_of(shop).get(customer.id, ())
        return calculation(days) if len(days) >= least else None

    trait("customers", f"lifecycle.{name}")(found)


def gaps_between(days):
    return [(b - a).days for a, b in pairwise(days)]


of_days("first_on", 1, lambda days: days[0])
of_days("last_on", 1, lambda days: days[-1])
of_days("gaps", 1, lambda days: len(days) - 1)
of_days("span", 1, lambda days: (days[-1] - days[0]).days)
of_days("gap_first_second", 2, lambda days: gaps_between(days)[0])
of_days("mean_gap", 2, lambda days: Fraction((days[-1] - days[0]).days, len(days) - 1))
of_days("median_gap", 2, lambda days: Fraction(statistics.median(map(Fraction, gaps_between(days)))))
of_days("last_gap", 2, lambda days: gaps_between(days)[-1])


@trait("customers", "lifecycle.wait")
def waited(shop, customer):
    return days_since_last_order(shop, customer)


def open_wait(shop, customer):
    waits(shop)
    last = shop.kept("open", lambda: {w.customer: w for w in waits(shop) if w.later is None})
    return last.get(customer.id)


@trait("customers", "lifecycle.cadence")
def cadence(shop, customer):
    wait = open_wait(shop, customer)
    return wait and wait.cadence


@trait("customers", "lifecycle.own_gap")
def own_gap(shop, customer):
    days, shrink = days_of(shop).get(customer.id), rules(shop).shrink
    if not days or len(days) - 1 + shrink == 0:
        return None
    house = Fraction(rhythm(shop).house_gap)
    return max(Fraction(1), ((days[-1] - days[0]).days + shrink * house) / (len(days) - 1 + shrink))


@trait("customers", "lifecycle.ratio")
def ratio_of_wait(shop, customer):
    wait = open_wait(shop, customer)
    return wait and Decimal((shop.today - wait.day).days) / wait.cadence


@trait("customers", "lifecycle.plain_stage", "lifecycle.stage")
def stage_today(shop, customer):
    return stage(shop, customer.id, shop.today)


@trait("customers", "lifecycle.ahead")
def ahead(shop, customer):
    wait = open_wait(shop, customer)
    return wait is not None and rhythm(shop).ahead(wait.number - 1)


@trait("customers", "lifecycle.is_new")
def is_new(shop, customer):
    days = days_of(shop).get(customer.id, ())
    if rules(shop).rule == "measured":
        return len(days) == 1
    return bool(days) and (shop.today - days[0]).days <= rules(shop).new_days


@trait("customers", "lifecycle.gone_on")
def gone_on(shop, customer):
    wait = open_wait(shop, customer)
    return wait and wait.gone_on


@trait("customers", "lifecycle.next_stage_on")
def next_stage_on(shop, customer):
    """The first day to come with another stage, found by looking at those on which it may change."""
    wait, now = open_wait(shop, customer), stage(shop, customer.id, shop.today)
    if wait is None or now == "Gone":
        return None
    first = days_of(shop)[customer.id][0]
    days = sorted({*wait.ends, first + dt.timedelta(days=rules(shop).new_days + 1)})
    return next(d for d in days if d > shop.today and stage(shop, customer.id, d) != now)


for number in (1, 2, 3, 4):

    @trait("customers", f"lifecycle.end_{number}")
    def end(shop, customer, number=number):
        wait = open_wait(shop, customer)
        return wait and wait.lengths[number - 1]

    @trait("purchase_days", f"lifecycle.wait_end_{number}")
    def wait_end(_, wait, number=number):
        return wait.lengths[number - 1]

    @trait("purchase_days", f"lifecycle.cut_{number}")
    def cut(shop, wait, number=number):
        return rhythm(shop).cuts(wait.day.replace(day=1))[number - 1]


# ---------------------------------------------------------------- of one wait


def of_wait(name, calculation):
    trait("purchase_days", f"lifecycle.{name}")(calculation)


of_wait("gap", lambda _, wait: wait.gap)
of_wait("wait_cadence", lambda _, wait: wait.cadence)
of_wait("wait_gone_on", lambda _, wait: wait.gone_on)
of_wait("wait_cold_on", lambda _, wait: wait.cold_on)
of_wait("stage_before", lambda _, wait: wait.before)
of_wait("turned_gone", lambda _, wait: wait.turned_gone)
of_wait("turned_cold", lambda _, wait: wait.turned_cold)
of_wait("turned_warm", lambda _, wait: wait.before not in ("New", "Active"))
of_wait("came_back", lambda _, wait: wait.won_back)
of_wait("left_gone", lambda _, wait: wait.before == "Gone")
of_wait("wait_ahead", lambda shop, wait: rhythm(shop).ahead(wait.number - 1))


@trait("purchase_days", "lifecycle.wait_own_gap")
def wait_own_gap(shop, wait):
    gaps, shrink = rhythm(shop).gaps[wait.customer][: wait.number - 1], rules(shop).shrink
    if len(gaps) + shrink == 0:
        return None
    return max(Fraction(1), (sum(gaps) + shrink * Fraction(rhythm(shop).house_gap)) / (len(gaps) + shrink))


@trait("purchase_days", "lifecycle.ended_ratio")
def ended_ratio(_, wait):
    return wait.later and Decimal((wait.later - wait.day).days) / wait.cadence


@trait("purchase_days", "lifecycle.ended_before")
def ended_before(shop, wait):
    """How many waits of tracked users had ended before the month in which this one began."""
    ended = shop.kept("ended", lambda: sorted(w.later for w in waits(shop) if w.later and w.customer in shop.tracked))
    return bisect_right(ended, wait.day.replace(day=1) - DAY)


@trait("purchase_days", "lifecycle.was_new")
def was_new(shop, wait):
    """New on the day before this purchase day, had nothing else been in the way."""
    if rules(shop).rule == "measured":
        return wait.number == 2
    return (wait.day - days_of(shop)[wait.customer][0]).days - 1 <= rules(shop).new_days


# what each wait becomes and when, if nothing is bought before; test_laws has the table of changes that this makes

of_wait("wait_opened_on", lambda _, wait: wait.day)
of_wait("wait_opens_as", lambda shop, wait: "New" if begins_new(shop, wait) else "Active")
of_wait("wait_old_as", lambda *_: "Active")
COOLING = {False: ("Chilling", "Absent", "Highly absent", "Gone"), True: ("Absent", "Highly absent", "Gone", "Gone")}

for number in (1, 2, 3, 4):
    of_wait(f"wait_{number}_as", lambda shop, wait, n=number - 1: COOLING[is_ahead(shop, wait)][n])
    of_wait(
        f"wait_{number}_on",
        lambda shop, wait, n=number - 1: None if is_ahead(shop, wait) and n == 3 else wait.ends[n],
    )


def is_ahead(shop, wait):
    return rhythm(shop).ahead(wait.number - 1)


@trait("purchase_days", "lifecycle.wait_new")
def begins_new(shop, wait):
    if rules(shop).rule == "measured":
        return wait.number == 1
    return (wait.day - days_of(shop)[wait.customer][0]).days <= rules(shop).new_days


@trait("purchase_days", "lifecycle.wait_old_on")
def wait_old_on(shop, wait):
    """No longer New while still Active: so many days after the first purchase."""
    old = days_of(shop)[wait.customer][0] + (rules(shop).new_days + 1) * DAY
    return old if rules(shop).rule != "measured" and wait.day < old < wait.cold_on else None


@event("lifecycle.went_gone")
def went_gone(shop):
    return [w.customer for w in waits(shop) if w.turned_gone]


@event("lifecycle.won_back")
def came_back(shop):
    return [w.customer for w in waits(shop) if w.won_back]


# ---------------------------------------------------------------- recency, frequency, monetary value


def scores(shop, name):
    """Of all customers who ever bought; the worst first, into bins of equal size, the last is the best."""
    return shop.kept(("rfm", name), lambda: dict(_scores(shop, name)))


MEASURES = {
    "recency": lambda shop, c: -days_since_last_order(shop, c),
    "frequency": lambda shop, c: len(shop.orders_of[c.id]),
    "monetary": lambda shop, c: sum(map(shop.value, shop.orders_of[c.id])),
}


def _scores(shop, name):
    bins, ties = shop.settings.get("rfm", (5, "together"))
    people = [c for c in shop.rows("customers") if c.id in shop.orders_of and not c.deleted_at and not c.erased_at]
    by_id = (lambda c: int(c.id)) if all(c.id.isdigit() for c in shop.rows("customers")) else (lambda c: c.id)
    people.sort(key=lambda c: (MEASURES[name](shop, c), by_id(c)))
    size, larger = divmod(len(people), bins)
    bounds = [size * n + min(n, larger) for n in range(1, bins + 1)]
    lowest = {}
    for place, c in enumerate(people):
        own = bisect_right(bounds, place) + 1
        value = MEASURES[name](shop, c)
        yield c.id, (lowest.setdefault(value, own) if ties == "together" else own)


for name in MEASURES:

    @trait("customers", f"rfm.{name}")
    def score(shop, customer, name=name):
        return scores(shop, name).get(customer.id)


@metric("rfm.scored")
def scored(view):
    return ratio(sum(c.id in view.shop.orders_of for c in view.customers), len(view.customers))


@metric("rfm.people_share", "demographics.people_share", "geo.people_share", "personas.people_share")
def people_share(view):
    return ratio(len(view.customers), len(view.whole.customers))


@metric("rfm.sales_share")
def sales_share(view):
    return ratio(view.sales, view.whole.sales)

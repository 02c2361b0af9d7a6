"""Stages, waits, who is gone and who is won back: every number against a walk through the days in plain Python."""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal

import pytest
from rhythm import DAY, Rhythm, Rules

TODAY = dt.date(2026, 3, 31)
BEGIN = dt.date(2024, 5, 1)
PEOPLE = 60


def made_shop(seed, people=PEOPLE):
    """Rows of customers and orders, and the purchase days of everybody who counts."""
    chance = random.Random(seed)
    customers, orders, days = [], [], {}
    for n in range(people):
        # all kinds of people that do not count, too
        fate = chance.choice(["", "", "", "", "", "", "anonymous", "deleted"]) if n > 4 else ""
        customers.append({
            "id": f"c{n:03}", "is_anonymous": fate == "anonymous",
            "deleted_at": "2025-01-05 00:00:00" if fate == "deleted" else None,
        })  # fmt: skip
        mine = list(visits(chance))
        for day in mine:
            orders += [order(f"c{n:03}", moment, "paid") for moment in moments(chance, day)]
        if chance.random() < 0.4:  # what is no purchase opens no wait
            day = BEGIN + chance.randrange(600) * DAY
            orders.append(order(f"c{n:03}", moments(chance, day)[0], "canceled"))
        if not fate:
            days[f"c{n:03}"] = sorted(mine)
    chance.shuffle(orders)
    return customers, [{"id": f"o{n}", **row} for n, row in enumerate(orders)], days


def visits(chance):
    """Days with purchases: regulars, occasional ones, those who stop, people of one purchase, and of none."""
    kind = chance.choice(["regular", "regular", "often", "rare", "once", "none"])
    if kind == "none":
        return
    day, usual = BEGIN + chance.randrange(690) * DAY, {"often": 3, "rare": 120}.get(kind, chance.choice([14, 30, 45]))
    while day <= TODAY:
        yield day
        if kind == "once" or chance.random() < 0.06:
            return
        long = chance.random() < 0.08
        day += max(1, round(chance.gammavariate(3, usual / 3) * (12 if long else 1))) * DAY


def moments(chance, day):
    """One or two times of a day."""
    hours = chance.sample(range(24), chance.choice([1, 1, 2]))
    return [dt.datetime.combine(day, dt.time(hour, chance.randrange(60))) for hour in hours]


def order(customer, moment, status):
    return {"customer": customer, "created_at": moment, "total": Decimal(10), "status": status}


RULES = {
    "measured": Rules(),
    "fixed house gap": Rules(house_gap=45),
    "settings": Rules(
        cuts=(Decimal("0.5"), Decimal(1), Decimal("1.5"), Decimal("2.5")),
        mix=Decimal("0.3"), shrink=2, one_time_shift=0, won_back_from=("Absent", "Highly absent", "Gone"),
    ),
    "nothing borrowed": Rules(shrink=0, mix=Decimal(1)),
    "measured, learned cuts": Rules(cuts="data"),
    "blended": Rules(rule="blended"),
    "own": Rules(rule="own", new_days=60),
    "first_two": Rules(rule="first_two", cuts=(Decimal("1.5"), Decimal(2), Decimal(3), Decimal(4))),
    "fixed_days": Rules(rule="fixed_days", won_back_from=("Highly absent", "Gone")),
}  # fmt: skip
CASES = [("measured", 20), *((name, seed) for seed, name in enumerate(RULES))]


FADING = """
audience fading {
  include lifecycle.stage is one of "Chilling", "Absent"
}
metric went = count(lifecycle.changes where to_stage is "Gone")
metric came = count(lifecycle.changes where from_stage is "Prospect")
"""


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}, shop {case[1]}")
def both(request, open_shop):
    """A shop in Patron, and the same in plain Python."""
    name, seed = request.param
    rules = RULES[name]
    learns = rules.rule in ("blended", "own") or rules.cuts == "data"
    customers, orders, days = made_shop(seed, 130 if learns else PEOPLE)
    shop = open_shop({"customers": customers, "orders": orders}, [rules.written], FADING)
    return shop, Rhythm(days, rules, TODAY)


def close(value):
    return pytest.approx(float(value), rel=1e-9) if value is not None else None


def test_the_rhythm_of_the_shop(both):
    shop, plain = both
    assert shop.row("lifecycle.house_gap, members for audience all_tracked_users")[0] == close(plain.house_gap)
    few = shop.row('lifecycle.house_gap, members where customer.id is "c001"')
    assert few == (close(plain.house_gap), 1)


def test_where_customers_are_today(both):
    shop, plain = both
    traits = "lifecycle.stage, lifecycle.gone_on, lifecycle.next_stage_on"
    found = shop.rows(f"members by customer, {traits} for audience all_tracked_users")
    expected = {c: (plain.stage(c, TODAY), plain.gone_on(c), plain.next_stage_on(c)) for c in plain.days}
    assert {row[0]: row[1:4] for row in found} == expected
    assert len({stage for stage, _, _ in expected.values()}) >= 6


def test_stages_choose_people(both):
    shop, plain = both
    found = {c for c, _ in shop.rows("members by customer for audience fading")}
    assert found == {c for c in plain.days if plain.stage(c, TODAY) in ("Chilling", "Absent")}


def test_how_long_customers_take(both):
    shop, plain = both
    found = shop.rows("members by customer, lifecycle.cadence, lifecycle.ratio for audience all_tracked_users")
    expected = {}
    for c, dates in plain.days.items():
        cadence = plain.cadence(c, len(dates) - 1) if dates else None
        expected[c] = (close(cadence), close((TODAY - dates[-1]).days / cadence) if dates else None)
    assert {row[0]: row[1:3] for row in found} == expected


def by_day(events):
    return dict(Counter(day for _, day in events))


def test_who_went_gone_and_who_was_won_back_day_by_day(both):
    shop, plain = both
    gone, back = plain.went_gone(), plain.won_back()
    assert gone
    assert back
    rows = shop.rows("lifecycle.gone, lifecycle.won_back by day for audience all_tracked_users")
    assert {day: n for day, n, _ in rows if n} == by_day(gone)
    assert {day: n for day, _, n in rows if n} == by_day(back)


def test_the_events_are_the_metrics(both):
    shop, plain = both
    for event, happened in (("went_gone", plain.went_gone()), ("won_back", plain.won_back())):
        times = Counter(c for c, _ in happened)
        # the object of `has` wants a name, so the people are asked by how often it happened to them
        for least in (1, 2):
            asked = f"has lifecycle.{event} at least {least} times"
            found = shop.rows(f"members by customer for audience all_tracked_users where {asked}")
            assert {c for c, _ in found} == {c for c, n in times.items() if n >= least}


def test_the_leaky_bucket_of_quarters(both):
    shop, plain = both
    gone = Counter((d.year, (d.month + 2) // 3) for _, d in plain.went_gone())
    new = Counter((d[0].year, (d[0].month + 2) // 3) for d in plain.days.values() if d)
    back = Counter((d.year, (d.month + 2) // 3) for _, d in plain.won_back())
    rows = shop.rows("lifecycle.leaky_bucket, lifecycle.new_active by quarter for audience all_tracked_users")
    found = {(q.year, (q.month + 2) // 3): (bucket, active) for q, bucket, active in rows}
    quarters = {q: (close(gone[q] / new[q]) if new[q] else None, new[q] + back[q]) for q in gone | new | back}
    assert {q: v for q, v in found.items() if q in quarters} == quarters


def test_people_who_were_won_back_are_counted_once(both):
    shop, plain = both
    expected = len({c for c, day in plain.won_back() if day.year == 2025})
    period = "during 2025-01-01 to 2025-12-31 for audience all_tracked_users"
    assert shop.row(f"lifecycle.won_back_customers {period}") == (expected,)


def test_how_many_stood_where_at_the_end_of_each_day(both):
    shop, plain = both
    zones = {"New": 0, "Active": 0, "Chilling": 1, "Absent": 1, "Highly absent": 1, "Gone": 2}
    metrics = ", ".join(f"lifecycle.{m}_end" for m in ("active", "fading", "gone", "buyers"))
    rows = shop.rows(f"{metrics} by day during 2025-01-01 to 2025-04-30 for audience all_tracked_users")
    assert len(rows) == 120
    for day, *found in rows:
        stood = Counter(zones[s] for c in plain.days if (s := plain.stage(c, day)) != "Prospect")
        assert found == [stood[0], stood[1], stood[2], sum(stood.values())], day


def test_every_change_of_stage_is_a_row(both):
    shop, plain = both
    columns = ", ".join(f"lifecycle.change.{name}" for name in ("customer", "from_stage", "to_stage"))
    found = shop.rows(f"count(lifecycle.changes) by {columns}, day for audience all_tracked_users")
    assert {row[-1] for row in found} == {1}
    steps = ((c, *step) for c in plain.days for step in plain.steps(c))
    expected = {(c, day, before, now) for c, day, before, now, _ in steps if before != now}
    assert {(c, day, before, now) for c, before, now, day, _ in found} == expected
    assert len({(before, now) for _, _, before, now in expected}) > 6


def test_changes_agree_with_the_flows(both):
    shop, _ = both
    gone, new, went, came = shop.row(
        "lifecycle.gone, lifecycle.new_customers, went, came during 2025-01-01 to 2025-12-31 "
        "for audience all_tracked_users"
    )
    assert (went, came) == (gone, new)


# ---------------------------------------------------------------- laws


def test_stages_partition_the_people(both):
    shop, plain = both
    by_stage = shop.by("members by lifecycle.stage for audience all_tracked_users")
    assert by_stage == dict(Counter(plain.stage(c, TODAY) for c in plain.days))
    assert sum(by_stage.values()) == len(plain.days)


def test_a_win_back_is_a_purchase_by_somebody_gone_the_day_before():
    """The flows are consistent: nobody comes back from Gone who did not go, or goes twice without coming back."""
    _, _, days = made_shop(5)
    plain = Rhythm(days, Rules(), TODAY)
    gone, back = plain.went_gone(), plain.won_back()
    for customer in days:
        states = [0]
        happened = [(d, 1) for c, d in gone if c == customer] + [(d, -1) for c, d in back if c == customer]
        for _, change in sorted(happened):
            states.append(states[-1] + change)
        assert set(states) <= {0, 1}
        assert (plain.stage(customer, TODAY) == "Gone") == bool(states[-1])


@pytest.mark.parametrize("rules", [Rules(house_gap=45), Rules(rule="fixed_days")], ids=["measured", "fixed_days"])
def test_history_is_never_told_anew(open_shop, rules):
    """With a house gap that is said, a run of an older date says what the flows of today's run say of that date."""
    customers, orders, days = made_shop(3)
    tables = {"customers": [{**c, "deleted_at": None} for c in customers], "orders": orders}
    plain = Rhythm(days, rules, TODAY)
    today = open_shop(tables, [rules.written])
    people = f"members by customer, lifecycle.stage where customer.id is one of {', '.join(map(quoted, days))}"
    for back in (1, 40, 333):
        day = TODAY - back * DAY
        older = open_shop(tables, [rules.written], as_of=day.isoformat())
        assert {c: stage for c, stage, _ in older.rows(people)} == {c: plain.stage(c, day) for c in days}
        gone = older.by("members by lifecycle.stage for audience all_tracked_users").get("Gone", 0)
        until = f"during {BEGIN} to {day} for audience all_tracked_users"
        went, won = today.row(f"lifecycle.gone, lifecycle.won_back {until}")
        assert gone == went - won


def quoted(text):
    return f'"{text}"'

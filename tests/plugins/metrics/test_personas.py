"""A group beside everybody: each number, the same of all, and the difference as a part of it."""

import datetime as dt
import random
from decimal import Decimal

import pytest

TODAY = dt.date(2026, 3, 31)
CHANCE = random.Random(11)
PEOPLE = [
    {"id": f"c{n}", "gender": CHANCE.choice("FFM") if n else None, "birth_date": f"{1950 + n}-06-01"} for n in range(30)
]
ORDERS = [
    {
        "id": f"o{n}",
        "customer": f"c{CHANCE.randrange(25)}",
        "created_at": dt.datetime(2026, 1 + n % 3, CHANCE.randrange(1, 28), 10, tzinfo=dt.UTC),
        "total": Decimal(CHANCE.randrange(100, 9000)) / 100,
        "channel": CHANCE.choice(["online", "retail"]),
    }
    for n in range(120)
]
LINES = [
    {"id": f"l{n}", "order": order["id"], "product": CHANCE.choice(["tea", "mug", "pot"]), "amount": order["total"]}
    for n, order in enumerate(ORDERS)
]
STAYS = [{"customer": f"c{n}", "joined_at": "2026-01-01"} for n in range(0, 30, 3)]
GROUP = {p["id"] for p in PEOPLE if p["gender"] == "F"}
ALL = {p["id"] for p in PEOPLE}


@pytest.fixture(scope="module")
def personas(open_shop):
    tables = {"customers": PEOPLE, "orders": ORDERS, "lines": LINES, "memberships": STAYS,
              "products": [{"id": p, "category": p.upper()} for p in ("tea", "mug", "pot")]}  # fmt: skip
    more = 'audience ladies = gender is "F"\nreport ladies like personas.overview {\n  for audience ladies\n}\n'
    return open_shop(tables, ["personas"], more)


def asked(personas, metric):
    """Of the group, of everybody, and the difference."""
    return personas.row(f"personas.{metric} for audience ladies compare to audience all_tracked_users")


def beside(of):
    """What that must be, from a calculation for any set of people."""
    mine, everybodys = of(GROUP), of(ALL)
    return tuple(pytest.approx(float(v)) for v in (mine, everybodys, (mine - everybodys) / everybodys))


def orders_of(people):
    return [o for o in ORDERS if o["customer"] in people]


def gap(person):
    days = sorted({o["created_at"].date() for o in orders_of({person})})
    return (days[-1] - days[0]).days / (len(days) - 1) if len(days) > 1 else None


def mean(values):
    known = [v for v in values if v is not None]
    return sum(known) / len(known)


def age(person):
    born = 1950 + int(person[1:])
    return TODAY.year - born - 1  # everybody's birthday is in June


OF = {
    "of_everybody": lambda people: Decimal(len(people)) / len(PEOPLE),
    "average_age": lambda people: mean([age(p) for p in people]),
    "women": lambda people: len(GROUP & people) / sum(p["gender"] is not None for p in PEOPLE if p["id"] in people),
    "club": lambda people: Decimal(sum(s["customer"] in people for s in STAYS)) / len(people),
    "orders_each": lambda people: Decimal(len(orders_of(people))) / len(people),
    "gap": lambda people: mean([gap(p) for p in people]),
}


@pytest.mark.parametrize("metric", OF)
def test_a_number_stands_beside_everybodys(personas, metric):
    assert tuple(map(float, asked(personas, metric))) == beside(OF[metric])


def test_sales_each_are_whole_cents(personas):
    found = asked(personas, "sales_each")[:2]
    sums = [(sum(o["total"] for o in orders_of(people)), len(people)) for people in (GROUP, ALL)]
    assert [float(v) for v in found] == [pytest.approx(float(s / n), abs=0.005) for s, n in sums]


def test_shares_are_of_the_group_and_add_up(personas):
    def shares(people, of):
        total = sum(of(o) for o in orders_of(people))
        return {
            c: float(sum(of(o) for o in orders_of(people) if o["channel"] == c) / total) for c in ("online", "retail")
        }

    rows = personas.rows(
        "personas.order_share by order.channel for audience ladies compare to audience all_tracked_users"
    )
    assert {c: float(v) for c, v, *_ in rows} == pytest.approx(shares(GROUP, lambda _: Decimal(1)))
    assert {c: float(v) for c, _, v, _ in rows} == pytest.approx(shares(ALL, lambda _: Decimal(1)))
    sold = {c: float(v) for c, v in personas.rows("personas.sales_share by order.channel for audience ladies")}
    assert sold == pytest.approx(shares(GROUP, lambda o: o["total"]))
    assert sum(float(v) for _, v in personas.rows("personas.people_share by demographics.gender")) == pytest.approx(1)


def test_the_report_has_a_part_for_who_what_when_and_where(personas):
    report = personas.project.report("ladies")
    sections = [p.title for p in report.parts if hasattr(p, "parts")]
    assert sections == ["Who they are", "What they buy", "When", "Where"]
    assert (report.subject, report.comparison) == ("Ladies", "All tracked users")
    figures = {f.title: f for p in report.parts if hasattr(p, "parts") for f in p.parts}
    assert not any(f.problem for f in figures.values())
    top = [row[0] for row in figures["Categories"].result.rows]
    sold = dict.fromkeys(("tea", "mug", "pot"), Decimal(0))
    for line, order in zip(LINES, ORDERS, strict=True):
        sold[line["product"]] += line["amount"] if order["customer"] in GROUP else 0
    assert top == [p.upper() for p in sorted(sold, key=lambda p: -sold[p])]

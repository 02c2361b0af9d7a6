"""Visits made of page views: `group by visitor within 30 minutes of viewed_at and same utm`."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests.load.support import CUSTOMERS, faults, rows

HALF_AN_HOUR = dt.timedelta(minutes=30)
BEGIN = dt.datetime(2026, 3, 1, 8)


def visits(close="within 30 minutes of viewed_at", more=""):
    return f"""table sessions from shop.views {{
  where visitor is known
  group by visitor {close}
  id         = first(view)
  customer   = visitor
  started_at = min(viewed_at)
  ended_at   = max(viewed_at)
  source     = first(utm)
  views      = count(view)
  page       = most_common(page)
  {more}
}}
"""


def file_of(views):
    lines = [f"{v},{who},{at},{utm},{page}" for v, who, at, utm, page in views]
    return {"views.csv": "view,visitor,viewed_at,utm,page\n" + "\n".join(lines) + "\n", "customers.csv": CUSTOMERS}


def made(world, views, close="within 30 minutes of viewed_at", zone="UTC"):
    loaded = world(f"table customers from shop.customers\n{visits(close)}", file_of(views), zone).load()
    return rows(loaded, "SELECT id, customer, source, views, page FROM sessions ORDER BY started_at, id")


def test_a_pause_of_more_than_that_begins_a_visit(world):
    views = [
        ("v1", "a", "2026-05-01 10:00:00", "", "home"), ("v2", "a", "2026-05-01 10:30:00", "", "tea"),
        ("v3", "a", "2026-05-01 11:00:00", "", "tea"), ("v4", "a", "2026-05-01 11:30:01", "", "home"),
        ("v5", "b", "2026-05-01 10:01:00", "", "home"), ("v6", "", "2026-05-01 10:01:00", "", "home"),
    ]  # fmt: skip
    assert made(world, views) == [
        ("v1", "a", None, 3, "tea"),
        ("v5", "b", None, 1, "home"),
        ("v4", "a", None, 1, "home"),
    ]


def test_what_has_to_be_the_same_begins_a_visit_when_it_becomes_another(world):
    views = [
        (f"v{n}", "a", f"2026-05-01 10:0{n}:00", utm, "p")
        for n, utm in enumerate(["", "mail", "", "mail", "sms", "mail"])
    ]
    close = "within 30 minutes of viewed_at and same utm"
    assert [row[:4] for row in made(world, views, close)] == [
        ("v0", "a", "mail", 4), ("v4", "a", "sms", 1), ("v5", "a", "mail", 1)
    ]  # fmt: skip


def test_a_change_of_the_clock_is_no_pause(world):
    views = [("v1", "a", "2026-03-29 01:50:00", "", "p"), ("v2", "a", "2026-03-29 03:10:00", "", "p")]
    assert [row[3] for row in made(world, views, zone="Europe/Berlin")] == [2]
    assert [row[3] for row in made(world, views)] == [1, 1]


def test_a_view_without_a_moment_is_in_no_visit_that_has_one(world):
    views = [("v1", "a", "2026-05-01 10:00:00", "", "p"), ("v2", "a", "", "", "p")]
    assert [row[3] for row in made(world, views)] == [1, 1]


def test_a_moment_that_cannot_be_read_stops_the_load(world):
    views = [("v1", "a", "2026-05-01 10:00:00", "", "p"), ("v2", "a", "soon", "", "p")]
    loaded = world(f"table customers from shop.customers\n{visits()}", file_of(views)).load()
    assert ("P0705", "E") in {(code, severity) for code, severity, _ in faults(loaded)}


@pytest.mark.parametrize("seed", range(4))
def test_visits_are_those_of_a_walk_through_the_views(world, seed):
    chance = random.Random(seed)
    views = []
    for who in "abc":
        at = BEGIN
        for n in range(chance.randrange(5, 60)):
            at += chance.choice([dt.timedelta(seconds=chance.randrange(900)), HALF_AN_HOUR, dt.timedelta(minutes=31)])
            views.append((f"{who}{n:02}", who, f"{at}", chance.choice(["", "", "", "mail", "sms"]), "p"))
    chance.shuffle(views)
    found = made(world, views, "within 30 minutes of viewed_at and same utm")
    assert sorted((row[1], row[3]) for row in found) == sorted(walked(views))


def walked(views):
    """Customer and number of views of every visit."""
    for who in "abc":
        count, last, source = 0, None, ""
        for _, _, at, utm, _ in sorted((v for v in views if v[1] == who), key=lambda v: v[2]):
            now = dt.datetime.fromisoformat(at)
            if count and (now - last > HALF_AN_HOUR or (utm and source and utm != source)):
                yield who, count
                count = 0
            count, last, source = count + 1, now, utm or source
        yield who, count


@pytest.mark.parametrize(
    "close, code",
    [
        ("within 1 month of viewed_at", "P0305"), ("within 30 minutes of viewed", "P0203"),
        ("within 30 minutes of viewed_at and same utn", "P0203"), ("within 30 minutes of 5", "P0301"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(world, close, code):
    project = world(visits(close), file_of([("v1", "a", "2026-05-01 10:00:00", "", "p")]))
    assert [c for c, _, _ in project.problems()] == [code]

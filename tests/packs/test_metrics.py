"""Every metric of every pack on every shop: of everybody and of half, of a period, by month and by group."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.packs.asked import EVERYTHING, HALF, difference
from tests.packs.members import METRICS
from tests.packs.shops import SHOPS

CASES = [(shop, name) for shop in SHOPS for name in METRICS]


@pytest.mark.parametrize("shop, name", CASES, indirect=["shop"])
def test_of_all_time(shop, name):
    if name in shop.metrics:
        found = shop.table(shop.metrics)[()][name]
        assert difference(found, shop.view(), name) == ""


@pytest.mark.parametrize("shop, name", [(shop, name) for shop in EVERYTHING for name in METRICS], indirect=["shop"])
def test_of_half_of_the_people_in_a_period(shop, name):
    asked = (HALF, shop.plain.settings["period"])
    found = shop.table(shop.metrics, (), *asked)[()][name]
    assert difference(found, shop.view(*asked), name) == ""


def months(period):
    """The months of a period, the first and the last cut by it."""
    day = period[0]
    while day <= period[1]:
        after = (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
        yield day.replace(day=1), (day, min(after - dt.timedelta(days=1), period[1]))
        day = after


BY_FIRST_ORDER = {"lifecycle.retention"}
"""Of cohorts: by months after the first order, see test_laws."""


MONTHLY = ("greenhouse", "jaffle_shop")
"""Shops that are asked by month; all are by other groups."""
IN_MONTHS = [(shop, name) for shop, name in CASES if shop in MONTHLY and name not in BY_FIRST_ORDER]


@pytest.mark.parametrize("shop, name", IN_MONTHS, indirect=["shop"])
def test_by_month(shop, name):
    if name not in shop.metrics:
        return
    period = shop.plain.settings["period"]
    found = shop.table(shop.metrics, ("month",), None, period)
    asked = shop.view(None, period)
    for month, dates in months(period):
        assert difference(found[month,][name], replace(asked, period=dates, asked=period), name) == "", month


OF_PEOPLE = {"lifecycle.returning_customers"}
"""By what orders have, new customers are those of their first order: who was new elsewhere is told as returning."""
THE_SAME_EVERYWHERE = {f"lifecycle.{n}" for n in "gaps_known house_gap usual_gap history_days why_uncertain".split()}
"""Of the whole shop, whatever is asked: no group is without one, and none has a row for its sake."""


@pytest.mark.parametrize("shop, name", CASES, indirect=["shop"])
def test_by_group(shop, name):
    """By each dimension of the shop that the metric can be grouped by."""
    period = shop.plain.settings["period"]
    view = shop.view(None, period)
    for dim in shop.plain.settings["dims"]:
        if name not in shop.leading(dim) or (name in OF_PEOPLE and not dim.startswith("customer.")):
            continue
        found = shop.table(shop.leading(dim), (dim,), None, period)
        everywhere = set() if name in THE_SAME_EVERYWHERE else shop.values(dim)
        for value in {key[0] for key in found} | everywhere:
            row = found.get((value,))
            group = replace(view, group=((dim, value),))
            assert difference(row and row[name], group, name) == "", (dim, value)

"""Periods are whole, end today, and know the same days of the year before."""

import numpy as np
import pytest
from shelves import TODAY, rows_of, sales, shelf, slow_periods

from patron.engine.predict.periods import YEAR, Sales, calendar

LONG = shelf(items=6, days=900)


@pytest.mark.parametrize("horizon", [1, 7, 30, 90, 364])
def test_periods_are_counted_backwards_from_today(horizon):
    known = calendar(LONG, horizon)
    for target, measure in (("units", 2), ("revenue", 3)):
        slow = slow_periods(rows_of(LONG), TODAY, horizon, measure)
        np.testing.assert_allclose(known.past(target).amount, [slow[item] for item in sorted(slow)], atol=1e-6)


@pytest.mark.parametrize("horizon", [7, 30, 364])
def test_the_year_before_is_the_same_days_52_weeks_earlier(horizon):
    known = calendar(LONG, horizon)
    slow = slow_periods(rows_of(LONG), TODAY, horizon, 3, later=YEAR)
    expected = [slow[item] for item in sorted(slow)]
    np.testing.assert_allclose(known.past("revenue").year_ago, expected, atol=1e-6)


def test_today_is_the_last_day_of_the_last_period_and_later_days_are_not_seen():
    shop = sales([(0, TODAY, 1, 5), (0, TODAY + 1, 1, 100), (0, TODAY - 29, 1, 7), (0, TODAY - 30, 1, 11)])
    known = calendar(shop, 30)
    assert known.past("revenue").amount.tolist() == [[12.0]]  # one whole period; the day before it begins no other
    assert known.days == 31


def test_an_item_is_known_from_its_first_sale_on():
    shop = sales([(0, TODAY - 99, 1, 1), (1, TODAY - 10, 1, 1), (2, TODAY - 9, 1, 1)], items=4)
    known = calendar(shop, 10)
    assert known.known().tolist() == [True, True, True, False]
    assert known.known(1).tolist() == [True, True, False, False]
    assert known.past("units").age.tolist() == [9, 1, 0]
    assert known.past("units", 1).age.tolist() == [8, 0]
    assert known.actual("units", 1).tolist() == [0.0, 0.0]


def test_a_past_is_what_was_known_then():
    known = calendar(LONG, 30)
    for back in (1, 3):
        then = calendar(Sales(LONG.item, LONG.day, LONG.units, LONG.revenue, TODAY - 30 * back, LONG.items), 30)
        one, other = known.past("revenue", back), then.past("revenue")
        for name in ("amount", "year_ago", "since", "age"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        assert (one.years, one.a_year, one.two_years) == (other.years, other.a_year, other.two_years)
        np.testing.assert_array_equal(known.past("revenue").before(known.periods - back).amount, other.amount)
        np.testing.assert_array_equal(known.past("revenue").before(known.periods - back).age, other.age)


@pytest.mark.parametrize(
    "days,a_year,two_years", [(362, False, False), (363, True, False), (722, True, False), (723, True, True)]
)
def test_a_year_is_known_when_all_its_days_are(days, a_year, two_years):
    past = calendar(sales([(0, TODAY - days, 1, 1)]), 30).past("units")
    assert (past.a_year, past.two_years) == (a_year, two_years)


def test_a_period_longer_than_a_year_has_no_year_before_it():
    past = calendar(sales([(0, TODAY - 3000, 1, 1)]), 400).past("units")
    assert not past.a_year
    assert not past.two_years


def test_the_order_of_entries_does_not_matter():
    turned = Sales(LONG.item[::-1], LONG.day[::-1], LONG.units[::-1], LONG.revenue[::-1], LONG.today, LONG.items)
    assert calendar(turned, 30).revenue.tobytes() == calendar(LONG, 30).revenue.tobytes()


def test_nothing_sold_is_no_period():
    known = calendar(sales([], items=2), 30)
    assert known.periods == 0
    assert not known.known().any()

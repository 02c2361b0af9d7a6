"""Each line against what its definition gives by hand, item by item."""

import numpy as np
import pytest
from shelves import TODAY, sales, shelf

from patron.engine.predict import lines
from patron.engine.predict.periods import YEAR, calendar

SHOP = shelf(items=8, days=1000, season=0.5, grows=0.4)
PAST = calendar(SHOP, 30).past("revenue")
RETURNS = calendar(sales([(0, TODAY - 100, 5, 50.0), (0, TODAY, -9, -90.0), (1, TODAY - 40, 1, 3.0)]), 30).past(
    "revenue"
)


def slow_smooth(row, alpha):
    level = row[0]
    for amount in row[1:]:
        level = alpha * amount + (1 - alpha) * level
    return max(level, 0.0)


def slow_alpha(rows):
    best = None
    for alpha in (0.1, 0.2, 0.3, 0.5, 0.7, 0.9):
        missed = 0.0
        for row in rows:
            for period in range(max(len(row) - 4, 1), len(row)):
                missed += abs(row[period] - slow_smooth(row[:period], alpha))
        if best is None or round(missed, 6) < best[0]:
            best = (round(missed, 6), alpha)
    return best[1]


@pytest.mark.parametrize("past", [PAST, RETURNS], ids=["sales", "returns"])
def test_naive_lines(past):
    rows = past.amount.tolist()
    np.testing.assert_allclose(lines.repeat(past), [max(row[-1], 0) for row in rows])
    np.testing.assert_allclose(lines.mean(past), [max(sum(row[-3:]) / len(row[-3:]), 0) for row in rows])
    assert lines.last_year(past).tolist() == [max(row[-1], 0) for row in past.year_ago.tolist()]


@pytest.mark.parametrize("past", [PAST, RETURNS], ids=["sales", "returns"])
@pytest.mark.parametrize("alpha", lines.ALPHAS)
def test_smoothing(past, alpha):
    np.testing.assert_allclose(lines.smooth(past, alpha), [slow_smooth(row, alpha) for row in past.amount.tolist()])


@pytest.mark.parametrize("items", [1, 3, 8])
@pytest.mark.parametrize("periods", [2, 4, 9, 33])
def test_the_weight_is_the_one_that_missed_least(items, periods):
    amount = PAST.amount[:items, :periods]
    assert lines.chosen_alpha(amount) == slow_alpha(amount.tolist())


def test_of_equal_weights_the_smallest():
    assert lines.chosen_alpha(np.full((3, 9), 7.0)) == 0.1
    assert lines.chosen_alpha(np.ones((2, 1))) == 0.1


def test_the_year_before_times_own_growth():
    """From days, not from periods."""
    begun = {item: min(d for i, d in zip(SHOP.item, SHOP.day, strict=True) if i == item) for item in range(8)}

    def total(item, first, last):
        inside = (SHOP.item == item) & (SHOP.day >= first) & (SHOP.day <= last)
        return float(SHOP.revenue[inside].sum())

    expected, otherwise = [], np.arange(8) * 1.0
    for item in range(8):
        if begun[item] > TODAY + 1 - YEAR:
            expected.append(otherwise[item])
            continue
        now = before = 0.0
        for back in range(1, 13):
            first = TODAY - back * 30 + 1
            if first - YEAR >= begun[item]:
                now += total(item, first, first + 29)
                before += total(item, first - YEAR, first - YEAR + 29)
        growth = min(max(now / before, 0.5), 2.0) if before > 0 else 1.0
        expected.append(total(item, TODAY + 1 - YEAR, TODAY + 30 - YEAR) * growth)
    np.testing.assert_allclose(lines.seasonal(PAST, otherwise), expected, rtol=1e-9)
    assert any(begun[item] > TODAY + 1 - 2 * YEAR for item in range(8))  # some are too young to have grown for a year


def test_growth_is_kept_within_a_half_and_twice():
    rows = [(0, TODAY + 1 - 2 * YEAR - 40, 1, 100.0), (0, TODAY + 10 - YEAR, 1, 10.0), (0, TODAY, 1, 1e6)]
    rows += [(0, TODAY - 2 * YEAR + 40, 1, 1.0)]
    past = calendar(sales(rows), 30).past("revenue")
    assert lines.seasonal(past, np.zeros(1)).tolist() == [20.0]


def test_nothing_is_less_than_nothing():
    for line in (lines.repeat, lines.mean, lambda past: lines.smooth(past, 0.9)):
        assert line(RETURNS)[0] == 0.0

"""What the trees learn from is what the definition says, and nothing of the period they are to forecast."""

import numpy as np
import pytest
from shelves import TODAY, sales, shelf

from patron.engine.predict import pooled
from patron.engine.predict.periods import calendar

pytest.importorskip("sklearn")
SHOP = shelf(items=30, days=500, seed=5)


@pytest.fixture(autouse=True)
def few_examples(monkeypatch):
    monkeypatch.setattr(pooled, "EXAMPLES", 80)


def slow_examples(rows, ages, period):
    """By item known before the period: its features, the target and the weight, from lists."""
    known = [item for item, age in enumerate(ages) if len(rows[item]) - 1 - age < period]
    lived = {item: min(ages[item] - (len(rows[item]) - period), period - 1) + 1 for item in known}

    def mean(item, wide):
        return sum(rows[item][max(period - wide, 0) : period]) / min(wide, period, max(lived[item], 1))

    everyone = sum(max(mean(item, 4), 0.0) for item in known) / len(known)
    for item in known:
        scale = max(mean(item, 4), 0.0) + 0.05 * everyone
        before = rows[item][:period]
        level = before[0]
        for amount in before[1:]:
            level = 0.3 * amount + 0.7 * level
        features = [before[-lag] / scale if lag <= period else 0.0 for lag in (1, 2, 3, 4, 6, 8)]
        features += [mean(item, wide) / scale for wide in (2, 4, 8)]
        features += [level / scale, mean(item, 2) / mean(item, 6) if mean(item, 6) > 0 else 0.0]
        features += [ages[item] - (len(rows[item]) - period), sum(amount <= 0 for amount in before[-8:])]
        yield features, max(rows[item][period], 0.0) / scale, scale


@pytest.mark.parametrize("period", [2, 5, 11, 15])
def test_examples_are_as_defined(period):
    past = calendar(SHOP, 30).past("revenue")
    features, target, weight = pooled._examples(past, period, seasons=False)
    slow = list(slow_examples(past.amount.tolist(), past.age.tolist(), period))
    np.testing.assert_allclose(features, [one[0] for one in slow], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(target, [one[1] for one in slow], rtol=1e-9)
    np.testing.assert_allclose(weight, [one[2] for one in slow], rtol=1e-9)


def test_the_year_before_is_learned_from_when_there_is_one():
    past = calendar(SHOP, 30).past("revenue")
    assert past.a_year
    features, _, scale = pooled._examples(past, 15, seasons=True)
    before = past.before(15)
    known = before.since <= 15
    assert known.any()
    assert not known.all()
    np.testing.assert_allclose(features[:, -2], before.year_ago[:, 15] * known / scale)
    np.testing.assert_allclose(features[:, -1], before.year_ago[:, 14] * known / scale)


def test_a_multiple_of_the_money_is_the_same_multiple_of_the_forecast():
    past = calendar(SHOP, 30).past("revenue")
    many = calendar(sales([(i, d, u, r * 1024) for i, d, u, r in rows()]), 30).past("revenue")
    said, more = (pooled.pooled(one, pooled.learn(one)) for one in (past, many))
    np.testing.assert_allclose(more, said * 1024, rtol=1e-9)


def rows():
    return zip(SHOP.item.tolist(), SHOP.day.tolist(), SHOP.units.tolist(), SHOP.revenue.tolist(), strict=True)


def test_it_learns_what_smoothing_cannot():
    """Every other period is twice the one before it."""
    shop = sales(
        [(item, TODAY - 10 * back, 1, (item + 1.0) * (1 + back % 2)) for item in range(60) for back in range(20)]
    )
    past = calendar(shop, 10).past("revenue")
    said = pooled.pooled(past, pooled.learn(past))
    np.testing.assert_allclose(said, 2 * (np.arange(60) + 1.0), rtol=0.15)


def test_nothing_sold_is_nothing_learned():
    past = calendar(sales([(item, TODAY - 300, 1, 0.0) for item in range(50)]), 30).past("revenue")
    assert pooled.learn(past) is None


def test_what_befell_a_few_periods_is_no_rule():
    known = calendar(SHOP, 30)
    assert pooled.learn(known.past("revenue").before(5)) is None
    assert pooled.learn(known.past("revenue").before(6)) is not None


def test_few_examples_teach_nothing(monkeypatch):
    past = calendar(SHOP, 30).past("revenue")
    examples = sum(len(pooled._examples(past, period, seasons=False)[1]) for period in range(2, past.periods))
    monkeypatch.setattr(pooled, "EXAMPLES", examples + 1)
    assert pooled.learn(past) is None
    monkeypatch.setattr(pooled, "EXAMPLES", examples)
    assert pooled.learn(past) is not None


def test_nothing_sold_lately_is_nothing_expected():
    old = [(item, TODAY - 300 + 30 * k, 1, 5.0) for item in range(50) for k in range(3)]
    past = calendar(sales(old), 30).past("revenue")
    assert pooled.pooled(past, pooled.learn(past)).tolist() == [0.0] * 50


def test_of_many_examples_those_of_every_so_many_th_item(monkeypatch):
    past = calendar(SHOP, 30).past("revenue")
    half = pooled.learn(past.of(np.arange(len(past.age)) % 2 == 0))
    assert pooled.learn(past) != half
    monkeypatch.setattr(pooled, "ROWS", (past.periods - 2) * len(past.age) - 1)
    assert pooled.learn(past) == half

from dataclasses import replace

import numpy as np
import pytest
from shops import purchases, shop, single

from patron.engine.predict.credibility import fit_credibility, moments
from patron.engine.predict.purchases import history


def by_hand(orders):
    """Bühlmann's weights, person by person, from the orders themselves."""
    means = [sum(own) / len(own) for own in orders]
    n, people = [len(own) for own in orders], len(orders)
    everyone = sum(n)
    overall = sum(map(sum, orders)) / everyone
    inside = sum((value - mean) ** 2 for own, mean in zip(orders, means, strict=True) for value in own)
    within = inside / sum(size - 1 for size in n)
    spread = sum(size * (mean - overall) ** 2 for size, mean in zip(n, means, strict=True))
    between = (spread - (people - 1) * within) / (everyone - sum(size**2 for size in n) / everyone)
    k, house = within / between, sum(means) / people
    return k, [(size * mean + k * house) / (size + k) for size, mean in zip(n, means, strict=True)]


def test_it_is_the_calculation_by_hand():
    orders = [[10.0, 12.0, 11.0], [40.0], [31.0, 22.0], [5.0, 6.0], [100.0, 80.0, 90.0, 97.0]]
    known = history(single([(p, day, value) for p, own in enumerate(orders) for day, value in enumerate(own)]))
    found = fit_credibility(moments(known))
    k, values = by_hand(orders)
    assert found.k == pytest.approx(k)
    assert found.value(known) == pytest.approx(values)


def test_two_orders_of_a_day_are_two_orders():
    one_day = history(purchases([(0, 5, 2, 30.0, 500.0), (1, 5, 1, 7.0, 49.0), (1, 6, 1, 9.0, 81.0)]))
    two_days = history(single([(0, 5, 10.0), (0, 6, 20.0), (1, 5, 7.0), (1, 6, 9.0)]))
    assert fit_credibility(moments(one_day)) == fit_credibility(moments(two_days))


def test_money_counted_in_another_coin_is_the_same_money():
    rows = shop()
    known, other = history(rows), history(replace(rows, amount=rows.amount * 7.5, squares=rows.squares * 7.5**2))
    assert fit_credibility(moments(other)).value(other) == pytest.approx(
        7.5 * fit_credibility(moments(known)).value(known)
    )


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 1, 5.0)],
        [(0, 1, 5.0), (1, 1, 9.0)],
        [(0, 1, 5.0), (0, 2, 5.0), (1, 1, 5.0)],
        [(0, 1, 0.0), (1, 1, 0.0), (1, 2, 0.0)],
        [(0, 1, -5.0), (1, 1, -3.0), (1, 3, 1.0)],
        [(0, 1, 1e9), (1, 1, 0.01), (1, 3, 0.02)],
    ],
)
def test_few_or_odd_orders_give_a_finite_value(rows):
    known = history(single(rows))
    value = fit_credibility(moments(known)).value(known)
    assert np.isfinite(value).all()
    assert (value >= 0).all()


def test_where_everybody_spends_alike_the_order_size_says_nothing():
    random = np.random.default_rng(3)
    rows = [(p, day, float(value)) for p in range(300) for day, value in enumerate(random.normal(50, 10, 2))]
    assert fit_credibility(moments(history(single(rows)))).says_nothing
    assert not fit_credibility(moments(history(shop()))).says_nothing

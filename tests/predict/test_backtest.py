"""Back-tests, intervals, bands: what is said of how good a prediction is."""

import math
from dataclasses import replace

import numpy as np
import pytest
from shops import TODAY, purchases, shop

from patron.engine.predict.backtest import Used, backtest, judged_days, past_origins, past_ratio, say
from patron.engine.predict.customers import Wanted, fit, score
from patron.engine.predict.intervals import band, covered, fit_errors, halves
from patron.engine.predict.purchases import history
from patron.engine.predict.rolling import after

WANTED = Wanted(horizon=180, gate_buyers=1, gate_days=0)
SHOP = shop(600)


def rows_of(judged, target):
    return {row.model: row for row in judged.rows if row.target == target}


@pytest.mark.parametrize(
    "history_days, horizon, days",
    [(59, 365, 0), (60, 365, 30), (180, 365, 90), (360, 365, 180), (729, 365, 180), (730, 365, 365), (100, 40, 40),
     (70, 40, 30), (100, 30, 30), (59, 30, 0)],
)  # fmt: skip
def test_as_many_days_are_judged_as_leave_as_many_to_learn_from(history_days, horizon, days):
    assert judged_days(history_days, horizon) == days


def test_every_target_has_its_models_and_its_naive_lines():
    judged = backtest(SHOP, WANTED, ("bg",))
    naive = ["repeat", "own_rate", "mean"]
    assert list(rows_of(judged, "orders")) == ["bg", "cells", *naive]
    assert list(rows_of(judged, "order_value")) == ["credibility", *naive]
    assert list(rows_of(judged, "lifetime_value")) == ["bg", "cells", *naive]
    assert {(row.level, row.origin, row.days) for row in judged.rows} == {("customer", TODAY - 180, 180)}
    assert [sum(row.used for row in judged.rows if row.target == one) for one in ("orders", "order_value")] == [1, 1]
    assert "last_year" in rows_of(backtest(shop(days=800), replace(WANTED, horizon=365), ("bg",)), "orders")


def test_the_row_is_what_would_have_been_said():
    then = SHOP.until(TODAY - 180)
    wanted = replace(WANTED, model="bg")
    said = score(then, wanted, fit(then, wanted))
    bought, spent = after(SHOP, known := history(then), 180, SHOP.orders, SHOP.amount)
    row = rows_of(backtest(SHOP, wanted, ("bg",)), "orders")["bg"]
    assert row.n == len(known.people)
    assert row.mae == pytest.approx(np.abs(said.parts["bg"] - bought).mean(), abs=2e-6)
    assert row.ratio == pytest.approx(said.parts["bg"].sum() / bought.sum(), abs=1e-5)
    money = rows_of(backtest(SHOP, wanted, ("bg",)), "lifetime_value")["bg"]
    assert money.mae == pytest.approx(np.abs(said.parts["bg"] * said.order_value - spent).mean(), abs=0.01)


def test_what_was_said_then_does_not_know_what_came_later():
    origin = TODAY - 180
    rows = list(zip(*(getattr(SHOP, n) for n in "person day orders amount squares".split()), strict=True))
    other = purchases([*(row for row in rows if row[1] <= origin), (0, origin + 5, 9, 1e6, 1e12)])
    one, two = (say(some, WANTED, ("bg",), origin, 180) for some in (SHOP, other))
    for name in one.orders:
        assert one.orders[name].tobytes() == two.orders[name].tobytes()
    assert one.bought.tolist() != two.bought.tolist()


def rhythm(people, days, skip=()):
    """Everybody buys every so many days, for ever."""
    rows = [
        (p, TODAY - n, 1, 10.0 + p % 7, (10.0 + p % 7) ** 2) for p in range(people) for n in range(p % days, 700, days)
    ]
    return purchases([row for row in rows if row[1] not in skip])


def test_where_a_naive_line_is_better_it_is_used():
    rows = rhythm(200, 30)
    fitted = fit(rows, WANTED)
    used = {row.target: row.model for row in fitted.backtest if row.used}
    assert fitted.judged.used.orders != "model"
    assert used["orders"] == fitted.judged.used.orders
    assert "baseline" in fitted.flags
    assert score(rows, WANTED, fitted).expected_orders == pytest.approx(np.full(200, 6.0), abs=0.3)
    assert "baseline" not in fit(SHOP, WANTED).flags


def test_a_naive_line_counts_later_money_less_too():
    rows = rhythm(200, 30)
    wanted = replace(WANTED, discount=0.2)
    plain, less = (score(rows, one, fit(rows, one)).lifetime_value for one in (WANTED, wanted))
    months = [(1 / 1.2) ** (end / 365) for end in (*(365 / 12 * n for n in range(1, 6)), 180)]
    shares = [365 / 12 / 180] * 5 + [1 - 5 * 365 / 12 / 180]
    assert less == pytest.approx(plain * sum(s * m for s, m in zip(shares, months, strict=True)), rel=1e-3)


def test_a_tie_goes_to_the_model():
    """The best line of all stays second when the model is the same to a hundredth."""
    from patron.engine.predict.backtest import _better

    actual = np.array([0.0, 1.0, 2.0, 5.0])
    model = actual + 1
    assert _better({"repeat": actual + 0.995}, model, actual) == "model"
    assert _better({"repeat": actual + 0.98}, model, actual) == "repeat"
    assert _better({"repeat": np.array([0.9, 1.9, 2.9, 2.9]) * 0 + 2}, model * 3, actual) == "model"
    assert _better({"mean": actual + 0.9, "repeat": actual + 0.8}, model, actual) == "repeat"


def test_too_short_a_history_has_no_back_test_and_no_intervals():
    rows = shop(100, days=55)
    fitted = fit(rows, WANTED)
    scores = score(rows, WANTED, fitted)
    assert fitted.backtest == ()
    assert (scores.expected_orders_low, scores.lifetime_value_high, fitted.judged.order_band) == (None, None, None)


def test_errors_are_taken_by_tenth():
    random = np.random.default_rng(9)
    predicted = np.sort(random.gamma(1.0, 1.0, 5000))
    actual = random.poisson(predicted) * 1.0
    errors = fit_errors(predicted, actual, 0.8)
    for tenth in range(10):
        mine = slice(tenth * 500, tenth * 500 + 500)
        own = np.sort((actual[mine] - predicted[mine]) / np.sqrt(predicted[mine] + 0.1))
        assert errors.low[tenth] == pytest.approx(own[49], abs=1e-9)
        assert errors.high[tenth] == pytest.approx(own[450], abs=1e-9)


def test_a_tenth_of_twenty_takes_the_errors_of_all():
    predicted, actual = np.arange(200.0), np.arange(200.0) + np.tile([-1.0, 1.0], 100)
    errors = fit_errors(predicted, actual, 0.8)
    assert len(set(errors.low)) == len(set(errors.high)) == 1
    assert len(set(fit_errors(np.arange(210.0), np.arange(210.0) * 2, 0.8).high)) > 1


@pytest.mark.parametrize("interval", [0.5, 0.8, 0.95])
def test_intervals_hold_as_many_as_they_say(interval):
    """Money is drawn evenly here, so that nothing is left to the rounding of whole orders."""
    random = np.random.default_rng(12)
    predicted = random.gamma(2.0, 30.0, 8000)
    actual = predicted * random.gamma(3.0, 1 / 3, 8000)
    errors = fit_errors(predicted[::2], actual[::2], interval, unit=50.0)
    assert covered(errors, predicted[1::2], actual[1::2], whole=False) == pytest.approx(interval, abs=0.03)
    assert halves(predicted, actual, interval, 50.0, whole=False) == pytest.approx(interval, abs=0.03)


def test_orders_lie_between_whole_numbers():
    random = np.random.default_rng(13)
    predicted = random.gamma(1.0, 1.0, 4000)
    actual = random.poisson(predicted) * 1.0
    errors = fit_errors(predicted, actual, 0.8)
    low, high = errors.around(predicted, whole=True)
    assert (low == np.rint(low)).all()
    assert (high == np.rint(high)).all()
    assert (low >= 0).all()
    assert (low <= high).all()
    assert 0.8 <= covered(errors, predicted, actual, whole=True) <= 0.95


def test_coverage_is_that_of_errors_known_at_the_time():
    """600 people, 500 days, 180 judged: the errors are those of 180 days before, learned from 140."""
    judged = backtest(SHOP, WANTED, ("bg",))
    now = say(SHOP, WANTED, ("bg",), TODAY - 180, 180)
    then = say(SHOP, WANTED, ("bg",), TODAY - 360, 180)
    errors = fit_errors(then.orders["bg"], then.bought, 0.8)
    share = covered(errors, now.orders["bg"], now.bought, whole=True)
    assert rows_of(judged, "orders")["bg"].coverage == pytest.approx(share, abs=1e-6)


def test_a_sum_lies_within_the_spread_of_past_sums():
    ratios = [0.8, 1.1, 1.25]
    spread = math.sqrt(sum(math.log(one) ** 2 for one in ratios) / 3)
    low, high = band(ratios, 0.8)
    assert (low, high) == pytest.approx((math.exp(-1.885618 * spread), math.exp(1.885618 * spread)), rel=1e-5)
    assert band(ratios, 0.8, longer=4.0)[1] == pytest.approx(high**2)
    assert band(ratios[:2], 0.8) is None
    assert band([0.001, 1.0, 1000.0], 0.8) is None
    assert band([1.0, 1.0, 1.0], 0.8) == (1.0, 1.0)


@pytest.mark.parametrize(
    "history_days, horizon, days, count",
    [(500, 180, 90, 6), (540, 180, 180, 3), (1200, 365, 365, 3), (89, 365, 0, 0), (90, 365, 30, 3)],
)
def test_sums_are_judged_at_three_origins_or_more(history_days, horizon, days, count):
    rows = purchases([(0, TODAY - history_days, 1, 1.0, 1.0)])
    found, dates = past_origins(rows, horizon)
    assert (found, len(dates)) == (days, count)
    assert all(date - (TODAY - history_days) >= days for date in dates)
    assert [TODAY - days - date for date in dates] == [days // 2 * n for n in range(count)]


def test_a_line_that_was_not_there_yet_has_no_ratio():
    then = say(SHOP, WANTED, ("bg",), TODAY - 360, 90)
    assert past_ratio(then, Used("last_year")) is None
    assert past_ratio(then, Used(lifetime="last_year")) is None
    orders, money = past_ratio(then, Used("repeat"))
    assert orders == then.orders["repeat"].sum() / then.bought.sum()
    assert money == (then.orders["repeat"] * then.value["credibility"]).sum() / then.spent.sum()


@pytest.mark.parametrize("step", [1, 2, 7, 399, 5000])
def test_every_so_many_th_person_is_looked_at_with_all_days(step):
    some, kept = SHOP.of(step), SHOP.person % step == 0
    for name in ("person", "day", "orders", "amount", "squares"):
        np.testing.assert_array_equal(getattr(some, name), getattr(SHOP, name)[kept])
    assert not len(SHOP.until(0).of(step).day)


def test_of_very_many_people_some_are_judged(monkeypatch):
    monkeypatch.setattr("patron.engine.predict.backtest.MOST_PEOPLE", 200)
    assert all(row.n <= 200 for row in backtest(SHOP, WANTED, ("bg",)).rows)
    assert backtest(SHOP, WANTED, ("bg",)) == backtest(SHOP.of(3), WANTED, ("bg",))

"""Intervals come from errors that were made, and say how often they held."""

import numpy as np
import pytest

from patron.engine.predict.spread import Spread, coverage, spread


def folds(count=4, items=500, seed=2, noise=0.5):
    random = np.random.default_rng(seed)
    size = random.lognormal(3, 1, items)
    return [(size, size * random.lognormal(0, noise, items)) for _ in range(count)]


def slow_ends(errors, interval):
    """The out-th from either end, of one more than there are."""
    ordered, out = sorted(errors), int((len(errors) + 1) * (1 - interval) / 2 + 1e-9)
    return (ordered[out - 1], ordered[len(ordered) - out]) if out else None


def slow_errors(pairs):
    """By pair: its multiple of the mean forecast, and its error in multiples of its size."""
    found = []
    for predicted, actual in pairs:
        mean = sum(predicted) / len(predicted)
        found += [(p / mean, (a - p) / (p + 0.05 * mean)) for p, a in zip(predicted, actual, strict=True)]
    return found


@pytest.mark.parametrize("interval", [0.5, 0.8, 0.9])
def test_the_ends_of_each_tenth_are_errors_that_were_made(interval):
    made = folds()
    found, errors = spread(made, interval), slow_errors(made)
    cuts = np.quantile([share for share, _ in errors], np.arange(1, 10) / 10)
    for tenth in range(10):
        mine = [error for share, error in errors if sum(share > cut for cut in cuts) == tenth]
        assert len(mine) > 20
        assert (found.low[tenth], found.high[tenth]) == pytest.approx(slow_ends(mine, interval))


def test_a_tenth_with_few_errors_takes_those_of_all():
    made = folds(count=2, items=60)
    ends = slow_ends([error for _, error in slow_errors(made)], 0.8)
    found = spread(made, 0.8)
    assert found.low == pytest.approx([ends[0]] * 10)
    assert found.high == pytest.approx([ends[1]] * 10)


@pytest.mark.parametrize(
    "items,interval,enough", [(8, 0.8, False), (9, 0.8, True), (38, 0.95, False), (39, 0.95, True)]
)
def test_there_have_to_be_enough_errors_to_leave_one_out_on_either_side(items, interval, enough):
    assert (spread(folds(count=1, items=items), interval) is not None) == enough


def test_none_of_nothing():
    nothing = np.zeros(50)
    assert spread([], 0.8) is None
    assert spread([(nothing, nothing)], 0.8) is None
    assert spread([(nothing[:0], nothing[:0])], 0.8) is None
    assert coverage([], 0.8) is None
    assert coverage(folds(count=1), 0.8) is None


def test_intervals_hold_the_forecast_and_nothing_below_nothing():
    found = spread(folds(noise=2.0), 0.8)
    predicted = np.array([0.0, 1.0, 20.0, 1e6])
    low, high = found.around(predicted)
    assert (low >= 0).all()
    assert (low <= predicted).all()
    assert (high >= predicted).all()
    always_less = Spread((), (-0.5,), (-0.2,))
    assert always_less.around(np.array([10.0]))[1].tolist() == [10.0]


def test_nothing_predicted_has_an_interval_of_nothing():
    low, high = spread(folds(), 0.8).around(np.zeros(3))
    assert low.tolist() == high.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("interval", [0.5, 0.8, 0.9])
def test_coverage_is_what_was_asked_for_where_errors_stay_the_same(interval):
    assert coverage(folds(count=6, items=2000), interval) == pytest.approx(interval, abs=0.02)


def test_coverage_says_so_when_errors_grow():
    random = np.random.default_rng(9)
    size = random.lognormal(3, 1, 2000)
    made = [(size, size * random.lognormal(0, 0.2 * (fold + 1), 2000)) for fold in range(4)]
    assert coverage(made, 0.8) < 0.7


def test_coverage_counts_intervals_of_older_periods_only():
    made = folds(count=3, items=200)
    inside = 0
    for at in (1, 2):
        low, high = spread(made[:at], 0.8).around(made[at][0])
        inside += int(((low <= made[at][1]) & (made[at][1] <= high)).sum())
    assert coverage(made, 0.8) == inside / 400
    changed = [*made[:2], (made[2][0], made[2][1] * 1e6)]  # the newest period makes no interval of an older one
    assert coverage(changed, 0.8) == pytest.approx(coverage(made[:2], 0.8) / 2, abs=0.01)


def test_another_currency_changes_nothing():
    made = folds()
    many = [(predicted * 1024, actual * 1024) for predicted, actual in made]
    assert spread(many, 0.8) == spread(made, 0.8)


def test_it_is_text_and_comes_back_equal():
    found = spread(folds(), 0.8)
    assert Spread.from_json(found.to_json()) == found

"""The measures of a back-test beside slow calculations from what they mean."""

import itertools

import numpy as np
import pytest

from patron.engine.predict.scores import Judged, gini, levelled, places, rank_correlation, scored

RANDOM = np.random.default_rng(11)
PAIRS = [(RANDOM.integers(0, 6, 40) / 2.0, RANDOM.poisson(1.2, 40) * 1.0) for _ in range(5)]
JUDGED = Judged("orders", "customer", 100, 30)


def slow_ranks(values):
    return [sum(other < one for other in values) + (sum(other == one for other in values) + 1) / 2 for one in values]


def slow_gini(predicted, actual):
    """The mean over all orders that the prediction allows is that of the levelled actuals: each pair counts once."""

    def pairs(by, of):
        n, total = len(of), sum(of)
        wins = sum((of[i] - of[j]) * np.sign(by[i] - by[j]) for i, j in itertools.combinations(range(n), 2))
        return wins / (n * total)

    return pairs(predicted, actual) / pairs(actual, actual)


@pytest.mark.parametrize("predicted, actual", PAIRS)
def test_rank_correlation_is_that_of_the_ranks(predicted, actual):
    said = np.corrcoef(slow_ranks(predicted), slow_ranks(actual))[0, 1]
    assert rank_correlation(places(predicted), places(actual)) == pytest.approx(said, abs=1e-6)


@pytest.mark.parametrize("predicted, actual", PAIRS)
def test_gini_counts_the_pairs_in_order(predicted, actual):
    assert gini(places(predicted), places(actual)) == pytest.approx(slow_gini(predicted, actual), abs=1e-6)


def test_the_perfect_order_has_all_and_a_constant_nothing():
    _, actual = PAIRS[0]
    was = places(actual)
    assert gini(was, was) == 1.0
    assert gini(places(actual * 0 + 3), was) == 0.0
    assert gini(places(-actual), was) == -1.0
    assert rank_correlation(places(actual * 0), was) is None


@pytest.mark.parametrize("predicted, actual", PAIRS)
def test_a_row_holds_the_errors_and_the_tenths(predicted, actual):
    row = scored(JUDGED, "bg", predicted, actual)
    errors = [one - other for one, other in zip(predicted, actual, strict=True)]
    assert row.mae == pytest.approx(sum(map(abs, errors)) / 40, abs=1e-6)
    assert row.rmse == pytest.approx((sum(e * e for e in errors) / 40) ** 0.5, abs=1e-6)
    assert row.wape == pytest.approx(sum(map(abs, errors)) / sum(actual), abs=1e-6)
    assert row.ratio == pytest.approx(sum(predicted) / sum(actual), abs=1e-6)
    assert len(row.deciles) == 10
    assert sum(was for _, was in row.deciles) == pytest.approx(sum(actual), abs=1e-5)
    assert row.decile_error == pytest.approx(sum(abs(p - a) for p, a in row.deciles) / sum(actual), abs=1e-5)
    assert row.top_tenth == pytest.approx(row.deciles[0][1] / sum(actual), abs=1e-5)


@pytest.mark.parametrize("predicted, actual", PAIRS)
def test_in_which_order_people_stand_does_not_count(predicted, actual):
    mixed = np.random.default_rng(5).permutation(40)
    assert scored(JUDGED, "bg", predicted, actual) == scored(JUDGED, "bg", predicted[mixed], actual[mixed])


def test_equal_predictions_share_what_happened():
    said = levelled(places(np.array([1.0, 2.0, 1.0])), np.array([3.0, 5.0, 0.0]))
    assert said.tolist() == [1.5, 5.0, 1.5]


def test_without_anything_that_happened_shares_are_missing():
    row = scored(JUDGED, "mean", np.ones(4), np.zeros(4))
    assert (row.wape, row.ratio, row.gini, row.rank_correlation, row.decile_error, row.top_tenth) == (None,) * 6
    assert row.mae == 1.0


def test_a_figure_that_is_none_is_never_a_row():
    with pytest.raises(ArithmeticError, match="mae of orders"):
        scored(JUDGED, "bg", np.array([np.nan]), np.array([1.0]))

"""BG/NBD and MBG/NBD beside what their definitions give when the integrals are taken one by one."""

import datetime as dt
import gzip
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import roots_jacobi
from shops import shop

from patron.engine.predict.counting import Counting, _cost, distinct, fit_counting, groups
from patron.engine.predict.purchases import Purchases, history

DATA = Path(__file__).parents[3] / "shared" / "data" / "cdnow" / "CDNOW_sample.txt.gz"
PEOPLE = [(0, 0, 20), (0, 0, 1), (1, 1, 40), (2, 10, 30), (5, 38, 39), (12, 20, 70)]
MODELS = [
    Counting(1, 0.52, 6.1, 0.9, 1.6), Counting(0, 0.243, 4.414, 0.793, 2.426), Counting(1, 1.4, 9.0, 2.5, 4.0),
    Counting(0, 0.8, 12.0, 1.0, 3.0), Counting(1, 0.8, 12.0, 1.0, 3.0),
]  # fmt: skip


def integrated(model, x, tx, age, weeks):
    """(likelihood, alive, expected, silent) as means over all rates and chances of leaving."""
    powers = np.linspace(-90, 8, 1500)  # of e: what is drawn from a gamma is smooth there
    rates = np.exp(powers)
    rate_weights = np.exp(model.r * powers - model.alpha * rates)
    chances, chance_weights = roots_jacobi(80, model.b - 1, model.a - 1)
    rate = rates[:, None]
    p = ((1 + chances) / 2)[None, :]
    weight = rate_weights[:, None] * chance_weights[None, :]
    weight = weight / weight.sum()
    coins = x + model.first
    here = weight * (1 - p) ** coins * rate**x * np.exp(-rate * age)
    gone = weight * p * (1 - p) ** (coins - 1) * rate**x * np.exp(-rate * tx) if coins else 0 * weight
    seen = here.sum() + gone.sum()
    bought = (1 - np.exp(-rate * p * weeks)) / p
    quiet = np.exp(-rate * weeks)
    return seen, here.sum() / seen, (here * bought).sum() / seen, (gone.sum() + (here * quiet).sum()) / seen


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("person", PEOPLE, ids=str)
def test_the_formulas_are_the_integrals_of_the_model(model, person):
    x, tx, age = (np.array([float(value)]) for value in person)
    _, alive, expected, silent = integrated(model, *person, 26.0)
    assert model.alive(x, tx, age) == pytest.approx([alive], rel=1e-5)
    assert model.expected(x, tx, age, 26.0) == pytest.approx([expected], rel=2e-5)
    assert model.silent(x, tx, age, 26.0) == pytest.approx([silent], rel=1e-5)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_where_the_series_gives_up_the_integral_says_nearly_the_same(model):
    x, age = np.array([0.0, 1, 5, 40]), np.array([20.0, 3, 39, 70])
    here = model.expected(x, age, age, 26.0) / model.alive(x, age, age)
    assert model._integrated(x, age, 26.0) == pytest.approx(here, rel=0.02)


def test_parameters_at_the_edge_give_finite_figures():
    """Everybody buys at once and leaves: the rate has no end."""
    x, age = np.array([0.0, 2.0]), np.array([1.0, 57.0])
    for model in (Counting(1, 162754.0, 6e-6, 196.0, 130.0), Counting(0, 162754.0, 6e-6, 0.2, 13000.0)):
        for weeks in (1.0, 52.0):
            expected = model.expected(x, x * 0, age, weeks)
            assert np.isfinite(expected).all()
            assert (expected >= 0).all()


@pytest.mark.parametrize("first", [0, 1])
def test_the_likelihood_is_the_integral_of_the_model(first):
    model = Counting(first, 0.7, 8.0, 1.2, 2.2)
    theta = np.log([model.r, model.alpha, model.a, model.b])
    seen = groups(history(shop(60)))
    said, _ = _cost(seen, first)(theta)
    by_hand = [
        math.log(integrated(model, *map(float, one), 1.0)[0]) for one in zip(seen.x, seen.tx, seen.age, strict=True)
    ]
    assert said == pytest.approx(-(seen.weight @ by_hand) / seen.weight.sum() + 1e-4 * theta @ theta, rel=1e-6)


@pytest.mark.parametrize("first", [0, 1])
def test_the_slope_is_that_of_the_likelihood(first):
    cost, theta, step = _cost(groups(history(shop())), first), np.log([0.4, 5.0, 0.7, 2.0]), 1e-6 * np.eye(4)
    steps = [(cost(theta + one)[0] - cost(theta - one)[0]) / 2e-6 for one in step]
    assert cost(theta)[1] == pytest.approx(steps, abs=1e-7)


@pytest.mark.parametrize("first", [0, 1])
def test_no_parameters_nearby_are_likelier(first):
    seen = groups(history(shop()))
    model = fit_counting(seen, first)
    theta, cost = np.log([model.r, model.alpha, model.a, model.b]), _cost(seen, first)
    assert np.abs(cost(theta)[1]).max() < 1e-5
    assert all(cost(theta + step)[0] > cost(theta)[0] for step in (*np.eye(4) * 0.05, *np.eye(4) * -0.05))


def test_persons_alike_in_weeks_are_one_group():
    rows = Purchases(*map(np.array, ([0, 0, 1, 1], [0, 8, 1, 8], [1] * 4, [1.0] * 4, [1.0] * 4)), today=20)
    seen = groups(history(rows))
    assert (seen.x.tolist(), seen.tx.tolist(), seen.age.tolist(), seen.weight.tolist()) == ([1], [1], [3], [2])
    assert seen.inverse.tolist() == [0, 0]


def test_however_often_somebody_bought_the_figure_is_finite():
    x = np.array([0.0, 300.0, 5000.0])
    for model in (*MODELS, Counting(1, 150.0, 0.01, 1e-5, 1e5), Counting(0, 1e-4, 1e4, 1e4, 1e-4)):
        figures = model.expected(x, x * 0 + 100, x * 0 + 104, 156.0)
        assert np.isfinite(figures).all()
        assert (figures >= -1e-9).all()
        assert np.isfinite(model.alive(x, x * 0 + 1, x * 0 + 520)).all()


def cdnow():
    """The published tenth of CDNOW, by person and day, to the end of its calibration."""
    epoch, found = dt.date(1970, 1, 1), {}
    with gzip.open(DATA, "rt") as lines:
        for line in lines:
            _, person, day, _, value = line.split()
            when = (dt.date.fromisoformat(day) - epoch).days
            found[int(person), when] = found.get((int(person), when), 0.0) + float(value)
    keys = sorted(found)
    money = np.array([found[key] for key in keys])
    columns = np.array([person - 1 for person, _ in keys]), np.array([day for _, day in keys]), np.ones(len(keys), int)
    return Purchases(*columns, money, money**2, (dt.date(1997, 9, 30) - epoch).days)


@pytest.mark.parametrize("apart", [1, 1000])
def test_keys_are_counted_or_sorted_to_the_same(apart):
    keys = np.random.default_rng(3).integers(0, 50, 200) * apart
    found, place = distinct(keys)
    assert found.tolist() == sorted(set(keys.tolist()))
    assert found[place].tolist() == keys.tolist()


@pytest.mark.skipif(not DATA.exists(), reason="the published CDNOW sample is not here")
def test_the_published_parameters_of_cdnow_come_out():
    rows = cdnow().until(cdnow().today)
    model = fit_counting(groups(history(rows)), first=0)
    published = (0.243, 4.414, 0.793, 2.426)  # weeks are rounded here, and the ridge pulls a little
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(published, rel=0.015)

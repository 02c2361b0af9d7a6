"""What is said of customers, from purchase days to columns."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from shops import TODAY, purchases, shop, single

from patron.engine.predict.backtest import Used
from patron.engine.predict.customers import Fitted, Purchases, Scores, Wanted, fit, score
from patron.engine.predict.purchases import history, house_gap

WANTED = Wanted(horizon=180, gate_buyers=1, gate_days=0)
SHOP = shop()
MODELS = pytest.mark.parametrize("model", ["bg", "cells", "hybrid"])


def columns(scores):
    """Every figure by person."""
    found = {one.name: getattr(scores, one.name) for one in fields(Scores)}
    parts = {f"parts.{name}": part for name, part in found.pop("parts").items()}
    return {name: value for name, value in (found | parts).items() if isinstance(value, np.ndarray)}


def figures(rows, wanted=WANTED):
    return columns(score(rows, wanted, fit(rows, wanted)))


def bits(found):
    return {name: value.tobytes() for name, value in found.items()}


def test_orders_are_purchase_days_times_the_orders_of_a_day():
    scores, fitted = score(SHOP, WANTED, fit(SHOP, WANTED)), fit(SHOP, WANTED)
    known = history(SHOP)
    assert fitted.learned.usual.per_day == SHOP.orders.sum() / len(SHOP.day)
    x, tx, age = known.repeats * 1.0, np.rint(known.span / 7), np.maximum(np.rint(known.age / 7), 1)
    said = fitted.learned.modified.expected(x, tx, age, 180 / 7) * fitted.learned.usual.per_day
    assert scores.parts["bg"] == pytest.approx(said, abs=1e-6)


def test_lifetime_value_is_orders_times_what_one_is_worth():
    scores = score(SHOP, WANTED, fit(SHOP, WANTED))
    assert scores.lifetime_value == pytest.approx(scores.expected_orders * scores.order_value, abs=0.02, rel=1e-3)


def test_money_that_comes_later_counts_less():
    plain = score(SHOP, WANTED, fit(SHOP, WANTED)).lifetime_value
    wanted = replace(WANTED, discount=0.2)
    less = score(SHOP, wanted, fit(SHOP, wanted)).lifetime_value
    assert (less <= plain).all()
    assert (less >= plain / 1.2 ** (180 / 365) - 0.01).all()
    assert less.sum() < plain.sum()


@MODELS
def test_nothing_that_happens_later_changes_a_figure(model):
    wanted = replace(WANTED, model=model)
    random = np.random.default_rng(1)
    later = [(int(p), TODAY + d, 1, 1e5, 1e10) for d, p in enumerate(random.integers(0, 900, 300), 1)]
    rows = [tuple(row) for row in zip(SHOP.person, SHOP.day, SHOP.orders, SHOP.amount, SHOP.squares, strict=True)]
    assert bits(figures(purchases(rows + later), wanted)) == bits(figures(SHOP, wanted))
    assert fit(purchases(rows + later), wanted).to_json() == fit(SHOP, wanted).to_json()


def test_who_stands_where_does_not_count():
    people = int(SHOP.person.max()) + 1
    mixed = np.random.default_rng(8).permutation(people)
    rows = zip(mixed[SHOP.person], SHOP.day, SHOP.orders, SHOP.amount, SHOP.squares, strict=True)
    there, here = figures(purchases(list(rows))), figures(SHOP)
    for name in set(here) - {"people"}:
        assert there[name][mixed] == pytest.approx(here[name], rel=1e-5, abs=0.011), name


def test_money_in_another_coin_changes_money_alone():
    other = replace(SHOP, amount=SHOP.amount * 100, squares=SHOP.squares * 10_000)
    there, here = figures(other), figures(SHOP)
    for name in here:
        factor = 100 if name.startswith(("order_value", "lifetime")) else 1
        assert there[name] == pytest.approx(here[name] * factor, rel=1e-5, abs=1.01 if factor > 1 else 1e-5), name


def test_another_calendar_changes_nothing():
    moved = replace(SHOP, day=SHOP.day + 3000, today=SHOP.today + 3000)
    assert bits(figures(moved)) == bits(figures(SHOP))


@MODELS
def test_a_part_of_the_people_gets_the_figures_of_the_whole(model):
    wanted = replace(WANTED, model=model)
    fitted = fit(SHOP, wanted)
    whole = columns(score(SHOP, wanted, fitted))
    kept = (SHOP.person >= 100) & (SHOP.person < 250)
    some = Purchases(*(getattr(SHOP, name)[kept] for name in "person day orders amount squares".split()), SHOP.today)
    there = (whole["people"] >= 100) & (whole["people"] < 250)
    assert bits(columns(score(some, wanted, fitted))) == bits({name: all_[there] for name, all_ in whole.items()})


def test_smaller_numbers_in_memory_are_the_same_numbers():
    small = replace(SHOP, person=SHOP.person.astype("i4"), day=SHOP.day.astype("i4"), orders=SHOP.orders.astype("i2"))
    assert fit(small, WANTED).to_json() == fit(SHOP, WANTED).to_json()
    assert {n: v.tolist() for n, v in figures(small).items()} == {n: v.tolist() for n, v in figures(SHOP).items()}


@pytest.mark.parametrize("line", ["repeat", "own_rate", "mean", "last_year"])
def test_a_part_gets_the_naive_line_of_the_whole(line):
    fitted = fit(SHOP, WANTED)
    value = "mean" if line == "last_year" else line
    fitted = replace(fitted, judged=replace(fitted.judged, used=Used(line, value, line)))
    whole = columns(score(SHOP, WANTED, fitted))
    some = Purchases(*(getattr(SHOP, name)[-40:] for name in "person day orders amount squares".split()), SHOP.today)
    one = columns(score(some, WANTED, fitted))
    last = len(one["people"]) - 1  # the first may have lost some of her days
    for name in ("expected_orders", "order_value", "lifetime_value"):
        assert one[name][-last:].tolist() == whole[name][-last:].tolist()


def test_very_many_people_are_scored_piece_by_piece(monkeypatch):
    fitted = fit(SHOP, WANTED)
    whole = columns(score(SHOP, WANTED, fitted))
    monkeypatch.setattr("patron.engine.predict.customers.PIECE", 37)
    assert bits(columns(score(SHOP, WANTED, fitted))) == bits(whole)


def test_the_figure_is_the_usual_one_times_what_moved_it():
    wanted = replace(WANTED, model="cells")
    scores = score(SHOP, wanted, fit(SHOP, wanted))
    product = scores.usual * scores.rhythm * scores.wait * scores.alike
    assert product == pytest.approx(np.maximum(scores.expected_orders, 1e-6), rel=1e-6)
    late = SHOP.day > TODAY - 180
    assert scores.usual == pytest.approx(SHOP.orders[late].sum() / 400)
    assert (scores.wait <= 1 + 1e-6).all()
    assert scores.rhythm[np.argmax(scores.rate)] == scores.rhythm.max() > 1


@MODELS
def test_what_was_fitted_survives_a_file(model):
    wanted = replace(WANTED, model=model)
    fitted = fit(SHOP, wanted)
    text = json.dumps(fitted.to_json(), allow_nan=False)
    read = Fitted.from_json(json.loads(text))
    assert json.dumps(read.to_json()) == text
    assert bits(columns(score(SHOP, wanted, read))) == bits(columns(score(SHOP, wanted, fitted)))


DEGENERATE = {
    "one customer": [(0, TODAY - 10, 5.0)],
    "one customer, today": [(0, TODAY, 5.0)],
    "one loyal customer": [(0, TODAY - 7 * n, 5.0) for n in range(60)],
    "five customers": [(p, TODAY - 40 * n - p, 20.0 + p) for p in range(5) for n in range(p + 1)],
    "one order each": [(p, TODAY - p, 10.0) for p in range(300)],
    "all on one day": [(p, TODAY - 100, 10.0 + p) for p in range(300)],
    "all today": [(p, TODAY, 10.0) for p in range(300)],
    "all in rhythm": [(p, TODAY - 30 * n, 10.0) for p in range(100) for n in range(12)],
    "free": [(p, TODAY - 30 * n - p, 0.0) for p in range(50) for n in range(3)],
    "a million at once": [(p, TODAY - 30 * n - p, 10.0) for p in range(99) for n in range(3)]
    + [(99, TODAY - 400, 1e6)],
    "long ago": [(p, TODAY - 4000 + p, 10.0) for p in range(99)],
}


@pytest.mark.parametrize("model, discount", [("bg", 0.1), ("cells", 0.0), ("hybrid", 0.1)])
@pytest.mark.parametrize("rows", DEGENERATE.values(), ids=DEGENERATE)
def test_odd_shops_get_finite_figures(rows, model, discount):
    wanted = replace(WANTED, model=model, discount=discount, horizon=365)
    scores = score(single(rows), wanted, fit(single(rows), wanted))
    for name, value in columns(scores).items():
        assert np.isfinite(value).all(), name
        assert (value >= 0).all(), name
    assert (scores.churn_risk <= 1).all()
    assert (scores.alive <= 1).all()
    if scores.expected_orders_low is not None:
        assert (scores.expected_orders_low <= scores.expected_orders_high).all()
        assert (scores.lifetime_value_low <= scores.lifetime_value_high).all()


def test_the_figure_is_the_mean_of_those_that_vote():
    rows = shop(2000, days=500, seed=3)
    fitted = fit(rows, WANTED)
    scores = score(rows, WANTED, fitted)
    assert fitted.learned.members == ("bg", "cells", "hybrid")
    assert list(scores.parts) == ["bg", "cells", "hybrid"]
    assert fitted.judged.used.orders == "model"
    assert scores.expected_orders == pytest.approx(sum(scores.parts.values()) / 3, abs=2e-6)
    assert (scores.cell_people > 0).any()
    assert len(scores.cell) == len(scores.cell_people) == len(scores.cell_orders) == 2000


def test_the_same_bytes_twice_whatever_threads_there_are():
    from threadpoolctl import threadpool_limits

    wanted = replace(WANTED, model="hybrid")
    with threadpool_limits(1):
        one = json.dumps(fit(SHOP, wanted).to_json())
    with threadpool_limits(2):
        assert json.dumps(fit(SHOP, wanted).to_json()) == one


def drawn(random):
    """A small shop of odd people: some buy fifty times a day, some for a million, some return more than they buy."""
    span, rows = int(random.choice([0, 1, 20, 70, 200, 500, 1200])), {}
    for person in range(int(random.choice([1, 2, 5, 20, 60]))):
        wait = int(random.choice([2, 10, 100, 1000]))
        days = np.cumsum(random.integers(0, wait, int(random.choice([1, 1, 2, 3, 60])))) + random.integers(0, span + 1)
        for day in {int(one) for one in days if one <= span} | {span // 2}:
            orders, value = int(random.choice([1, 1, 2, 50])), float(random.choice([0, 1, -20, 1e6, 1e-3, 33.3]))
            rows[person, TODAY - span + day] = orders, orders * value, orders * value * value
    return purchases([(*key, *row) for key, row in rows.items()])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_drawn_the_figures_are_finite(seed):
    random = np.random.default_rng(seed)
    for _ in range(8):
        rows, horizon = drawn(random), int(random.choice([1, 30, 365, 4000]))
        model, interval = str(random.choice(["auto", "cells"])), float(random.choice([0.1, 0.8, 0.99]))
        wanted = Wanted(horizon, model, interval, float(random.choice([0, 3.0])), gate_buyers=1, gate_days=0)
        for name, value in figures(rows, wanted).items():
            assert np.isfinite(value).all(), name
            assert (value >= 0).all(), name


def test_too_little_is_a_reason():
    assert fit(single([]), WANTED).reason == "nobody has bought yet"
    assert (
        fit(SHOP, replace(WANTED, gate_buyers=500)).reason == "400 customers have bought, 500 are needed (gate_buyers)"
    )
    assert fit(SHOP, replace(WANTED, gate_days=502)).reason == "501 days of history, 502 are needed (gate_days)"
    assert fit(SHOP, replace(WANTED, gate_days=501)).reason == ""
    later = single([(0, TODAY + 1, 5.0)])
    assert fit(later, WANTED).reason == "nobody has bought yet"
    with pytest.raises(ValueError, match="nobody has bought yet"):
        score(later, WANTED, fit(later, WANTED))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_order_of_no_value_is_refused(value):
    rows = single([(0, TODAY - 10, value), (1, TODAY - 10, 5.0)])
    assert fit(rows, WANTED).reason == "the value of an order is not a number"


def test_flags_say_what_is_lacking():
    assert fit(SHOP, replace(WANTED, horizon=501)).flags == ("short history",)
    few = single([(p, TODAY - 200 - p, 5.0) for p in range(50)])
    assert "short history" in fit(few, WANTED).flags  # no gap is known
    assert "short history" not in fit(few, replace(WANTED, house_gap=30.0)).flags
    assert "no second season" in fit(shop(days=300), WANTED).flags
    alike = single([(p, TODAY - 20 * n - p, 9.0 + (7 * p + 5 * n) % 11) for p in range(200) for n in range(2)])
    assert "order size says nothing" in fit(alike, WANTED).flags


def test_trees_that_cannot_be_grown_are_a_reason(monkeypatch):
    monkeypatch.setattr("patron.engine.predict.customers.available", lambda: False)
    wanted = replace(WANTED, model="hybrid")
    assert fit(SHOP, wanted).reason == "model hybrid needs scikit-learn: install patron[predict]"


def test_the_house_gap_is_the_mean_gap_once_thirty_are_known():
    known = history(SHOP)
    span, repeats = int(known.span.sum()), int(known.repeats.sum())
    assert fit(SHOP, WANTED).learned.gap == span / repeats
    assert [house_gap(60, gaps, WANTED) for gaps in (30, 29)] == [2, 90]
    assert house_gap(15, 30, WANTED) == 1
    assert house_gap(60, 29, replace(WANTED, house_gap_default=45.0)) == 45
    assert house_gap(60, 30, replace(WANTED, house_gap=12.0)) == 12


def test_very_many_people_are_summed_piece_by_piece(monkeypatch):
    whole = fit(SHOP, WANTED).learned
    monkeypatch.setattr("patron.engine.predict.outlook.PIECE", 37)
    pieces = fit(SHOP, WANTED).learned
    assert (pieces.modified, pieces.gap, pieces.usual.per_day) == (whole.modified, whole.gap, whole.usual.per_day)
    assert pieces.credibility.k == pytest.approx(whole.credibility.k)


def test_without_scikit_learn_counting_and_cells_work():
    code = """
import sys
sys.modules["sklearn"] = sys.modules["threadpoolctl"] = None
sys.path.insert(0, sys.argv[1])
from shops import shop
from patron.engine.predict.customers import Wanted, fit, score
for model in ("auto", "cells"):
    wanted = Wanted(180, model, gate_buyers=1, gate_days=0)
    rows = shop(2000 if model == "auto" else 100, r=0.1)
    fitted = fit(rows, wanted)
    print(fitted.learned.members, score(rows, wanted, fitted).expected_orders.sum() > 0)
"""
    folder = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("('bg',) True\n('cells',) True\n", "")

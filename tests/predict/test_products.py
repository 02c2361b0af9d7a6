"""What is said of products, from sales to columns."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from shelves import TODAY, rows_of, sales, shelf

from patron.engine.predict import folds, pooled, trees
from patron.engine.predict.intervals import band
from patron.engine.predict.periods import calendar
from patron.engine.predict.products import Fitted, Scores, Wanted, fit, score
from patron.engine.predict.scores import Judged, scored

SHOP = shelf()
SMOOTH = Wanted(model="smooth")
AUTO = Wanted()


@pytest.fixture(scope="module", autouse=True)
def few_trees():
    """What is tested here is what is done with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooled, "ROUNDS", 10)
        patch.setattr(pooled, "EXAMPLES", 1)
        yield


@pytest.fixture(scope="module")
def learned(few_trees):
    pytest.importorskip("sklearn")
    return fit(SHOP, AUTO)


def figures(shop, wanted=SMOOTH):
    return score(shop, wanted, fit(shop, wanted))


def columns(found):
    values = {one.name: getattr(found, one.name) for one in fields(Scores)}
    return {name: value if isinstance(value, np.ndarray) else np.array(value) for name, value in values.items()}


def bits(found):
    return {name: value.tobytes() for name, value in columns(found).items()}


def row(fitted, target, model):
    return next(one for one in fitted.backtest if (one.target, one.model) == (target, model))


def flat(items=30, days=300, amount=10.0):
    """The same every fifth day."""
    return sales([(item, TODAY - day, 1, amount) for item in range(items) for day in range(0, days, 5)])


# ---------------------------------------------------------------- what it says


def test_the_back_test_forecasts_periods_from_what_was_known_before(learned):
    """Sales cut off at each origin and forecast by the lines give the rows."""
    known = calendar(SHOP, 30)
    said, actual = {}, []
    for back in (4, 3, 2, 1):
        cut = replace(SHOP, today=TODAY - 30 * back)
        then = calendar(cut, 30).past("revenue")
        for line, amounts in folds.forecasts(then, folds.weigh(then, boosted=True)).items():
            said.setdefault(line, []).append(amounts)
        actual.append(known.revenue[calendar(cut, 30).known(), known.periods - back])
    judged = Judged("revenue", "product", TODAY - 120, 30, TODAY - 30)
    assert {one.model for one in learned.backtest if one.target == "revenue"} == set(said)
    for line, amounts in said.items():
        found = row(learned, "revenue", line)
        expected = scored(judged, line, np.concatenate(amounts), np.concatenate(actual))
        assert replace(found, used=False, coverage=None) == expected


def test_auto_is_the_mean_of_smoothing_and_trees(learned):
    past = calendar(SHOP, 30).past("revenue")
    weights = folds.weigh(past, boosted=True)
    said = folds.forecasts(past, weights)
    np.testing.assert_allclose(said["auto"], (said["smooth"] + said["pooled"]) / 2)
    used = next(one.model for one in learned.backtest if one.target == "revenue" and one.used)
    np.testing.assert_array_equal(score(SHOP, AUTO, learned).revenue, np.round(said[used], 2))


def test_ranks_go_by_revenue_and_ties_by_item():
    shop = sales([(i, TODAY - day, 1, amount) for i, amount in enumerate((5, 9, 5, 1)) for day in range(0, 300, 5)], 6)
    found = figures(shop)
    assert found.items.tolist() == [0, 1, 2, 3]
    assert found.new.tolist() == [4, 5]
    assert found.rank.tolist() == [2, 1, 3, 4]
    assert found.rank_change.tolist() == [0, 0, 0, 0]


def test_a_place_won_is_positive():
    """The second sold most in the last period by chance; before, the first always did."""
    rows = [(0, TODAY - day, 1, 10.0) for day in range(0, 300, 5)]
    rows += [(1, TODAY - day, 1, 1.0) for day in range(30, 300, 5)] + [(1, TODAY, 1, 70.0)]
    found = figures(sales(rows), Wanted(model="smooth"))
    assert found.last_revenue.tolist() == [60.0, 70.0]
    assert found.rank.tolist() == [1, 2]
    assert found.rank_change.tolist() == [1, -1]


def test_direction_is_told_only_where_the_interval_leaves_out_the_last_period():
    shop = sales([*rows_of(SHOP), (40, TODAY - 200, 1, 9.0), (40, TODAY - 2, 1, 5e4)])
    found = figures(shop)
    for way, low, now, high in zip(found.direction, found.low, found.last_revenue, found.high, strict=True):
        assert way == ("up" if now < low else "down" if now > high else "hold")
    assert found.direction[40] == "down"
    assert set(found.direction) == {"hold", "down"}


def test_units_of_a_day(learned):
    found = score(SHOP, AUTO, learned)
    np.testing.assert_allclose(found.units_per_day, found.units / 30, atol=1e-6)
    last = [
        sum(units for i, day, units, _ in rows_of(SHOP) if i == item and TODAY - 30 < day <= TODAY)
        for item in found.items
    ]
    np.testing.assert_allclose(found.last_units, last)
    np.testing.assert_allclose(found.run_rate, np.array(last) / 30, atol=1e-6)


def test_an_item_of_the_last_period_has_a_short_history():
    rows = [*rows_of(flat()), (30, TODAY - 29, 1, 5.0), (31, TODAY - 30, 1, 5.0)]
    assert figures(sales(rows)).short_history.tolist() == [False] * 30 + [True, False]


# ---------------------------------------------------------------- which line is used


def fold(actual, **said):
    return folds.Fold(1, {name: np.array(amounts, float) for name, amounts in said.items()}, np.array(actual, float))


def test_a_model_that_loses_to_a_naive_line_gives_way():
    made = [fold([10, 10], smooth=[12, 8], repeat=[10, 11], mean=[11, 8])] * 3
    assert folds.chosen("smooth", made, made[0].said) == "repeat"


def test_it_loses_in_absolute_and_in_squared_error():
    made = [fold([10, 10], smooth=[13, 7], repeat=[10, 5])] * 3  # 6 and 5 away, but 18 and 25 squared
    assert folds.chosen("smooth", made, made[0].said) == "smooth"


def test_a_hundredth_is_a_tie_and_ties_go_to_the_model():
    made = [fold([100.0], smooth=[90.0], repeat=[90.05])] * 3
    assert folds.chosen("smooth", made, made[0].said) == "smooth"
    made = [fold([100.0], smooth=[90.0], repeat=[90.2])] * 3
    assert folds.chosen("smooth", made, made[0].said) == "repeat"


def test_fewer_than_three_periods_push_no_line_out():
    made = [fold([100.0], smooth=[80.0], repeat=[100.0])] * 3
    assert folds.chosen("smooth", made[:2], made[0].said) == "smooth"
    assert folds.chosen("smooth", made, made[0].said) == "repeat"


def test_a_mean_that_was_not_tested_on_three_periods_is_not_used():
    young, grown = fold([100.0], smooth=[80.0]), fold([100.0], smooth=[80.0], pooled=[80.0], auto=[80.0])
    assert folds.chosen("auto", [young, young, grown, grown], grown.said) == "smooth"
    assert folds.chosen("auto", [young, grown, grown, grown], grown.said) == "auto"
    assert folds.chosen("pooled", [young, young, young, grown], grown.said) == "pooled"


def test_lines_are_compared_on_the_periods_that_both_forecast():
    old = fold([100.0], auto=[100.0], smooth=[100.0], pooled=[100.0], repeat=[100.0])
    new = fold([100.0], auto=[80.0], smooth=[80.0], pooled=[80.0], repeat=[80.0], seasonal=[95.0])
    assert folds.chosen("auto", [old, new, new, new], new.said) == "seasonal"
    assert folds.chosen("smooth", [old, new, new, new], new.said) == "smooth"


def test_a_line_that_says_nothing_now_is_not_used():
    made = [fold([100.0], smooth=[80.0], last_year=[100.0])] * 3
    assert folds.chosen("smooth", made, {"smooth": made[0].said["smooth"]}) == "smooth"


@pytest.mark.parametrize(
    "days,flagged,last_year", [(300, True, False), (400, True, True), (752, True, True), (753, False, True)]
)
def test_the_year_before_counts_from_25_months_on(days, flagged, last_year):
    """The last year, one before it, and a period that tests what they say."""
    found = fit(shelf(items=20, days=days, season=0.9), Wanted(model="seasonal"))
    models = {one.model for one in found.backtest}
    assert ("no second season" in found.flags) == flagged == ("seasonal" not in models)
    assert ("last_year" in models) == last_year


def test_what_swings_with_the_year_is_forecast_by_the_year_before():
    shop = shelf(items=20, days=1200, season=0.9, seed=8)
    found = fit(shop, Wanted(model="seasonal"))
    assert row(found, "revenue", "seasonal").used
    assert row(found, "revenue", "seasonal").wape < 0.8 * row(found, "revenue", "smooth").wape


def test_the_flag_tells_that_a_naive_line_is_used():
    """Every period sells twice the one before: no level follows as closely as the last one."""
    rows = [(item, TODAY - 30 * back, 1, 2.0 ** (10 - back)) for item in range(20) for back in range(10)]
    found = fit(sales(rows), SMOOTH)
    assert row(found, "revenue", "repeat").wape == pytest.approx(0.5)
    assert row(found, "revenue", "repeat").used
    assert found.flags == ("no second season", "baseline")
    assert set(score(sales(rows), SMOOTH, found).revenue.tolist()) == {1024.0}


def test_without_scikit_learn_auto_smooths(monkeypatch):
    monkeypatch.setattr(trees, "available", lambda: False)
    found = fit(SHOP, AUTO)
    assert {one.model for one in found.backtest} == {"smooth", "repeat", "mean"}
    assert json.dumps(found.to_json()) == json.dumps(fit(SHOP, SMOOTH).to_json())
    assert "patron[predict]" in fit(SHOP, Wanted(model="pooled")).reason


# ---------------------------------------------------------------- laws


def test_later_sales_change_nothing(learned):
    later = [*rows_of(SHOP), *((item, TODAY + 1 + item % 5, 900, 9e5) for item in range(40))]
    again = fit(sales(later, 41), AUTO)
    assert json.dumps(again.to_json()) == json.dumps(learned.to_json())
    found = score(sales(later, 41), AUTO, again)
    assert bits(replace(found, new=found.new[:0])) == bits(replace(score(SHOP, AUTO, learned), new=found.new[:0]))
    assert found.new.tolist() == [40]


def test_the_last_period_says_nothing_to_its_own_forecast():
    """Only the newest fold may see another last period, and only as what happened."""
    changed = [(i, d, u * 3, r * 3) if d > TODAY - 30 else (i, d, u, r) for i, d, u, r in rows_of(SHOP)]
    known, other = calendar(SHOP, 30), calendar(sales(changed), 30)
    for back in (4, 3, 2, 1):
        one, two = (folds.fold(each, "revenue", back, boosted=False) for each in (known, other))
        for line, amounts in one.said.items():
            assert amounts.tobytes() == two.said[line].tobytes()
    assert (one.actual != two.actual).any()


def test_same_data_same_bytes(learned):
    text = json.dumps(learned.to_json(), allow_nan=False)
    assert json.dumps(fit(SHOP, AUTO).to_json()) == text
    back = Fitted.from_json(json.loads(text))
    assert back == learned
    assert bits(score(SHOP, AUTO, back)) == bits(score(SHOP, AUTO, learned))


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda said: said["revenue"].update(line="magic"),
        lambda said: said["revenue"].update(line="auto", trees=None),
        lambda said: said["units"].update(alpha="much"),
        lambda said: said["units"]["spread"]["low"].pop(),
        lambda said: said.pop("flags"),
        lambda said: said.update(units=7),
        lambda said: said["backtest"][0].pop("mae"),
    ],
)
def test_what_was_spoiled_is_not_read(learned, spoiled):
    said = json.loads(json.dumps(learned.to_json()))
    spoiled(said)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Fitted.from_json(said)


def test_any_number_of_threads_gives_the_same_bytes(learned):
    from threadpoolctl import threadpool_limits

    with threadpool_limits(2):
        again = fit(SHOP, AUTO)
    assert json.dumps(again.to_json()) == json.dumps(learned.to_json())


def test_items_may_be_numbered_in_any_way():
    numbers = np.random.default_rng(1).permutation(40)
    turned = sales([(int(numbers[i]), d, u, r) for i, d, u, r in rows_of(SHOP)])
    one, other = figures(SHOP), figures(turned)
    place = numbers[one.items]
    for name in "units revenue units_per_day last_revenue short_history".split():
        np.testing.assert_allclose(getattr(other, name)[place], getattr(one, name), atol=1e-6, err_msg=name)
    np.testing.assert_allclose(other.low[place], one.low, atol=0.011)
    np.testing.assert_allclose(other.high[place], one.high, atol=0.011)


def test_another_currency_changes_no_order():
    many = sales([(i, d, u, r * 1024) for i, d, u, r in rows_of(SHOP)])
    one, other = figures(SHOP), figures(many)
    assert other.rank.tolist() == one.rank.tolist()
    np.testing.assert_allclose(other.revenue, one.revenue * 1024, rtol=1e-6, atol=6)
    assert fit(many, SMOOTH).revenue.bands == fit(SHOP, SMOOTH).revenue.bands


def test_bands_come_from_the_sums_of_past_periods():
    found = fit(SHOP, SMOOTH)
    known = calendar(SHOP, 30)
    ratios = []
    for back in (4, 3, 2, 1):
        one = folds.fold(known, "revenue", back, boosted=False)
        ratios.append(one.said[found.revenue.line].sum() / one.actual.sum())
    assert found.revenue.bands == pytest.approx(band(ratios, 0.8))
    assert fit(shelf(days=180), Wanted(model="smooth", horizon=32)).revenue.bands is None  # two past periods


# ---------------------------------------------------------------- odd data


def whole(found, count):
    """Finite, never negative, complete."""
    for name, value in columns(found).items():
        if value.dtype.kind == "f":
            assert np.isfinite(value).all(), name
            if not name.startswith(("last", "run")):
                assert (value >= 0).all(), name
    assert len(found.revenue) == len(found.items) == count
    assert sorted(found.rank.tolist()) == list(range(1, count + 1))


ODD = {
    "one item": flat(1),
    "two items": flat(2),
    "constant": flat(),
    "an outlier": sales([*rows_of(flat()), (30, TODAY - 3, 1, 1e6), (31, TODAY - 80, 1, 1e9)]),
    "more than there is": sales([*rows_of(flat()), (30, TODAY - 3, 1, 1e30), (31, TODAY - 80, 1, -1e30)]),
    "nothing lately": sales([row for row in rows_of(flat()) if row[1] < TODAY - 150]),
    "nothing but today": sales([*((i, TODAY, 1, 5.0) for i in range(30)), (30, TODAY - 299, 1, 5.0)]),
    "all came back": sales([*rows_of(flat()), *((i, TODAY - 1, -500, -5000.0) for i in range(30))]),
    "more came back than was sold": sales([(i, d, -u, -r) for i, d, u, r in rows_of(flat())]),
    "free": flat(amount=0.0),
    "each once": sales([(i, TODAY - 9 * i, 1, 5.0) for i in range(35)]),
}


@pytest.mark.parametrize("model", ["smooth", "auto", "pooled", "seasonal"])
@pytest.mark.parametrize("shop", ODD.values(), ids=ODD)
def test_odd_shops_have_an_answer(shop, model):
    if model in ("auto", "pooled"):
        pytest.importorskip("sklearn")
    wanted = Wanted(model=model, gate_days=0)
    fitted = fit(shop, wanted)
    json.dumps(fitted.to_json(), allow_nan=False)
    assert not fitted.reason
    whole(score(shop, wanted, fitted), shop.items)


@pytest.mark.parametrize("seed", range(12))
def test_any_shop_has_an_answer_or_a_reason(seed):
    random = np.random.default_rng(seed)
    items, days, count = (int(random.integers(1, most)) for most in (40, 1200, 400))
    places = sorted({(int(random.integers(items)), TODAY - int(random.integers(days))) for _ in range(count)})
    units = random.integers(-3, 6, len(places)).astype(float)
    worth = units * random.lognormal(2, 1, len(places)) * 10.0 ** int(random.integers(-9, 13))
    worth[random.random(len(places)) < random.choice([0, 0.9])] = 0.0
    shop = sales([(*place, u, r) for place, u, r in zip(places, units, worth, strict=True)], items)
    wanted = Wanted(
        horizon=int(random.choice([1, 7, 30, 60, 365])),
        model=str(random.choice(["auto", "smooth", "seasonal"])),
        interval=float(random.choice([0.5, 0.8, 0.99])),
        gate_days=0,
    )
    fitted = fit(shop, wanted)
    assert Fitted.from_json(json.loads(json.dumps(fitted.to_json(), allow_nan=False))) == fitted
    if fitted.reason:
        assert "are needed" in fitted.reason
        return
    found = score(shop, wanted, fitted)
    whole(found, len({item for item, _ in places}))
    if found.low is not None:
        assert (found.low <= found.revenue).all()
        assert (found.revenue <= found.high).all()


def test_constant_sales_are_forecast_as_they_are():
    found = figures(flat())
    assert set(found.revenue.tolist()) == {60.0}
    assert set(found.units.tolist()) == {6.0}
    assert set(zip(found.low.tolist(), found.high.tolist(), strict=True)) == {(60.0, 60.0)}
    assert set(found.direction) == {"hold"}


@pytest.mark.parametrize(
    "shop,wanted,reason",
    [
        (sales([], 0), AUTO, "no sale of a product is known yet"),
        (sales([], 7), AUTO, "no sale of a product is known yet"),
        (sales([(0, TODAY + 1, 1, 1.0)]), AUTO, "no sale of a product is known yet"),
        (flat(3, 100), AUTO, "96 days of history, 180 are needed (gate_days)"),
        (flat(3, 100), Wanted(gate_days=0), "96 days of history, 150 are needed: 5 times product_horizon"),
        (flat(3), Wanted(horizon=90), "296 days of history, 450 are needed: 5 times product_horizon"),
        (sales([(0, TODAY, 1, float("nan"))]), AUTO, "the value of a sale is not a number"),
        (sales([(0, TODAY, float("inf"), 1.0)]), AUTO, "the value of a sale is not a number"),
        (sales([*rows_of(flat()), (30, TODAY, 1, -1e31)]), AUTO, "the value of a sale is too large"),
    ],
)
def test_too_little_is_told(shop, wanted, reason):
    fitted = fit(shop, wanted)
    assert fitted == Fitted(reason)
    assert Fitted.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted
    with pytest.raises(ValueError, match="nothing was learned"):
        score(shop, wanted, fitted)


def test_few_items_have_no_interval_and_no_direction():
    found = figures(flat(1))
    assert (found.low, found.high, found.direction) == (None, None, None)

import numpy as np
import pytest
from shops import TODAY, shop

from patron.engine.predict.counting import Counting, fit_counting, groups
from patron.engine.predict.hybrid import baseline, features, fit_trees
from patron.engine.predict.leaves import outcome
from patron.engine.predict.outlook import voting
from patron.engine.predict.purchases import history
from patron.engine.predict.rolling import looking_back

pytest.importorskip("sklearn", reason="trees need the extra `predict`")

PLAIN = Counting(0, 0.5, 9.0, 0.8, 2.5)


def test_the_trees_may_ask_what_is_known_of_a_person():
    rows = shop(60)
    known = history(rows)
    found = np.column_stack(features(rows, known, groups(known), PLAIN, 41.0, 120))
    assert found.shape == (60, 19)
    for person in range(60):
        mine = rows.person == person
        day, amount, n = rows.day[mine], rows.amount[mine], rows.orders[mine].sum()
        own = (day[-1] - day[0] + 41.0) / len(day)
        by_hand = [len(day) - 1, day[-1] - day[0], TODAY - day[-1], amount.sum() / n, amount.sum()]
        by_hand += [(TODAY - day[-1]) / own, own, (len(day) - 0.5) / ((TODAY - day[0]) / 7 + 9)]
        by_hand += [amount[-1], amount.max()]
        for length in (30, 60, 90, 180):
            by_hand += [(day > TODAY - length).sum(), amount[day > TODAY - length].sum()]
        assert found[person, :18] == pytest.approx(by_hand)
    assert found[:, 18] == pytest.approx(baseline(PLAIN, groups(known), 120))


def test_a_window_that_nobody_asks_about_is_not_added_up():
    rows = shop(300, days=400, seed=3)
    known = history(rows)
    whole = features(rows, known, groups(known), PLAIN, 41.0, 120)
    some = features(rows, known, groups(known), PLAIN, 41.0, 120, {2, 13, 18})
    same = {at for at, (one, other) in enumerate(zip(whole, some, strict=True)) if np.array_equal(one, other)}
    assert same == {*range(10), 13, 18}


def test_they_learn_what_counting_leaves_over():
    """Who bought much in the last 30 days buys twice what the model says: they find it."""
    rows = shop(1200, days=400, seed=4)
    known, gap = history(rows), 41.0
    plain = fit_counting(groups(known), first=0)
    looks = list(looking_back(rows, 120))
    for look in looks:
        alike = groups(look.known)
        busy = features(look.purchases, look.known, alike, plain, gap, 120)[10] > 0
        look.bought[:] = np.where(busy, 2.0, 0.5) * baseline(plain, alike, 120)
    trees = fit_trees(looks, plain, gap, 120)
    table = features(rows, known, groups(known), plain, gap, 120)
    ratio, busy = outcome(trees, table), table[10] > 0
    assert ratio[busy].mean() == pytest.approx(2.0, rel=0.15)
    assert ratio[~busy].mean() == pytest.approx(0.5, rel=0.15)


def test_without_an_origin_or_anything_bought_there_are_no_trees():
    rows = shop(50, days=100)
    assert fit_trees(looking_back(rows, 45), PLAIN, 41.0, 45) is None
    looks = list(looking_back(shop(50), 120))
    for look in looks:
        look.bought[:] = 0
    assert fit_trees(looks, PLAIN, 41.0, 120) is None


def test_who_votes_depends_on_how_many_there_are_and_how_long(monkeypatch):
    few, short, long = shop(100), shop(2000, days=364, a=9.0), shop(2000, days=365, a=9.0)
    assert voting(few, "auto") == ("bg",)
    assert voting(short, "auto") == ("bg", "hybrid")
    assert voting(long, "auto") == ("bg", "cells", "hybrid")
    assert voting(few, "cells") == ("cells",)
    monkeypatch.setattr("patron.engine.predict.outlook.available", lambda: False)
    assert voting(long, "auto") == ("bg",)

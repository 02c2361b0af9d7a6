"""What models read: things numbered, days added up, whatever order rows of a day come in."""

from __future__ import annotations

import itertools

import numpy as np

from patron.engine.report.laid_out import days_of, joined, laid_out

SUMS = (("orders", "count"), ("amount", "money"), ("squares", "number"))


def rows(key, day, amount):
    amount = np.array(amount, dtype=float)
    return {"of": np.array(key), "day": np.array(day), "amount": amount, "squares": amount**2}


def test_rows_of_a_thing_and_a_day_are_added_up():
    found, keys = laid_out(rows([4, 4, 4, 9], [1, 1, 3, 3], [0.1, 0.2, 5, 7]), SUMS)
    assert keys.tolist() == [4, 9]
    assert {name: values.tolist() for name, values in found.items()} == {
        "of": [0, 0, 1], "day": [1, 3, 3], "orders": [2, 1, 1], "amount": [0.3, 5, 7],
        "squares": [0.1**2 + 0.2**2, 25, 49],
    }  # fmt: skip
    assert found["day"].dtype == found["orders"].dtype == np.int32


def test_the_order_of_a_days_rows_does_not_reach_the_last_bit():
    bits = set()
    for amounts in itertools.permutations((1.1, 1e7 / 3, 3e-3, 0.7)):
        found, _ = laid_out(rows([0, 1, 1, 1, 1, 2], [5] * 6, [1, *amounts, 2]), SUMS)
        assert found["amount"][[0, 2]].tolist() == [1, 2]
        bits.add((found["amount"].tobytes(), found["squares"].tobytes()))
    assert len(bits) == 1


def test_without_sums_rows_stay_as_they_are():
    found, keys = laid_out({"of": np.array([0, 0, 1]), "units": np.array([2.5, 1, 0])}, ())
    assert (found["of"].tolist(), found["units"].tolist(), keys.tolist()) == ([0, 0, 1], [2.5, 1, 0], [0, 1])


def test_no_rows_are_no_things():
    none = {name: np.zeros(0) for name in ("amount", "squares")}
    for sums in (SUMS, ()):
        found, keys = laid_out({"of": np.zeros(0, int), "day": np.zeros(0, int), **none}, sums)
        assert len(keys) == 0
        assert all(len(values) == 0 for values in found.values())


def test_days_beyond_half_the_room_keep_theirs():
    day = np.array([0, 2**40])
    found, _ = laid_out({"of": np.array([1, 1]), "day": day}, ())
    assert found["day"].tolist() == [0, 2**40]


def test_parts_are_one_after_the_other_as_if_they_had_never_been_cut():
    key, day, amount = [1, 1, 2, 5, 5, 9], [3, 3, 4, 1, 2, 8], [1, 2, 3, 4, 5, 6]
    whole, keys = laid_out(rows(key, day, amount), SUMS)
    parts = [laid_out(rows(key[a:b], day[a:b], amount[a:b]), SUMS) for a, b in ((0, 3), (3, 3), (3, 6))]
    again, their_keys = joined(parts)
    assert {n: v.tolist() for n, v in again.items()} == {n: v.tolist() for n, v in whole.items()}
    assert their_keys.tolist() == keys.tolist() == [1, 2, 5, 9]


def test_days_of_a_thing_are_counted_once():
    things, days = np.array([0, 0, 0, 1, 2, 2]), np.array([3, 3, 7, 7, 1, 2])
    found = days_of(things, days)
    assert {name: values.tolist() for name, values in found.items()} == {
        "count": [2, 1, 2], "min": [3, 7, 1], "max": [7, 7, 2],
    }  # fmt: skip
    assert {len(values) for values in days_of(things[:0], days[:0]).values()} == {0}

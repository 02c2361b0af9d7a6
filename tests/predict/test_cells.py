"""Rolling origins, cells and naive lines beside plain counting, person by person."""

from collections import defaultdict

import numpy as np
import pytest
from shops import TODAY, shop, single

from patron.engine.predict.cells import CUTS, cell, expected, fit_cells, label, own_gap
from patron.engine.predict.counting import Counting
from patron.engine.predict.credibility import moments
from patron.engine.predict.naive import lines, order_values, usual
from patron.engine.predict.purchases import history
from patron.engine.predict.rolling import after, label_days, looking_back, origins

SHOP = shop(150)
PLAIN = Counting(0, 0.5, 9.0, 0.8, 2.5)
GAP, AHEAD = 41.0, 120
ROWS = list(zip(*(getattr(SHOP, n).tolist() for n in "person day orders amount squares".split()), strict=True))


def people(until):
    """Purchase days of everybody who had bought by a day."""
    days = defaultdict(list)
    for person, day, *_ in ROWS:
        if day <= until:
            days[person].append(day)
    return sorted(days.items())


def where(days, at):
    """(row, column) of a cell."""
    x, own = len(days) - 1, (days[-1] - days[0] + GAP) / len(days)
    ratio = (at - days[-1]) / own
    return (x if x < 7 else 7 if x < 10 else 8), sum(ratio >= cut for cut in CUTS)


def test_a_cell_is_how_often_and_how_long_ago():
    known = history(SHOP)
    by_hand = [where(days, TODAY) for _, days in people(TODAY)]
    assert [divmod(int(number), 10) for number in cell(known, GAP)] == by_hand


def test_cells_count_what_was_bought_after_past_origins():
    rows, seen, said = defaultdict(int), defaultdict(int), defaultdict(float)
    dates = origins(SHOP, AHEAD)
    assert len(dates) == 6
    for origin in dates:
        for person, days in people(origin):
            place = where(days, origin)
            rows[place] += 1
            seen[place] += sum(one == person and origin < day <= origin + AHEAD for one, day, *_ in ROWS)
            said[place] += (len(days) - 1 + 0.5) / ((origin - days[0]) / 7 + 9.0) * AHEAD / 7
    over = sum(seen.values()) / sum(said.values())
    found = fit_cells(looking_back(SHOP, AHEAD), PLAIN, GAP, AHEAD)
    for number in range(90):
        place = divmod(number, 10)
        assert found.people[number] == rows[place]
        if not rows[place]:
            assert found.multiplier[number] == pytest.approx(over)
            continue
        prior = 20 * said[place] / rows[place]
        assert found.multiplier[number] == pytest.approx((seen[place] + over * prior) / (said[place] + prior))
        assert found.bought[number] == pytest.approx(seen[place] / rows[place], abs=1e-6)


def test_a_person_gets_her_rate_times_what_her_cell_makes_of_it():
    found = fit_cells(looking_back(SHOP, AHEAD), PLAIN, GAP, AHEAD)
    figures = expected(found, PLAIN, known := history(SHOP), cell(known, GAP), 200)
    for (_, days), figure in zip(people(TODAY), figures, strict=True):
        row, column = where(days, TODAY)
        rate = (len(days) - 1 + 0.5) / ((TODAY - days[0]) / 7 + 9.0) * 200 / 7
        assert figure == pytest.approx(rate * found.multiplier[row * 10 + column])


def test_a_cell_has_words():
    assert label(0) == "0 repeat purchases, away for 0 to 0.25 own gaps"
    assert label(34) == "3 repeat purchases, away for 1.5 to 2 own gaps"
    assert label(79) == "7 to 9 repeat purchases, away for 9 own gaps or longer"
    assert label(80) == "10 or more repeat purchases, away for 0 to 0.25 own gaps"


def test_her_own_gap_has_one_of_the_house_in_it():
    assert own_gap(history(single([(0, 100, 1.0), (0, 130, 1.0), (1, 90, 1.0)], 200)), 50.0).tolist() == [40.0, 50.0]


@pytest.mark.parametrize("days, dates", [(107, 0), (108, 1), (300, 6)])
def test_an_origin_has_sixty_days_or_a_fifth_of_the_history_before_it(days, dates):
    rows = single([(0, TODAY - days, 1.0)])
    ahead = label_days(rows, 365)
    assert ahead == int(0.45 * days)
    found = origins(rows, ahead)
    assert len(found) == dates
    assert found == [TODAY - ahead - 14 * number for number in range(dates)]
    assert all(date - (TODAY - days) >= max(60, days / 5) for date in found)


def test_looking_back_sees_what_was_known_then_and_what_came_next():
    (first, *_), origin = looking_back(SHOP, AHEAD), TODAY - AHEAD
    assert first.purchases.day.max() <= origin
    assert first.known.people.tolist() == [person for person, _ in people(origin)]
    bought, orders, money = after(SHOP, first.known, AHEAD, 1, SHOP.orders, SHOP.amount)
    assert bought.tolist() == first.bought.tolist()
    for place, person in enumerate(first.known.people):
        later = [row for row in ROWS if row[0] == person and origin < row[1] <= origin + AHEAD]
        assert (bought[place], orders[place]) == (len(later), sum(row[2] for row in later))
        assert money[place] == pytest.approx(sum(row[3] for row in later))


def everybody(rows, horizon):
    known = history(rows)
    return usual(rows, horizon, moments(known), int(known.repeats.sum()))


@pytest.mark.parametrize("horizon", [60, 365, 700])
def test_naive_lines_say_that_things_go_on(horizon):
    per_day, past = sum(row[2] for row in ROWS) / len(ROWS), min(horizon, 500)
    orders, money = lines(SHOP, known := history(SHOP), horizon, everybody(SHOP, horizon))
    for place, person in enumerate(known.people):
        own = [row for row in ROWS if row[0] == person]
        late = [row for row in own if row[1] > TODAY - past]
        assert orders["repeat"][place] == pytest.approx(sum(row[2] for row in late) * horizon / past)
        assert money["repeat"][place] == pytest.approx(sum(row[3] for row in late) * horizon / past)
        rate = (len(own) - 1) / max(TODAY - own[0][1], 1) * per_day * horizon
        assert orders["own_rate"][place] == pytest.approx(rate)
        assert money["own_rate"][place] == pytest.approx(rate * sum(r[3] for r in own) / sum(r[2] for r in own))
        length = min(horizon, 365)
        last = [row for row in own if TODAY - 365 < row[1] <= TODAY - 365 + length]
        assert orders["last_year"][place] == pytest.approx(sum(row[2] for row in last) * horizon / length)
    assert orders["mean"] == pytest.approx(np.full(len(known.people), orders["repeat"].mean()))
    assert money["mean"].sum() == pytest.approx(money["repeat"].sum())


def test_without_a_year_there_is_no_last_year():
    rows = shop(20, days=364)
    assert set(lines(rows, history(rows), 30, everybody(rows, 30))[0]) == {"repeat", "own_rate", "mean"}


def test_the_next_order_is_as_the_last_as_the_own_or_as_everybodys():
    rows = single([(0, 5, 10.0), (0, 6, 20.0), (1, 5, 7.0)], 9)
    said = order_values(rows, history(rows), everybody(rows, 30))
    assert {name: line.tolist() for name, line in said.items()} == {
        "repeat": [20, 7], "own_rate": [15, 7], "mean": [11, 11]
    }  # fmt: skip

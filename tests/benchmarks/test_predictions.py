"""The script that judges predictions: what it reads, what it prints, and that the large shop is always the same."""

import datetime as dt

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="predictions need the extra `predict`")

from benchmarks import predictions
from patron.engine.predict.purchases import begins


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Three hundred people over four hundred days, written as a file."""
    random, begin = np.random.default_rng(5), dt.date(2024, 1, 1)
    lines = ["customer,date,amount"]
    for person in range(300):
        day, gap = int(random.integers(0, 200)), 10 + random.exponential(60)
        while day < 400:
            lines.append(f"c{person:03},{begin + dt.timedelta(days=day)},{random.lognormal(3, 0.4):.2f}")
            day += 1 + int(random.exponential(gap))
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    path.write_text("\n".join([*lines, lines[1]]))  # one more order on a day already there
    return path


def test_a_file_is_purchase_days(shop):
    rows, lines = predictions.read(predictions.FILE, shop), shop.read_text().split("\n")[1:]
    assert len(rows.day) == len(lines) - 1
    assert rows.amount.sum() == pytest.approx(sum(float(line.split(",")[2]) for line in lines))
    assert len(begins(rows.person)) == 300
    assert rows.today == max(rows.day)


def test_cdnow_is_read_as_published(tmp_path):
    path = tmp_path / "cdnow.txt"
    path.write_text(
        " 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n 00021 0002 19970101  3   63.34\n"
        " 00021 0002 19970101  1   11.77\n"
    )
    rows = predictions.read(predictions.CDNOW, path)
    assert rows.person.tolist() == [0, 0, 1]
    assert (rows.day - rows.day[0]).tolist() == [0, 17, 0]
    assert rows.amount.tolist() == pytest.approx([29.33, 29.73, 75.11])


def test_a_split_is_printed_with_models_naive_lines_and_bands(shop, capsys):
    predictions.main(["--file", str(shop), "--calibration", "2024-11-06", "--horizon", "90"])
    said = capsys.readouterr().out
    assert "shop.csv: 300 customers to 2024-11-06, 90 days" in said
    for name in ("bg", "cells", "hybrid", "auto", "repeat", "own_rate", "mean", "credibility"):
        assert f"\n  {name:<18}" in said
    assert "of the people within the 80% interval" in said
    assert "bands of sums over 90 days" in said


def test_what_others_say_stands_beside_ours(shop):
    rows = predictions.read(predictions.FILE, shop)
    wanted = predictions.Wanted(horizon=60, gate_buyers=1, gate_days=1)
    said = predictions.say(rows, wanted, predictions.MODELS, rows.today - 60, 60)
    people = len(said.known.people)
    theirs = {
        "BG/NBD": {"orders": [0.5] * people},
        "Pareto/NBD": {"failed": "no"},
        "Gamma-Gamma": {"value": [9] * people},
    }
    found = predictions.lines(said, theirs)
    assert found["lifetime_value"]["BG/NBD + GG"].tolist() == [4.5] * people
    assert "Gamma-Gamma" in found["order_value"]
    assert "Pareto/NBD" not in found["orders"]


def test_the_large_shop_is_always_the_same():
    rows, again = predictions.large(3000), predictions.large(3000)
    assert [getattr(rows, name).tobytes() for name in ("person", "day", "amount")] == [
        getattr(again, name).tobytes() for name in ("person", "day", "amount")
    ]
    assert len(begins(rows.person)) == 3000
    assert rows.day.max() <= rows.today
    same = rows.person[1:] == rows.person[:-1]
    assert (rows.day[1:][same] > rows.day[:-1][same]).all()
    assert 2.5 < len(rows.day) / 3000 < 3.5


def test_the_large_shop_is_timed(capsys):
    predictions.main(["--large", "3000"])
    assert capsys.readouterr().out.startswith("3,000 customers,")

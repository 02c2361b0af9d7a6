"""The script that shows how well products are forecast: its measures, and a run on a small file."""

import datetime as dt

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="predictions need the extra `predict`")
from benchmarks import predicted_rank


def test_the_gain_counts_places_less_the_lower_they_are():
    actual = np.array([8.0, 4.0, 2.0])
    assert predicted_rank.discounted_gain(actual, actual) == 1
    turned = (2 / np.log2(2) + 4 / np.log2(3) + 8 / np.log2(4)) / (8 / np.log2(2) + 4 / np.log2(3) + 2 / np.log2(4))
    assert predicted_rank.discounted_gain(-actual, actual) == pytest.approx(turned)


def test_hits_are_of_the_top_tenth():
    actual = np.arange(20.0)
    assert predicted_rank.hit(actual, actual) == 1
    assert predicted_rank.hit(-actual, actual) == 0
    assert predicted_rank.hit(np.where(actual == 18, -1, actual), actual) == 0.5


def test_a_file_of_sales_is_measured(tmp_path, capsys):
    first = dt.date(2025, 1, 1)
    rows = [
        f"p{item},{first + dt.timedelta(days=day)},{(item + 1) * (day * day % 13 + 1)}"
        for item in range(30)
        for day in range(0, 240, 2)
    ]
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(["what,when,money", *rows]), encoding="utf-8")
    predicted_rank.main(["--file", str(file), "--days", "28", "--periods", "2"])
    said = capsys.readouterr().out
    assert "sales.csv: 2 periods, 30 to 30 items" in said
    for line in ("naive, last period", "smooth", "auto"):
        assert line in said

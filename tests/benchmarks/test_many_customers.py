"""The script that asks a whole project about very many customers."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("sklearn", reason="predictions need the extra `predict`")

from benchmarks import many_customers


def test_a_project_over_drawn_orders_answers_by_stage(tmp_path, capsys):
    orders = many_customers.make(2_500, tmp_path / "data")
    assert many_customers.make(2_500, tmp_path / "data") == orders
    many_customers.project(tmp_path / "shop", tmp_path / "data", "bg", 2, "500MB")
    for what in ("load", "ask"):
        many_customers.one(tmp_path / "shop", what)
    *rows, last = capsys.readouterr().out.splitlines()
    assert sum(int(row.split("  ")[1]) for row in rows[1:]) == 2_500
    assert json.loads(last).keys() == {"wall", "cpu", "peak"}

"""The measure of an hour's refresh: what it makes is a growing shop, and what it compares it tells apart."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import refresh
from benchmarks.generate import generate


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("bench") / "data"
    generate(0.002, data)
    return refresh.project(data, data.parent / "shop")


def test_an_hour_is_added_and_gives_the_same(shop: Path) -> None:
    before, _ = refresh.loaded(shop)
    refresh.hour(shop, 1, 20)
    added, _ = refresh.loaded(shop)
    assert "were added to the load before" in added.manner
    assert "orders" in refresh.differences(before, added)
    (shop / "patron.toml").write_text('state_folder = "whole"\n')
    assert refresh.differences(added, refresh.loaded(shop)[0]) == []
    assert refresh.differences(replace(added, store=before.store), added)

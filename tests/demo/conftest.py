import csv

import pytest

from patron.engine.runner.demo import make_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder)
    return folder


@pytest.fixture(scope="session")
def tables(shop):
    """Every file's rows as the files have them, without the row that breaks off."""
    return {p.stem: [r for r in read(p) if None not in r.values()] for p in (shop / "data").glob("*.csv")}


def read(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

"""Shops, each opened once: Patron's answers beside the plain rows they are calculated from."""

from __future__ import annotations

from functools import cache

import pytest

import patron
from tests.packs import (
    of_conversions,
    of_demographics,
    of_geo,
    of_lifecycle,
    of_loyalty,
    of_predictions,
    of_staff,
    of_standard,
)
from tests.packs.asked import Asked
from tests.packs.shops import GENERATED, SHOPS
from tests.packs.shops.reading import DATA

CALCULATED = (of_standard, of_lifecycle, of_loyalty, of_demographics, of_staff, of_geo, of_conversions, of_predictions)


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """Opens a shop by name; closed at the end."""
    projects = []

    @cache
    def make(name):
        if name not in GENERATED and not DATA.is_dir():
            pytest.skip("the published data is not here")
        made = SHOPS[name]
        folder = tmp_path_factory.mktemp("packs") / name
        made.project(folder)
        projects.append(patron.open_project(folder, as_of=made.TODAY.isoformat()))
        return Asked(projects[-1], made.read(folder))

    yield make
    for project in projects:
        project.close()


@pytest.fixture
def shop(request, opened):
    """The shop that a test is given by name."""
    return opened(request.param)

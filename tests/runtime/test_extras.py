"""Extras: which of their libraries are not there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

import pytest

from patron.engine.runtime.extras import absent

NEEDS = ["duckdb>=1", 'there>=1; extra == "html"', 'patron[html]; extra == "pdf"', 'Gone.Away[x]>=2,<3; extra == "pdf"']


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def version(name: str) -> str:
        if name != "there":
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(metadata, "requires", lambda _name: NEEDS)
    monkeypatch.setattr(metadata, "version", version)
    absent.cache_clear()
    yield
    absent.cache_clear()


@pytest.mark.parametrize("extra, library", [("html", ""), ("pdf", "Gone.Away"), ("unheard_of", "")])
def test_the_first_library_that_is_not_installed(extra: str, library: str) -> None:
    assert absent(extra) == library


def test_a_checkout_that_is_not_installed_knows_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert absent("pdf") == ""

"""Who may know whom: the contracts of pyproject.toml hold, and no room is left out of them."""

import tomllib
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
ROOMS = sorted(
    f"patron.engine.{path.stem}"
    for path in (ROOT / "engine").iterdir()
    if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
)


def contract(name):
    return next(c for c in CONTRACTS if c["name"].startswith(name))


def test_the_contracts_hold(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_layer(room):
    layers = " ".join(contract("A room imports")["layers"]).replace("(", " ").replace(")", " ").split()
    assert room in layers


OPEN_TO_PLUGINS = {f"patron.engine.{room}" for room in ("contracts", "hooks", "results", "testing", "types", "frames")}


def test_every_other_room_is_closed_to_plugins():
    assert sorted(contract("Plugins know")["forbidden_modules"]) == sorted({*ROOMS} - OPEN_TO_PLUGINS)


def test_every_family_is_independent():
    families = sorted(f"patron.plugins.{p.name}" for p in (ROOT / "plugins").iterdir() if (p / "__init__.py").exists())
    assert contract("Families of plugins")["modules"] == families

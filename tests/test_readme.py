"""What the README says is so: its commands exist, its specs parse, its extras can be installed."""

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from patron.dsl.parse import parse_file
from patron.engine.cli.group import COMMANDS
from patron.engine.testing import catalog_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_two_commands_begin_on_a_fresh_machine():
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("python3 -m venv")]
    assert [line.rpartition(" && ")[2].split()[:2] for line in lines] == [
        [".venv/bin/patron", "demo"],
        [".venv/bin/python", "-m"],
    ]


def test_every_extra_exists():
    named = {extra for group in re.findall(r"\.\[([a-z,]+)\]", README) for extra in group.split(",")}
    assert named
    assert named <= set(PROJECT["optional-dependencies"])


def test_every_command_exists():
    named = set(re.findall(r"(?:^|[`/])patron ([a-z]+)", README, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("text", blocks("patron"), ids=lambda text: text.split()[-2])
def test_every_spec_parses(text):
    assert [p for p in parse_file(text.encode(), "README.patron")[1] if p.stops] == []


def test_the_plugin_in_ten_lines_offers_what_it_says(monkeypatch):
    code = next(block for block in blocks("python") if "patron_sources" in block)
    assert len(code.splitlines()) <= 12
    ledger = ModuleType("acme.ledger")
    ledger.open_ledger = print
    monkeypatch.setitem(sys.modules, "acme", ModuleType("acme"))
    monkeypatch.setitem(sys.modules, "acme.ledger", ledger)
    plugin = ModuleType("acme.plugin")
    exec(compile(code, "README.md", "exec"), vars(plugin))  # the README's own words, as they stand
    assert list(catalog_of(plugin).sources) == ["acme_ledger"]

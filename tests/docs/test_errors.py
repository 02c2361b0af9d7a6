"""Every code has an entry, and its example causes it."""

import re
import shutil
from pathlib import Path

import pytest

from patron.dsl.problems import SEVERITY
from tests.docs.examples import base_shop, codes, entries
from tests.docs.parts import codes as made_codes

ENTRIES = {e.code: e for e in entries()}
WORDS = {"E": "**Error", "W": "**Warning.**", "N": "**Note.**"}


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return base_shop(tmp_path_factory.mktemp("errors") / "shop")


@pytest.fixture
def shop(model, tmp_path):
    return shutil.copytree(model, tmp_path / "shop")


def test_every_code_has_one_entry_and_no_other_has():
    assert list(ENTRIES) == sorted(SEVERITY)


@pytest.mark.parametrize("code", sorted(SEVERITY))
def test_an_entry_says_its_severity_and_shows_an_example(code):
    entry = ENTRIES[code]
    assert entry.text.strip().startswith(WORDS[SEVERITY[code]])
    assert entry.example is not None
    assert entry.text.rpartition("```")[2].strip(), "it does not say what to do"


@pytest.mark.parametrize("code", [c for c, e in ENTRIES.items() if not e.shown_only])
def test_an_example_causes_its_code(code, shop, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    assert code in codes(ENTRIES[code], shop, alone)


@pytest.mark.parametrize("code", sorted(SEVERITY))
def test_the_table_of_codes_says_in_a_few_words_what_each_means(code):
    (line,) = (line for line in made_codes().splitlines() if f"[{code}]" in line)
    said = line.split(" | ", 2)[2].removesuffix(" |").replace("\\|", "|")
    assert 10 < len(said) < 130
    assert said in " ".join(ENTRIES[code].text.split()), "the first sentence of its entry, up to a colon"


def test_a_code_whose_example_is_only_shown_is_raised_by_another_test():
    here = Path(__file__).parent
    others = (p for p in here.parent.rglob("test_*.py") if here not in p.parents)
    named = set(re.findall(r"P0\d{3}", "\n".join(p.read_text(encoding="utf-8") for p in others)))
    assert {c for c, e in ENTRIES.items() if e.shown_only} <= named

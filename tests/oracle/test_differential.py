"""Patron against the oracle on random small worlds: every difference is somebody's mistake."""

from __future__ import annotations

import random

import pytest

from tests.oracle.ask import differences, missing
from tests.oracle.catalogue import PHRASES, for_currency, random_phrases
from tests.oracle.declared import AUDIENCES
from tests.oracle.opened import FEW, WORLDS, pair, patron, shop, visited
from tests.oracle.speak_phrase import phrase
from tests.oracle.tokens import NotExpressible
from tests.oracle.world_at import ask, audience

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

OF_PEOPLE = [(seed, name) for number, name in enumerate(AUDIENCES) for seed in visited(number)]
OF_PHRASES = [(seed, text) for number, text in enumerate(PHRASES) for seed in visited(number)]
BY_CHANCE = [(seed, text) for seed in range(WORLDS) for text in random_phrases(random.Random(seed), 20)]
EARLIER = "2026-02-10"


def said_otherwise(seed: int, text: str, as_of: str = "") -> list[str]:
    """What Patron answers otherwise than the oracle."""
    spoken = for_currency(text, pair(seed).currency)
    try:
        answer = ask(shop(seed, as_of), spoken)
    except NotExpressible as reason:
        pytest.skip(f"the oracle does not speak this: {reason}")
    dims = len(phrase(spoken).dims) + (answer.columns[0] == "audience")
    return differences(answer, patron(seed, as_of).query(spoken), dims=dims)


@pytest.mark.parametrize("seed, name", OF_PEOPLE)
def test_members(seed: int, name: str) -> None:
    assert patron(seed).audience(name) == audience(shop(seed), name), AUDIENCES[name]


@pytest.mark.parametrize("seed, text", OF_PHRASES)
def test_phrases(seed: int, text: str) -> None:
    assert said_otherwise(seed, text) == []


@pytest.mark.parametrize("seed, text", BY_CHANCE)
def test_phrases_by_chance(seed: int, text: str) -> None:
    assert said_otherwise(seed, text) == []


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("text", PHRASES[::9])
def test_phrases_read_earlier(seed: int, text: str) -> None:
    assert said_otherwise(seed, text, EARLIER) == []


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("name", list(AUDIENCES)[::8])
def test_members_read_earlier(seed: int, name: str) -> None:
    assert patron(seed, EARLIER).audience(name) == audience(shop(seed, EARLIER), name), AUDIENCES[name]

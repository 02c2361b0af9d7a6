"""Patron against the oracle on random small worlds: every difference is somebody's mistake."""

from __future__ import annotations

import random

import pytest

from tests.oracle.ask import differences, missing
from tests.oracle.catalogue import PHRASES, for_currency, random_phrases
from tests.oracle.declared import AUDIENCES
from tests.oracle.opened import WORLDS, pair, patron, shop
from tests.oracle.speak_phrase import phrase
from tests.oracle.tokens import NotExpressible
from tests.oracle.world_at import ask, audience

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

SEEDS = range(WORLDS)
BY_CHANCE = [(seed, text) for seed in SEEDS for text in random_phrases(random.Random(seed), 40)]
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


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", AUDIENCES)
def test_members(seed: int, name: str) -> None:
    assert patron(seed).audience(name) == audience(shop(seed), name), AUDIENCES[name]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("text", PHRASES)
def test_phrases(seed: int, text: str) -> None:
    assert said_otherwise(seed, text) == []


@pytest.mark.parametrize("seed, text", BY_CHANCE)
def test_phrases_by_chance(seed: int, text: str) -> None:
    assert said_otherwise(seed, text) == []


@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize("text", PHRASES[:40:2])
def test_phrases_read_earlier(seed: int, text: str) -> None:
    assert said_otherwise(seed, text, EARLIER) == []


@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize("name", list(AUDIENCES)[::4])
def test_members_read_earlier(seed: int, name: str) -> None:
    assert patron(seed, EARLIER).audience(name) == audience(shop(seed, EARLIER), name), AUDIENCES[name]

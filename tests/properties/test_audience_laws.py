"""Laws of sets: whatever the conditions are, missing values included (laws 1 to 5 and 25)."""

from __future__ import annotations

import pytest

from tests.oracle.ask import ITSELF, Patron, missing
from tests.oracle.conditions import CONDITIONS, EVENTS, RANKS, SEQUENCES, THEIRS
from tests.oracle.declared import DECLARATIONS
from tests.oracle.opened import FEW, opened, pair

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Patron answers")

_ALL = [c for group in zip(CONDITIONS, EVENTS, SEQUENCES * 3, THEIRS * 2, RANKS * 3, strict=False) for c in group]
PAIRS = list(zip(_ALL[0:60:2], _ALL[1:60:2], strict=True))

_LAWS = """
audience a{n} = {a}
audience b{n} = {b}
audience no_a{n} = not ({a})
audience or{n} = ({a}) or ({b})
audience or_again{n} = ({b}) or ({a})
audience and{n} = ({a}) and ({b})
audience neither{n} = not (({a}) or ({b}))
audience not_not{n} = not not ({a})
audience neither_again{n} = not ({a}) and not ({b})
audience without_itself{n} {{
  include {a}
  exclude {a}
}}
audience any_without_b{n} {{
  include any of {{
    {a}
    {b}
  }}
  exclude {b}
}}
audience none_of{n} {{
  include none of {{
    {a}
    {b}
  }}
}}
audience narrowed{n} {{
  include all of {{
    in audience a{n}
    in audience b{n}
  }}
}}
"""
_OPEN: dict[int, Patron] = {}


def _patron(seed: int) -> Patron:
    if seed not in _OPEN:
        laws = "".join(_LAWS.format(n=n, a=a, b=b) for n, (a, b) in enumerate(PAIRS))
        _OPEN[seed] = opened(pair(seed).world, DECLARATIONS + laws)
    return _OPEN[seed]


@pytest.mark.parametrize("seed", FEW[:1])
@pytest.mark.parametrize("number", range(len(PAIRS)), ids=lambda n: f"{PAIRS[n][0]} | {PAIRS[n][1]}")
def test_sets(seed: int, number: int) -> None:
    def people(name: str) -> set[str]:
        members = _patron(seed).audience(f"{name}{number}")
        assert len(members) == len(set(members))
        return set(members)

    everyone = set(_patron(seed).audience("all_tracked_users"))
    a, b = people("a"), people("b")
    assert people("without_itself") == set()
    assert people("any_without_b") == a - b
    assert people("or") == people("or_again") == a | b
    assert people("neither") == people("neither_again") == people("none_of") == everyone - (a | b)
    assert people("not_not") == a
    assert people("no_a") == everyone - a
    both = people("and")
    assert both == people("narrowed") == a & b
    assert len(a | b) == len(a) + len(b) - len(both)
    assert both <= a


@pytest.mark.parametrize("seed", FEW[:1])
@pytest.mark.skipif(ITSELF, reason="the oracle has no check")
def test_what_check_accepts_runs(seed: int) -> None:
    problems = _patron(seed).project.check()
    assert [p for p in problems if p.severity == "E"] == []

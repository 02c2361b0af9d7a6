"""What would have to be otherwise, in words: one change, or several that are needed together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias


class Things(NamedTuple):
    """So many things to be done: `2 more orders with category "Edibles"`."""

    number: int
    one: str
    many: str
    which: str = ""
    more: bool = False

    def __str__(self) -> str:
        more = " more" if self.more else ""
        return f"{self.number:,}{more} {self.one if self.number == 1 else self.many} {self.which}".rstrip()


class Change(NamedTuple):
    """Something that would have to be otherwise. `buys` tells that it takes an order, `waits` that time brings it.

    `things` are what would have to be done, `money` what would have to be spent, where that is what it takes.
    """

    words: str
    buys: bool = False
    waits: bool = False
    things: Things | None = None
    money: Decimal | None = None


Changes: TypeAlias = tuple[Change, ...] | None
"""Changes that are needed together: none are needed, or (None) nobody can bring it about."""


def joint_change(parts: list[Changes], all_needed: bool) -> Changes:
    """The changes of all parts together, or of the one part that needs the fewest."""
    if all_needed:
        if any(p is None for p in parts):
            return None
        return tuple(dict.fromkeys(c for p in parts if p for c in p))
    possible = [p for p in parts if p is not None]
    return min(possible, key=_effort) if possible else None


def _effort(changes: tuple[Change, ...]) -> tuple[int, int, int, int, Decimal]:
    """What is done is better than what is waited for or what somebody is, and less of it better than more."""
    things = sum(c.things.number for c in changes if c.things is not None)
    money = sum((c.money for c in changes if c.money is not None), Decimal(0))
    other = sum(c.things is None and c.money is None for c in changes)
    return len(changes), sum(c.waits for c in changes), other, things, money


def together(changes: Sequence[Change]) -> str:
    """Changes that are needed together. One order may be counted by several clauses, and what is spent too: of
    equal things the most is needed, and things of a kind are among those of any kind."""
    things = _things([c.things for c in changes if c.things is not None])
    most = max((c for c in changes if c.money is not None), key=lambda c: c.money or 0, default=None)
    others = [c.words for c in changes if c.things is None and c.money is None]
    *said, last = (*things, *([most.words] if most is not None else []), *dict.fromkeys(others))
    return f"{', '.join(said)} and {last}" if said else last


def _things(found: Sequence[Things]) -> list[str]:
    """The things by their noun: the most of any kind, with those of a kind among them."""
    said = []
    for one in dict.fromkeys(t.one for t in found):
        kinds = _most_of_each([t for t in found if t.one == one])
        plain, special = kinds.pop("", None), list(kinds.values())
        if plain is None or (len(special) == 1 and special[0].number >= plain.number):
            said += [str(t) for t in special]
        else:
            said.append(str(plain) + _among(special))
    return said


def _most_of_each(things: Sequence[Things]) -> dict[str, Things]:
    """By kind what asks for the most."""
    kinds: dict[str, Things] = {}
    for one in things:
        if one.which not in kinds or kinds[one.which].number < one.number:
            kinds[one.which] = one
    return kinds


def _among(special: Sequence[Things]) -> str:
    """`, 1 of them with category "Edibles"`."""
    return "".join(f", {t.number:,} of them {t.which}" for t in special)

"""The stack on which a statement grows from tokens to one node."""

from __future__ import annotations

from typing import Any, Final

from patron.dsl import machine
from patron.dsl.building import BUILDERS, Builder
from patron.dsl.building.base import Build
from patron.dsl.machine import END_OF_TEXT, ROWS, RULES, row

GIVE = 1
_RULES: Final = tuple((left, size, what, BUILDERS.get(name), parts) for left, size, what, name, parts in RULES)

MISFIT, DONE = -1, -2

_shortcuts: dict[tuple[int, int, int], int] = {}


def _shortcut(below: int, top: int, symbol: int) -> int:
    """The state on top after all rules that only give their one part on: a name alone climbs a dozen of them."""
    key = (below, top, symbol)
    found = _shortcuts.get(key)
    if found is None:
        found = top
        while (action := row(found).get(symbol, 0)) < 0:
            left, size, what = _RULES[-action - 1][:3]
            if size != 1 or what != GIVE:
                break
            found = row(below)[left]
        _shortcuts[key] = found
    return found


class Stack:
    """States, the values they stand for, and where each value begins and ends in the text."""

    __slots__ = ("begins", "builder", "last", "states", "stops", "values")

    def __init__(self, start: str, builder: Builder) -> None:
        first, self.last = machine.STARTS[start]
        self.builder = builder
        self.states = [first]
        self.values: list[Any] = [None]
        self.begins = [0]
        self.stops = [0]

    def settle(self, symbol: int) -> int:
        """Applies every rule that is complete before this terminal; the state to go to, or MISFIT, or DONE."""
        states = self.states
        while True:
            top = states[-1]
            action = (ROWS[top] or row(top)).get(symbol)
            if action is None:
                return MISFIT
            if action >= 0:
                return action
            rule = _RULES[-action - 1]
            if rule[1] == 1 and rule[2] == GIVE:
                state = states[-1] = _shortcut(states[-2], top, symbol)
            else:
                self._apply(*rule)
                below = states[-1]
                state = (ROWS[below] or row(below))[rule[0]]
                states.append(state)
            if state == self.last and symbol == END_OF_TEXT:
                return DONE

    def _apply(self, _left: int, size: int, what: int, build: Build | None, parts: tuple[int, ...]) -> None:
        """Replaces the parts of a rule by what they make."""
        values, begins, stops = self.values, self.begins, self.stops
        given = values[-size:]
        if build is not None:
            values[-size] = build(self.builder, _flat(given, parts), begins[-size], stops[-1])
        else:
            values[-size] = given[parts[0]] if what == GIVE else _list(given, parts)
        if size > 1:
            stops[-size] = stops[-1]
            del values[1 - size :], begins[1 - size :], stops[1 - size :]
        del self.states[-size:]

    def cut(self, height: int) -> None:
        """Forgets everything above a height."""
        del self.states[height:], self.values[height:], self.begins[height:], self.stops[height:]


def _flat(given: list[Any], parts: tuple[int, ...]) -> list[Any]:
    """The parts of a rule that are handed on: lists of inlined rules are spread out, absent parts are None."""
    flat: list[Any] = []
    for p in parts:
        value = given[p] if p >= 0 else None
        if type(value) is list:
            flat += value
        else:
            flat.append(value)
    return flat


def _list(given: list[Any], parts: tuple[int, ...]) -> list[Any]:
    """The growing list of an inlined or repeated rule; it is extended in place, so that long lists cost no more."""
    first = given[parts[0]] if parts and parts[0] >= 0 else None
    if type(first) is not list:
        return _flat(given, parts)
    for p in parts[1:]:
        value = given[p] if p >= 0 else None
        if type(value) is list:
            first += value
        else:
            first.append(value)
    return first

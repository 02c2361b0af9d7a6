"""The stack on which a statement grows from tokens to one node."""

from __future__ import annotations

from typing import Any, Final

from patron.dsl import machine
from patron.dsl.building import BUILDERS, Builder
from patron.dsl.machine import END_OF_TEXT, ROWS, RULES, row

BUILD, GIVE, LIST = 0, 1, 2
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
        states, values, begins, stops = self.states, self.values, self.begins, self.stops
        while True:
            top = states[-1]
            action = (ROWS[top] or row(top)).get(symbol)
            if action is None:
                return MISFIT
            if action >= 0:
                return action
            left, size, what, build, parts = _RULES[-action - 1]
            if size == 1:
                if what == GIVE:
                    states[-1] = _shortcut(states[-2], top, symbol)
                    if states[-1] == self.last and symbol == END_OF_TEXT:
                        return DONE
                    continue
                value = values[-1]
                if build is None:
                    values[-1] = value if type(value) is list else [value] if parts else []
                else:
                    values[-1] = build(self.builder, _flat([value], parts), begins[-1], stops[-1])
                del states[-1]
            else:
                given = values[-size:]
                if what == GIVE:
                    values[-size] = given[parts[0]]
                elif build is not None:
                    values[-size] = build(self.builder, _flat(given, parts), begins[-size], stops[-1])
                else:
                    values[-size] = _list(given, parts)
                stops[-size] = stops[-1]
                del values[1 - size :], begins[1 - size :], stops[1 - size :], states[-size:]
            below = states[-1]
            state = (ROWS[below] or row(below))[left]
            states.append(state)
            if state == self.last and symbol == END_OF_TEXT:
                return DONE

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

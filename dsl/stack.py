"""The stack on which a statement grows from tokens to one node."""

from __future__ import annotations

from typing import Any, Final

from patron.dsl import machine
from patron.dsl.building import BUILDERS, Builder
from patron.dsl.machine import END_OF_TEXT, RULES, row

BUILD, GIVE, LIST = 0, 1, 2
_RULES: Final = tuple((left, size, what, BUILDERS.get(name), parts) for left, size, what, name, parts in RULES)

MISFIT, DONE = -1, -2


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
            action = row(states[-1]).get(symbol)
            if action is None:
                return MISFIT
            if action >= 0:
                return action
            left, size, what, build, parts = _RULES[-action - 1]
            if size == 1 and what == GIVE:
                del states[-1]
            else:
                given = values[-size:]
                made: Any
                if what == GIVE:
                    made = given[parts[0]]
                elif build is not None:
                    made = build(self.builder, _flat(given, parts), begins[-size], stops[-1])
                else:
                    made = _list(given, parts)
                if size > 1:
                    end = stops[-1]
                    del values[1 - size :], begins[1 - size :], stops[1 - size :]
                    stops[-1] = end
                values[-1] = made
                del states[-size:]
            state = row(states[-1])[left]
            states.append(state)
            if symbol == END_OF_TEXT and state == self.last:
                return DONE

    def push(self, state: int, value: Any, begin: int, stop: int) -> None:
        self.states.append(state)
        self.values.append(value)
        self.begins.append(begin)
        self.stops.append(stop)

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

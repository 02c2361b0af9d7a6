"""Draws that are the same everywhere: a counter, mixed. No float takes part and nothing of the platform."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


def _mixed(x: int) -> int:
    """64 well mixed bits of a number (the finisher of SplitMix)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _MASK
    return x ^ (x >> 31)


class Draws:
    """A row of draws of its own for every topic, so that more rows of one table never shuffle another."""

    def __init__(self, seed: int, topic: str) -> None:
        self._state = _mixed(seed & _MASK)
        for byte in topic.encode():
            self._state = _mixed(self._state + byte + 1)

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        self._state = (self._state + _STEP) & _MASK
        return _mixed(self._state) * n >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + self.below(high - low + 1)

    def middling(self, low: int, high: int) -> int:
        """The same with the middle more often than the ends."""
        return (self.between(low, high) + self.between(low, high)) // 2

    def chance(self, percent: int) -> bool:
        """Yes in so many of a hundred cases."""
        return self.below(100) < percent

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def weighted(self, values: Sequence[T], weights: Sequence[int]) -> T:
        """One of the values, the heavier ones more often."""
        return values[self.place(list(accumulate(weights)))]

    def place(self, sums: Sequence[int]) -> int:
        """The place of one of several weights, given their running sums."""
        return bisect_right(sums, self.below(sums[-1]))

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """So many different values, in the order drawn."""
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

"""The leaves of boosted trees that rows fall into, for many rows at once.

Each question is asked of all rows, whatever number of trees ask it, and the answers are kept as bits. The number of the
leaf in a tree is made of answers eight rows at a time, and the values of two trees are looked up together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats
from patron.engine.predict.trees import Tree, Trees

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 1 << 17
"""Rows whose answers are in memory at once."""
BITS = 4
"""Of the number of a leaf."""

Bytes: TypeAlias = "NDArray[np.uint8]"
Bits: TypeAlias = "Bytes | int"
"""A bit for each row, eight in a byte; a number where it is the same for all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows for which a question is answered by yes, and those for which it is not."""

    yes: Bytes
    no: Bytes


def outcome(trees: Trees, features: Sequence[NDArray[Any]]) -> Floats:
    """What each row is worth; features are columns."""
    size = len(features[0])
    found = np.full(size, trees.baseline)
    for at in range(0, size, CHUNK):
        _add(
            trees,
            [np.asarray(column[at : at + CHUNK], dtype=np.float64) for column in features],
            found[at : at + CHUNK],
        )
    return np.asarray(np.exp(found))


def _add(trees: Trees, columns: Sequence[Floats], total: Floats) -> None:
    """Add the leaf of each tree to the totals."""
    answers = _answers(trees, columns)
    for one, other in zip_longest(trees.trees[::2], trees.trees[1::2]):
        planes = _number(one, answers) + (_number(other, answers) if other else [])
        total += _sums(one, other).take(_unpacked(planes, len(total)), mode="clip")


def _answers(trees: Trees, columns: Sequence[Floats]) -> Mapping[tuple[int, float], Answer]:
    """What all questions of the trees are answered."""
    asked = sorted({question for tree in trees.trees for question in zip(tree.feature, tree.threshold, strict=True)})
    size = len(columns[0])
    yes, above = np.empty((len(asked), -(-size // 8)), dtype=np.uint8), np.empty(size, dtype=np.bool_)
    for bits, (feature, threshold) in zip(yes, asked, strict=True):
        bits[:] = np.packbits(np.greater(columns[feature], threshold, out=above))
    return {question: Answer(*both) for question, both in zip(asked, zip(yes, ~yes, strict=True), strict=True)}


def _number(tree: Tree, answers: Mapping[tuple[int, float], Answer]) -> list[Bits]:
    """The bits of the number of the leaf, the lowest first."""
    firsts = tree.firsts

    def of(low: int, high: int) -> list[Bits]:
        """Of the leaves from the low one up to the high one: its topmost question has all to its left that are low."""
        if low == high:
            return [low >> bit & 1 for bit in range(BITS)]
        top = max(at for at in range(low, high) if firsts[at] == low)
        answer = answers[tree.feature[top], tree.threshold[top]]
        return [_either(left, right, answer) for left, right in zip(of(low, top), of(top + 1, high), strict=True)]

    return of(0, len(tree.values) - 1)


def _either(left: Bits, right: Bits, answer: Answer) -> Bits:
    """The right one where the answer is yes, else the left one."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left if left == right else answer.yes if right else answer.no
        return right | answer.no if left else right & answer.yes
    if isinstance(right, int):
        return left | answer.yes if right else left & answer.no
    return left ^ ((left ^ right) & answer.yes)


def _sums(one: Tree, other: Tree | None) -> Floats:
    """The values of both trees, by the number of the first's leaf and, above it, that of the second's."""
    low, high = (np.resize(np.array(tree.values if tree else 0.0), 1 << BITS) for tree in (one, other))
    return (high[:, None] + low).ravel()


def _unpacked(planes: Sequence[Bits], rows: int) -> Bytes:
    """The number of each row; the lowest bits come first."""
    found = np.zeros(rows, dtype=np.uint8)
    for bits in reversed(planes):
        found += found
        found |= bits if isinstance(bits, int) else np.unpackbits(bits, count=rows)
    return found

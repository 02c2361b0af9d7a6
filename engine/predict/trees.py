"""Boosted trees: trained by scikit-learn, kept and scored as plain numbers, so that nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from patron.dsl.nodes import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAVES = 15
"""As many as a tree may have: the number of a leaf has four bits."""
ROWS = 240_000
"""As many as are learned from; of more, every so many-th is taken. Half of CDNOW's 140,000 is too few: the sum that was
predicted was a twentieth less."""
BINS = 255


@dataclass(frozen=True, slots=True)
class Tree:
    """Questions and leaves of one tree, both from left to right.

    A row for which `threshold` < its `feature` goes right of the question and loses the leaves on the left of it:
    those that stay are the bits of `right`. The first leaf that no question takes away is the row's.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    right: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def firsts(self) -> tuple[int, ...]:
        """The first of the leaves on the left of each question; the last of them has the question's number."""
        lost = (~right & (1 << len(self.values)) - 1 for right in self.right)
        return tuple((leaves & -leaves).bit_length() - 1 for leaves in lost)


@dataclass(frozen=True, slots=True)
class Trees:
    """What a row is worth: e to the power of `baseline` and of a leaf of each tree."""

    baseline: float
    trees: tuple[Tree, ...]

    @property
    def asked(self) -> frozenset[int]:
        """The features that are asked about."""
        return frozenset(feature for tree in self.trees for feature in tree.feature)

    def to_json(self) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "trees": [
                {"feature": [*t.feature], "threshold": [*t.threshold], "right": [*t.right], "values": [*t.values]}
                for t in self.trees
            ],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Trees:
        return Trees(float(value["baseline"]), tuple(_tree(one) for one in value["trees"]))


def available() -> bool:
    """Whether scikit-learn is installed."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        return False
    return True


def train(
    features: NDArray[np.float64],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    rate: float,
    rounds: int,
    leaf: int,
) -> Trees:
    """Trees for amounts that are never negative (poisson), from rows of features; the same bytes with any threads."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    every = slice(None, None, -(-len(target) // ROWS) or 1)
    cuts = [_cuts(column) for column in features[every].T]
    codes = np.column_stack([np.searchsorted(cut, column) for cut, column in zip(cuts, features[every].T, strict=True)])
    model = HistGradientBoostingRegressor(
        loss="poisson",
        learning_rate=rate,
        max_iter=rounds,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=leaf,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )
    with threadpool_limits(1):
        model.fit(codes, target[every], weight[every])
    grown = (_exported(one[0].nodes, cuts) for one in model._predictors)  # noqa: SLF001 - there is no public way
    return Trees(float(np.ravel(model._baseline_prediction)[0]), tuple(grown))  # noqa: SLF001


def _cuts(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where a feature may be asked about: between its values, or every 255th part of the rows.

    The library would look for the same by the weights of rows, which takes it longer than to grow the trees.
    """
    values = np.unique(column)
    if len(values) <= BINS:
        return (values[:-1] + values[1:]) / 2
    return np.unique(np.quantile(column, np.arange(1, BINS) / BINS, method="averaged_inverted_cdf"))


def _exported(nodes: Any, cuts: Sequence[NDArray[np.float64]]) -> Tree:
    """The nodes that scikit-learn grew, walked from left to right."""
    questions: list[tuple[int, float, int, int]] = []
    values: list[float] = []

    def walk(at: int) -> None:
        node = nodes[at]
        if node["is_leaf"]:
            values.append(float(node["value"]))
            return
        first = len(values)
        walk(int(node["left"]))
        feature = int(node["feature_idx"])
        questions.append((feature, float(cuts[feature][int(node["num_threshold"])]), first, len(values)))
        walk(int(node["right"]))

    walk(0)
    every = (1 << len(values)) - 1
    right = (every & ~((1 << end) - (1 << first)) for _, _, first, end in questions)
    return Tree(tuple(q[0] for q in questions), tuple(q[1] for q in questions), tuple(right), tuple(values))


def _tree(value: Mapping[str, Sequence[Any]]) -> Tree:
    return Tree(
        tuple(int(i) for i in value["feature"]),
        tuple(float(i) for i in value["threshold"]),
        tuple(int(i) for i in value["right"]),
        tuple(float(i) for i in value["values"]),
    )

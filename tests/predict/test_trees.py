"""Trees as plain numbers say what scikit-learn's own say, to the last bit, and are the same bytes every time."""

import json

import numpy as np
import pytest

from patron.engine.predict import leaves
from patron.engine.predict import trees as trees_module
from patron.engine.predict.leaves import outcome
from patron.engine.predict.trees import LEAVES, Tree, Trees, available, train

ensemble = pytest.importorskip("sklearn.ensemble")
threadpoolctl = pytest.importorskip("threadpoolctl")


def rows(n=3000, seed=1):
    random = np.random.default_rng(seed)
    features = random.gamma(1.0, 1.0, (n, 5))
    target = random.poisson(2 * features[:, 0] * (features[:, 3] > 1)).astype(float)
    return features, target, features[:, 2] + 0.1


def trained(features, target, weight):
    return train(features, target, weight, rate=0.1, rounds=30, leaf=20)


def walked(tree, row):
    """The leaf of a row, from what a question takes away."""
    left = set(range(len(tree.values)))
    for feature, threshold, right in zip(tree.feature, tree.threshold, tree.right, strict=True):
        if row[feature] > threshold:
            left &= {i for i in range(len(tree.values)) if right >> i & 1}
    return tree.values[min(left)]


def theirs(features, target, weight):
    model = ensemble.HistGradientBoostingRegressor(
        loss="poisson", learning_rate=0.1, max_iter=30, max_leaf_nodes=15, min_samples_leaf=20, l2_regularization=1.0,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    with threadpoolctl.threadpool_limits(1):  # on a busy machine threads wait for each other most of the time
        return model.fit(features, target, weight)


def test_they_say_what_scikit_learn_says():
    features, target, weight = rows()
    features = np.floor(features * 50) / 8  # few values: the library asks between each two of them, too
    model, trees = theirs(features, target, weight), trained(features, target, weight)
    unseen = np.floor(rows(5000, seed=2)[0] * 50) / 8
    np.testing.assert_allclose(outcome(trees, unseen.T), model.predict(unseen), rtol=1e-9)


def test_of_many_values_they_are_as_good():
    features, target, weight = rows()
    unseen, truth, _ = rows(5000, seed=2)
    own = outcome(trained(features, target, weight), unseen.T)
    other = theirs(features, target, weight).predict(unseen)
    assert np.abs(own - truth).mean() == pytest.approx(np.abs(other - truth).mean(), rel=0.03)


def test_a_leaf_is_found_without_walking():
    features, target, weight = rows()
    trees = trained(features, target, weight)
    assert len(trees.trees) == 30
    expected = [np.exp(trees.baseline + sum(walked(t, row) for t in trees.trees)) for row in features[:50]]
    np.testing.assert_allclose(outcome(trees, features[:50].T), expected, rtol=1e-12)


@pytest.mark.parametrize("many", [1, 2, 7, 30])
def test_rows_are_looked_at_in_blocks_to_the_same_bytes(monkeypatch, many):
    features, target, weight = rows()
    trained_ = trained(features, target, weight)
    trees = Trees(trained_.baseline, trained_.trees[:many])
    whole = outcome(trees, features.T)
    expected = [np.exp(trees.baseline + sum(walked(t, row) for t in trees.trees)) for row in features[:100]]
    np.testing.assert_allclose(whole[:100], expected, rtol=1e-12)
    monkeypatch.setattr(leaves, "CHUNK", 128)
    for some in (1, 8, 15, 127, 128, 129, len(features)):
        assert outcome(trees, features[:some].T).tobytes() == whole[:some].tobytes()


def test_a_tree_of_one_leaf_and_one_of_most():
    most = LEAVES - 1
    right = tuple((1 << LEAVES) - (2 << at) for at in range(most))
    line = Tree((0,) * most, tuple(at * 1.0 for at in range(most)), right, tuple(at * 1.0 for at in range(LEAVES)))
    trees = Trees(0.5, (Tree((), (), (), (0.25,)), line))
    asked = np.arange(-1, 20) + 0.5
    np.testing.assert_allclose(np.log(outcome(trees, [asked])), 0.75 + np.clip(np.ceil(asked), 0, most), rtol=1e-12)


def test_a_value_on_the_threshold_goes_left():
    features, target, weight = rows()
    trees = trained(features, target, weight)
    first = trees.trees[0]
    row = np.tile(features[0], (1, 1))
    row[0, first.feature[0]] = first.threshold[0]
    expected = np.exp(trees.baseline + sum(walked(t, row[0]) for t in trees.trees))
    assert outcome(trees, row.T) == pytest.approx([expected], rel=1e-12)


def test_they_are_text_and_come_back_equal():
    features, target, weight = rows()
    trees = trained(features, target, weight)
    text = json.dumps(trees.to_json(), allow_nan=False)
    assert Trees.from_json(json.loads(text)) == trees
    assert json.dumps(trained(features, target, weight).to_json()) == text


def test_too_few_rows_for_a_question_give_one_leaf():
    features, target, weight = rows(10)
    trees = trained(features, target + 1, weight)
    assert all(len(t.values) == 1 for t in trees.trees)
    np.testing.assert_allclose(outcome(trees, features.T), np.average(target + 1, weights=weight), rtol=1e-9)


def test_no_rows_have_no_outcome():
    features, target, weight = rows()
    assert outcome(trained(features, target, weight), features[:0].T).shape == (0,)


def test_of_many_rows_every_so_many_th_is_learned(monkeypatch):
    features, target, weight = rows()
    monkeypatch.setattr(trees_module, "ROWS", 1500)
    few = train(features[::2], target[::2], weight[::2], rate=0.1, rounds=2, leaf=20)
    assert train(features, target, weight, rate=0.1, rounds=2, leaf=20) == few
    assert train(features[:1500], target[:1500], weight[:1500], rate=0.1, rounds=2, leaf=20) != few


def test_scikit_learn_is_here():
    assert available()

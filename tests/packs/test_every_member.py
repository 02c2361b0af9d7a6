"""Nobody adds a member to a pack without a calculation beside it, and none is here that no pack has."""

from __future__ import annotations

import pytest

from patron.dsl import tree
from patron.dsl.parse import parse_file
from tests.packs.members import EVENTS, METRICS, TRAITS
from tests.plugins.metrics.test_packs import NAMES, pack

ATTRIBUTIONS = {
    "conversions.aiq": "conversions.conversions",
    "conversions.reported": "conversions.conversions",
    "conversions.attributed": "tests/products/test_shopline.py",  # of a list that was taken
    "conversions.performance": "conversions.placed_order",
    "aiq.conversions": "conversions.aiq",  # the same words, which tests/plugins/metrics/test_conversions.py holds
    "shopline.attributed": "conversions.attributed",
    "shopline.performance": "conversions.performance",
}
"""What an attribution is calculated by: a metric, a test of lists, or another that says the same."""
KINDS = {
    tree.MetricDecl: METRICS, tree.TraitDecl: TRAITS, tree.FilterDecl: TRAITS, tree.EventDecl: EVENTS,
    tree.AttributionDecl: ATTRIBUTIONS,
}  # fmt: skip
BROUGHT = {"rfm.patron": "rfm"}
"""Files of a pack whose members have another name before them."""
LIBRARY = {"standard"}
"""Whose members have no name before them."""


def members(name):
    """(full name, kind) of what a pack declares."""
    for file, path in pack(name).files.items():
        before = BROUGHT.get(file, name)
        document, problems = parse_file(path.read_bytes(), file)
        assert problems == ()
        for statement in document.statements:
            if type(statement) in KINDS:
                said = statement.name.text
                yield (said if before in LIBRARY else f"{before}.{said}"), type(statement)


@pytest.mark.parametrize("name", NAMES)
def test_every_member_has_a_calculation(name):
    missing = [full for full, kind in members(name) if full not in KINDS[kind]]
    assert missing == [], "write how each is calculated, in plain Python, in tests/packs/of_*.py"


def test_every_calculation_is_of_a_member():
    known = {full for name in NAMES for full, _ in members(name)}
    assert {*METRICS, *TRAITS, *EVENTS, *ATTRIBUTIONS} <= known

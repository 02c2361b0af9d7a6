"""The oracle against the golden cases: answers that were calculated by hand before either existed."""

from __future__ import annotations

import pytest

from tests.oracle.golden import SHARED, Case, cases, difference
from tests.oracle.tokens import NotExpressible

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the conformance suite lies beside the repository")


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_the_oracle_agrees_with_the_golden_case(case: Case) -> None:
    try:
        found = difference(case)
    except NotExpressible as reason:
        pytest.skip(f"the oracle does not speak this: {reason}")
    assert found == ""

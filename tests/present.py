"""What tests need beside Python: without it they are skipped on a desk, and fail where everything must run."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

CI = os.environ.get("CI", "").casefold() in ("1", "true", "yes")


def lacking(what: str) -> NoReturn:
    """End a test for want of something."""
    if CI:
        pytest.fail(f"{what}; with CI set every test must run")
    pytest.skip(what)

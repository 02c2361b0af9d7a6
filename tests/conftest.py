"""What holds for every test: files are closed, and on a machine of CI nothing is skipped for want of something."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

import pytest

EXPLAINED = (
    "the oracle",  # it calculates a part of the language by itself; tests/oracle/README.md says which
    "this phrase counts or lists people",  # a law about amounts
    "the published data is not here", "the sample specs are not beside", "the conformance suite lies beside",
    "only who may mount a disk",  # other tests stand in for it
)  # fmt: skip
"""How reasons begin for which a test may be skipped where CI is set."""

os.environ.setdefault("PYTHONWARNINGS", "default::ResourceWarning")  # processes of tests tell of files left open


def unexplained(reasons: Iterable[str]) -> list[str]:
    """The reasons that are not explained."""
    return sorted({r for r in reasons if not r.removeprefix("Skipped: ").startswith(EXPLAINED)})


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("CI", "").casefold() not in ("1", "true", "yes"):
        return
    skipped = reporter.stats.get("skipped", [])
    found = unexplained(r.longrepr[2] for r in skipped if isinstance(r.longrepr, tuple))
    if found:
        reporter.write_line("skipped for want of something, with CI set: " + "; ".join(found), red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium, without a window."""
    browsers = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium")
    with browsers.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()

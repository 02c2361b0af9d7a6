"""What `patron plugins` says of settings and needs, in the words of a spec."""

from __future__ import annotations

import datetime as dt

import pytest
from click.testing import CliRunner

from patron.engine.cli.group import patron
from patron.engine.contracts import SettingSpec


@pytest.fixture
def told(tmp_path):
    return lambda *args: CliRunner().invoke(patron, ["plugins", "--project", str(tmp_path), *args]).stdout


def test_what_a_show_needs_is_no_extra(told):
    lines = {line.split()[0]: line for line in told().splitlines() if line.startswith("  ")}
    assert lines["heatmap"].endswith("(needs place or two dims)")
    assert lines["postgres"].endswith("(needs patron[postgres])")


def test_settings_are_told_as_a_spec_writes_them(told):
    lines = told("csv").splitlines()
    assert "  header (yes or no; default yes): whether the first line names the columns" in lines
    assert '  decimal ("." or ","; default "."): the decimal sign of numbers' in lines
    assert '  blank (texts; default ""): texts that are read as missing' in lines
    assert "datetime" not in told("lifecycle")


@pytest.mark.parametrize(
    "kind, default, written",
    [
        ("numbers", (1, 2.5), "1, 2.5"), ("duration", dt.timedelta(days=90), "90 days"), ("percent", 0.8, "80%"),
        ("choice", "aiq", "aiq"), ("texts", ("Gone", "Absent"), '"Gone", "Absent"'), ("yesno", False, "no"),
        ("text", None, ""),
    ],
)  # fmt: skip
def test_a_default_is_written_as_in_a_spec(kind, default, written):
    assert SettingSpec("x", kind, "", default).default_written == written

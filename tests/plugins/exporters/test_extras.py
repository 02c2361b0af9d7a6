"""Each format needs what its extra brings, and nothing that another one brings."""

from __future__ import annotations

import subprocess
import sys

import pytest

OUTSIDE = {"babel", "jinja2", "markupsafe", "pandas", "pyarrow", "vl_convert", "weasyprint", "xlsxwriter"}
NEEDS = {
    "ads": set(),
    "csv": set(),
    "json": set(),
    "markdown": {"babel", "jinja2", "markupsafe", "vl_convert"},
    "parquet": {"pandas", "pyarrow"},
    "svg": {"babel", "jinja2", "markupsafe", "vl_convert"},
    "xlsx": {"babel", "xlsxwriter"},
}
CODE = """
import importlib, sys
from pathlib import Path
sys.modules.update(dict.fromkeys(sys.argv[3:]))
from patron.engine.contracts import ExportJob
from patron.engine.testing.sample import sample_people, sample_report
kind = importlib.import_module(f"patron.plugins.exporters.{sys.argv[1]}").patron_exporters()[0]
assert kind.export(sample_people() if kind.takes else sample_report(), ExportJob(Path(sys.argv[2]), "s"))
"""


@pytest.mark.parametrize("name", NEEDS)
def test_a_format_needs_its_own_extra_alone(name, tmp_path):
    absent = sorted(OUTSIDE - NEEDS[name])
    asked = [sys.executable, "-c", CODE, name, str(tmp_path), *absent]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

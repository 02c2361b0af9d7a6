"""The hand-made report, and a folder to export into."""

import importlib.util
import sys
from pathlib import Path

import pytest

from patron.engine.contracts import ExportJob


@pytest.fixture(scope="session")
def sample():
    """The module `sample` beside this one."""
    name = "patron_tests_exporters_sample"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("sample.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def job(tmp_path):
    """An export of the whole report as `rep`."""
    return ExportJob(tmp_path, "rep")

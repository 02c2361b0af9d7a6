"""Modules of one room know each other in rings: each of them can be the first one imported."""

from __future__ import annotations

import subprocess
import sys

FIRST = """
import importlib, pkgutil, sys
import patron.engine.plan as room
for module in pkgutil.iter_modules(room.__path__):
    for name in [n for n in sys.modules if n.startswith("patron.engine.plan.")]:
        del sys.modules[name]
        vars(room).pop(name.rpartition(".")[2], None)
    importlib.import_module(f"patron.engine.plan.{module.name}")
"""


def test_any_module_may_come_first():
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Patron: analytics as code for customer commerce.

`import patron` is light; the names below are fetched when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patron.engine.hooks import hookimpl
    from patron.engine.runner.project import open_project

__version__ = "0.1.0"

__all__ = ["__version__", "hookimpl", "open_project"]

_HOMES = {"hookimpl": "patron.engine.hooks", "open_project": "patron.engine.runner.project"}


def __getattr__(name: str) -> object:
    """Fetch a public name from the room where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module 'patron' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)

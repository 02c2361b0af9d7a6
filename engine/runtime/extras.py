"""Extras: libraries that only some formats need, so that not everybody installs them."""

from __future__ import annotations

import functools
import re

_NEED = re.compile(r"""([\w.-]+)(?:\[([\w,-]+)\])?.*;.*\bextra\s*==\s*["']([\w-]+)["']""")
"""`babel>=2.16; extra == "html"`, or of another extra `patron[html]; extra == "pdf"`."""


@functools.cache
def absent(extra: str) -> str:
    """The first library of an extra that is not installed; "" when all are there, or when nobody knows."""
    from importlib import metadata  # slow to import, and most commands export nothing

    try:
        needs = metadata.requires("patron") or []
    except metadata.PackageNotFoundError:
        return ""
    found = [match for match in map(_NEED.match, needs) if match is not None and match[3] == extra]
    return next(filter(None, (_lacking(match[1], match[2] or "") for match in found)), "")


@functools.cache
def there(module: str) -> bool:
    """Whether a library can be imported, without importing it."""
    from importlib.util import find_spec

    return find_spec(module) is not None


def _lacking(library: str, extras: str) -> str:
    from importlib import metadata

    if library == "patron":
        return next(filter(None, map(absent, extras.split(","))), "")
    try:
        metadata.version(library)
    except metadata.PackageNotFoundError:
        return library
    return ""

"""A catalogue for a test."""

from __future__ import annotations

from patron.engine.catalog import Catalog
from patron.engine.loader import build_catalog
from patron.engine.testing.promise import promise


def catalog_of(*plugins: object) -> Catalog:
    """The catalogue of these modules or objects and nothing else; none of them may be broken."""
    catalog = build_catalog(plugins)
    promise(not catalog.problems, "\n".join(catalog.problems))
    return catalog

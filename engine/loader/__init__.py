"""From installed plugins to a `Catalog`: one at a time, only allowed ones, a broken one never stops the others."""

from patron.engine.loader.build import build_catalog, load_catalog

__all__ = ["build_catalog", "load_catalog"]

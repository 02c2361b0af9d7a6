"""Reading sources under a contract: mappings run in DuckDB, canonical tables stored, everything unread counted."""

from __future__ import annotations

from patron.engine.load.loaded import LedgerEntry, Loaded
from patron.engine.load.loading import forget, load, newest_holds, replayed
from patron.engine.load.stored import last_loaded

__all__ = ["LedgerEntry", "Loaded", "forget", "last_loaded", "load", "newest_holds", "replayed"]

"""A backend: a thin coat over another one. Everything is passed on; every statement is logged first."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patron.engine.contracts import Limits, Session

LOG = logging.getLogger("patron_example")


@dataclass(frozen=True)
class Traced:
    """A session with a log."""

    inner: Session

    def run(self, name: str, sql: str) -> None:
        LOG.info("%s: %s", name, sql)
        self.inner.run(name, sql)

    def fetch(self, sql: str) -> Sequence[tuple[Any, ...]]:
        LOG.info("%s", sql)
        return self.inner.fetch(sql)

    def __getattr__(self, name: str) -> Any:
        """Whatever else a session can do, the inner one does."""
        return getattr(self.inner, name)


def open_traced(load: Path, limits: Limits) -> Session:
    from patron.engine.loader import load_catalog

    return Traced(load_catalog().backends["duckdb"].open(load, limits))

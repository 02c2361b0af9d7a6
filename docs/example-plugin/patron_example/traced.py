"""A backend: a thin coat over another one. Everything is passed on; every statement is logged first."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.engine.contracts import Limits, Session

if TYPE_CHECKING:
    import pyarrow

LOG = logging.getLogger("patron_example")


@dataclass(frozen=True)
class Traced:
    """A session with a log."""

    inner: Session

    def run(self, name: str, sql: str) -> None:
        LOG.info("%s: %s", name, sql)
        self.inner.run(name, sql)

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        LOG.info("%s", sql)
        return self.inner.fetch(sql)

    def arrow(self, sql: str) -> "pyarrow.Table":
        LOG.info("%s", sql)
        return self.inner.arrow(sql)

    def cancel(self) -> None:
        self.inner.cancel()

    def close(self) -> None:
        self.inner.close()


def open_traced(load: Path, limits: Limits) -> Session:
    from patron.engine.loader import load_catalog

    return Traced(load_catalog().backends["duckdb"].open(load, limits))

"""Engines that run compiled queries. Describing them imports none of them."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import BackendType, Limits, Session
from patron.engine.hooks import hookimpl


def _duckdb(path: Path, limits: Limits) -> Session:
    from patron.engine.backends.duckdb import open_session

    return open_session(path, limits)


DUCKDB = BackendType("duckdb", "DuckDB, in this process", "duckdb", _duckdb)


@hookimpl
def patron_backends() -> list[BackendType]:
    return [DUCKDB]

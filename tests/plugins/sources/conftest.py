"""Servers that connectors talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.load.conftest import world
from tests.postgres_server import Server, programs, server

__all__ = ["world"]


@pytest.fixture(scope="session")
def _running() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL's programs `initdb` and `postgres` are not installed")
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'patron[postgres]'")
    with server() as running:
        yield running


@pytest.fixture
def postgres(_running: Server) -> Server:
    """A server with an empty schema `public`."""
    _running.start()
    _running.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'patron' AND pid <> pg_backend_pid()",
        "DROP SCHEMA IF EXISTS public CASCADE",
        "CREATE SCHEMA public",
    )
    return _running

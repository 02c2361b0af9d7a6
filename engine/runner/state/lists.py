"""Lists: their versions, the results that were last computed of them, and the erasures of people from both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
)

from patron.engine.runner.state.schema import METADATA, Moment, digest_column, one, put, rows, unsealed
from patron.engine.runtime.errors import Damaged

versions = Table(
    "list_versions",
    METADATA,
    Column("list", Text, primary_key=True),  # the name, folded
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Moment, nullable=False),  # the moment that it shows
    Column("taken_at", Moment, nullable=False),  # when it was done
    Column("due_at", Moment),  # missing when somebody took it by hand
    Column("audience", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("spec_hash", String(64), nullable=False),
    Column("conditions", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("erased", Integer, nullable=False),
    Column("members", String(64), nullable=False),  # content that is kept
    digest_column(),
    UniqueConstraint("list", "due_at"),
)
results = Table(
    "list_results",
    METADATA,
    Column("id", String(64), primary_key=True),  # a hash of what was asked
    Column("lists", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("computed_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("spec_hash", String(64), nullable=False),
    Column("seal", String(8), nullable=False),
    Column("content", String(64), nullable=False),  # content that is kept
    digest_column(),
    Index("list_results_by_content", "content"),
)
erasures = Table(
    "list_erasures",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("erased_at", Moment, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("results", Integer, nullable=False),
    digest_column(),
)
leaving = Table("list_leaving", METADATA, Column("content", String(64), primary_key=True))
"""Contents that nobody refers to any more and that have to go."""


def versions_of(connection: Connection, key: str) -> list[dict[str, Any]]:
    """The versions of a list, the oldest first."""
    return list(rows(connection, versions, versions.c.list == key, order=(versions.c.version,)))


def lacks_some(connection: Connection, key: str) -> bool:
    """Whether versions of a list are gone: they are numbered from 1."""
    query = select(func.coalesce(func.max(versions.c.version), 0) > func.count()).where(versions.c.list == key)
    return bool(connection.execute(query).scalar_one())


def version_of(
    connection: Connection, key: str, version: int | None = None, seen: dt.datetime | None = None
) -> dict[str, Any] | None:
    """One version of a list, the latest when none is named, of those that show a moment up to `seen` if there are any;
    None when there is none at all."""
    numbered = () if version is None else (versions.c.version == version,)
    later = () if seen is None else (versions.c.created_at > seen,)
    newest = (*later, versions.c.version.desc())
    return next(rows(connection, versions, versions.c.list == key, *numbered, order=newest, limit=1), None)


def all_versions(connection: Connection) -> Iterator[dict[str, Any]]:
    """The versions of every list."""
    return rows(connection, versions)


def all_results(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every result that is kept."""
    return rows(connection, results)


def result(connection: Connection, asked: str) -> dict[str, Any] | None:
    """The result that is kept of a question."""
    return one(connection, results, results.c.id == asked)


def examined(connection: Connection, table: Table) -> Iterator[dict[str, Any] | Damaged]:
    """Every row of a table, or in its place what is wrong with it."""
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
        try:
            yield unsealed(table, dict(row))
        except Damaged as error:
            yield error


def keep_version(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write a version, or what changed of it."""
    put(connection, versions, values)


def keep_result(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write a result in the place of the one before."""
    put(connection, results, values)


def drop_results(connection: Connection, ids: Iterable[str]) -> None:
    """Forget results."""
    connection.execute(delete(results).where(results.c.id.in_(list(ids))))


def next_erasure(connection: Connection) -> int:
    """The number of the next erasure."""
    return 1 + int(connection.execute(select(func.coalesce(func.max(erasures.c.number), 0))).scalar_one())


def keep_erasure(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write that somebody was erased, and nothing of whom."""
    put(connection, erasures, values)


def referred(connection: Connection) -> set[str]:
    """The contents that versions and results refer to."""
    found = connection.execute(select(versions.c.members).union(select(results.c.content)))
    return set(found.scalars())


def let_go(connection: Connection, contents: Iterable[str]) -> None:
    """Note contents that have to go, once this is written."""
    for content in contents:
        put(connection, leaving, {"content": content})


def leaving_now(connection: Connection) -> tuple[str, ...]:
    """The contents that have to go and that nobody refers to."""
    noted = set(connection.execute(select(leaving.c.content)).scalars())
    return tuple(sorted(noted - referred(connection))) if noted else ()


def all_left(connection: Connection) -> None:
    """Nothing has to go any more."""
    connection.execute(delete(leaving))
